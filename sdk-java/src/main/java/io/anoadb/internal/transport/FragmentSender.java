package io.anoadb.internal.transport;

import java.util.Arrays;

/**
 * One large request on its way out: which fragments are unsent, on the way, arrived or lost.
 *
 * <p>The receiver's FRAG_ACK is authoritative: one that is newer than the last and no longer knows fragments it once had
 * (its reassembly was dropped) makes them unsent again. Its bitmap speaks of 64 fragments, a fast path has hundreds on
 * the way: {@code echo}, the counter of the datagram that led to the acknowledgement, tells of one more wherever it is,
 * and a receiver with a gap acknowledges every fragment.
 */
final class FragmentSender {
  private static final byte UNSENT = 0;
  private static final byte IN_FLIGHT = 1;
  private static final byte ARRIVED = 2;
  /** So many datagrams sent later have arrived: then this one is lost, not late. */
  private static final int REORDER_DATAGRAMS = 3;

  private static final int COUNTER_RING_MAX = 8192;
  /** Without so many: that one later datagram has arrived, and one and a half round trips have passed. */
  private static final double ALONE_PATIENCE = 4.0 / 3;
  /** Fragments that a timeout sends beyond the window, to hear what has arrived: RFC 9002, 6.2. */
  private static final int PROBE_FRAGMENTS = 2;
  /** Beyond the bitmap a fragment may have arrived and its acknowledgement be lost: more patience. */
  private static final double PATIENCE_BEYOND_BITMAP = 2;

  private static final long ECHO_MASK = 0xffff_ffffL;

  final long rid;
  final byte[] bytes;
  final int byteCount;
  final int fragmentCount;
  final int delta;
  int flags;
  private final int fragmentBytes;
  private final RttEstimator rtt;
  private final Congestion congestion;
  private final byte[] states;
  private final double[] sentMs;
  private final long[] sentCounters;
  /** Everything below has arrived. */
  private int base;
  /** Fragment by the counter it left with, modulo the length; checked against sentCounters. */
  private final int[] indexByCounter;
  /** When to look next at the fragments beyond the bitmap: that scan is long. */
  private double nextScanMs;
  /** No UNSENT fragment is below this. */
  private int unsentFrom;
  /** No fragment from here on ever left. */
  private int sentUpTo;

  private int inFlightCount;
  private long highestArrivedCounter = -1;
  private long lastAckCounter = -1;
  private int doublings;
  double lastProgressMs;
  /** When silence lasts too long. */
  private double probeAtMs = Double.POSITIVE_INFINITY;
  /** When something overtaken has been waited for long enough. */
  private double lossAtMs = Double.POSITIVE_INFINITY;
  /** Fragments that may leave whatever the window says. */
  int probesDue;

  int retransmits;

  FragmentSender(
      long rid,
      byte[] bytes,
      int byteCount,
      int fragmentBytes,
      int delta,
      int flags,
      RttEstimator rtt,
      Congestion congestion,
      double nowMs) {
    this.rid = rid;
    this.bytes = bytes;
    this.byteCount = byteCount;
    this.delta = delta;
    this.flags = flags;
    this.fragmentBytes = fragmentBytes;
    this.rtt = rtt;
    this.congestion = congestion;
    fragmentCount = (byteCount + fragmentBytes - 1) / fragmentBytes;
    states = new byte[fragmentCount];
    sentMs = new double[fragmentCount];
    sentCounters = new long[fragmentCount];
    Arrays.fill(sentCounters, -1);
    int ring = 16;
    while (ring < fragmentCount * 4 && ring < COUNTER_RING_MAX) ring *= 2;
    indexByCounter = new int[ring];
    lastProgressMs = nowMs;
  }

  /** When {@link #onTimeout} has something to do. */
  double timeoutAtMs() {
    return Math.min(probeAtMs, lossAtMs);
  }

  boolean hasArrived() {
    return base == fragmentCount;
  }

  int startOf(int index) {
    return index * fragmentBytes;
  }

  int sizeOf(int index) {
    return Math.min(byteCount, (index + 1) * fragmentBytes) - startOf(index);
  }

  /** The next fragment that should leave; -1: none before an acknowledgement or timeout. */
  int nextToSend() {
    while (unsentFrom < fragmentCount && states[unsentFrom] != UNSENT) unsentFrom++;
    return unsentFrom < fragmentCount ? unsentFrom : -1;
  }

  void onSent(int index, long counter, double nowMs) {
    if (sentCounters[index] >= 0) retransmits++;
    if (index >= sentUpTo) sentUpTo = index + 1;
    states[index] = IN_FLIGHT;
    sentMs[index] = nowMs;
    sentCounters[index] = counter;
    indexByCounter[(int) (counter % indexByCounter.length)] = index;
    inFlightCount++;
    if (probesDue > 0) probesDue--;
    congestion.onSent(sizeOf(index), nowMs);
    if (probeAtMs == Double.POSITIVE_INFINITY) armTimeout(nowMs);
  }

