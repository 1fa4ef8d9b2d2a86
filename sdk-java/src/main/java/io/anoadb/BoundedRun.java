package io.anoadb;

import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** Runs calls for many items, at most so many at once; ends with the first failure. */
final class BoundedRun<T> {
  private final Iterator<T> items;
  private final Function<T, CompletableFuture<?>> start;
  private final int bound;
  private final CompletableFuture<Void> done = new CompletableFuture<>();
  private final AtomicInteger running = new AtomicInteger();
  /** Above zero: somebody is starting calls, and looks again before it goes. */
  private final AtomicInteger turns = new AtomicInteger();

  private BoundedRun(Iterator<T> items, int bound, Function<T, CompletableFuture<?>> start) {
    this.items = items;
    this.bound = bound;
    this.start = start;
  }

  static <T> CompletableFuture<Void> forEach(
      Iterable<T> items, int bound, Function<T, CompletableFuture<?>> start) {
    BoundedRun<T> run = new BoundedRun<>(items.iterator(), bound, start);
    run.proceed();
    return run.done;
  }

  /** One thread at a time is in here, so that answers that come at once do not nest. */
  private void proceed() {
    if (turns.getAndIncrement() > 0) return;
    int seen = 1;
    do {
      try {
        startSome();
      } catch (RuntimeException | Error failure) {
        done.completeExceptionally(failure);
      }
      seen = turns.addAndGet(-seen);
    } while (seen > 0);
  }

  private void startSome() {
    while (!done.isDone() && running.get() < bound && items.hasNext()) {
      running.incrementAndGet();
      start
          .apply(items.next())
          .whenComplete(
              (answer, failure) -> {
                running.decrementAndGet();
                if (failure != null) done.completeExceptionally(failure);
                proceed();
              });
    }
    if (running.get() == 0 && !items.hasNext()) done.complete(null);
  }
}
