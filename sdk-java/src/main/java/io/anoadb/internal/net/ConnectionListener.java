package io.anoadb.internal.net;

/** What a connection tells of itself. Called on the client's own thread, outside of locks; must not block or throw. */
public interface ConnectionListener {
  /** A session stands for the first time. */
  default void onConnected() {}

  /** The session is lost; the connection looks for another by itself. */
  default void onDisconnected(String reason) {}

  /** A session stands again. */
  default void onReconnected(long downMs) {}

  /**
   * A call has ended.
   *
   * @param elapsedNanos since it was submitted
   * @param failure what it was completed with, {@code null} where it was answered
   */
  default void onCallEnded(
      Call<?> call, long elapsedNanos, @org.jspecify.annotations.Nullable Throwable failure) {}

  /** Whether {@link #onCallEnded} is wanted: reading the clock for each call costs something. */
  default boolean wantsCalls() {
    return false;
  }
}
