package io.anoadb.internal.protocol;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Text and its bytes, strictly: the JDK's own conversions put a question mark where text or bytes are broken. */
public final class Utf8 {
  private static final char REPLACEMENT = '\uFFFD';

  private Utf8() {}

  /**
   * The bytes of {@code text}.
   *
   * @throws IllegalArgumentException where it holds half of a surrogate pair
   */
  public static byte[] encode(String text) {
    if (isWhole(text)) return text.getBytes(StandardCharsets.UTF_8);
    throw new IllegalArgumentException("The text holds half of a surrogate pair, which has no form in UTF-8.");
  }

  /**
   * The text of these bytes.
   *
   * @throws MalformedException where they are not UTF-8
   */
  public static String decode(byte[] bytes, int start, int length) {
    String text = new String(bytes, start, length, StandardCharsets.UTF_8);
    // A replacement character is either in the bytes, which is rare, or stands for bytes that are no UTF-8.
    if (text.indexOf(REPLACEMENT) < 0) return text;
    try {
      CharBuffer strict = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, start, length));
      return strict.toString();
    } catch (CharacterCodingException malformed) {
      throw new MalformedException("text that is not UTF-8", malformed);
    }
  }

  private static boolean isWhole(String text) {
    for (int i = 0; i < text.length(); i++) {
      char unit = text.charAt(i);
      if (!Character.isSurrogate(unit)) continue;
      boolean isPair =
          Character.isHighSurrogate(unit) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1));
      if (!isPair) return false;
      i++;
    }
    return true;
  }
}
