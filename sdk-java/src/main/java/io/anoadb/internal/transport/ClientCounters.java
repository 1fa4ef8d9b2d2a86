package io.anoadb.internal.transport;

/** What an endpoint has counted since it was made; a copy. */
public record ClientCounters(
    long datagramsOut,
    long bytesOut,
    long datagramsIn,
    long bytesIn,
    long retransmits,
    long repliesFromCache,
    long sessions,
    double smoothedRttMs,
    long[] droppedByReason) {
  /** Datagrams, or rests of them, dropped for this reason. */
  public long dropped(DropReason reason) {
    return droppedByReason[reason.ordinal()];
  }

  /** Dropped for any reason. */
  public long dropped() {
    long sum = 0;
    for (long count : droppedByReason) sum += count;
    return sum;
  }
}
