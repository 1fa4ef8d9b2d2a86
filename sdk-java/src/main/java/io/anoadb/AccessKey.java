package io.anoadb;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a client's access key comes from: the builder, the URL, or the file that ANOA_KEY names.
 *
 * <p>A key is a secret: no message of this file repeats what it was given, and what leaves it is bytes that nothing
 * prints. Its text is {@code anoa1_} and base64url of 32 bytes, 43 characters without padding; one key has one text.
 */
final class AccessKey {
  private static final String PREFIX = "anoa1_";
  private static final int TEXT_LENGTH = 43;
  private static final int KEY_BYTES = 32;
  /** More than any access key; a file that is larger is not one of ours. */
  private static final int FILE_BYTES_MAX = 1024;
  /** A file may hold the whole connection string, as {@code anoa key create >FILE} puts it there. */
  private static final Pattern URL_WITH_KEY = Pattern.compile("^anoa://([^@\\s]*)@\\S*$");

  private AccessKey() {}

  /** The key to connect with; null: none is given, the connection is open. The first source that has one wins. */
  static byte @Nullable [] find(@Nullable String option, @Nullable String fromUrl, @Nullable String keyFile) {
    if (option != null) return keyOf(option, "The accessKey given to the builder");
    if (fromUrl != null) return keyOf(fromUrl, "What precedes the @ of the connection URL");
    if (keyFile != null && !keyFile.isEmpty()) return keyOfFile(keyFile);
    return null;
  }

  private static byte[] keyOfFile(String path) {
    if (path.contains(PREFIX)) {
      throw invalid(
          "ANOA_KEY holds a key: it names a file that holds one, which other users cannot see as they see an environment.",
          null);
    }
    String what = "The file that ANOA_KEY names, " + path + ",";
    try {
      Path file = Path.of(path);
      String text = Files.size(file) > FILE_BYTES_MAX ? "" : Files.readString(file, StandardCharsets.UTF_8).strip();
      Matcher url = URL_WITH_KEY.matcher(text);
      return keyOf(url.matches() ? url.group(1) : text, what);
    } catch (IOException | InvalidPathException unreadable) {
      throw invalid(what + " cannot be read: " + unreadable.getClass().getSimpleName() + ".", unreadable);
    }
  }

  private static byte[] keyOf(String text, String what) {
    byte[] key = parse(text);
    if (key != null) return key;
    throw invalid(
        what + " is no access key: one is \"anoa1_\" and 43 characters, as \"anoa key create\" prints it. It is not shown"
            + " here, as it may be one with a slip in it.",
        null);
  }

  static byte @Nullable [] parse(String text) {
    if (text.length() != PREFIX.length() + TEXT_LENGTH || !text.startsWith(PREFIX)) return null;
    String body = text.substring(PREFIX.length());
    try {
      byte[] key = Base64.getUrlDecoder().decode(body);
      // One key has one text: stray low bits are refused.
      boolean isExact = Base64.getUrlEncoder().withoutPadding().encodeToString(key).equals(body);
      if (key.length == KEY_BYTES && isExact) return key;
      Arrays.fill(key, (byte) 0);
      return null;
    } catch (IllegalArgumentException notBase64) {
      return null;
    }
  }

  private static AnoaConnectionException invalid(String message, @Nullable Throwable cause) {
    return new AnoaConnectionException(message, "INVALID_ACCESS_KEY", Executed.NO, cause);
  }
}
