package io.anoadb.internal.net;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The deadlines of all calls behind one timer: a linked list through the calls themselves. Adding and removing cost a few
 * assignments; a sweep looks at every waiting call, which happens about once per timeout and not once per call.
 *
 * <p>Invariant: {@link #nextAtMs} is never later than any listed call's deadline.
 */
final class CallDeadlines {
  private @Nullable Call<?> first;
  private @Nullable Call<?> last;
  private double nextAtMs = Double.POSITIVE_INFINITY;

  /** When to sweep next; Infinity where no call has a deadline. May be early, never late. */
  double nextAtMs() {
    return nextAtMs;
  }

  void add(Call<?> call) {
    Call<?> before = last;
    call.previous = before;
    if (before == null) first = call;
    else before.next = call;
    last = call;
    if (call.deadlineAtMs < nextAtMs) nextAtMs = call.deadlineAtMs;
  }

  void remove(Call<?> call) {
    Call<?> before = call.previous;
    Call<?> after = call.next;
    if (before == null) first = after;
    else before.next = after;
    if (after == null) last = before;
    else after.previous = before;
    call.previous = null;
    call.next = null;
  }

  /** The calls whose deadline is at or before {@code nowMs}, oldest first; they stay listed. */
  List<Call<?>> sweep(double nowMs) {
    List<Call<?>> expired = new ArrayList<>();
    double next = Double.POSITIVE_INFINITY;
    for (Call<?> call = first; call != null; call = call.next) {
      if (call.deadlineAtMs <= nowMs) expired.add(call);
      else if (call.deadlineAtMs < next) next = call.deadlineAtMs;
    }
    nextAtMs = next;
    return expired;
  }

  /** Every listed call, oldest first. */
  List<Call<?>> all() {
    return sweep(Double.POSITIVE_INFINITY);
  }
}
