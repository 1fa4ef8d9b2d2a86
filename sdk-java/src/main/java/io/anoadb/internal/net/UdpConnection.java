package io.anoadb.internal.net;

import io.anoadb.generated.wire.Limits;
import io.anoadb.internal.net.CallErrors.Unanswered;
import io.anoadb.internal.transport.ClientCounters;
import io.anoadb.internal.transport.ClientEndpoint;
import io.anoadb.internal.transport.ClientLimits;
import io.anoadb.internal.transport.ClientListener;
import io.anoadb.internal.transport.DatagramBatch;
import io.anoadb.internal.transport.Fatal;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.channels.ClosedSelectorException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Connection} over one UDP socket and one thread, which waits for datagrams, timers and calls.
 *
 * <p>Calls come through a stack without a lock; the thread takes all of them before it sends, so that what came together
 * leaves together, and is woken only where it sleeps. A blocking call that finds nothing in flight is sent by its own
 * thread. Whoever holds the lock owns the endpoint, the queue and the socket; the futures of what was answered meanwhile
 * are completed after it is released, since what follows them is the caller's code.
 */
final class UdpConnection implements Connection, CallQueue.RequestLink, ClientListener {
  private static final Logger LOG = System.getLogger("io.anoadb");
  /** After a refusal that ends the endpoint (a full server, say) a client that once was connected tries again. */
  private static final double RECONNECT_DELAY_MS = 1000;
  private static final double NANOS_PER_MS = 1e6;
  /** While calls come and go the thread sleeps no longer than this, so that a call's timer needs no waking. */
  private static final double NAP_MS = 20;
  /** Without a call for this long it sleeps until something happens. */
  private static final double QUIET_MS = 1000;
  /** So many lone calls in a row, and the thread leaves the socket to those who make them. */
  private static final int LONE_CALLS_MIN = 8;
  /** It comes back when they stay away for this long. */
  private static final double REST_MS = 10;

  private final String peer;
  private final CallErrors errors;
  private final ConnectionListener listener;
  private final long timeoutMsDefault;
  private final InFlightBounds bounds;
  private final Completions completions;
  private final UdpSocket socket;
  private final SecureRandom random = new SecureRandom();
  private final byte @Nullable [] accessKey;
  private final Thread thread;
  private final long startedNanos = System.nanoTime();
  private final CompletableFuture<Void> ready = new CompletableFuture<>();

  private final SubmittedCalls submitted = new SubmittedCalls();
  private final ConcurrentLinkedQueue<Call<?>> givenUp = new ConcurrentLinkedQueue<>();
  private final SocketWatch watch;
  /** Blocking calls in a row that found nothing in flight: they can watch the socket by themselves. */
  private volatile int loneCalls;

  private volatile boolean isOpen = true;
  private volatile @Nullable Throwable obstacle;

  private final ReentrantLock lock = new ReentrantLock();
  // Guarded by the lock.
  private ClientEndpoint endpoint;
  private final CallQueue queue;
  private double nowMs;
  private boolean wasReady;
  private double downSinceMs;
  /** The server refused this client for good: what every call fails with. */
  private @Nullable Function<Call<?>, Throwable> refusal;

  private double restartAtMs = Double.POSITIVE_INFINITY;
  private volatile double lastCallMs;
  private double lastSentMs;
  private long requests;

  private UdpConnection(ConnectionOptions options, UdpSocket socket) {
    peer = options.peer();
    errors = options.errors();
    listener = options.listener();
    timeoutMsDefault = options.timeoutMs();
    bounds = new InFlightBounds(options.maxInFlight(), options.maxInFlightBytes());
    completions = new Completions(bounds, listener);
    this.socket = socket;
    byte[] key = options.accessKey();
    accessKey = key == null ? null : key.clone();
    endpoint = newEndpoint();
    queue = new CallQueue(this, errors);
    thread = new Thread(this::run, "anoadb-" + peer);
    thread.setDaemon(true);
    watch = new SocketWatch(socket, thread);
  }

  static Connection open(ConnectionOptions options) {
    UdpSocket socket;
    try {
      socket = new UdpSocket(options.address());
    } catch (IOException failure) {
      String message = options.peer() + " cannot be reached: " + failure.getMessage();
      throw options.errors().cannotConnect(ConnectFailure.UNREACHABLE, message, failure);
    }
    UdpConnection connection = new UdpConnection(options, socket);
    connection.thread.start();
    return connection;
  }

