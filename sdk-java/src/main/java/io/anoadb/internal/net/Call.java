package io.anoadb.internal.net;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * One op, or one atomic batch, and the future of its caller.
 *
 * <p>Its ops are in wire form and must not change after it was submitted. What follows it by {@code thenApply} and the
 * like runs on the client's own thread unless its caller says otherwise.
 */
public final class Call<A> extends CompletableFuture<A> {
  /** The connection's own timeout. */
  public static final long TIMEOUT_DEFAULT = 0;

  /** No deadline. */
  public static final long TIMEOUT_NEVER = Long.MAX_VALUE;

  final CallKind kind;
  final byte[] ops;
  final int opCount;
  final ResultReader<A> reader;
  private final byte @Nullable [] key;

  /**
   * @param key for messages, and to read a value again that a stored reply left out; {@code null} where there is none
   * @param ops one op in wire form, or all ops of an atomic batch one behind the other
   * @param opCount how many
   * @param timeoutMs {@link #TIMEOUT_DEFAULT}, {@link #TIMEOUT_NEVER}, or how long it may take, retries included
   */
  public Call(
      CallKind kind,
      byte @Nullable [] key,
      byte[] ops,
      int opCount,
      long timeoutMs,
      ResultReader<A> reader) {
    this.kind = kind;
    this.key = key;
    this.ops = ops;
    this.opCount = opCount;
    this.timeoutMs = timeoutMs;
    this.reader = reader;
  }

  long timeoutMs;

  /** How it is sent. */
  public CallKind kind() {
    return kind;
  }

  /** The key it is about. */
  public byte @Nullable [] key() {
    return key;
  }

  /** Its deadline after it was submitted, in milliseconds. */
  public long timeoutMs() {
    return timeoutMs;
  }

  /**
   * Waits for the answer; a failure is thrown as it is, with the stack of the caller. An interrupt gives the call up.
   */
  public A await() {
    try {
      return get();
    } catch (ExecutionException failure) {
      Throwable cause = failure.getCause();
      cause.fillInStackTrace();
      if (cause instanceof RuntimeException unchecked) throw unchecked;
      if (cause instanceof Error error) throw error;
      throw new IllegalStateException(cause);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
  }
}
