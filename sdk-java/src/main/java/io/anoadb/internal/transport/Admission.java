package io.anoadb.internal.transport;

import io.anoadb.generated.wire.ChallengeLayout;
import io.anoadb.generated.wire.DataHeaderLayout;
import io.anoadb.generated.wire.DatagramType;
import io.anoadb.generated.wire.ServerParamsLayout;
import io.anoadb.generated.wire.VersionsLayout;
import io.anoadb.generated.wire.WelcomeLayout;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The first look at a datagram: one table of (type, length), before any state or cryptography is touched. Also the
 * reserved fields of handshake messages, which in open mode include ephemeral key and tag.
 */
final class Admission {
  private static final int[] TO_CLIENT = {
    DatagramType.CHALLENGE,
    DatagramType.WELCOME,
    DatagramType.VERSIONS,
    DatagramType.REJECT,
    DatagramType.NO_SESSION,
    DatagramType.DATA_TO_CLIENT,
  };
  private static final int NOT_RECEIVED = -1;
  private static final int OTHER_MODE = -2;

  /** Per type byte: shortest and longest length, or why it is never received here. */
  private final int[] bytesMin = new int[256];

  private final int[] bytesMax = new int[256];

  Admission(Mode mode, int maxDatagram) {
    Arrays.fill(bytesMin, NOT_RECEIVED);
    int otherOffset = DatagramType.OPEN_OFFSET - mode.typeOffset;
    for (int type = 0; type < DatagramType.OPEN_OFFSET; type++) {
      if (DatagramType.bytesOf(type) != 0) bytesMin[type + otherOffset] = OTHER_MODE;
    }
    for (int type : TO_CLIENT) {
      int exact = DatagramType.bytesOf(type);
      int dataBytesMin = mode == Mode.SEALED ? Sealing.RESERVED_BYTES : DataHeaderLayout.BYTES;
      bytesMin[type + mode.typeOffset] = exact > 0 ? exact : dataBytesMin;
      bytesMax[type + mode.typeOffset] = exact > 0 ? exact : maxDatagram;
    }
  }

  /** Why the datagram [start, end) goes no further; null: it may. */
  @Nullable DropReason refuse(byte[] bytes, int start, int end) {
    int length = end - start;
    if (length < 2) return DropReason.TOO_SHORT;
    int magic = bytes[start] & 0xff;
    if (magic != DatagramType.MAGIC)
      return magic >> 4 == DatagramType.MAGIC >> 4 ? DropReason.BAD_VERSION : DropReason.BAD_MAGIC;
    int type = bytes[start + 1] & 0xff;
    if (bytesMin[type] < 0)
      return bytesMin[type] == OTHER_MODE ? DropReason.WRONG_MODE : DropReason.UNKNOWN_TYPE;
    return length < bytesMin[type] || length > bytesMax[type] ? DropReason.BAD_LENGTH : null;
  }

  static boolean isChallengeClean(byte[] bytes, int start) {
    return bytes[start + ChallengeLayout.ZERO_AT] == 0;
  }

  /** Of a sealed WELCOME, what is in clear; the params are read only once its box was opened. */
  static boolean isWelcomeClean(byte[] bytes, int start, Mode mode) {
    if (bytes[start + WelcomeLayout.FLAGS_AT] != 0) return false;
    int params = start + WelcomeLayout.PARAMS_AT;
    return mode == Mode.SEALED
        || LittleEndian.isAllZero(bytes, start + WelcomeLayout.EPHEMERAL_KEY_AT, params)
            && bytes[params + ServerParamsLayout.ZERO_AT] == 0;
  }

  static boolean isVersionsClean(byte[] bytes, int start) {
    return LittleEndian.isAllZero(bytes, start + VersionsLayout.ZERO_AT, start + VersionsLayout.BYTES);
  }
}
