package io.anoadb.internal.net;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What happened while the lock of a connection was held, told after it: futures are completed, and listeners called, with
 * no lock, since what follows is the caller's code.
 */
final class Completions {
  private static final Logger LOG = System.getLogger("io.anoadb");

  private final InFlightBounds bounds;
  private final ConnectionListener listener;
  private final boolean wantsCalls;
  // Guarded by the lock. The lists themselves belong to it: what is told after it is no longer theirs.
  private List<Call<?>> settled = new ArrayList<>();
  private List<Runnable> events = new ArrayList<>();

  Completions(InFlightBounds bounds, ConnectionListener listener) {
    this.bounds = bounds;
    this.listener = listener;
    wantsCalls = listener.wantsCalls();
  }

  /** When a call began, where anybody wants to know; reading the clock costs something. */
  long beginNanos() {
    return wantsCalls ? System.nanoTime() : 0;
  }

  void add(Call<?> call) {
    settled.add(call);
  }

  void add(Runnable event) {
    events.add(event);
  }

  /** Lets others in, then tells. */
  void unlockAndTell(ReentrantLock lock) {
    List<Call<?>> calls = List.of();
    List<Runnable> happened = List.of();
    if (!settled.isEmpty()) {
      calls = settled;
      settled = new ArrayList<>();
    }
    if (!events.isEmpty()) {
      happened = events;
      events = new ArrayList<>();
    }
    lock.unlock();
    for (int i = 0; i < happened.size(); i++) tell(happened.get(i));
    for (int i = 0; i < calls.size(); i++) tell(calls.get(i));
  }

  private void tell(Call<?> call) {
    bounds.leave(call);
    if (wantsCalls) {
      long elapsedNanos = System.nanoTime() - call.submittedNanos;
      tell(() -> listener.onCallEnded(call, elapsedNanos, call.failure));
    }
    call.tell();
  }

  private static void tell(Runnable event) {
    try {
      event.run();
    } catch (RuntimeException theirs) {
      LOG.log(Level.WARNING, "a listener of the connection failed", theirs);
    }
  }
}
