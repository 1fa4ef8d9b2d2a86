// Generated from protocol-spec/protocol.json by `npm run gen`: do not edit.

package io.anoadb.generated.wire;

import io.anoadb.internal.protocol.LittleEndian;
import java.nio.ByteBuffer;

/**
 * In the params of AUTH. What the client says of itself. After the fixed part TLVs (type u8, length u16, bytes), then
 * zeros.
 */
public final class ClientParamsLayout {
  /** Bytes of the fixed part; of a layout whose last field is the rest, those before it. */
  public static final int BYTES = 44;

  /** bytes[16]: Random per instance of the client, never stored. Request ids belong to it, not to the session. */
  public static final int CLIENT_ID_AT = 0;

  /** u32: Lowest request id whose reply the client still lacks. */
  public static final int FLOOR_AT = 16;

  /** u16: Largest datagram that the client takes, 1200 unless both addresses are loopback. */
  public static final int MAX_DATAGRAM_AT = 20;

  /** u16: Window of request ids that the client wants. */
  public static final int WINDOW_AT = 22;

  /** u32: Features the client knows; none is defined. */
  public static final int FEATURES_AT = 24;

  /** u32: Features without which the client will not go on; none is defined. */
  public static final int REQUIRED_AT = 28;

  /** u32: Session that this one replaces, 0 if none. */
  public static final int PREVIOUS_SID_AT = 32;

  /** bytes[8]: Epoch of the server in that session, zero if none. */
  public static final int PREVIOUS_EPOCH_AT = 36;

  /** A copy of {@link #CLIENT_ID_AT clientId}. */
  public static byte[] clientId(ByteBuffer buffer, int at) {
    byte[] copy = new byte[16];
    buffer.get(at + CLIENT_ID_AT, copy);
    return copy;
  }

  /** Sets {@link #CLIENT_ID_AT clientId}; of longer bytes only the first 16 count. */
  public static void clientId(ByteBuffer buffer, int at, byte[] value) {
    buffer.put(at + CLIENT_ID_AT, value, 0, 16);
  }

  /** Reads {@link #FLOOR_AT floor}. */
  public static long floor(ByteBuffer buffer, int at) {
    return LittleEndian.u32(buffer, at + FLOOR_AT);
  }

  /** Sets {@link #FLOOR_AT floor}. */
  public static void floor(ByteBuffer buffer, int at, long value) {
    LittleEndian.u32(buffer, at + FLOOR_AT, value);
  }

  /** Reads {@link #MAX_DATAGRAM_AT maxDatagram}. */
  public static int maxDatagram(ByteBuffer buffer, int at) {
    return LittleEndian.u16(buffer, at + MAX_DATAGRAM_AT);
  }

  /** Sets {@link #MAX_DATAGRAM_AT maxDatagram}. */
  public static void maxDatagram(ByteBuffer buffer, int at, int value) {
    LittleEndian.u16(buffer, at + MAX_DATAGRAM_AT, value);
  }

  /** Reads {@link #WINDOW_AT window}. */
  public static int window(ByteBuffer buffer, int at) {
    return LittleEndian.u16(buffer, at + WINDOW_AT);
  }

  /** Sets {@link #WINDOW_AT window}. */
  public static void window(ByteBuffer buffer, int at, int value) {
    LittleEndian.u16(buffer, at + WINDOW_AT, value);
  }

  /** Reads {@link #FEATURES_AT features}. */
  public static long features(ByteBuffer buffer, int at) {
    return LittleEndian.u32(buffer, at + FEATURES_AT);
  }

  /** Sets {@link #FEATURES_AT features}. */
  public static void features(ByteBuffer buffer, int at, long value) {
    LittleEndian.u32(buffer, at + FEATURES_AT, value);
  }

  /** Reads {@link #REQUIRED_AT required}. */
  public static long required(ByteBuffer buffer, int at) {
    return LittleEndian.u32(buffer, at + REQUIRED_AT);
  }

  /** Sets {@link #REQUIRED_AT required}. */
  public static void required(ByteBuffer buffer, int at, long value) {
    LittleEndian.u32(buffer, at + REQUIRED_AT, value);
  }

  /** Reads {@link #PREVIOUS_SID_AT previousSid}. */
  public static long previousSid(ByteBuffer buffer, int at) {
    return LittleEndian.u32(buffer, at + PREVIOUS_SID_AT);
  }

  /** Sets {@link #PREVIOUS_SID_AT previousSid}. */
  public static void previousSid(ByteBuffer buffer, int at, long value) {
    LittleEndian.u32(buffer, at + PREVIOUS_SID_AT, value);
  }

  /** A copy of {@link #PREVIOUS_EPOCH_AT previousEpoch}. */
  public static byte[] previousEpoch(ByteBuffer buffer, int at) {
    byte[] copy = new byte[8];
    buffer.get(at + PREVIOUS_EPOCH_AT, copy);
    return copy;
  }

  /** Sets {@link #PREVIOUS_EPOCH_AT previousEpoch}; of longer bytes only the first 8 count. */
  public static void previousEpoch(ByteBuffer buffer, int at, byte[] value) {
    buffer.put(at + PREVIOUS_EPOCH_AT, value, 0, 8);
  }

  private ClientParamsLayout() {}
}
