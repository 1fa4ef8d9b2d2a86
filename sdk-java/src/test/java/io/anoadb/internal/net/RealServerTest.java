package io.anoadb.internal.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.anoadb.internal.net.PlainCalls.Failed;
import io.anoadb.testkit.AnoaServer;
import io.anoadb.testkit.LossyProxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A connection and the real server, over real sockets: directly, and through a network that loses 10 %. */
class RealServerTest {
  private static final int BIG_BYTES = 1 << 20;
  private static AnoaServer open;
  private static AnoaServer sealed;
  private static String key;

  @BeforeAll
  static void startServers() {
    open = AnoaServer.start();
    sealed = AnoaServer.prepare(Map.of());
    key = sealed.createKey("--name", "test", "--role", "admin");
    sealed.startAgain();
  }

  @AfterAll
  static void endServers() {
    if (open != null) open.close();
    if (sealed != null) sealed.close();
  }

  private static PlainCalls connect(String mode) {
    return mode.equals("open") ? PlainCalls.connect(open.port(), null) : PlainCalls.connect(sealed.port(), key);
  }

  private static byte[] noise(int byteCount, long seed) {
    byte[] bytes = new byte[byteCount];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  /** Every increment of every thread, and what each was answered. */
  private static void incrementAtOnce(PlainCalls calls, String name, int threads, int each) throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    List<Future<?>> done = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      done.add(
          pool.submit(
              () -> {
                long before = 0;
                for (int n = 0; n < each; n++) {
                  long sum = calls.incr(name);
                  if (sum <= before) throw new AssertionError(sum + " after " + before);
                  before = sum;
                }
              }));
    }
    for (Future<?> future : done) future.get(50, TimeUnit.SECONDS);
    pool.shutdown();
    assertThat(calls.connection.call(PlainCalls.incr(name, 0, 0))).isEqualTo((long) threads * each);
    assertThat(calls.connection.inFlight()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"open", "sealed"})
  @DisplayName("values of any size come back, and what is missing is missing")
  void values(String mode) {
    PlainCalls calls = connect(mode);
    for (int size : new int[] {0, 1, 1000, 1141, 1142, 16_384, 20_000, 100_000, BIG_BYTES}) {
      byte[] value = noise(size, size);
      assertThat(calls.set("value:" + size, value)).isZero();
      assertThat(calls.get("value:" + size)).as("%s bytes", size).isEqualTo(value);
    }
    assertThat(calls.get("value:none")).isNull();
    calls.connection.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"open", "sealed"})
  @DisplayName("64 threads count to 19 200 exactly, and share datagrams")
  void counts(String mode) throws Exception {
    PlainCalls calls = connect(mode);
    incrementAtOnce(calls, "count", 64, 300);
    assertThat(calls.connection.counters().requests()).isLessThan(19_200);
    calls.connection.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"open", "sealed"})
  @DisplayName("with 10 % loss, duplicates and reordering 32 threads count to 3200 exactly, and 1 MiB comes back")
  void lossy(String mode) throws Exception {
    boolean isOpen = mode.equals("open");
    try (LossyProxy proxy = LossyProxy.start(isOpen ? open.port() : sealed.port())) {
      System.out.println("lossy proxy, " + mode + ": seed " + proxy.seed());
      PlainCalls calls = PlainCalls.connect(proxy.port(), isOpen ? null : key);
      incrementAtOnce(calls, "lossy", 32, 100);
      byte[] value = noise(BIG_BYTES, 7);
      assertThat(calls.set("lossy:big", value)).isZero();
      assertThat(calls.get("lossy:big")).isEqualTo(value);
      assertThat(calls.connection.counters().retransmits()).isPositive();
      calls.connection.close();
    }
  }

  @Test
  @DisplayName("thousands of calls without waiting are answered each with its own")
  void manyAtOnce() {
    PlainCalls calls = connect("open");
    List<Call<Integer>> sets = new ArrayList<>();
    List<Call<byte[]>> gets = new ArrayList<>();
    for (int i = 0; i < 4000; i++) {
      sets.add(PlainCalls.set("many:" + i, PlainCalls.bytes("value " + i), 0));
      calls.connection.submit(sets.get(i));
    }
    for (Call<Integer> set : sets) assertThat(set.join()).isZero();
    for (int i = 0; i < 4000; i++) {
      gets.add(PlainCalls.get("many:" + i, 0));
      calls.connection.submit(gets.get(i));
    }
    for (int i = 0; i < 4000; i++) assertThat(gets.get(i).join()).isEqualTo(PlainCalls.bytes("value " + i));
    calls.connection.close();
  }

  @Test
  @DisplayName("a key that the server does not know is refused, and so is a client in the other mode")
  void wrongKey() {
    String strange = "anoa1_" + "A".repeat(43);
    assertThatThrownBy(() -> PlainCalls.connect(sealed.port(), strange))
        .isInstanceOf(Failed.class)
        .hasMessage("cannotConnect AUTH_FAILED");
  }

  @Test
  @DisplayName("a port on which nobody listens is said at once")
  void nobody() throws Exception {
    int port;
    try (java.net.DatagramSocket socket = new java.net.DatagramSocket(0, java.net.InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    assertThatThrownBy(() -> PlainCalls.connect(port, null)).hasMessage("cannotConnect CONNECTION_REFUSED");
  }

  @Test
  @DisplayName("more calls in flight than allowed are refused, the others answered")
  void tooMany() {
    PlainCalls calls = PlainCalls.connect(open.port(), null, 20_000, 2, 1000);
    open.pause();
    Call<Long> first = PlainCalls.incr("few", 0);
    Call<Long> second = PlainCalls.incr("few", 0);
    Call<Long> third = PlainCalls.incr("few", 0);
    for (Call<Long> call : List.of(first, second, third)) calls.connection.submit(call);
    open.resume();
    assertThatThrownBy(third::await).hasMessage("tooManyInFlight: 2 calls are in flight, maxInFlight");
    assertThat(first.await() + second.await()).isEqualTo(3);
    assertThat(calls.set("few:big", noise(5000, 1))).as("a lone call passes whatever its size").isZero();
    calls.connection.close();
  }

  @Test
  @DisplayName("a deadline ends a read as a timeout and a write with its outcome unknown, while the server stands still")
  void deadlines() {
    PlainCalls calls = connect("open");
    calls.set("late", new byte[1]);
    open.pause();
    try {
      Call<byte[]> read = PlainCalls.get("late", 300);
      Call<Long> write = PlainCalls.incr("late:n", 300);
      calls.connection.submit(read);
      calls.connection.submit(write);
      assertThatThrownBy(read::await).hasMessage("timedOut executed=null sent=true");
      assertThatThrownBy(write::await).hasMessage("outcomeUnknown DEADLINE");
    } finally {
      open.resume();
    }
    assertThat(calls.get("late")).isEqualTo(new byte[1]);
    calls.connection.close();
  }

  @Test
  @DisplayName("an interrupt ends the waiting, and the thread stays interrupted")
  void interrupts() throws Exception {
    PlainCalls calls = connect("open");
    open.pause();
    CountDownLatch begun = new CountDownLatch(1);
    CompletableFuture<String> end = new CompletableFuture<>();
    Thread waiting =
        new Thread(
            () -> {
              begun.countDown();
              try {
                calls.get("interrupted");
              } catch (Failed failed) {
                end.complete(failed.getMessage() + " " + Thread.currentThread().isInterrupted());
              }
            });
    waiting.start();
    begun.await();
    waiting.interrupt();
    try {
      assertThat(end.get(10, TimeUnit.SECONDS)).isEqualTo("interrupted true");
    } finally {
      open.resume();
    }
    assertThat(calls.get("interrupted")).as("the connection works on").isNull();
    assertThat(calls.connection.inFlight()).isZero();
    calls.connection.close();
  }

  @Test
  @DisplayName("a cancelled future gives its call up")
  void cancels() {
    PlainCalls calls = connect("open");
    open.pause();
    try {
      Call<byte[]> call = PlainCalls.get("cancelled", 0);
      calls.connection.submit(call);
      assertThat(call.cancel(true)).isTrue();
      long endNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
      while (calls.connection.inFlight() > 0 && System.nanoTime() < endNanos) Thread.onSpinWait();
      assertThat(calls.connection.inFlight()).isZero();
    } finally {
      open.resume();
    }
    calls.connection.close();
  }

  @Test
  @DisplayName("close ends what waits: reads as closed, writes that were sent with their outcome unknown")
  void closes() {
    PlainCalls calls = connect("open");
    open.pause();
    try {
      Call<byte[]> read = PlainCalls.get("closing", 0);
      Call<Long> write = PlainCalls.incr("closing:n", 0);
      calls.connection.submit(read);
      calls.connection.submit(write);
      while (calls.connection.counters().requests() == 0) Thread.onSpinWait();
      calls.connection.close();
      calls.connection.close();
      assertThatThrownBy(read::join).isInstanceOf(CompletionException.class).hasMessageContaining("closed");
      assertThatThrownBy(write::await).isInstanceOf(Failed.class);
      assertThatThrownBy(() -> calls.get("closing")).hasMessage("closed");
    } finally {
      open.resume();
    }
  }

  @Test
  @DisplayName("a blocking call on the client's own thread is refused instead of waiting for itself")
  void deadlock() {
    PlainCalls calls = connect("open");
    Call<byte[]> outer = PlainCalls.get("outer", 0);
    CompletableFuture<String> inner =
        outer.thenApply(
            value -> {
              boolean isOwn = Thread.currentThread().getName().startsWith("anoadb-");
              try {
                calls.get("inner");
                return isOwn ? "waited" : "wouldDeadlock";
              } catch (Failed failed) {
                return failed.getMessage();
              }
            });
    calls.connection.submit(outer);
    assertThat(inner.join()).isEqualTo("wouldDeadlock");
    calls.connection.close();
  }
}
