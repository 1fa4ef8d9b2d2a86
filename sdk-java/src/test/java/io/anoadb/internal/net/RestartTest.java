package io.anoadb.internal.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.anoadb.internal.net.PlainCalls.Failed;
import io.anoadb.testkit.AnoaServer;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a connection makes of a server that goes away, comes back, becomes sealed or revokes the key. */
class RestartTest {
  @Test
  @DisplayName("a restarted server is found again, and a counter is what was acknowledged, plus what is unknown at most")
  void restarts() throws InterruptedException {
    try (AnoaServer server = AnoaServer.start()) {
      PlainCalls calls = PlainCalls.connect(server.port(), null);
      AtomicBoolean isOver = new AtomicBoolean();
      AtomicLong acknowledged = new AtomicLong();
      AtomicLong unknown = new AtomicLong();
      Thread[] threads = new Thread[8];
      for (int i = 0; i < threads.length; i++) {
        threads[i] =
            new Thread(
                () -> {
                  while (!isOver.get()) {
                    try {
                      calls.incr("restart");
                      acknowledged.incrementAndGet();
                    } catch (Failed failed) {
                      if (!failed.getMessage().startsWith("outcomeUnknown")) throw failed;
                      unknown.incrementAndGet();
                    }
                  }
                });
        threads[i].start();
      }
      for (int round = 0; round < 2; round++) {
        Thread.sleep(300);
        server.stop();
        server.startAgain();
      }
      Thread.sleep(300);
      isOver.set(true);
      for (Thread thread : threads) thread.join();
      long sum = calls.connection.call(PlainCalls.incr("restart", 0, 0));
      assertThat(sum).isBetween(acknowledged.get(), acknowledged.get() + unknown.get());
      assertThat(calls.events.toString()).contains("disconnected").contains("reconnected");
      calls.connection.close();
    }
  }

  @Test
  @DisplayName("while there is no server a call fails at its deadline as not executed, and works when there is one")
  void comesBack() {
    try (AnoaServer server = AnoaServer.start()) {
      PlainCalls calls = PlainCalls.connect(server.port(), null);
      calls.incr("back");
      server.stop();
      // The one that makes the connection look for the server may have left before it knew.
      assertThatThrownBy(() -> calls.connection.call(PlainCalls.incr("back", 300))).isInstanceOf(Failed.class);
      assertThatThrownBy(() -> calls.connection.call(PlainCalls.incr("back", 300)))
          .hasMessage("timedOut executed=false sent=false");
      server.startAgain();
      assertThat(calls.incr("back")).isPositive();
      calls.connection.close();
    }
  }

  @Test
  @DisplayName("an open client of a server that becomes sealed is left without an answer; one with the key has its data")
  void becomesSealed() {
    try (AnoaServer server = AnoaServer.start()) {
      PlainCalls calls = PlainCalls.connect(server.port(), null);
      assertThat(calls.incr("sealed")).isEqualTo(1);
      String key = server.createKey("--name", "first", "--role", "admin");
      PlainCalls keyed = PlainCalls.connect(server.port(), key);
      assertThatThrownBy(() -> calls.connection.call(PlainCalls.incr("sealed", 500))).isInstanceOf(Failed.class);
      assertThatThrownBy(() -> calls.connection.call(PlainCalls.incr("sealed", 500)))
          .hasMessage("timedOut executed=false sent=false");
      assertThat(keyed.incr("sealed")).isEqualTo(2);
      calls.connection.close();
      keyed.connection.close();
    }
  }

  @Test
  @DisplayName("a revoked key ends its sessions, and every later call says so at once")
  void revoked() {
    try (AnoaServer server = AnoaServer.prepare(Map.of())) {
      server.createKey("--name", "other", "--role", "admin");
      String key = server.createKey("--name", "mine", "--role", "write");
      server.startAgain();
      PlainCalls calls = PlainCalls.connect(server.port(), key);
      calls.incr("mine");
      server.run("key", "revoke", "mine");
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 500; i++) {
                  calls.incr("mine");
                  Thread.sleep(10);
                }
              })
          .hasMessageMatching("cannotConnect AUTH_FAILED|outcomeUnknown .*");
      assertThatThrownBy(() -> calls.incr("mine")).hasMessage("cannotConnect AUTH_FAILED");
      calls.connection.close();
    }
  }
}
