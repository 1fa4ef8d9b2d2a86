package io.anoadb.internal.transport;

import io.anoadb.generated.wire.Limits;
import io.anoadb.generated.wire.ServerParamsLayout;
import io.anoadb.generated.wire.WelcomeLayout;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What WELCOME grants, in the order of the spec. */
record ServerParams(
    long sid,
    byte[] epoch,
    int dedup,
    int window,
    int maxDatagram,
    int maxReassembly,
    long maxMessage,
    long permissions) {
  private static final int SPACE = WelcomeLayout.BYTES - WelcomeLayout.PARAMS_AT;

  /** Reads the params at {@code at}; null where what follows the fixed part does not fit its space. */
  static @Nullable ServerParams decode(byte[] bytes, int at) {
    if (!areTlvsSound(bytes, at + ServerParamsLayout.BYTES, at + SPACE)) return null;
    int epochAt = at + ServerParamsLayout.EPOCH_AT;
    return new ServerParams(
        LittleEndian.readU32(bytes, at + ServerParamsLayout.SID_AT),
        Arrays.copyOfRange(bytes, epochAt, epochAt + ClientParams.EPOCH_BYTES),
        LittleEndian.readU8(bytes, at + ServerParamsLayout.DEDUP_AT),
        LittleEndian.readU16(bytes, at + ServerParamsLayout.WINDOW_AT),
        LittleEndian.readU16(bytes, at + ServerParamsLayout.MAX_DATAGRAM_AT),
        LittleEndian.readU16(bytes, at + ServerParamsLayout.MAX_REASSEMBLY_AT),
        LittleEndian.readU32(bytes, at + ServerParamsLayout.MAX_MESSAGE_AT),
        LittleEndian.readU32(bytes, at + ServerParamsLayout.PERMISSIONS_AT));
  }

  /** May a session be built on it by a client that wanted {@code maxDatagramWanted}? */
  boolean isSound(int maxDatagramWanted) {
    if (sid == 0 || window == 0 || maxMessage == 0) return false;
    return maxDatagram >= Limits.DATAGRAM_BYTES_MAX && maxDatagram <= maxDatagramWanted;
  }

  /** TLVs (type u8, length u16, bytes) up to a type 0, then zeros; none is known in version 1, so all are stepped over. */
  private static boolean areTlvsSound(byte[] bytes, int start, int end) {
    int at = start;
    while (at < end && bytes[at] != 0) {
      if (end - at < 3) return false;
      at += 3 + LittleEndian.readU16(bytes, at + 1);
    }
    return at <= end && LittleEndian.isAllZero(bytes, at, end);
  }
}
