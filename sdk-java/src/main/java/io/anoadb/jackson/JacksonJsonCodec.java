package io.anoadb.jackson;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.anoadb.AnoaValue;
import io.anoadb.AnoaValue.ArrayValue;
import io.anoadb.AnoaValue.BigIntegerValue;
import io.anoadb.AnoaValue.BooleanValue;
import io.anoadb.AnoaValue.BytesValue;
import io.anoadb.AnoaValue.FloatValue;
import io.anoadb.AnoaValue.IntegerValue;
import io.anoadb.AnoaValue.Member;
import io.anoadb.AnoaValue.NullValue;
import io.anoadb.AnoaValue.ObjectValue;
import io.anoadb.AnoaValue.StringValue;
import io.anoadb.AnoaValue.TextValue;
import io.anoadb.AnoaValueException;
import io.anoadb.JsonCodec;
import java.io.IOException;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;

/**
 * Maps objects to JSON values by Jackson: records, beans, annotations, modules, as your {@link ObjectMapper} is set up.
 *
 * <pre>{@code
 * AnoaClient db = AnoaClient.builder("anoa://127.0.0.1")
 *     .jsonCodec(new JacksonJsonCodec(objectMapper))
 *     .connect();
 * }</pre>
 */
public final class JacksonJsonCodec implements JsonCodec {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final ObjectMapper mapper;

  /** With the modules on the class path; members of a value that the class does not know are passed over. */
  public JacksonJsonCodec() {
    this(
        new ObjectMapper()
            .findAndRegisterModules()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES));
  }

  /** With a mapper of your own. */
  public JacksonJsonCodec(ObjectMapper mapper) {
    this.mapper = mapper;
  }

  @Override
  public AnoaValue encode(Object object) {
    return valueOf(mapper.valueToTree(object));
  }

  @Override
  public <T> T decode(AnoaValue value, Type type) {
    try {
      return mapper.readValue(
          mapper.treeAsTokens(nodeOf(value)), mapper.getTypeFactory().constructType(type));
    } catch (JsonProcessingException unfit) {
      throw new AnoaValueException(
          "The value of type " + value.typeName() + " does not fit " + type.getTypeName() + ": "
              + unfit.getOriginalMessage(),
          unfit);
    } catch (IOException unexpected) {
      throw new AnoaValueException("The value cannot be read as " + type.getTypeName() + ".", unexpected);
    }
  }

  private static AnoaValue valueOf(JsonNode node) {
    return switch (node.getNodeType()) {
      case NULL, MISSING -> AnoaValue.NULL;
      case BOOLEAN -> AnoaValue.of(node.booleanValue());
      case STRING -> AnoaValue.of(node.textValue());
      case NUMBER -> numberOf(node);
      case ARRAY -> {
        List<AnoaValue> items = new ArrayList<>(node.size());
        for (JsonNode item : node) items.add(valueOf(item));
        yield AnoaValue.array(items);
      }
      case OBJECT -> {
        List<Member> members = new ArrayList<>(node.size());
        node.properties().forEach(field -> members.add(new Member(field.getKey(), valueOf(field.getValue()))));
        yield new ObjectValue(members);
      }
      // A byte[] within an object: JSON has no bytes, Jackson's own form is base64.
      case BINARY, POJO -> AnoaValue.of(node.asText());
    };
  }

  private static AnoaValue numberOf(JsonNode node) {
    if (!node.isIntegralNumber()) return AnoaValue.of(node.doubleValue());
    if (node.canConvertToLong()) return AnoaValue.of(node.longValue());
    throw new IllegalArgumentException(
        "A whole number beyond int64 cannot be stored in a JSON value; map it to a string.");
  }

  private static JsonNode nodeOf(AnoaValue value) {
    if (value instanceof ObjectValue object) {
      ObjectNode node = NODES.objectNode();
      for (Member member : object.members()) node.set(member.name(), nodeOf(member.value()));
      return node;
    }
    if (value instanceof ArrayValue array) {
      ArrayNode node = NODES.arrayNode(array.items().size());
      for (AnoaValue item : array.items()) node.add(nodeOf(item));
      return node;
    }
    if (value instanceof StringValue string) return NODES.textNode(string.value());
    if (value instanceof IntegerValue number) return NODES.numberNode(number.value());
    if (value instanceof BigIntegerValue number) return NODES.numberNode(number.value());
    if (value instanceof FloatValue number) return NODES.numberNode(number.value());
    if (value instanceof BooleanValue flag) return NODES.booleanNode(flag.value());
    if (value instanceof BytesValue bytes) return NODES.binaryNode(bytes.value());
    if (value instanceof NullValue) return NODES.nullNode();
    return NODES.textNode(((TextValue) value).text());
  }
}
