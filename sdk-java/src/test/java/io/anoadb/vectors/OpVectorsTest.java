package io.anoadb.vectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import io.anoadb.generated.wire.OpDecoder;
import io.anoadb.generated.wire.OpDecoder.Decoded;
import io.anoadb.generated.wire.OpEncoder;
import io.anoadb.generated.wire.Opcode;
import io.anoadb.generated.wire.Status;
import io.anoadb.generated.wire.ValueType;
import io.anoadb.internal.protocol.MalformedException;
import io.anoadb.internal.protocol.OpResult;
import io.anoadb.internal.protocol.WireValue;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Ops and results against the vectors that the generator's reference encoder made. */
class OpVectorsTest {
  private static final String FILE = "ops.json";

  static Stream<Vector> sound() {
    return Stream.of("accepted", "random").flatMap(list -> Vector.all(list));
  }

  static Stream<Vector> refused() {
    return Vector.all("refused");
  }

  static Stream<Vector> results() {
    return Vector.all("results");
  }

  static Stream<Vector> refusedResults() {
    return Vector.all("refusedResults");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("sound")
  @DisplayName("an op is encoded to the bytes of the vector")
  void encodes(Vector vector) throws ReflectiveOperationException {
    assertThat(VectorFile.hex(encode(vector.node()))).isEqualTo(vector.node().get("bytes").asText());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("sound")
  @DisplayName("a server reads of the bytes what the vector says")
  void decodes(Vector vector) {
    ByteBuffer bytes = VectorFile.buffer(vector.node().get("bytes"));
    Decoded decoded = OpDecoder.decode(bytes);
    assertThat(Status.nameOf(decoded.status())).isEqualTo("OK");
    assertThat(bytes.remaining()).isZero();
    OpDecoder op = decoded.op();
    assertThat(Opcode.nameOf(op.opcode)).isEqualTo(vector.node().get("command").asText());
    assertThat(VectorFile.hex(op.key)).isEqualTo(vector.node().get("key").asText());
    assertThat(op.flags).isEqualTo(flagsOf(vector.node()));
    Map<String, Object> given = argumentsOf(vector.node());
    assertThat(op.arguments.keySet()).isEqualTo(given.keySet());
    given.forEach((name, value) -> assertThat(plain(op, op.arguments.get(name))).isEqualTo(plain(op, value)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("sound")
  @DisplayName("an op that is cut off anywhere is malformed")
  void refusesTruncations(Vector vector) {
    byte[] whole = VectorFile.hex(vector.node().get("bytes"));
    for (int length = 0; length < whole.length; length++) {
      Decoded decoded = OpDecoder.decode(ByteBuffer.wrap(whole, 0, length).slice());
      assertThat(Status.nameOf(decoded.status())).as(length + " bytes").isEqualTo("MALFORMED");
      assertThat(decoded.boundariesLost()).isTrue();
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refused")
  @DisplayName("what a server refuses is refused with the same status")
  void refuses(Vector vector) {
    ByteBuffer bytes = VectorFile.buffer(vector.node().get("bytes"));
    Decoded decoded = OpDecoder.decode(bytes);
    boolean boundariesLost = vector.node().has("boundariesLost");
    assertThat(Status.nameOf(decoded.status())).isEqualTo(vector.node().get("status").asText());
    assertThat(decoded.boundariesLost()).isEqualTo(boundariesLost);
    if (!boundariesLost) assertThat(bytes.remaining()).isZero();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("results")
  @DisplayName("a result is read as the vector says, and the buffer stands behind it")
  void readsResults(Vector vector) {
    ByteBuffer bytes = VectorFile.buffer(vector.node().get("bytes"));
    OpResult result = OpResult.read(bytes);
    assertThat(bytes.remaining()).isZero();
    assertThat(Status.nameOf(result.status())).isEqualTo(vector.node().get("status").asText());
    assertThat(ValueType.nameOf(result.type()).toUpperCase(java.util.Locale.ROOT))
        .isEqualTo(vector.node().get("type").asText());
    assertThat(result.hasVersion()).isEqualTo(vector.node().has("version"));
    assertThat(result.version()).isEqualTo(vector.node().path("version").asLong(0));
    assertThat(VectorFile.hex(result.copy())).isEqualTo(vector.node().get("value").asText());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refusedResults")
  @DisplayName("what is no result is refused")
  void refusesResults(Vector vector) {
    assertThatThrownBy(() -> OpResult.read(VectorFile.buffer(vector.node().get("bytes"))))
        .isInstanceOf(MalformedException.class);
  }

  @Test
  @DisplayName("every command has a method that encodes it, and every one of these a vector")
  void coversEveryCommand() {
    List<String> named = sound().map(vector -> identifierOf(vector.node())).distinct().sorted().toList();
    List<String> methods =
        Arrays.stream(OpEncoder.class.getDeclaredMethods())
            .filter(method -> !method.isSynthetic())
            .map(Method::getName)
            .sorted()
            .toList();
    assertThat(named).isEqualTo(methods);
  }

  /** Calls the encoder of the command with what the vector has; parameters are told by their names. */
  private static byte[] encode(JsonNode vector) throws ReflectiveOperationException {
    Map<String, Object> given = new HashMap<>(argumentsOf(vector));
    given.put("key", VectorFile.hex(vector.get("key")));
    given.put("flags", flagsOf(vector));
    Method method = encoderOf(vector);
    Object[] values =
        Arrays.stream(method.getParameters())
            .map(parameter -> given.getOrDefault(parameter.getName(), emptyOf(parameter)))
            .toArray();
    return (byte[]) method.invoke(null, values);
  }

  private static Method encoderOf(JsonNode vector) {
    String identifier = identifierOf(vector);
    return Arrays.stream(OpEncoder.class.getDeclaredMethods())
        .filter(method -> method.getName().equals(identifier))
        .findFirst()
        .orElseGet(() -> fail("no encoder " + identifier));
  }

  /** GETDELETE is {@code getDelete} in code: the vectors have the name in capitals only. */
  private static String identifierOf(JsonNode vector) {
    String name = vector.get("command").asText();
    return Arrays.stream(OpEncoder.class.getDeclaredMethods())
        .map(Method::getName)
        .filter(name::equalsIgnoreCase)
        .findFirst()
        .orElse(name);
  }

  private static Object emptyOf(Parameter parameter) {
    Class<?> type = parameter.getType();
    if (type == int.class) return 0;
    if (type == long.class) return 0L;
    if (type == double.class) return 0.0;
    return type == WireValue.class ? WireValue.NONE : new byte[0];
  }

  private static int flagsOf(JsonNode vector) {
    int flags = 0;
    for (JsonNode flag : vector.get("flags")) flags |= constant(identifierOf(vector), flag.asText());
    return flags;
  }

  private static int constant(String command, String flag) {
    String type = Character.toUpperCase(command.charAt(0)) + command.substring(1) + "Flag";
    String name = flag.replaceAll("([A-Z])", "_$1").toUpperCase(java.util.Locale.ROOT);
    try {
      return Class.forName("io.anoadb.generated.wire." + type).getField(name).getInt(null);
    } catch (ReflectiveOperationException missing) {
      return fail("no constant " + type + "." + name);
    }
  }

  /** As the encoder takes them: by the type of its parameter. */
  private static Map<String, Object> argumentsOf(JsonNode vector) {
    Map<String, Object> values = new HashMap<>();
    for (Parameter parameter : encoderOf(vector).getParameters()) {
      JsonNode given = vector.get("arguments").get(parameter.getName());
      if (given != null) values.put(parameter.getName(), argument(parameter, given));
    }
    assertThat(values).as("all arguments of the vector").hasSize(vector.get("arguments").size());
    return values;
  }

  private static Object argument(Parameter parameter, JsonNode given) {
    Class<?> type = parameter.getType();
    if (type == WireValue.class) return new WireValue(typeCode(given.get("type").asText()), VectorFile.hex(given.get("hex")));
    if (type == byte[].class) return VectorFile.hex(given);
    if (type == double.class) return Double.parseDouble(given.asText());
    if (type == long.class) return Long.parseLong(given.asText());
    return given.isTextual() ? typeCode(given.asText()) : given.asInt();
  }

  private static int typeCode(String name) {
    try {
      return ValueType.class.getField(name).getInt(null);
    } catch (ReflectiveOperationException missing) {
      return fail("no type " + name);
    }
  }

  /** To compare what was given with what was read: a value with its type, bytes as hex, a double by its bits. */
  private static Object plain(OpDecoder op, Object value) {
    if (value instanceof WireValue wire) {
      assertThat(op.type).isEqualTo(wire.type());
      return VectorFile.hex(wire.bytes());
    }
    if (value instanceof byte[] bytes) return VectorFile.hex(bytes);
    return value instanceof Double number ? (Object) Double.doubleToRawLongBits(number) : value;
  }

  record Vector(String list, JsonNode node) {
    static Stream<Vector> all(String list) {
      return VectorFile.list(FILE, list).stream().map(node -> new Vector(list, node));
    }

    @Override
    public String toString() {
      return list + ": " + node.get("name").asText();
    }
  }
}