  void onAck(int next, long bitmap, long echo, long ackCounter, double nowMs) {
    // Acknowledgements overtaken by newer ones look like forgetting; what they say is known already.
    if (ackCounter <= lastAckCounter || next > fragmentCount) return;
    lastAckCounter = ackCounter;
    long arrivedBefore = highestArrivedCounter;
    boolean progress = false;
    if (next < base) {
      forget(next);
      progress = true;
    }
    for (int index = base; index < next; index++) progress |= arrive(index, echo, nowMs);
    base = next;
    if (next < fragmentCount) progress |= forgetOne(next);
    for (int bit = 0; bit < Frames.ACK_BITMAP_BITS; bit++) {
      int index = next + 1 + bit;
      if (index >= fragmentCount) break;
      boolean isThere = (bitmap >>> bit & 1) != 0;
      progress |= isThere ? arrive(index, echo, nowMs) : forgetOne(index);
    }
    progress |= arriveByEcho(next, echo, nowMs);
    if (highestArrivedCounter > arrivedBefore) detectLoss(next, nowMs);
    if (progress) {
      lastProgressMs = nowMs;
      doublings = 0;
      probesDue = 0;
    }
    if (hasArrived() || inFlightCount == 0) disarm();
    else if (progress) armTimeout(nowMs);
  }

  /**
   * Nothing was heard for a whole timeout: the oldest fragments again, as a question; the answer tells what else is lost.
   * Unanswered too, all that is on the way counts as lost. Returns whether it came to that.
   */
  boolean onTimeout(double nowMs) {
    if (lossAtMs <= nowMs) detectLoss(base, nowMs);
    if (probeAtMs > nowMs) return false;
    boolean isStalled = doublings++ > 0;
    disarm();
    int probes = 0;
    for (int index = base; index < sentUpTo; index++) {
      if (states[index] != IN_FLIGHT) continue;
      if (isStalled) lose(index, nowMs);
      else {
        if (++probes > PROBE_FRAGMENTS) break;
        congestion.onForgotten(sizeOf(index));
        unsend(index);
      }
    }
    probesDue = PROBE_FRAGMENTS;
    return isStalled;
  }

  /** Sends fragment 0 again of a message that arrived as a whole: asks for its reply. */
  void probe() {
    // One probe after another: the one before must not stay in the congestion window, where nothing takes it out.
    if (states[0] == IN_FLIGHT) {
      congestion.onForgotten(sizeOf(0));
      inFlightCount--;
    }
    states[0] = UNSENT;
    unsentFrom = 0;
  }

  /** Takes what is on the way out of the congestion window: nobody waits for it any more. */
  void abandon() {
    for (int index = 0; index < fragmentCount; index++) {
      if (states[index] == IN_FLIGHT) congestion.onForgotten(sizeOf(index));
      states[index] = ARRIVED;
    }
    inFlightCount = 0;
    disarm();
  }

  private boolean arrive(int index, long echo, double nowMs) {
    if (states[index] == ARRIVED) return false;
    long counter = sentCounters[index];
    if (counter < 0) return false; // never sent: the receiver is lying
    if (states[index] == IN_FLIGHT) {
      inFlightCount--;
      if ((counter & ECHO_MASK) == echo) rtt.sample(nowMs - sentMs[index]);
      congestion.onAnswered(sizeOf(index), sentMs[index]);
    }
    states[index] = ARRIVED;
    if (counter > highestArrivedCounter) highestArrivedCounter = counter;
    return true;
  }

  /** The fragment whose datagram led to the acknowledgement has arrived, also far above the bitmap. */
  private boolean arriveByEcho(int next, long echo, double nowMs) {
    int index = indexByCounter[(int) (echo % indexByCounter.length)];
    if (index <= next || (sentCounters[index] & ECHO_MASK) != echo) return false;
    return arrive(index, echo, nowMs);
  }

  /** Of the fragments an acknowledgement speaks of, those overtaken by three datagrams and 9/8 srtt are lost. */
  private void detectLoss(int next, double nowMs) {
    lossAtMs = Double.POSITIVE_INFINITY;
    int end = Math.min(fragmentCount, next + 1 + Frames.ACK_BITMAP_BITS);
    double patienceMs = rtt.reorderMs();
    for (int index = next; index < end; index++) loseIfOvertaken(index, patienceMs, nowMs);
    if (nowMs < nextScanMs) return;
    nextScanMs = nowMs + rtt.smoothedMs() / 4;
    for (int index = end; index < sentUpTo; index++)
      loseIfOvertaken(index, patienceMs * PATIENCE_BEYOND_BITMAP, nowMs);
  }

  private void loseIfOvertaken(int index, double patienceMs, double nowMs) {
    if (states[index] != IN_FLIGHT) return;
    long behind = highestArrivedCounter - sentCounters[index];
    if (behind <= 0) return;
    double lostAtMs = sentMs[index] + (behind < REORDER_DATAGRAMS ? patienceMs * ALONE_PATIENCE : patienceMs);
    if (lostAtMs <= nowMs) lose(index, nowMs);
    else if (lostAtMs < lossAtMs) lossAtMs = lostAtMs;
  }

  private void lose(int index, double nowMs) {
    congestion.onLost(sizeOf(index), sentMs[index], nowMs);
    unsend(index);
  }

  private void unsend(int index) {
    states[index] = UNSENT;
    inFlightCount--;
    if (index < unsentFrom) unsentFrom = index;
  }

  /** The receiver once had this fragment above its gap and has it no longer: its reassembly began anew. */
  private boolean forgetOne(int index) {
    if (states[index] != ARRIVED) return false;
    states[index] = UNSENT;
    if (index < unsentFrom) unsentFrom = index;
    return true;
  }

  /** The receiver lost what it had from {@code next} on. */
  private void forget(int next) {
    for (int index = next; index < fragmentCount; index++) {
      if (states[index] == ARRIVED) states[index] = UNSENT;
    }
    base = next;
    unsentFrom = next;
  }

  private void armTimeout(double nowMs) {
    probeAtMs = nowMs + rtt.probeMs(doublings);
  }

  private void disarm() {
    probeAtMs = Double.POSITIVE_INFINITY;
    lossAtMs = Double.POSITIVE_INFINITY;
  }
}
