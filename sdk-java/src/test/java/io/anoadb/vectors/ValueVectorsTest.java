package io.anoadb.vectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.anoadb.AnoaValue;
import io.anoadb.AnoaValue.BytesValue;
import io.anoadb.AnoaValue.FloatValue;
import io.anoadb.AnoaValue.JsonValue;
import io.anoadb.AnoaValue.StringValue;
import io.anoadb.AnoaValue.TextValue;
import io.anoadb.generated.wire.ValueType;
import io.anoadb.internal.protocol.MalformedException;
import io.anoadb.internal.protocol.ValueDecoder;
import io.anoadb.internal.protocol.ValueEncoder;
import io.anoadb.internal.protocol.WireValue;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Values and their wire form; and what the typing rule, which is the server's, makes of untyped text. */
class ValueVectorsTest {
  static Stream<Vector> values() {
    return Vector.all("values.json", "values");
  }

  static Stream<Vector> accepted() {
    return Vector.all("values.json", "accepted");
  }

  static Stream<Vector> malformed() {
    return Vector.all("values.json", "malformed");
  }

  static Stream<Vector> typing() {
    return Vector.all("typing.json", "rows");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("values")
  @DisplayName("a value is read from its wire form and encoded to exactly these bytes")
  void roundTrips(Vector vector) {
    AnoaValue value = vector.decode("wire");
    assertThat(value.typeName()).isEqualTo(vector.type());
    assertThat(wireOf(value)).isEqualTo(vector.type() + " " + vector.node().get("wire").asText());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("values")
  @DisplayName("a value has the JSON text of the vector")
  void hasJsonText(Vector vector) {
    String expected = vector.node().get("json").asText();
    assertThat(jsonTextOf(vector.decode("wire"))).isEqualTo(expected);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("accepted")
  @DisplayName("JSON in a longer form is read as the same value, and written in the shortest one")
  void readsLongerForms(Vector vector) {
    AnoaValue value = vector.decode("wire");
    assertThat(value).isEqualTo(vector.decode("shortest"));
    assertThat(value.toJson()).isEqualTo(vector.node().get("json").asText());
    // Alone a number or a text is stored with a type of its own, so only documents are written as json.
    AnoaValue document = value instanceof JsonValue ? value : AnoaValue.arrayOf(value);
    String shortest = vector.node().get("shortest").asText();
    assertThat(wireOf(document)).isEqualTo("json " + (document == value ? shortest : "91" + shortest));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("malformed")
  @DisplayName("bytes that are no value of their type are refused")
  void refuses(Vector vector) {
    assertThatThrownBy(() -> vector.decode("wire")).isInstanceOf(MalformedException.class);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("typing")
  @DisplayName("untyped text is kept byte for byte, and what a server makes of it is read and written as it stands")
  void readsInterpretedText(Vector vector) {
    byte[] text =
        vector.node().has("hex")
            ? VectorFile.hex(vector.node().get("hex"))
            : vector.node().get("text").asText().getBytes(StandardCharsets.UTF_8);
    assertThat(wireOf(new TextValue(text))).isEqualTo("text " + VectorFile.hex(text));
    String kind = vector.node().get("kind").asText();
    AnoaValue value = decode(kind, VectorFile.hex(vector.node().get("wire")));
    assertThat(wireOf(value)).isEqualTo(kind + " " + vector.node().get("wire").asText());
    if (kind.equals("string")) assertThat(value.asString()).isEqualTo(new TextValue(text).text());
    // A text is a number only where it is exactly how the number is written.
    if (kind.equals("integer")) assertThat(value.toString()).isEqualTo(new TextValue(text).text());
  }

  private static String wireOf(AnoaValue value) {
    WireValue wire = ValueEncoder.encode(value);
    return ValueType.nameOf(wire.type()) + " " + VectorFile.hex(wire.bytes());
  }

  /** As tools print values: bytes in base64, what has no form in JSON as a text. */
  private static String jsonTextOf(AnoaValue value) {
    if (value instanceof BytesValue bytes) return '"' + Base64.getEncoder().encodeToString(bytes.value()) + '"';
    if (value instanceof FloatValue number && !Double.isFinite(number.value())) return "\"" + number + '"';
    if (value instanceof TextValue text && !(text.toJava() instanceof String)) {
      return "{\"base64\":\"" + Base64.getEncoder().encodeToString(text.bytes()) + "\"}";
    }
    return value.toJson();
  }

  private static AnoaValue decode(String type, byte[] bytes) {
    // Surrounded by other bytes, as in a reply: nothing outside may count.
    ByteBuffer buffer = ByteBuffer.allocate(bytes.length + 4).put(2, bytes).put(0, (byte) 0xc1).put(bytes.length + 2, (byte) 0xc1);
    return ValueDecoder.decode(typeCode(type), buffer, 2, 2 + bytes.length);
  }

  private static int typeCode(String name) {
    try {
      return ValueType.class.getField(name.toUpperCase(Locale.ROOT)).getInt(null);
    } catch (ReflectiveOperationException missing) {
      throw new AssertionError("no type " + name, missing);
    }
  }

  record Vector(JsonNode node) {
    static Stream<Vector> all(String file, String list) {
      return VectorFile.list(file, list).stream().map(Vector::new);
    }

    String type() {
      return node.get("type").asText();
    }

    AnoaValue decode(String field) {
      return ValueVectorsTest.decode(type(), VectorFile.hex(node.get(field)));
    }

    @Override
    public String toString() {
      String name = node.has("name") ? node.get("name").asText() : node.path("text").asText(node.toString());
      return "'" + (name.length() > 60 ? name.substring(0, 60) + "…" : name) + "'";
    }
  }
}
