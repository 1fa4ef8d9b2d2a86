package io.anoadb.internal.transport;

import static io.anoadb.internal.transport.LittleEndian.readU16;
import static io.anoadb.internal.transport.LittleEndian.readU32;
import static io.anoadb.internal.transport.LittleEndian.readU64;

import io.anoadb.generated.wire.FragAckFrameLayout;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The large requests that a session is sending: whose turn it is, pacing, acknowledgements, timeouts. */
final class OutgoingTransfers {
  private final Channel channel;
  private final Outgoing outgoing;
  private final RttEstimator rtt;
  private final Congestion congestion;
  private final List<FragmentSender> senders = new ArrayList<>();
  private int turn;
  private double pacedAtMs = Double.POSITIVE_INFINITY;
  private long queuedBytes;
  private long retransmits;

  OutgoingTransfers(Channel channel, Outgoing outgoing, RttEstimator rtt, Congestion congestion) {
    this.channel = channel;
    this.outgoing = outgoing;
    this.rtt = rtt;
    this.congestion = congestion;
  }

  boolean isEmpty() {
    return senders.isEmpty();
  }

  int count() {
    return senders.size();
  }

  /** Bytes of all messages on their way. */
  long queuedBytes() {
    return queuedBytes;
  }

  long retransmits() {
    return retransmits;
  }

  @Nullable FragmentSender find(long rid) {
    for (int i = 0; i < senders.size(); i++) if (senders.get(i).rid == rid) return senders.get(i);
    return null;
  }

  /** {@code bytes} are kept until the message arrived or is dropped. Nothing leaves before {@link #pump}. */
  void start(long rid, byte[] bytes, int byteCount, int delta, int flags, double nowMs) {
    senders.add(
        new FragmentSender(
            rid, bytes, byteCount, channel.fragmentBytes(), delta, flags, rtt, congestion, nowMs));
    queuedBytes += byteCount;
  }

  void drop(long rid) {
    for (int i = senders.size() - 1; i >= 0; i--) if (senders.get(i).rid == rid) removeAt(i);
  }

  void dropAll() {
    for (int i = senders.size() - 1; i >= 0; i--) removeAt(i);
  }

  /** A FRAG_ACK body at {@code at}. Returns the sender it speaks of, or null. */
  @Nullable FragmentSender handleAck(byte[] bytes, int at, long counter, double nowMs) {
    FragmentSender sender = find(readU32(bytes, at));
    if (sender == null) return null;
    int next = readU16(bytes, at + FragAckFrameLayout.NEXT_AT);
    long bitmap = readU64(bytes, at + FragAckFrameLayout.BITMAP_AT);
    sender.onAck(next, bitmap, readU32(bytes, at + FragAckFrameLayout.ECHO_AT), counter, nowMs);
    return sender;
  }

  /** Sends what window and pace allow, one fragment per message in turn, so that no message starves another. */
  void pump(double nowMs) {
    pacedAtMs = Double.POSITIVE_INFINITY;
    int idle = 0;
    while (idle < senders.size()) {
      turn = (turn + 1) % senders.size();
      FragmentSender sender = senders.get(turn);
      int index = sender.nextToSend();
      if (index < 0) {
        idle++;
        continue;
      }
      if (sender.probesDue == 0) {
        if (!congestion.hasRoom(sender.sizeOf(index))) return;
        double paceMs = congestion.paceAtMs(nowMs);
        if (paceMs > nowMs) {
          pacedAtMs = paceMs;
          return;
        }
      }
      send(sender, index, nowMs);
      idle = 0;
    }
  }

  /** Earliest moment at which {@link #tick} has something to do. */
  double deadlineMs() {
    double deadlineMs = pacedAtMs;
    for (int i = 0; i < senders.size(); i++) deadlineMs = Math.min(deadlineMs, senders.get(i).timeoutAtMs());
    return deadlineMs;
  }

  void tick(double nowMs) {
    for (int i = senders.size() - 1; i >= 0; i--) {
      FragmentSender sender = senders.get(i);
      if (sender.timeoutAtMs() > nowMs) continue;
      boolean isStalled = sender.onTimeout(nowMs);
      // As long as other messages get through, the path has not stalled.
      if (isStalled && nowMs - lastProgressMs() >= rtt.timeoutMs(0)) congestion.onStalled(nowMs);
    }
    pump(nowMs);
  }

  private void send(FragmentSender sender, int index, double nowMs) {
    int dataBytes = sender.sizeOf(index);
    int at = outgoing.reserve(channel, Frames.FRAGMENT_OVERHEAD_BYTES + dataBytes);
    byte[] bytes = outgoing.bytes();
    int dataAt =
        Frames.writeFragmentHead(
            bytes, at, sender.rid, sender.delta, sender.flags, sender.byteCount, index, dataBytes);
    System.arraycopy(sender.bytes, sender.startOf(index), bytes, dataAt, dataBytes);
    int before = sender.retransmits;
    sender.onSent(index, channel.sendCounter - 1, nowMs);
    retransmits += sender.retransmits - before;
  }

  private double lastProgressMs() {
    double lastMs = 0;
    for (FragmentSender sender : senders) lastMs = Math.max(lastMs, sender.lastProgressMs);
    return lastMs;
  }

  private void removeAt(int index) {
    FragmentSender sender = senders.remove(index);
    sender.abandon();
    queuedBytes -= sender.byteCount;
  }
}
