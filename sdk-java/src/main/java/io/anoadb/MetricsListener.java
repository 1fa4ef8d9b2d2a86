package io.anoadb;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Hears what the client does, to be counted in any metrics library. Methods are called on the client's own threads: they
 * must be quick and must not block; what they throw is logged and goes no further.
 */
public interface MetricsListener {

  /**
   * A call ended.
   *
   * @param command its name in the protocol: {@code GET}, {@code ATOMIC}, …
   * @param elapsed from the call until its answer
   * @param failure what it failed with; null where it was answered
   */
  default void onCall(String command, Duration elapsed, @Nullable AnoaException failure) {}

  /** The session with the server stands, first or again. */
  default void onConnected(String peer) {}

  /** The session is gone and the client is connecting again by itself. */
  default void onDisconnected(String peer, String reason) {}
}
