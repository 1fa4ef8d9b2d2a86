package io.anoadb.internal.transport;

import io.anoadb.generated.wire.ClientParamsLayout;

/** What AUTH says of the client, in the order of the spec. */
record ClientParams(
    byte[] clientId, long floor, int maxDatagram, int window, long previousSid, byte[] previousEpoch) {
  static final int CLIENT_ID_BYTES = 16;
  static final int EPOCH_BYTES = 8;

  /** Writes into zeroed space at {@code at}; features and required stay 0, as none is defined. */
  void encode(byte[] bytes, int at) {
    System.arraycopy(clientId, 0, bytes, at + ClientParamsLayout.CLIENT_ID_AT, CLIENT_ID_BYTES);
    LittleEndian.writeU32(bytes, at + ClientParamsLayout.FLOOR_AT, floor);
    LittleEndian.writeU16(bytes, at + ClientParamsLayout.MAX_DATAGRAM_AT, maxDatagram);
    LittleEndian.writeU16(bytes, at + ClientParamsLayout.WINDOW_AT, window);
    LittleEndian.writeU32(bytes, at + ClientParamsLayout.PREVIOUS_SID_AT, previousSid);
    System.arraycopy(previousEpoch, 0, bytes, at + ClientParamsLayout.PREVIOUS_EPOCH_AT, EPOCH_BYTES);
  }
}
