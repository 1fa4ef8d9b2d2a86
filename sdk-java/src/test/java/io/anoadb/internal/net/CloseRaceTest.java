package io.anoadb.internal.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.anoadb.internal.net.PlainCalls.Failed;
import io.anoadb.testkit.AnoaServer;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Calls that are made while the client is being closed. */
class CloseRaceTest {
  @Test
  @DisplayName("whenever close comes, every call ends: answered, closed, or of unknown outcome")
  void everyCallEnds() throws InterruptedException {
    try (AnoaServer server = AnoaServer.start()) {
      for (int round = 0; round < 30; round++) {
        PlainCalls calls = PlainCalls.connect(server.port(), null);
        ExecutorService pool = Executors.newFixedThreadPool(4);
        for (int thread = 0; thread < 4; thread++) {
          pool.execute(
              () -> {
                try {
                  while (true) calls.incr("race");
                } catch (Failed ended) {
                  assertThat(ended.getMessage()).containsAnyOf("closed", "CLOSED");
                }
              });
        }
        TimeUnit.MILLISECONDS.sleep(round % 7);
        calls.connection.close();
        pool.shutdown();
        assertThat(pool.awaitTermination(10, TimeUnit.SECONDS)).as("round %s", round).isTrue();
        assertThat(calls.connection.inFlight()).isZero();
      }
    }
  }
}
