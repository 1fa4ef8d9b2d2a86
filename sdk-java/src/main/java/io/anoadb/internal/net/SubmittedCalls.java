package io.anoadb.internal.net;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Calls from any thread to the one that sends: a stack without a lock, through the calls themselves, that is taken as a
 * whole and turned round. Nothing is allocated per call.
 */
final class SubmittedCalls {
  private static final VarHandle TOP;

  static {
    try {
      TOP = MethodHandles.lookup().findVarHandle(SubmittedCalls.class, "top", Call.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  private volatile @Nullable Call<?> top;

  void push(Call<?> call) {
    Call<?> before = top;
    for (; ; ) {
      call.nextSubmitted = before;
      Call<?> seen = (Call<?>) TOP.compareAndExchange(this, before, call);
      if (seen == before) return;
      before = seen;
    }
  }

  boolean isEmpty() {
    return top == null;
  }

  /** The oldest of all that were pushed, which links to the next by {@code nextSubmitted}; null: there is none. */
  @Nullable Call<?> takeAll() {
    if (top == null) return null;
    Call<?> newest = (Call<?>) TOP.getAndSet(this, (Call<?>) null);
    Call<?> oldest = null;
    while (newest != null) {
      Call<?> older = newest.nextSubmitted;
      newest.nextSubmitted = oldest;
      oldest = newest;
      newest = older;
    }
    return oldest;
  }
}
