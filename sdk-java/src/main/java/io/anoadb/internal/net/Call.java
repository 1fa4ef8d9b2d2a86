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
public final class Call<A extends @Nullable Object> extends CompletableFuture<A> {
  /** The connection's own timeout. */
  public static final long TIMEOUT_DEFAULT = 0;

  /** No deadline. */
  public static final long TIMEOUT_NEVER = Long.MAX_VALUE;

  final CallKind kind;
  final int opCount;
  final ResultReader<A> reader;
  private final byte @Nullable [] key;
  private final int sizeBytes;

  // Set by submit, before any other thread sees the call.
  private long timeoutMs;
  @Nullable UdpConnection connection;
  long submittedNanos;
  /** The one submitted before it that nobody has taken yet; see SubmittedCalls. */
  @Nullable Call<?> nextSubmitted;

  // From here on all is guarded by the lock of the connection.
  /** What to send; replaced where only the value is still to be read. */
  byte[] ops;

  double deadlineAtMs;
  @Nullable InFlightRequest request;
  /** Answered or given up; its future is completed after the lock was released. */
  boolean isSettled;
  /** Some request with it was handed to the transport: a write's fate may be unknown from then on. */
  boolean wasSubmitted;
  /** The server said that it executed; only the value is still to be read. */
  boolean wasExecuted;
  /** How often its answer was cut out of a reply and asked for again. */
  int rereads;

  @Nullable A answer;
  @Nullable Throwable failure;
  // Links of the list in CallDeadlines.
  @Nullable Call<?> previous;
  @Nullable Call<?> next;

  /**
   * @param key for messages, and to read a value again that a stored reply left out; null where there is none
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
    this.sizeBytes = ops.length;
    this.opCount = opCount;
    this.timeoutMs = timeoutMs;
    this.reader = reader;
  }

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

  /** What it counts for in the bytes in flight. */
  int sizeBytes() {
    return sizeBytes;
  }

  /** From now on it belongs to that connection. */
  void begin(UdpConnection connection, long timeoutMsDefault, long nowNanos) {
    this.connection = connection;
    submittedNanos = nowNanos;
    if (timeoutMs == TIMEOUT_DEFAULT) timeoutMs = timeoutMsDefault;
  }

  /** Tells its caller what became of it; outside of the lock, since what follows it is the caller's code. */
  void tell() {
    if (failure != null) completeExceptionally(failure);
    else complete(answer);
  }

  /**
   * Waits for the answer. A failure is thrown as it is, with the stack of the caller; an interrupt gives the call up, and
   * the thread stays interrupted.
   */
  public A await() {
    UdpConnection connection = this.connection;
    if (connection != null && !isDone() && connection.isOwnThread())
      throw connection.giveUpInDeadlock(this);
    try {
      return get();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      if (connection != null) connection.giveUp(this, true);
    } catch (ExecutionException failure) {
      throw unchecked(failure);
    }
    try {
      return join();
    } catch (java.util.concurrent.CompletionException failure) {
      throw unchecked(failure);
    }
  }

  /** Gives the call up: nobody waits for its answer any more. A write may have taken effect all the same. */
  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    boolean isCancelled = super.cancel(mayInterruptIfRunning);
    if (isCancelled && connection != null) connection.giveUp(this, false);
    return isCancelled;
  }

  private static RuntimeException unchecked(Exception failure) {
    Throwable cause = failure.getCause();
    if (cause instanceof Error error) throw error;
    if (!(cause instanceof RuntimeException unchecked)) return new IllegalStateException(failure);
    // Made on the client's own thread: the way that led there helps nobody, the caller's does.
    unchecked.fillInStackTrace();
    return unchecked;
  }
}
