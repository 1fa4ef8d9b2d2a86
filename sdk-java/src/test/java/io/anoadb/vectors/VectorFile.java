package io.anoadb.vectors;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.StreamSupport;

/**
 * The vectors that all implementations read, from {@code protocol-spec/vectors} beside this project. A checkout without
 * them is broken, so that a missing file fails and is not skipped.
 */
public final class VectorFile {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private VectorFile() {}

  public static Path folder() {
    Path folder = Path.of("..", "protocol-spec", "vectors");
    if (!Files.isDirectory(folder)) throw new AssertionError("no vectors in " + folder.toAbsolutePath().normalize());
    return folder;
  }

  /** A whole file. */
  public static JsonNode read(String name) {
    try {
      return MAPPER.readTree(folder().resolve(name).toFile());
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** The entries of one of its lists, which is not empty. */
  public static List<JsonNode> list(String name, String list) {
    JsonNode entries = read(name).path(list);
    if (!entries.isArray() || entries.isEmpty()) throw new AssertionError(name + " has no list " + list);
    return StreamSupport.stream(entries.spliterator(), false).toList();
  }

  public static byte[] hex(JsonNode text) {
    return HexFormat.of().parseHex(text.asText());
  }

  public static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  public static ByteBuffer buffer(JsonNode text) {
    return ByteBuffer.wrap(hex(text));
  }
}
