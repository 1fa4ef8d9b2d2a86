package io.anoadb.internal.transport;

import io.anoadb.generated.wire.Limits;

/**
 * Which requests were overtaken by answers to later ones: sendings in order, so that only the front has to be looked at.
 * A sending is known by its request id and the counter of its datagram, since three requests in one datagram overtake
 * nothing.
 */
final class OvertakenRequests {
  private static final int RING = 1024;
  private static final int RING_MASK = RING - 1;

  private final long[] rids = new long[RING];
  private final long[] counters = new long[RING];
  private int head;
  private int tail;
  private long highestAnswered = -1;

  void onSent(long rid, long counter) {
    if (tail - head == RING) head++; // its timer still stands
    rids[tail & RING_MASK] = rid;
    counters[tail & RING_MASK] = counter;
    tail++;
  }

  void onAnswered(long counter) {
    if (counter > highestAnswered) highestAnswered = counter;
  }

  /** The oldest sending, if enough later datagrams were answered; its request id, or -1. */
  long front() {
    if (head == tail) return -1;
    int index = head & RING_MASK;
    return counters[index] + Limits.REORDER_THRESHOLD <= highestAnswered ? rids[index] : -1;
  }

  long frontCounter() {
    return counters[head & RING_MASK];
  }

  void dropFront() {
    head++;
  }

  void clear() {
    head = tail;
    highestAnswered = -1;
  }
}
