package io.anoadb.internal;

import io.anoadb.AnoaValue;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Keys for messages: quoted and cut where long; bytes that are no text in hex. */
public final class Printable {
  private static final int CHARACTERS_MAX = 80;
  private static final int HEX_BYTES_MAX = 40;

  private Printable() {}

  /** {@code SET "user:1"}, or {@code COUNT} where there is no key. */
  public static String asked(String command, byte @Nullable [] key) {
    return key == null ? command : command + " " + key(key);
  }

  /** A key alone. */
  public static String key(byte[] key) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(key)).toString();
      boolean isLong = text.length() > CHARACTERS_MAX;
      String shown = AnoaValue.of(isLong ? text.substring(0, CHARACTERS_MAX) : text).toJson();
      return isLong ? shown + "…" : shown;
    } catch (CharacterCodingException notText) {
      int length = Math.min(key.length, HEX_BYTES_MAX);
      return "0x" + HexFormat.of().formatHex(key, 0, length) + (length < key.length ? "…" : "");
    }
  }
}
