package io.anoadb;

import io.anoadb.internal.protocol.Utf8;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A key: 1 to 1024 bytes of any content, mostly the UTF-8 of a text.
 *
 * <p>Every command takes a {@code String}, too; keys of this class are for those that are not text, and are what a scan
 * returns. Two keys are equal where their bytes are.
 */
public final class Key implements Comparable<Key> {
  private final byte[] bytes;
  private @Nullable String text;

  private Key(byte[] bytes, @Nullable String text) {
    this.bytes = bytes;
    this.text = text;
  }

  /**
   * The key whose bytes are the UTF-8 of {@code text}.
   *
   * @throws IllegalArgumentException where the text holds half of a surrogate pair: two such keys would become one
   */
  public static Key of(String text) {
    return new Key(Utf8.encode(text), text);
  }

  /** The key of these bytes; the array is copied. */
  public static Key of(byte[] bytes) {
    return new Key(bytes.clone(), null);
  }

  /** How many bytes it has. */
  public int length() {
    return bytes.length;
  }

  /** Its bytes, a copy. */
  public byte[] toBytes() {
    return bytes.clone();
  }

  /** The bytes themselves, for encoders. */
  byte[] bytes() {
    return bytes;
  }

  /** Its bytes read as UTF-8; what is not UTF-8 becomes U+FFFD, so that it is for people only. */
  @Override
  public String toString() {
    String read = text;
    if (read == null) {
      read = new String(bytes, StandardCharsets.UTF_8);
      text = read;
    }
    return read;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Key key && Arrays.equals(bytes, key.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** In the order of the bytes, unsigned. */
  @Override
  public int compareTo(Key other) {
    return Arrays.compareUnsigned(bytes, other.bytes);
  }
}
