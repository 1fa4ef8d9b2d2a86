package io.anoadb.internal.transport;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One fragmented reply on its way in. Every fragment carries {@code total}, so any of them may come first. Memory is what
 * has really arrived: a lying total allocates nothing. All fragments but the last have the same length; one that
 * disagrees aborts the message.
 */
final class Reassembly {
  /** What became of a fragment. */
  enum Verdict {
    NEW,
    DUPLICATE,
    CONFLICT
  }

  final long rid;
  final int total;
  final int fragmentCount;
  final double startedMs;
  /** What must not differ between fragments besides {@code total}: attempt, flags and status. */
  final int identity;

  private final int fragmentBytes;
  private byte @Nullable [][] fragments = new byte @Nullable [8][];
  private int receivedCount;
  /** Lowest fragment that is missing. */
  int next;

  double lastNewMs;
  /** Fragments since the last FRAG_ACK. */
  int unacked;

  double ackDueMs = Double.POSITIVE_INFINITY;
  /** Low half of the counter of the datagram that brought the latest fragment. */
  long echo;

  Reassembly(long rid, int total, int fragmentBytes, int identity, double nowMs) {
    this.rid = rid;
    this.total = total;
    this.identity = identity;
    this.fragmentBytes = fragmentBytes;
    fragmentCount = (total + fragmentBytes - 1) / fragmentBytes;
    startedMs = nowMs;
    lastNewMs = nowMs;
  }

  boolean isComplete() {
    return receivedCount == fragmentCount;
  }

  /** Something above {@code next} has arrived. */
  boolean hasGap() {
    return receivedCount > next;
  }

  Verdict accept(
      long total, int identity, int index, byte[] bytes, int start, int end, double nowMs) {
    if (total != this.total || identity != this.identity || index >= fragmentCount) return Verdict.CONFLICT;
    if (end - start != lengthOf(index)) return Verdict.CONFLICT;
    if (has(index)) return Verdict.DUPLICATE;
    if (index >= fragments.length)
      fragments = Arrays.copyOf(fragments, Math.min(fragmentCount, Math.max(index + 1, 2 * fragments.length)));
    fragments[index] = Arrays.copyOfRange(bytes, start, end);
    receivedCount++;
    lastNewMs = nowMs;
    while (has(next)) next++;
    return Verdict.NEW;
  }

  /** The whole message, once complete. */
  byte[] assemble() {
    byte[] message = new byte[total];
    int at = 0;
    for (int index = 0; index < fragmentCount; index++) {
      byte[] fragment = fragments[index];
      if (fragment == null) throw new IllegalStateException("fragment " + index + " is missing");
      System.arraycopy(fragment, 0, message, at, fragment.length);
      at += fragment.length;
    }
    return message;
  }

  /** The bitmap of FRAG_ACK: bit i is fragment next + 1 + i. */
  long bitmap() {
    long bits = 0;
    for (int i = 0; i < Frames.ACK_BITMAP_BITS; i++) if (has(next + 1 + i)) bits |= 1L << i;
    return bits;
  }

  private boolean has(int index) {
    return index < fragments.length && fragments[index] != null;
  }

  private int lengthOf(int index) {
    return index < fragmentCount - 1 ? fragmentBytes : total - index * fragmentBytes;
  }
}
