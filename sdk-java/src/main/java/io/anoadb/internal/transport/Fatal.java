package io.anoadb.internal.transport;

import io.anoadb.generated.wire.RejectReason;
import io.anoadb.generated.wire.VersionsLayout;
import org.jspecify.annotations.Nullable;

/**
 * What ends an endpoint for good: trying again cannot help.
 *
 * @param message in words for people
 */
public record Fatal(Code code, String message) {
  /** Why. */
  public enum Code {
    PATH_MTU_OR_KEY,
    VERSION,
    AUTH_FAILED,
    SERVER_FULL,
    KEY_QUOTA
  }

  static final Fatal KEY_REVOKED = new Fatal(Code.AUTH_FAILED, "the access key was revoked");

  static final Fatal PATH_TOO_NARROW =
      new Fatal(
          Code.PATH_MTU_OR_KEY,
          "the server answers, but no full-sized datagram gets through: the path does not carry 1200 bytes, or the"
              + " server speaks another mode or key");

  private static final int PERCENT_MAX = 100;

  /** How far a server that still loads is: what is above LOADING. -1: it gives another reason. */
  static int loadingPercentOf(int reason) {
    int percent = reason - RejectReason.LOADING;
    return percent >= 0 && percent <= PERCENT_MAX ? percent : -1;
  }

  /** Null where a later try may succeed. {@code isFirst}: there never was a session. */
  static @Nullable Fatal ofReject(int reason, boolean isFirst) {
    if (reason == RejectReason.AUTH_FAILED)
      return new Fatal(Code.AUTH_FAILED, "the server does not accept this access key");
    if (!isFirst) return null;
    if (reason == RejectReason.SERVER_FULL)
      return new Fatal(Code.SERVER_FULL, "the server has no room for another client");
    if (reason == RejectReason.KEY_QUOTA)
      return new Fatal(Code.KEY_QUOTA, "this access key has no room for another client");
    return null;
  }

  static Fatal ofVersions(byte[] bytes, int at) {
    int min = LittleEndian.readU8(bytes, at + VersionsLayout.VERSION_MIN_AT);
    int max = LittleEndian.readU8(bytes, at + VersionsLayout.VERSION_MAX_AT);
    return new Fatal(
        Code.VERSION, "the server speaks protocol versions " + min + " to " + max + ", this client version 1");
  }
}
