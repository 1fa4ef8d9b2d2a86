package io.anoadb.internal.transport;

/** One session: a channel, what the server granted, and the large messages on their way. */
final class ClientSession extends Channel {
  /** Seconds for which it is known which counters were in use: how long a NO_SESSION hint may refer back. */
  private static final int HINT_SECONDS = 30;

  private static final int SECONDS_KEPT = HINT_SECONDS + 1;

  final ServerParams params;
  final RttEstimator rtt;
  final Congestion congestion;
  /** Replies coming in. */
  final IncomingTransfers incoming;
  /** Requests going out. */
  final OutgoingTransfers outgoing;
  /** sendCounter at the start of each of the last seconds. */
  private final long[] countersBySecond = new long[SECONDS_KEPT];

  private long second;

  ClientSession(ServerParams params, Sealing sealing, Outgoing outgoing, RttEstimator rtt, double nowMs) {
    super(params.sid(), sealing, params.maxDatagram());
    this.params = params;
    this.rtt = rtt;
    congestion = new Congestion(rtt, params.maxDatagram());
    second = secondOf(nowMs);
    incoming = new IncomingTransfers(this, outgoing, params.maxMessage());
    this.outgoing = new OutgoingTransfers(this, outgoing, rtt, congestion);
  }

  /** Call before sending: keeps the history that {@link #wasSentLately} needs. */
  void noteTime(double nowMs) {
    long now = secondOf(nowMs);
    if (now == second) return;
    for (long s = Math.max(second + 1, now - HINT_SECONDS); s <= now; s++)
      countersBySecond[(int) (s % SECONDS_KEPT)] = sendCounter;
    second = now;
  }

  /** Did the datagram of this counter leave within the last 30 s? */
  boolean wasSentLately(long counter, double nowMs) {
    noteTime(nowMs);
    long oldest = countersBySecond[(int) ((second + 1) % SECONDS_KEPT)];
    return counter < sendCounter && counter >= oldest;
  }

  private static long secondOf(double nowMs) {
    return (long) Math.floor(nowMs / 1000);
  }
}
