package io.anoadb;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** Waits for what several calls make together; a failure is thrown as it is. */
final class Waiting {
  private Waiting() {}

  static <A extends @Nullable Object> A on(CompletableFuture<A> future) {
    try {
      return future.get();
    } catch (ExecutionException failure) {
      throw failureOf(failure);
    } catch (InterruptedException interrupted) {
      future.cancel(false);
      throw failureOf(interrupted);
    }
  }

  /** What the caller shall get for what waiting threw. */
  static RuntimeException failureOf(Exception thrown) {
    if (thrown instanceof InterruptedException) {
      Thread.currentThread().interrupt();
      return new AnoaException(
          "The calling thread was interrupted while it waited.", "INTERRUPTED", Executed.UNKNOWN, thrown);
    }
    Throwable cause = thrown;
    while ((cause instanceof CompletionException || cause instanceof ExecutionException) && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof Error error) throw error;
    if (!(cause instanceof RuntimeException unchecked)) return new IllegalStateException(cause);
    // The stack of the client's thread helps nobody; that of the caller does.
    unchecked.fillInStackTrace();
    return unchecked;
  }
}
