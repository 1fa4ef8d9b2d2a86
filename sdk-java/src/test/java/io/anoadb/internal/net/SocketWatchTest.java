package io.anoadb.internal.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.anoadb.testkit.AnoaServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Whoever watches the socket, and however often that changes: no call is left to its deadline. */
class SocketWatchTest {
  private static AnoaServer server;

  @BeforeAll
  static void start() {
    server = AnoaServer.start();
  }

  @AfterAll
  static void end() {
    if (server != null) server.close();
  }

  @Test
  @DisplayName("lone callers, bursts and pauses take turns, and every call is answered")
  void turns() throws InterruptedException, ExecutionException, TimeoutException {
    long seed = Long.getLong("anoadb.seed", System.nanoTime());
    System.out.println("socket watch: seed " + seed);
    PlainCalls calls = PlainCalls.connect(server.port(), null);
    AtomicLong expected = new AtomicLong();
    ExecutorService pool = Executors.newFixedThreadPool(3);
    List<Future<?>> done = new ArrayList<>();
    long endNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(4);
    for (int thread = 0; thread < 3; thread++) {
      Random random = new Random(seed + thread);
      done.add(
          pool.submit(
              () -> {
                while (System.nanoTime() < endNanos) {
                  int count = 1 + random.nextInt(30);
                  expected.addAndGet(count);
                  if (random.nextBoolean()) for (int i = 0; i < count; i++) calls.incr("turns");
                  else burst(calls, count);
                  // Long enough for the others to be alone, for the thread to come back, or for nothing.
                  if (random.nextInt(3) == 0) LockSupport.parkNanos((long) (random.nextDouble() * 40_000_000));
                }
              }));
    }
    for (Future<?> future : done) future.get(40, TimeUnit.SECONDS);
    pool.shutdown();
    assertThat(calls.connection.call(PlainCalls.incr("turns", 0, 0))).isEqualTo(expected.get());
    assertThat(calls.connection.inFlight()).isZero();
    calls.connection.close();
  }

  private static void burst(PlainCalls calls, int count) {
    List<Call<Long>> burst = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      burst.add(PlainCalls.incr("turns", 0));
      calls.connection.submit(burst.get(i));
    }
    for (Call<Long> call : burst) call.await();
  }

  @Test
  @DisplayName("after a pause in which the server forgot nothing the first call is answered, again and again")
  void pauses() {
    PlainCalls calls = PlainCalls.connect(server.port(), null);
    for (int pauseMs : new int[] {1, 9, 11, 25, 50, 1100}) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(pauseMs));
      for (int i = 0; i < 20; i++) assertThat(calls.incr("pauses")).isPositive();
    }
    calls.connection.close();
  }
}
