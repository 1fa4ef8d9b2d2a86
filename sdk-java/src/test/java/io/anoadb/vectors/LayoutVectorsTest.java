package io.anoadb.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.anoadb.generated.wire.DatagramType;
import io.anoadb.generated.wire.FrameHeaderLayout;
import io.anoadb.generated.wire.FrameType;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Offsets and byte order of every datagram, params and frame, by the generated accessors. */
class LayoutVectorsTest {
  static Stream<Vector> layouts() {
    return VectorFile.list("layouts.json", "layouts").stream().map(Vector::new);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("layouts")
  @DisplayName("every field is read where the vector has it")
  void reads(Vector vector) throws ReflectiveOperationException {
    ByteBuffer bytes = VectorFile.buffer(vector.node().get("bytes"));
    for (Map.Entry<String, JsonNode> field : vector.node().get("fields").properties()) {
      Object read = vector.read(bytes, field.getKey());
      assertThat(read).as(field.getKey()).isEqualTo(field.getValue().asText());
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("layouts")
  @DisplayName("every field is written where the vector has it")
  void writes(Vector vector) throws ReflectiveOperationException {
    byte[] expected = VectorFile.hex(vector.node().get("bytes"));
    ByteBuffer bytes = ByteBuffer.allocate(expected.length);
    vector.writeFrameHeader(bytes);
    for (Map.Entry<String, JsonNode> field : vector.node().get("fields").properties()) {
      vector.write(bytes, field.getKey(), field.getValue());
    }
    assertThat(VectorFile.hex(bytes.array())).isEqualTo(VectorFile.hex(expected));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("layouts")
  @DisplayName("a datagram has the length that its type admits")
  void admits(Vector vector) {
    if (!vector.node().get("kind").asText().equals("datagram")) return;
    byte[] bytes = VectorFile.hex(vector.node().get("bytes"));
    int admitted = DatagramType.bytesOf(bytes[1] & 0xff);
    if (admitted >= 0) assertThat(bytes).hasSize(admitted);
    else assertThat(admitted).isEqualTo(-1);
  }

  record Vector(JsonNode node) {
    boolean isFrame() {
      return node.get("kind").asText().equals("frame");
    }

    /** Where the layout begins: the body of a frame stands behind its header. */
    int start() {
      return isFrame() ? FrameHeaderLayout.BYTES : 0;
    }

    Class<?> layout() throws ClassNotFoundException {
      String name = node.get("layout").asText();
      return Class.forName("io.anoadb.generated.wire." + pascal(name) + (isFrame() ? "Frame" : "") + "Layout");
    }

    String read(ByteBuffer bytes, String field) throws ReflectiveOperationException {
      Method reader = accessor(field, 2);
      // What reaches to the end has an offset and no accessor.
      if (reader == null) return VectorFile.hex(restOf(bytes, field));
      Object value = reader.invoke(null, bytes, start());
      return value instanceof byte[] array ? VectorFile.hex(array) : value.toString();
    }

    void write(ByteBuffer bytes, String field, JsonNode value) throws ReflectiveOperationException {
      Method writer = accessor(field, 3);
      if (writer == null) {
        bytes.put(offset(field), VectorFile.hex(value));
        return;
      }
      Class<?> type = writer.getParameterTypes()[2];
      Object given = type == byte[].class ? VectorFile.hex(value) : type == int.class ? (Object) value.asInt() : value.asLong();
      writer.invoke(null, bytes, start(), given);
    }

    void writeFrameHeader(ByteBuffer bytes) throws ReflectiveOperationException {
      if (!isFrame()) return;
      FrameHeaderLayout.type(bytes, 0, FrameType.class.getField(node.get("layout").asText()).getInt(null));
      FrameHeaderLayout.len(bytes, 0, bytes.capacity() - FrameHeaderLayout.BYTES);
    }

    private Method accessor(String field, int parameters) throws ClassNotFoundException {
      for (Method method : layout().getDeclaredMethods()) {
        if (method.getName().equals(field) && method.getParameterCount() == parameters) return method;
      }
      return null;
    }

    private byte[] restOf(ByteBuffer bytes, String field) throws ReflectiveOperationException {
      int at = offset(field);
      byte[] rest = new byte[bytes.capacity() - at];
      bytes.get(at, rest);
      return rest;
    }

    private int offset(String field) throws ReflectiveOperationException {
      if (field.equals("frames")) return layout().getField("BYTES").getInt(null);
      String name = field.replaceAll("([A-Z])", "_$1").toUpperCase(java.util.Locale.ROOT) + "_AT";
      return start() + layout().getField(name).getInt(null);
    }

    /** {@code NO_SESSION} and {@code clientParams} as names of classes. */
    private static String pascal(String name) {
      if (!name.equals(name.toUpperCase(java.util.Locale.ROOT))) {
        return Character.toUpperCase(name.charAt(0)) + name.substring(1);
      }
      StringBuilder pascal = new StringBuilder();
      for (String word : name.toLowerCase(java.util.Locale.ROOT).split("_")) {
        pascal.append(Character.toUpperCase(word.charAt(0))).append(word.substring(1));
      }
      return pascal.toString();
    }

    @Override
    public String toString() {
      return node.get("name").asText();
    }
  }
}
