package io.anoadb.internal.net;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Who waits at the socket, for how long, and how he is woken. As a rule the connection's own thread keeps the watch. Where
 * one blocking caller comes after another, it leaves the watch to them: a caller that waits at the socket by itself gets
 * its answer without two changes of thread.
 *
 * <p>Invariant: work that came in is seen by whoever has the watch before he sleeps, or he is woken; where nobody has it,
 * the own thread is. Times are those of the connection's clock, in milliseconds.
 */
final class SocketWatch {
  /** Nobody else needs to wake a sleeper that wakes so soon anyway. */
  private static final double SLACK_MS = 20;
  /** Only a path this short is worth holding calls back for the next answer: the kernel's timers count milliseconds. */
  private static final double HELD_RTT_MS_MAX = 0.5;

  private static final double HELD_RTTS = 1.5;
  private static final long NANOS_PER_MS = 1_000_000;
  /** Going to sleep and being woken takes about half of this. */
  private static final long SPIN_NANOS = 30_000;

  private static final int SPIN_CREDIT_MAX = 16;
  private static final int SPIN_MISS = 16;
  /** On one processor the server would wait for the one who waits for it. */
  private static final boolean CAN_SPIN = Runtime.getRuntime().availableProcessors() > 1;

  private final UdpSocket socket;
  private final Thread own;
  private final AtomicReference<@Nullable Thread> watcher = new AtomicReference<>();
  private final AtomicBoolean isAsleep = new AtomicBoolean();
  /** Until when at most the sleeper sleeps. */
  private volatile double asleepUntilMs;
  /** When something is to be done at the latest, as the last turn said. */
  private volatile double dueAtMs = Double.POSITIVE_INFINITY;
  /** Until then an answer is expected, and with it whoever sleeps wakes by himself. */
  private volatile double heldUntilMs;
  /** Hits less misses of {@link #spin}; below zero it is not tried. */
  private int spinCredit;

  SocketWatch(UdpSocket socket, Thread own) {
    this.socket = socket;
    this.own = own;
  }

  /** Takes the watch, where nobody has it; every {@code take} that said true is followed by {@link #leave}. */
  boolean take() {
    return watcher.compareAndSet(null, Thread.currentThread());
  }

  void leave() {
    watcher.set(null);
  }

  /** Has the calling thread the watch? */
  boolean isMine() {
    return watcher.get() == Thread.currentThread();
  }

  /** The own thread is to take the watch. */
  void callOwn() {
    LockSupport.unpark(own);
  }

  /** The end of a turn: when the next one is due. Wakes a sleeper who would sleep too long. */
  void setDue(double dueAtMs, boolean isAnswerExpected, double sentMs, double rttMs) {
    this.dueAtMs = dueAtMs;
    boolean isHeld = isAnswerExpected && rttMs > 0 && rttMs <= HELD_RTT_MS_MAX;
    heldUntilMs = isHeld ? sentMs + HELD_RTTS * rttMs : 0;
    if (asleepUntilMs > dueAtMs + SLACK_MS) wake();
  }

  /** Work came in. */
  void onWork(double nowMs) {
    if (isAsleep.get() && nowMs < heldUntilMs) return;
    wake();
  }

  /** An answer is to come, and the caller cannot wait at the socket by himself. */
  void wakeWhereUnwatched() {
    if (watcher.get() == null) callOwn();
  }

  /** Whoever is to look after the socket looks. */
  void wake() {
    if (isAsleep.get()) {
      if (isAsleep.compareAndSet(true, false)) socket.wakeUp();
    } else if (watcher.get() == null) callOwn();
  }

  /** Sleeps at the socket until a datagram or work comes or something is due. Only who has the watch. */
  void sleep(double nowMs, BooleanSupplier hasWork) throws IOException {
    isAsleep.set(true);
    double untilMs;
    do {
      untilMs = dueAtMs;
      asleepUntilMs = untilMs;
    } while (dueAtMs < untilMs); // a turn of another thread came in between and read the older of the two
    double pauseMs = untilMs - nowMs;
    // Work that came before the flag was up has woken nobody; what is held back wakes nobody either.
    if (pauseMs > 0 && !hasWork.getAsBoolean()) {
      if (nowMs < heldUntilMs) pauseMs = Math.min(pauseMs, 1);
      socket.await(pauseMs == Double.POSITIVE_INFINITY ? 0 : (long) Math.ceil(pauseMs));
    }
    asleepUntilMs = 0;
    isAsleep.set(false);
  }

  /**
   * Looks for a datagram without sleeping, for as long as a server on the same machine takes to answer; true where one has
   * come. A miss is not repeated before as many calls have passed. Only who has the watch, and with the connection's lock.
   */
  boolean spin() {
    if (!CAN_SPIN) return false;
    if (spinCredit < 0) {
      spinCredit++;
      return false;
    }
    boolean hasCome = socket.readAhead(SPIN_NANOS);
    spinCredit = hasCome ? Math.min(spinCredit + 1, SPIN_CREDIT_MAX) : spinCredit - SPIN_MISS;
    return hasCome;
  }

  /** Rests without the watch, until called or for {@code ms}. Only the own thread. */
  void rest(double ms) {
    LockSupport.parkNanos(this, (long) (ms * NANOS_PER_MS));
  }
}
