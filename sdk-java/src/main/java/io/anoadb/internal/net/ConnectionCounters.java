package io.anoadb.internal.net;

/** What a connection has counted since it was made; a copy. */
public record ConnectionCounters(
    long datagramsOut,
    long bytesOut,
    long datagramsIn,
    long bytesIn,
    long requests,
    long retransmits,
    long repliesFromCache,
    long sessions,
    long dropped,
    double smoothedRttMs,
    int callsInFlight) {}
