package io.anoadb.internal.transport;

import io.anoadb.generated.wire.AuthLayout;
import io.anoadb.generated.wire.ChallengeLayout;
import io.anoadb.generated.wire.ClientParamsLayout;
import io.anoadb.generated.wire.DataHeaderLayout;
import io.anoadb.generated.wire.DatagramType;
import io.anoadb.generated.wire.Dedup;
import io.anoadb.generated.wire.FrameHeaderLayout;
import io.anoadb.generated.wire.FrameType;
import io.anoadb.generated.wire.NoSessionLayout;
import io.anoadb.generated.wire.RejectLayout;
import io.anoadb.generated.wire.ServerParamsLayout;
import io.anoadb.generated.wire.WelcomeLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The bytes of an open server, made by hand: says what a test wants said, whether a real one would or not. */
final class ScriptedServer {
  static final long SID = 0x0102_0304L;
  private static final int HEADER = DataHeaderLayout.BYTES;

  // What the next WELCOME grants.
  long sid = SID;
  int dedup = Dedup.FRESH;
  int window = 128;
  int maxDatagram = 1200;
  long maxMessage = 1_052_672;
  byte[] epoch = ScriptedClient.filled(8, 0xe0);
  long counter;

  /** A frame of a client's datagram: its type and body. */
  record Frame(int type, byte[] body) {
    long rid() {
      return LittleEndian.readU32(body, 0);
    }

    /** Of REQ and REQ_FRAG. */
    int attempt() {
      return body[5] & 0x0f;
    }
  }

  static boolean is(byte[] datagram, int type) {
    return (datagram[1] & 0xff) == type + DatagramType.OPEN_OFFSET;
  }

  /** What an AUTH says in its params. */
  static long previousSid(byte[] auth) {
    return LittleEndian.readU32(auth, AuthLayout.PARAMS_AT + ClientParamsLayout.PREVIOUS_SID_AT);
  }

  static byte[] previousEpoch(byte[] auth) {
    int at = AuthLayout.PARAMS_AT + ClientParamsLayout.PREVIOUS_EPOCH_AT;
    return Arrays.copyOfRange(auth, at, at + 8);
  }

  private static byte[] message(int type, int byteCount, byte[] asked) {
    byte[] bytes = new byte[byteCount];
    bytes[0] = (byte) DatagramType.MAGIC;
    bytes[1] = (byte) (type + DatagramType.OPEN_OFFSET);
    bytes[2] = 1;
    System.arraycopy(asked, 4, bytes, 4, 8);
    return bytes;
  }

  byte[] challenge(byte[] hello) {
    return message(DatagramType.CHALLENGE, ChallengeLayout.BYTES, hello);
  }

  byte[] welcome(byte[] auth) {
    byte[] bytes = message(DatagramType.WELCOME, WelcomeLayout.BYTES, auth);
    int at = WelcomeLayout.PARAMS_AT;
    LittleEndian.writeU32(bytes, at + ServerParamsLayout.SID_AT, sid);
    System.arraycopy(epoch, 0, bytes, at + ServerParamsLayout.EPOCH_AT, 8);
    bytes[at + ServerParamsLayout.DEDUP_AT] = (byte) dedup;
    LittleEndian.writeU16(bytes, at + ServerParamsLayout.WINDOW_AT, window);
    LittleEndian.writeU16(bytes, at + ServerParamsLayout.MAX_DATAGRAM_AT, maxDatagram);
    LittleEndian.writeU16(bytes, at + ServerParamsLayout.MAX_REASSEMBLY_AT, 8);
    LittleEndian.writeU32(bytes, at + ServerParamsLayout.MAX_MESSAGE_AT, maxMessage);
    counter = 0;
    return bytes;
  }

  byte[] reject(byte[] auth, int reason, long retryAfterMs) {
    byte[] bytes = message(DatagramType.REJECT, RejectLayout.BYTES, auth);
    bytes[RejectLayout.REASON_AT] = (byte) reason;
    LittleEndian.writeU32(bytes, RejectLayout.RETRY_AFTER_MS_AT, retryAfterMs);
    return bytes;
  }

