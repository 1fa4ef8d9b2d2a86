package io.anoadb.internal.transport;

import io.anoadb.generated.wire.FragAckFrameLayout;
import io.anoadb.generated.wire.FrameHeaderLayout;
import io.anoadb.generated.wire.Limits;
import io.anoadb.generated.wire.Timings;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The fragmented replies that a session is receiving: acknowledgements every two fragments or 10 ms, and forgetting what
 * came to a halt. The client asked for each of them, so its window is what bounds their number.
 */
final class IncomingTransfers {
  /** The overall limit grows with the message: a value of any allowed size has to get across a slow path. */
  private static final double OVERALL_MS_PER_BYTE = 1000.0 / 32_768;

  private static final long ECHO_MASK = 0xffff_ffffL;

  /** What became of a fragment. */
  enum Outcome {
    PARTIAL,
    /** {@link #take} has the message. */
    COMPLETE,
    CONFLICT,
    TOO_LARGE
  }

  private final Channel channel;
  private final Outgoing outgoing;
  private final long messageBytesMax;
  private final List<Reassembly> reassemblies = new ArrayList<>();

  IncomingTransfers(Channel channel, Outgoing outgoing, long messageBytesMax) {
    this.channel = channel;
    this.outgoing = outgoing;
    this.messageBytesMax = Math.min(messageBytesMax, Integer.MAX_VALUE - 8);
  }

  @Nullable Reassembly find(long rid) {
    for (int i = 0; i < reassemblies.size(); i++) {
      if (reassemblies.get(i).rid == rid) return reassemblies.get(i);
    }
    return null;
  }

  /** Takes one fragment in. */
  Outcome accept(
      long rid,
      int identity,
      long total,
      int index,
      byte[] bytes,
      int start,
      int end,
      long counter,
      double nowMs) {
    Reassembly reassembly = find(rid);
    if (reassembly == null) {
      if (total > messageBytesMax) return Outcome.TOO_LARGE;
      if (total == 0 || (long) index * channel.fragmentBytes() >= total) return Outcome.CONFLICT;
      reassembly = new Reassembly(rid, (int) total, channel.fragmentBytes(), identity, nowMs);
      reassemblies.add(reassembly);
    }
    Reassembly.Verdict verdict =
        reassembly.accept(total, identity, index, bytes, start, end, nowMs);
    if (verdict == Reassembly.Verdict.CONFLICT) {
      drop(rid);
      return Outcome.CONFLICT;
    }
    reassembly.echo = counter & ECHO_MASK;
    reassembly.unacked++;
    boolean isAckDue =
        reassembly.hasGap() || reassembly.isComplete() || reassembly.unacked >= Limits.FRAGMENTS_PER_ACK;
    if (isAckDue) acknowledge(reassembly);
    else if (reassembly.ackDueMs == Double.POSITIVE_INFINITY)
      reassembly.ackDueMs = nowMs + Timings.FRAGMENT_ACK_DELAY_MS;
    return reassembly.isComplete() ? Outcome.COMPLETE : Outcome.PARTIAL;
  }

  /** Removes a complete message and returns it. */
  byte[] take(long rid) {
    Reassembly reassembly = find(rid);
    if (reassembly == null) throw new IllegalStateException("no reassembly of request " + rid);
    drop(rid);
    return reassembly.assemble();
  }

  void drop(long rid) {
    for (int i = reassemblies.size() - 1; i >= 0; i--) {
      if (reassemblies.get(i).rid == rid) reassemblies.remove(i);
    }
  }

  void dropAll() {
    reassemblies.clear();
  }

  /** Tells the sender of a message that is not in the making (any more) that all of it arrived. */
  void acknowledgeWhole(long rid, long total, long counter) {
    long fragmentCount = (total + channel.fragmentBytes() - 1) / channel.fragmentBytes();
    if (fragmentCount < Limits.FRAGMENTS_MAX) write(rid, (int) fragmentCount, 0, counter & ECHO_MASK);
  }

  /** Earliest moment at which {@link #tick} has something to do. */
  double deadlineMs() {
    double deadlineMs = Double.POSITIVE_INFINITY;
    for (int i = 0; i < reassemblies.size(); i++) {
      Reassembly reassembly = reassemblies.get(i);
      deadlineMs = Math.min(deadlineMs, Math.min(reassembly.ackDueMs, expiryMsOf(reassembly)));
    }
    return deadlineMs;
  }

  void tick(double nowMs) {
    for (int i = reassemblies.size() - 1; i >= 0; i--) {
      Reassembly reassembly = reassemblies.get(i);
      if (expiryMsOf(reassembly) <= nowMs) reassemblies.remove(i);
      else if (reassembly.ackDueMs <= nowMs) acknowledge(reassembly);
    }
  }

  private void acknowledge(Reassembly reassembly) {
    reassembly.unacked = 0;
    reassembly.ackDueMs = Double.POSITIVE_INFINITY;
    write(reassembly.rid, reassembly.next, reassembly.bitmap(), reassembly.echo);
  }

  private void write(long rid, int next, long bitmap, long echo) {
    int at = outgoing.reserve(channel, FrameHeaderLayout.BYTES + FragAckFrameLayout.BYTES);
    Frames.writeFragAck(outgoing.bytes(), at, rid, Frames.ACK_OF_REPLY, next, bitmap, echo);
  }

  private static double expiryMsOf(Reassembly reassembly) {
    double overallMs = Timings.REASSEMBLY_MS_MAX + reassembly.total * OVERALL_MS_PER_BYTE;
    return Math.min(reassembly.lastNewMs + Timings.REASSEMBLY_IDLE_MS, reassembly.startedMs + overallMs);
  }
}
