package io.anoadb.internal.transport;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** A real endpoint whose randomness, time and wire are those of a test; keeps what it sends and says. */
final class ScriptedClient implements DatagramSink, ClientListener {
  private static final HexFormat HEX = HexFormat.of();

  private final DatagramBatch outgoing;
  private final List<byte[]> sent = new ArrayList<>();
  final List<String> said = new ArrayList<>();
  final ClientEndpoint endpoint;
  double nowMs = 1_000_000;

  /**
   * @param random what is given for each length asked for; zeros else
   * @param psk null: open mode
   */
  ScriptedClient(Map<Integer, byte[]> random, byte[] psk, boolean isLoopback, ClientLimits limits) {
    outgoing = new DatagramBatch(8, isLoopback ? 16_384 : 1201);
    RandomBytes scripted =
        into -> {
          byte[] given = random.getOrDefault(into.length, new byte[into.length]);
          System.arraycopy(given, 0, into, 0, into.length);
        };
    endpoint = new ClientEndpoint(psk, isLoopback, this, scripted, this, 128, limits);
  }

  /** An open one. */
  static ScriptedClient open() {
    return new ScriptedClient(Map.of(16, filled(16, 0xc1), 8, filled(8, 0xb8)), null, false, ClientLimits.DEFAULT);
  }

  static byte[] filled(int byteCount, int value) {
    byte[] bytes = new byte[byteCount];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  List<byte[]> start() {
    endpoint.start(nowMs);
    return takeSent();
  }

  /** Submits and flushes; what left. */
  List<byte[]> request(byte[] ops, boolean mutates) {
    endpoint.submit(ops, ops.length, mutates, false, nowMs);
    endpoint.flush(nowMs);
    return takeSent();
  }

  /** The datagram arrives; what it answers. */
  List<byte[]> receive(byte[] datagram) {
    DatagramBatch batch = new DatagramBatch(1, 16_384);
    System.arraycopy(datagram, 0, batch.bytes, 0, datagram.length);
    batch.commit(datagram.length);
    endpoint.handleBatch(batch, nowMs);
    return takeSent();
  }

  /** Time passes, timer by timer; all that left meanwhile. */
  List<byte[]> pass(double byMs) {
    double endMs = nowMs + byMs;
    while (endpoint.nextTickAtMs() <= endMs) {
      nowMs = Math.max(nowMs, endpoint.nextTickAtMs());
      endpoint.tick(nowMs);
    }
    nowMs = endMs;
    endpoint.tick(nowMs);
    return takeSent();
  }

  List<byte[]> takeSent() {
    List<byte[]> taken = List.copyOf(sent);
    sent.clear();
    return taken;
  }

  @Override
  public DatagramBatch batch() {
    return outgoing;
  }

  @Override
  public void flush() {
    for (int slot = 0; slot < outgoing.count; slot++) {
      int start = outgoing.startOf(slot);
      sent.add(Arrays.copyOfRange(outgoing.bytes, start, start + outgoing.lengths[slot]));
    }
    outgoing.clear();
  }

  @Override
  public void onReady() {
    said.add("ready");
  }

  @Override
  public void onReply(long rid, int status, byte[] bytes, int start, int end) {
    String results = HEX.formatHex(bytes, start, end);
    said.add("reply " + rid + " " + status + (results.isEmpty() || results.length() > 64 ? "" : " " + results));
    lastReply = Arrays.copyOfRange(bytes, start, end);
  }

  byte[] lastReply = {};

  @Override
  public void onOutcomeUnknown(long rid) {
    said.add("unknown " + rid);
  }

  @Override
  public void onDisconnected(String reason) {
    said.add("disconnected");
  }

  @Override
  public void onLoading(int percent) {
    said.add("loading " + percent);
  }

  @Override
  public void onFatal(Fatal fatal) {
    said.add("fatal " + fatal.code());
  }
}
