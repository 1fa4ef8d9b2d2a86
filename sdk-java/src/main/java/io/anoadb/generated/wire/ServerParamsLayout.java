// Generated from protocol-spec/protocol.json by `npm run gen`: do not edit.

package io.anoadb.generated.wire;

import io.anoadb.internal.protocol.LittleEndian;
import java.nio.ByteBuffer;

/**
 * In the params of WELCOME. What the server grants. After the fixed part TLVs (type u8, length u16, bytes), then zeros.
 */
public final class ServerParamsLayout {
  /** Bytes of the fixed part; of a layout whose last field is the rest, those before it. */
  public static final int BYTES = 40;

  /** u32: Id of the new session. */
  public static final int SID_AT = 0;

  /**
   * bytes[8]: Names the run of client records that this server knows: with a journal as old as its database, else random
   * per start of the server.
   */
  public static final int EPOCH_AT = 4;

  /** u8: 0 FRESH: the server knows no earlier request of this client. 1 RESUMED: it does. */
  public static final int DEDUP_AT = 12;

  /** u8: Zero. */
  public static final int ZERO_AT = 13;

  /** u16: Window of request ids granted. */
  public static final int WINDOW_AT = 14;

  /** u16: Largest datagram both ends may send in this session. */
  public static final int MAX_DATAGRAM_AT = 16;

  /** u16: Messages the server reassembles at once for this session. */
  public static final int MAX_REASSEMBLY_AT = 18;

  /** u32: Largest message in bytes, request or reply. */
  public static final int MAX_MESSAGE_AT = 20;

  /** u32: Silence after which the session is closed. */
  public static final int IDLE_SECONDS_AT = 24;

  /** u32: Age at which the session is refused. */
  public static final int MAX_AGE_SECONDS_AT = 28;

  /** u32: Features in use; none is defined. */
  public static final int FEATURES_AT = 32;

  /** u32: What the access key may do: bit 0 read, bit 1 write, bit 2 admin. Open mode: all. */
  public static final int PERMISSIONS_AT = 36;

  /** Reads {@link #SID_AT sid}. */
  public static long sid(ByteBuffer buffer, int at) {
    return LittleEndian.u32(buffer, at + SID_AT);
  }

  /** Sets {@link #SID_AT sid}. */
  public static void sid(ByteBuffer buffer, int at, long value) {
    LittleEndian.u32(buffer, at + SID_AT, value);
  }

  /** A copy of {@link #EPOCH_AT epoch}. */
  public static byte[] epoch(ByteBuffer buffer, int at) {
    byte[] copy = new byte[8];
    buffer.get(at + EPOCH_AT, copy);
    return copy;
  }

  /** Sets {@link #EPOCH_AT epoch}; of longer bytes only the first 8 count. */
  public static void epoch(ByteBuffer buffer, int at, byte[] value) {
    buffer.put(at + EPOCH_AT, value, 0, 8);
  }

  /** Reads {@link #DEDUP_AT dedup}. */
  public static int dedup(ByteBuffer buffer, int at) {
    return LittleEndian.u8(buffer, at + DEDUP_AT);
  }

  /** Sets {@link #DEDUP_AT dedup}. */
  public static void dedup(ByteBuffer buffer, int at, int value) {
    LittleEndian.u8(buffer, at + DEDUP_AT, value);
  }

  /** Reads {@link #ZERO_AT zero}. */
  public static int zero(ByteBuffer buffer, int at) {
    return LittleEndian.u8(buffer, at + ZERO_AT);
  }

  /** Sets {@link #ZERO_AT zero}. */
  public static void zero(ByteBuffer buffer, int at, int value) {
    LittleEndian.u8(buffer, at + ZERO_AT, value);
  }

  /** Reads {@link #WINDOW_AT window}. */
  public static int window(ByteBuffer buffer, int at) {
    return LittleEndian.u16(buffer, at + WINDOW_AT);
  }

  /** Sets {@link #WINDOW_AT window}. */
  public static void window(ByteBuffer buffer, int at, int value) {
    LittleEndian.u16(buffer, at + WINDOW_AT, value);
  }

  /** Reads {@link #MAX_DATAGRAM_AT maxDatagram}. */
  public static int maxDatagram(ByteBuffer buffer, int at) {
    return LittleEndian.u16(buffer, at + MAX_DATAGRAM_AT);
  }

  /** Sets {@link #MAX_DATAGRAM_AT maxDatagram}. */
  public static void maxDatagram(ByteBuffer buffer, int at, int value) {
    LittleEndian.u16(buffer, at + MAX_DATAGRAM_AT, value);
  }

  /** Reads {@link #MAX_REASSEMBLY_AT maxReassembly}. */
  public static int maxReassembly(ByteBuffer buffer, int at) {
    return LittleEndian.u16(buffer, at + MAX_REASSEMBLY_AT);
  }

  /** Sets {@link #MAX_REASSEMBLY_AT maxReassembly}. */
  public static void maxReassembly(ByteBuffer buffer, int at, int value) {
    LittleEndian.u16(buffer, at + MAX_REASSEMBLY_AT, value);
  }

  /** Reads {@link #MAX_MESSAGE_AT maxMessage}. */
  public static long maxMessage(ByteBuffer buffer, int at) {
    return LittleEndian.u32(buffer, at + MAX_MESSAGE_AT);
  }

  /** Sets {@link #MAX_MESSAGE_AT maxMessage}. */
  public static void maxMessage(ByteBuffer buffer, int at, long value) {
    LittleEndian.u32(buffer, at + MAX_MESSAGE_AT, value);
  }

  /** Reads {@link #IDLE_SECONDS_AT idleSeconds}. */
  public static long idleSeconds(ByteBuffer buffer, int at) {
    return LittleEndian.u32(buffer, at + IDLE_SECONDS_AT);
  }

  /** Sets {@link #IDLE_SECONDS_AT idleSeconds}. */
  public static void idleSeconds(ByteBuffer buffer, int at, long value) {
    LittleEndian.u32(buffer, at + IDLE_SECONDS_AT, value);
  }

  /** Reads {@link #MAX_AGE_SECONDS_AT maxAgeSeconds}. */
  public static long maxAgeSeconds(ByteBuffer buffer, int at) {
    return LittleEndian.u32(buffer, at + MAX_AGE_SECONDS_AT);
  }

  /** Sets {@link #MAX_AGE_SECONDS_AT maxAgeSeconds}. */
  public static void maxAgeSeconds(ByteBuffer buffer, int at, long value) {
    LittleEndian.u32(buffer, at + MAX_AGE_SECONDS_AT, value);
  }

  /** Reads {@link #FEATURES_AT features}. */
  public static long features(ByteBuffer buffer, int at) {
    return LittleEndian.u32(buffer, at + FEATURES_AT);
  }

  /** Sets {@link #FEATURES_AT features}. */
  public static void features(ByteBuffer buffer, int at, long value) {
    LittleEndian.u32(buffer, at + FEATURES_AT, value);
  }

  /** Reads {@link #PERMISSIONS_AT permissions}. */
  public static long permissions(ByteBuffer buffer, int at) {
    return LittleEndian.u32(buffer, at + PERMISSIONS_AT);
  }

  /** Sets {@link #PERMISSIONS_AT permissions}. */
  public static void permissions(ByteBuffer buffer, int at, long value) {
    LittleEndian.u32(buffer, at + PERMISSIONS_AT, value);
  }

  private ServerParamsLayout() {}
}
