package io.anoadb.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.anoadb.AnoaValue;
import io.anoadb.AnoaValue.Member;
import io.anoadb.AnoaValue.ObjectValue;
import io.anoadb.AnoaValue.TextValue;
import io.anoadb.Key;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Values of the conformance files made Java's, and compared with what the SDK returned. */
final class SpecValues {
  private SpecValues() {}

  static AnoaValue of(JsonNode node) {
    String kind = node.fieldNames().next();
    JsonNode content = node.get(kind);
    return switch (kind) {
      case "null" -> AnoaValue.NULL;
      case "boolean" -> AnoaValue.of(content.booleanValue());
      case "integer" -> AnoaValue.of(Long.parseLong(content.textValue()));
      case "float" -> AnoaValue.of(content.doubleValue());
      case "string" -> AnoaValue.of(content.textValue());
      case "repeat" -> AnoaValue.of(content.textValue().repeat(node.get("times").intValue()));
      case "json" -> jsonOf(content);
      case "bytes" -> AnoaValue.of(HexFormat.of().parseHex(content.textValue()));
      case "pattern" -> AnoaValue.of(pattern(content.intValue()));
      case "text" -> AnoaValue.text(content.textValue());
      case "textBytes" -> new TextValue(HexFormat.of().parseHex(content.textValue()));
      default -> throw new IllegalArgumentException("the suite has no values of kind " + kind);
    };
  }

  /** Fails where {@code actual} is not the value that was expected, its type included. */
  static void assertValue(AnoaValue actual, JsonNode expected) {
    if (expected.has("none")) {
      assertThat(actual).isNull();
    } else if (expected.has("between")) {
      JsonNode bounds = expected.get("between");
      assertThat(actual.asLong()).isBetween(bounds.get(0).longValue(), bounds.get(1).longValue());
    } else {
      assertThat(actual).isEqualTo(of(expected));
    }
  }

  /** The same run of bytes in every language. */
  static byte[] pattern(int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) bytes[i] = (byte) (i * 7 + (i >> 8));
    return bytes;
  }

  /** {@code key} below {@code prefix}, which keeps behaviours out of each other's way. */
  static Key key(String prefix, JsonNode key) {
    if (key.isTextual()) return Key.of(prefix + key.textValue());
    if (key.has("repeat")) return Key.of(prefix + key.get("repeat").textValue().repeat(key.get("times").intValue()));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(prefix.getBytes(StandardCharsets.UTF_8));
    bytes.writeBytes(HexFormat.of().parseHex(key.get("bytes").textValue()));
    return Key.of(bytes.toByteArray());
  }

  private static AnoaValue jsonOf(JsonNode node) {
    if (node.isObject()) {
      List<Member> members = new ArrayList<>();
      node.properties().forEach(field -> members.add(new Member(field.getKey(), jsonOf(field.getValue()))));
      return new ObjectValue(members);
    }
    if (node.isArray()) {
      List<AnoaValue> items = new ArrayList<>();
      node.forEach(item -> items.add(jsonOf(item)));
      return AnoaValue.array(items);
    }
    if (node.isTextual()) return AnoaValue.of(node.textValue());
    if (node.isBoolean()) return AnoaValue.of(node.booleanValue());
    if (node.isIntegralNumber()) return AnoaValue.of(node.longValue());
    return node.isNull() ? AnoaValue.NULL : AnoaValue.of(node.doubleValue());
  }
}
