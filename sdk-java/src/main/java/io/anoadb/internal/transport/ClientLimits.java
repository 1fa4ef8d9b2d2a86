package io.anoadb.internal.transport;

import io.anoadb.generated.wire.Limits;
import io.anoadb.generated.wire.Timings;

/**
 * Limits of one endpoint; tests make them small.
 *
 * @param requestIdMax highest request id; beyond it the client becomes a new client instead of wrapping
 * @param noContactMs without any contact for this long, sent writes are given up as of unknown outcome
 * @param rekeyMs age at which a session is replaced by a new one
 * @param datagramsPerSessionMax the same by datagrams sent
 */
public record ClientLimits(
    int maxDatagramLoopback,
    long maxMessageBytes,
    long requestIdMax,
    double noContactMs,
    double rekeyMs,
    long datagramsPerSessionMax) {
  /** As in the spec. */
  public static final ClientLimits DEFAULT =
      new ClientLimits(
          Limits.DATAGRAM_BYTES_MAX_LOOPBACK,
          Limits.MESSAGE_BYTES_MAX,
          0xffff_ffffL,
          Timings.OUTCOME_UNKNOWN_MS,
          Timings.REKEY_MS,
          Limits.COUNTER_MAX_CLIENT);
}
