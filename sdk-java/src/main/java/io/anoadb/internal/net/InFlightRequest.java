package io.anoadb.internal.net;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A request on its way: the calls it carries, in the order of their ops. Kept by its slot and used again. */
final class InFlightRequest {
  /** 0: none is on its way. */
  long rid;

  @Nullable Call<?>[] calls = new Call<?>[4];
  int count;
  /** Calls of it that still wait; at 0 the transport need not go on with it. */
  int waiting;

  void add(Call<?> call) {
    if (count == calls.length) calls = Arrays.copyOf(calls, 2 * count);
    calls[count++] = call;
    waiting++;
    call.request = this;
    call.wasSubmitted = true;
  }

  Call<?> callAt(int index) {
    Call<?> call = calls[index];
    if (call == null) throw new IllegalStateException("request " + rid + " has no call " + index);
    return call;
  }

  /** Its calls belong to it no longer; they stay readable until {@link #clear}. */
  void end() {
    for (int i = 0; i < count; i++) callAt(i).request = null;
    rid = 0;
  }

  void clear() {
    Arrays.fill(calls, 0, count, null);
    count = 0;
    waiting = 0;
  }
}
