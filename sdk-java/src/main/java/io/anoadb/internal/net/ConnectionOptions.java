package io.anoadb.internal.net;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * What a connection is made of.
 *
 * @param address of the server, resolved
 * @param peer where the server is, for messages; never with a key
 * @param accessKey 32 bytes for sealed mode, {@code null} for open mode; copied, and wiped with close
 * @param timeoutMs deadline of a call that has none of its own; {@link Long#MAX_VALUE} = none
 * @param maxInFlight calls that may be unanswered at once
 * @param maxInFlightBytes bytes of them
 * @param errors words failures
 * @param listener hears of the connection
 */
public record ConnectionOptions(
    InetSocketAddress address,
    String peer,
    byte @Nullable [] accessKey,
    long timeoutMs,
    int maxInFlight,
    long maxInFlightBytes,
    CallErrors errors,
    ConnectionListener listener) {
  /** Deadline of a call unless said otherwise. */
  public static final long TIMEOUT_MS_DEFAULT = 5000;

  /** Calls in flight unless said otherwise. */
  public static final int MAX_IN_FLIGHT_DEFAULT = 10_000;

  /** Bytes in flight unless said otherwise. */
  public static final long MAX_IN_FLIGHT_BYTES_DEFAULT = 64L * 1024 * 1024;

  /** Prints no key. */
  @Override
  public String toString() {
    return "ConnectionOptions[" + peer + ", " + (accessKey == null ? "open" : "sealed") + "]";
  }
}