  @Override
  public CompletableFuture<Void> ready() {
    return ready;
  }

  @Override
  public String peer() {
    return peer;
  }

  @Override
  public int inFlight() {
    return bounds.calls();
  }

  @Override
  public void submit(Call<?> call) {
    if (loneCalls != 0) loneCalls = 0;
    if (!admit(call)) return;
    submitted.push(call);
    watch.onWork(clock());
    if (!isOpen) failSubmitted();
  }

  @Override
  public <A extends @Nullable Object> A call(Call<A> call) {
    if (isOwnThread()) throw errors.wouldDeadlock(call);
    // Nothing in flight: there is nothing to share a datagram with, and this thread has only to wait.
    if (bounds.calls() > 0 || !lock.tryLock()) submit(call);
    else if (!admit(call)) lock.unlock();
    else {
      submitted.push(call);
      turnLocked(false);
      waitForLone(call);
    }
    return call.await();
  }

  private void waitForLone(Call<?> call) {
    if (VirtualThreads.isCurrent()) {
      watch.wakeWhereUnwatched();
      return;
    }
    loneCalls++;
    if (watch.take()) waitAtSocket(call);
  }

  @Override
  public ConnectionCounters counters() {
    lock.lock();
    try {
      ClientCounters counters = endpoint.counters();
      return new ConnectionCounters(
          counters.datagramsOut(),
          counters.bytesOut(),
          counters.datagramsIn(),
          counters.bytesIn(),
          requests,
          counters.retransmits(),
          counters.repliesFromCache(),
          counters.sessions(),
          counters.dropped(),
          counters.smoothedRttMs(),
          bounds.calls());
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    if (!isOpen) {
      lock.unlock();
      return;
    }
    try {
      isOpen = false; // first: a call that comes later sees it, or is taken here
      nowMs = clock();
      takeSubmitted();
      queue.close(errors::closed);
      endpoint.close();
    } finally {
      shut(errors.cannotConnect(ConnectFailure.CLOSED, "The client was closed", null));
      unlockAndTell();
    }
  }

  private void shut(Throwable reason) {
    isOpen = false;
    if (accessKey != null) Arrays.fill(accessKey, (byte) 0);
    socket.close();
    if (!ready.isDone()) completions.add(() -> ready.completeExceptionally(reason));
  }

  /** An assertion has failed: what follows would be worse than the end. */
  private void breakDown(Throwable defect) {
    LOG.log(Level.ERROR, "the connection to " + peer + " has failed and is closed; please report this", defect);
    String message = "The connection to " + peer + " was closed because of a defect of the client";
    shut(errors.cannotConnect(ConnectFailure.DISCONNECTED, message, defect));
    takeSubmitted();
    queue.close(call -> errors.cannotConnect(ConnectFailure.DISCONNECTED, message, defect));
  }

  /** Is this the thread that would have to receive answers? Then it runs what follows another call. */
  boolean isOwnThread() {
    return Thread.currentThread() == thread || watch.isMine();
  }

  /** The caller waits no longer; {@code atOnce}: and wants its future completed before this returns. */
  void giveUp(Call<?> call, boolean atOnce) {
    givenUp.add(call);
    if (atOnce) {
      lock.lock();
      turnLocked(false);
    } else watch.wake();
  }

  /** A blocking call on the client's own thread. */
  RuntimeException giveUpInDeadlock(Call<?> call) {
    giveUp(call, false);
    return errors.wouldDeadlock(call);
  }

  // What the call queue asks for; with the lock, but for the obstacle.

  @Override
  public @Nullable Throwable obstacle() {
    return obstacle;
  }

  @Override
  public int requestBytesMax() {
    return endpoint.requestBytesMax();
  }

  @Override
  public long messageBytesMax() {
    return endpoint.messageBytesMax();
  }

  /**
   * While no session stands one request is handed over, which makes the endpoint look for the server; all others wait in
   * the queue, where they are surely not executed.
   */
  @Override
  public boolean canSubmit() {
    if (!isOpen || !endpoint.canSubmit()) return false;
    return endpoint.state() == ClientEndpoint.State.READY || endpoint.outstanding() == 0;
  }

  @Override
  public long submit(byte[] ops, int byteCount, boolean mutates, boolean isAtomic) {
    requests++;
    lastSentMs = nowMs;
    return endpoint.submit(ops, byteCount, mutates, isAtomic, nowMs);
  }

  @Override
  public void flush() {
    endpoint.flush(nowMs);
  }

  @Override
  public boolean cancel(long rid) {
    return endpoint.cancel(rid, nowMs);
  }

  @Override
  public void settled(Call<?> call) {
    completions.add(call);
  }

  // What the endpoint tells; with the lock.

  @Override
  public void onReady() {
    obstacle = null;
    if (wasReady) {
      long downMs = Math.round(nowMs - downSinceMs);
      completions.add(() -> listener.onReconnected(downMs));
    } else {
      wasReady = true;
      completions.add(
          () -> {
            listener.onConnected();
            ready.complete(null);
          });
    }
  }

  @Override
  public void onReply(long rid, int status, byte[] bytes, int start, int end) {
    queue.handleReply(rid, status, bytes, start, end);
  }

  @Override
  public void onOutcomeUnknown(long rid) {
    queue.handleOutcomeUnknown(rid, obstacle);
  }

  @Override
  public void onDisconnected(String reason) {
    String message = peer + " is out of reach (" + reason + "); reconnecting";
    noteDown(errors.cannotConnect(ConnectFailure.DISCONNECTED, message, null), reason);
  }

  @Override
  public void onLoading(int percent) {
    if (obstacle == null && wasReady) downSinceMs = nowMs;
    String message = "The server at " + peer + " is loading (" + percent + " %)";
    obstacle = errors.cannotConnect(ConnectFailure.LOADING, message, null);
  }

  @Override
  public void onFatal(Fatal fatal) {
    ConnectFailure code = ConnectFailure.valueOf(fatal.code().name());
    String message = "Cannot connect to " + peer + ": " + fatal.message();
    RuntimeException failure = errors.cannotConnect(code, message, null);
    if (!wasReady) {
      failReady(code, message, null);
      return;
    }
    noteDown(failure, fatal.message());
    if (code == ConnectFailure.AUTH_FAILED) {
      // Trying again with this key helps nobody; every call says at once what is the matter.
      refusal = call -> errors.cannotConnect(code, message, null);
      return;
    }
    queue.handleEndpointLost(failure);
    restartAtMs = nowMs + RECONNECT_DELAY_MS;
  }

  private void noteDown(Throwable failure, String reason) {
    if (obstacle == null) downSinceMs = nowMs;
    obstacle = failure;
    completions.add(() -> listener.onDisconnected(reason));
  }

  private void failReady(ConnectFailure code, String message, @Nullable Throwable cause) {
    RuntimeException failure = errors.cannotConnect(code, message, cause);
    obstacle = failure;
    refusal = call -> errors.cannotConnect(code, message, cause);
    completions.add(() -> ready.completeExceptionally(failure));
  }

  /** Takes a call on; false where it was refused, and its future says why. */
  private boolean admit(Call<?> call) {
    call.begin(this, timeoutMsDefault, completions.beginNanos());
    String excess = isOpen ? bounds.enter(call) : null;
    if (isOpen && excess == null) return true;
    call.completeExceptionally(excess == null ? errors.closed(call) : errors.tooManyInFlight(call, excess));
    return false;
  }

  /** A call that came while the connection was being closed. */
  private void failSubmitted() {
    lock.lock();
    takeSubmitted();
    queue.close(errors::closed);
    unlockAndTell();
  }

  private ClientEndpoint newEndpoint() {
    return new ClientEndpoint(
        accessKey,
        socket.isLoopback(),
        socket,
        random::nextBytes,
        this,
        Limits.WINDOW_DEFAULT,
        ClientLimits.DEFAULT);
  }

  private double clock() {
    return (System.nanoTime() - startedNanos) / NANOS_PER_MS;
  }

  /** The connection's thread: turn after turn, and sleep in between. */
  private void run() {
    try {
      lock.lock();
      nowMs = clock();
      endpoint.start(nowMs);
      unlockAndTell();
      while (isOpen) {
        if (!watch.take()) {
          watch.rest(REST_MS);
          continue;
        }
        try {
          watchSocket();
        } finally {
          watch.leave();
        }
        // Lone callers take it from here, unless something is left to do or they stay away.
        if (isOpen && !hasWork() && bounds.calls() == 0) watch.rest(REST_MS);
      }
    } catch (IOException | ClosedSelectorException failure) {
      if (isOpen) LOG.log(Level.ERROR, "cannot wait at the socket of " + peer + ", which is closed", failure);
      close();
    }
  }

  /** Until lone callers can do without this thread. */
  private void watchSocket() throws IOException {
    while (isOpen) {
      lock.lock();
      turnLocked(true);
      if (hasWork()) continue;
      if (loneCalls >= LONE_CALLS_MIN && bounds.calls() == 0 && clock() - lastCallMs < REST_MS) return;
      watch.sleep(clock(), this::hasWork);
    }
  }

  /** The caller waits for its answer at the socket and does what else there is to do meanwhile. */
  private void waitAtSocket(Call<?> call) {
    try {
      while (isOpen && !call.isDone()) {
        lock.lock();
        if (!hasWork() && !watch.spin()) {
          lock.unlock();
          watch.sleep(clock(), this::hasWork);
          lock.lock();
        }
        turnLocked(true);
        if (Thread.currentThread().isInterrupted()) break; // it would not sleep any more
      }
    } catch (IOException | ClosedSelectorException failure) {
      if (isOpen) LOG.log(Level.DEBUG, "cannot wait at the socket of " + peer, failure);
    } finally {
      watch.leave();
      if (hasWork() || bounds.calls() > 0) watch.callOwn();
    }
  }

  private boolean hasWork() {
    return !submitted.isEmpty() || !givenUp.isEmpty() || !isOpen;
  }

  /**
   * All that there is to do: datagrams (only for who has the watch), timers, calls. Notes when the next turn is due,
   * releases the lock, completes futures.
   */
  private void turnLocked(boolean mayReceive) {
    try {
      if (isOpen) {
        nowMs = clock();
        if (mayReceive) receive();
        if (endpoint.nextTickAtMs() <= nowMs) endpoint.tick(nowMs);
        if (restartAtMs <= nowMs) restart();
        takeSubmitted();
        for (Call<?> call = givenUp.poll(); call != null; call = givenUp.poll()) queue.giveUp(call);
        queue.sweep(nowMs);
        queue.flush();
        serveTrouble();
        double nextMs = Math.min(Math.min(endpoint.nextTickAtMs(), queue.nextAtMs()), restartAtMs);
        if (nowMs - lastCallMs < QUIET_MS) nextMs = Math.min(nextMs, nowMs + NAP_MS);
        watch.setDue(nextMs, endpoint.outstanding() > 0, lastSentMs, endpoint.smoothedRttMs());
      }
    } catch (RuntimeException | Error defect) {
      breakDown(defect);
    } finally {
      unlockAndTell();
    }
  }

  private void receive() {
    DatagramBatch batch;
    do {
      // A lone answer is the last datagram to be read: asking for another would only be told that there is none.
      batch = socket.receive(endpoint.outstanding() == 1 ? 1 : UdpSocket.BATCH_SLOTS);
      if (batch.count > 0) endpoint.handleBatch(batch, nowMs);
    } while (isOpen && batch.count > 0 && endpoint.outstanding() > 0);
  }

  private void takeSubmitted() {
    Call<?> call = submitted.takeAll();
    if (call != null) lastCallMs = nowMs;
    while (call != null) {
      Call<?> after = call.nextSubmitted;
      call.nextSubmitted = null;
      queue.enter(call, nowMs);
      call = after;
    }
    if (refusal != null) queue.close(refusal);
  }

  private void restart() {
    restartAtMs = Double.POSITIVE_INFINITY;
    endpoint = newEndpoint();
    endpoint.start(nowMs);
  }

  private void serveTrouble() {
    IOException trouble = socket.takeTrouble();
    if (trouble == null) return;
    boolean isRefusal = UdpSocket.isRefusal(trouble);
    if (wasReady) {
      if (isRefusal) endpoint.hintRefused(nowMs);
      return;
    }
    if (refusal != null) return;
    ConnectFailure code = isRefusal ? ConnectFailure.CONNECTION_REFUSED : ConnectFailure.UNREACHABLE;
    String message =
        isRefusal
            ? "Nothing listens on " + peer + " (UDP)"
            : peer + " cannot be reached: " + trouble.getMessage();
    failReady(code, message, trouble);
  }

  private void unlockAndTell() {
    completions.unlockAndTell(lock);
  }
}
