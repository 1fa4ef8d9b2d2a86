package io.anoadb.internal.net;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The way to one server. Calls of many threads share its datagrams; it reconnects by itself. All methods may be called
 * by any thread, and none but {@link #call} waits.
 */
public interface Connection extends AutoCloseable {
  /** Opens a socket and begins to connect; {@link #ready} tells when a session stands. */
  static Connection open(ConnectionOptions options) {
    return UdpConnection.open(options);
  }

  /** Completes when the first session stands, or exceptionally where none can be had. Wait with a timeout. */
  CompletableFuture<Void> ready();

  /**
   * Sends {@code call} together with others that come at the same time, and completes it: with its answer, or
   * exceptionally with what {@link CallErrors} says, at its deadline at the latest. Never throws. A call is submitted
   * once.
   */
  void submit(Call<?> call);

  /**
   * Submits {@code call} and waits for its answer, as {@link #submit} and {@link Call#await} do; where nothing else is in
   * flight the calling thread sends by itself, which saves waking another.
   */
  <A extends @Nullable Object> A call(Call<A> call);

  /** Why there is no session at present, as far as that is known: the server is loading, the session was lost. */
  @Nullable Throwable obstacle();

  /** Where the server is, for messages. */
  String peer();

  /** Calls submitted and not completed. */
  int inFlight();

  /** Numbers for metrics. */
  ConnectionCounters counters();

  /** Completes every call that waits, tells the server, frees the thread. Idempotent, never throws. */
  @Override
  void close();
}
