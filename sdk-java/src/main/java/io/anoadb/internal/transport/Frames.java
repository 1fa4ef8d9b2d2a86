package io.anoadb.internal.transport;

import static io.anoadb.internal.transport.LittleEndian.writeU16;
import static io.anoadb.internal.transport.LittleEndian.writeU32;
import static io.anoadb.internal.transport.LittleEndian.writeU64;

import io.anoadb.generated.wire.CloseFrameLayout;
import io.anoadb.generated.wire.FragAckFrameLayout;
import io.anoadb.generated.wire.FrameHeaderLayout;
import io.anoadb.generated.wire.FrameType;
import io.anoadb.generated.wire.PathChallengeFrameLayout;
import io.anoadb.generated.wire.PathResponseFrameLayout;
import io.anoadb.generated.wire.PingFrameLayout;
import io.anoadb.generated.wire.PongFrameLayout;
import io.anoadb.generated.wire.ReqFragFrameLayout;
import io.anoadb.generated.wire.ReqFrameLayout;
import io.anoadb.generated.wire.RspFragFrameLayout;
import io.anoadb.generated.wire.RspFrameLayout;
import io.anoadb.generated.wire.WorkingFrameLayout;
import java.util.Arrays;

/**
 * Frames inside a DATA datagram: {@code type u8 | len u16 | body}, several per datagram, written in place. Layouts are in
 * SPEC.md section 6.
 *
 * <p>FRAG_ACK: everything below {@code next} has arrived and {@code next} has not; bit i of the bitmap is fragment next +
 * 1 + i; echo is the low half of the counter of the datagram that brought the latest fragment.
 */
final class Frames {
  /** Of a frame that carries a whole request or reply, everything but its ops or results. */
  static final int MESSAGE_OVERHEAD_BYTES = FrameHeaderLayout.BYTES + ReqFrameLayout.BYTES;
  /** Of a fragment frame, everything but its data. */
  static final int FRAGMENT_OVERHEAD_BYTES = FrameHeaderLayout.BYTES + ReqFragFrameLayout.BYTES;

  static final int ACK_OF_REQUEST = 0;
  static final int ACK_OF_REPLY = 1;
  /** Fragments beyond {@code next} that one FRAG_ACK can speak of. */
  static final int ACK_BITMAP_BITS = 64;

  /** Shortest body of each frame that a client may receive; -1 = it ends the session. */
  private static final int[] BODY_BYTES_MIN = new int[FrameType.SKIPPABLE_FROM];

  static {
    Arrays.fill(BODY_BYTES_MIN, -1);
    BODY_BYTES_MIN[FrameType.RSP] = RspFrameLayout.BYTES;
    BODY_BYTES_MIN[FrameType.RSP_FRAG] = RspFragFrameLayout.BYTES;
    BODY_BYTES_MIN[FrameType.FRAG_ACK] = FragAckFrameLayout.BYTES;
    BODY_BYTES_MIN[FrameType.WORKING] = WorkingFrameLayout.BYTES;
    BODY_BYTES_MIN[FrameType.PING] = PingFrameLayout.BYTES;
    BODY_BYTES_MIN[FrameType.PONG] = PongFrameLayout.BYTES;
    BODY_BYTES_MIN[FrameType.PATH_CHALLENGE] = PathChallengeFrameLayout.BYTES;
    BODY_BYTES_MIN[FrameType.PATH_RESPONSE] = PathResponseFrameLayout.BYTES;
    BODY_BYTES_MIN[FrameType.CLOSE] = CloseFrameLayout.BYTES;
  }

  private Frames() {}

  /** Shortest body of a frame of {@code type} (below 0x80) at a client, -1 where it receives no such frame. */
  static int bodyBytesMin(int type) {
    return BODY_BYTES_MIN[type];
  }

  /** REQ; returns where the ops go. */
  static int writeRequestHead(byte[] bytes, int at, long rid, int delta, int flags, int opsBytes) {
    int body = writeHeader(bytes, at, FrameType.REQ, ReqFrameLayout.BYTES + opsBytes);
    writeU32(bytes, body, rid);
    bytes[body + 4] = (byte) delta;
    bytes[body + 5] = (byte) flags;
    return body + ReqFrameLayout.BYTES;
  }

  /** REQ_FRAG; returns where the data goes. */
  static int writeFragmentHead(
      byte[] bytes, int at, long rid, int delta, int flags, int total, int index, int dataBytes) {
    int body = writeHeader(bytes, at, FrameType.REQ_FRAG, ReqFragFrameLayout.BYTES + dataBytes);
    writeU32(bytes, body, rid);
    bytes[body + 4] = (byte) delta;
    bytes[body + 5] = (byte) flags;
    writeU32(bytes, body + 6, total);
    writeU16(bytes, body + 10, index);
    return body + ReqFragFrameLayout.BYTES;
  }

  static void writeFragAck(
      byte[] bytes, int at, long rid, int direction, int next, long bitmap, long echo) {
    int body = writeHeader(bytes, at, FrameType.FRAG_ACK, FragAckFrameLayout.BYTES);
    writeU32(bytes, body, rid);
    bytes[body + 4] = (byte) direction;
    bytes[body + 5] = 0;
    writeU16(bytes, body + 6, next);
    writeU64(bytes, body + 8, bitmap);
    writeU32(bytes, body + 16, echo);
  }

  static void writePing(byte[] bytes, int at, long floor, long token) {
    int body = writeHeader(bytes, at, FrameType.PING, PingFrameLayout.BYTES);
    writeU32(bytes, body, floor);
    writeU32(bytes, body + 4, token);
  }

  static void writePong(byte[] bytes, int at, long token) {
    writeU32(bytes, writeHeader(bytes, at, FrameType.PONG, PongFrameLayout.BYTES), token);
  }

  /** PATH_RESPONSE with the 8 bytes of the challenge. */
  static void writePathResponse(byte[] bytes, int at, long data) {
    writeU64(bytes, writeHeader(bytes, at, FrameType.PATH_RESPONSE, PathResponseFrameLayout.BYTES), data);
  }

  /** CLOSE without prose: the code says it all. */
  static void writeClose(byte[] bytes, int at, int code) {
    writeU16(bytes, writeHeader(bytes, at, FrameType.CLOSE, CloseFrameLayout.BYTES), code);
  }

  private static int writeHeader(byte[] bytes, int at, int type, int bodyBytes) {
    bytes[at] = (byte) type;
    writeU16(bytes, at + 1, bodyBytes);
    return at + FrameHeaderLayout.BYTES;
  }
}
