package io.anoadb.internal.transport;

import io.anoadb.generated.wire.Limits;
import java.util.Arrays;

/**
 * The requests of a client that are not answered yet: a ring over request ids, arrays instead of objects.
 *
 * <p>Invariant: every id in [floor, nextRid) that is not FREE is unanswered, {@code floor} is the lowest of them (or
 * nextRid), and nextRid - floor never exceeds the ring.
 */
final class RequestWindow {
  static final int RING = Limits.WINDOW_MAX;
  private static final int RING_MASK = RING - 1;
  /** Send times kept per request: an answer to an older attempt gives no round-trip sample. */
  private static final int ATTEMPTS_KEPT = 4;

  private static final int ATTEMPT_MASK = 0x0f;
  /** Ops up to this are copied into a buffer that its slot keeps; larger ones are only referred to. */
  private static final int COPIED_BYTES_MAX = 16 * 1024;

  static final int FREE = 0;
  /** Should leave as soon as window and pace allow. */
  static final int QUEUED = 1;

  static final int IN_FLIGHT = 2;
  /** The server said that it is executing. */
  static final int WORKING = 3;
  /** Refused for now; sent again when its timer fires. */
  static final int WAITING = 4;
  /** Fragments of its reply are arriving. */
  static final int RECEIVING = 5;

  private static final byte[] NO_BYTES = new byte[0];

  private final long[] rids = new long[RING];
  final int[] states = new int[RING];
  final boolean[] mutates = new boolean[RING];
  /** RequestFlag.ATOMIC or 0. */
  final int[] requestFlags = new int[RING];
  /** Has any byte of it ever left? */
  final boolean[] everSent = new boolean[RING];

  final int[] attempts = new int[RING];
  /** Timeouts in a row. */
  final int[] doublings = new int[RING];
  /** How often it was refused for now; what the server has heard of it meanwhile makes no difference to that. */
  final int[] refusals = new int[RING];
  /** Its timer stands for "overtaken by later answers", not for "unanswered for a whole timeout". */
  final boolean[] isOvertaken = new boolean[RING];
  /** What it counts for in the congestion window. */
  final int[] inFlightBytes = new int[RING];

  final int[] lengths = new int[RING];
  private final byte[][] ops = new byte[RING][];
  /** The buffers of {@code ops}, or what takes their place while it holds large ones. */
  private final byte[][] buffers = new byte[RING][];

  private final double[] sentMs = new double[RING * ATTEMPTS_KEPT];
  private final long[] sentCounters = new long[RING * ATTEMPTS_KEPT];
  long nextRid = 1;
  long floor = 1;
  int outstanding;

  RequestWindow() {
    Arrays.fill(ops, NO_BYTES);
    Arrays.fill(buffers, NO_BYTES);
  }

  /** The slot of an unanswered request, -1: answered, given up or never made. */
  int find(long rid) {
    int slot = (int) rid & RING_MASK;
    return states[slot] != FREE && rids[slot] == rid ? slot : -1;
  }

  long ridOf(int slot) {
    return rids[slot];
  }

  /** The ops are the first {@code lengths[slot]} bytes. */
  byte[] opsOf(int slot) {
    return ops[slot];
  }

  /** Takes the next id for the first {@code byteCount} bytes of {@code source}; there must be room in the window. */
  long add(byte[] source, int byteCount, boolean mutating, int flags) {
    long rid = nextRid++;
    int slot = (int) rid & RING_MASK;
    if (byteCount > COPIED_BYTES_MAX) ops[slot] = source;
    else {
      if (buffers[slot].length < byteCount) buffers[slot] = new byte[roundUp(byteCount)];
      System.arraycopy(source, 0, buffers[slot], 0, byteCount);
      ops[slot] = buffers[slot];
    }
    rids[slot] = rid;
    states[slot] = QUEUED;
    mutates[slot] = mutating;
    requestFlags[slot] = flags;
    everSent[slot] = false;
    attempts[slot] = 0;
    doublings[slot] = 0;
    refusals[slot] = 0;
    isOvertaken[slot] = false;
    inFlightBytes[slot] = 0;
    lengths[slot] = byteCount;
    outstanding++;
    return rid;
  }

  /** Answered or given up. */
  void remove(int slot) {
    states[slot] = FREE;
    ops[slot] = NO_BYTES;
    outstanding--;
    while (floor < nextRid && states[(int) floor & RING_MASK] == FREE) floor++;
  }

  /** Notes one more sending and returns its number as it travels: modulo 16. */
  int nextAttempt(int slot, long counter, double nowMs) {
    int attempt = attempts[slot]++;
    int index = slot * ATTEMPTS_KEPT + attempt % ATTEMPTS_KEPT;
    sentMs[index] = nowMs;
    sentCounters[index] = counter;
    everSent[slot] = true;
    return attempt & ATTEMPT_MASK;
  }

  /** When the attempt that an answer echoes was sent; -1: too long ago to know. */
  double sentMsOf(int slot, int echoed) {
    int index = indexOf(slot, echoed);
    return index < 0 ? -1 : sentMs[index];
  }

  /** The counter of the datagram that carried the echoed attempt; -1: not known. */
  long counterOf(int slot, int echoed) {
    int index = indexOf(slot, echoed);
    return index < 0 ? -1 : sentCounters[index];
  }

  int lastAttemptOf(int slot) {
    return attempts[slot] - 1 & ATTEMPT_MASK;
  }

  /** A new client: ids start over. Only where nothing is outstanding. */
  void restart() {
    nextRid = 1;
    floor = 1;
  }

  private int indexOf(int slot, int echoed) {
    int back = attempts[slot] - 1 - echoed & ATTEMPT_MASK;
    if (back >= ATTEMPTS_KEPT || back >= attempts[slot]) return -1;
    return slot * ATTEMPTS_KEPT + (attempts[slot] - 1 - back) % ATTEMPTS_KEPT;
  }

  private static int roundUp(int byteCount) {
    return Math.max(64, byteCount <= 1 ? 1 : Integer.highestOneBit(byteCount - 1) << 1);
  }
}