  static byte[] noSession(long sid, long counter) {
    byte[] bytes = new byte[NoSessionLayout.BYTES];
    bytes[0] = (byte) DatagramType.MAGIC;
    bytes[1] = (byte) (DatagramType.NO_SESSION + DatagramType.OPEN_OFFSET);
    LittleEndian.writeU32(bytes, NoSessionLayout.SID_AT, sid);
    LittleEndian.writeU48(bytes, NoSessionLayout.COUNTER_AT, counter);
    return bytes;
  }

  /** DATA with these frames, under the next counter. */
  byte[] data(byte[]... frames) {
    int byteCount = HEADER;
    for (byte[] frame : frames) byteCount += frame.length;
    byte[] bytes = new byte[byteCount];
    bytes[0] = (byte) DatagramType.MAGIC;
    bytes[1] = (byte) (DatagramType.DATA_TO_CLIENT + DatagramType.OPEN_OFFSET);
    LittleEndian.writeU32(bytes, DataHeaderLayout.SID_AT, sid);
    LittleEndian.writeU48(bytes, DataHeaderLayout.COUNTER_AT, counter++);
    int at = HEADER;
    for (byte[] frame : frames) {
      System.arraycopy(frame, 0, bytes, at, frame.length);
      at += frame.length;
    }
    return bytes;
  }

  static byte[] frame(int type, byte[] body) {
    byte[] bytes = new byte[FrameHeaderLayout.BYTES + body.length];
    bytes[0] = (byte) type;
    LittleEndian.writeU16(bytes, 1, body.length);
    System.arraycopy(body, 0, bytes, FrameHeaderLayout.BYTES, body.length);
    return bytes;
  }

  static byte[] reply(long rid, int flags, int status, byte... results) {
    byte[] body = Arrays.copyOf(new byte[0], 6 + results.length);
    LittleEndian.writeU32(body, 0, rid);
    body[4] = (byte) flags;
    body[5] = (byte) status;
    System.arraycopy(results, 0, body, 6, results.length);
    return frame(FrameType.RSP, body);
  }

  /** Fragment {@code index} of a reply that is {@code results}. */
  static byte[] replyFragment(long rid, int flags, byte[] results, int index) {
    int from = index * 1152;
    int length = Math.min(1152, results.length - from);
    byte[] body = new byte[12 + length];
    LittleEndian.writeU32(body, 0, rid);
    body[4] = (byte) flags;
    LittleEndian.writeU32(body, 6, results.length);
    LittleEndian.writeU16(body, 10, index);
    System.arraycopy(results, from, body, 12, length);
    return frame(FrameType.RSP_FRAG, body);
  }

  /** The frames of DATA from a client, padding left out. */
  static List<Frame> frames(List<byte[]> datagrams) {
    List<Frame> frames = new ArrayList<>();
    for (byte[] datagram : datagrams) {
      if (!is(datagram, DatagramType.DATA_TO_SERVER)) continue;
      int at = HEADER;
      while (at + FrameHeaderLayout.BYTES <= datagram.length && datagram[at] != 0) {
        int body = at + FrameHeaderLayout.BYTES;
        int end = body + LittleEndian.readU16(datagram, at + 1);
        frames.add(new Frame(datagram[at] & 0xff, Arrays.copyOfRange(datagram, body, end)));
        at = end;
      }
    }
    return frames;
  }

  static List<Frame> frames(List<byte[]> datagrams, int type) {
    return frames(datagrams).stream().filter(frame -> frame.type() == type).toList();
  }

  /** Of what was sent, the last one of that type. */
  static byte[] last(List<byte[]> sent, int type) {
    for (int i = sent.size() - 1; i >= 0; i--) if (is(sent.get(i), type)) return sent.get(i);
    throw new AssertionError("none of type " + type + " among " + sent.size() + " datagrams");
  }

  /** The whole handshake that begins with a HELLO in {@code sent}; what the client sends then. */
  List<byte[]> accept(ScriptedClient client, List<byte[]> sent) {
    byte[] auth = last(client.receive(challenge(last(sent, DatagramType.HELLO))), DatagramType.AUTH);
    return client.receive(welcome(auth));
  }
}
