package io.anoadb.commands;

import static org.assertj.core.api.Assertions.assertThat;

import io.anoadb.AnoaClient;
import io.anoadb.AnoaValue;
import io.anoadb.AtomicBatch;
import io.anoadb.Key;
import io.anoadb.Outcome;
import io.anoadb.generated.CopyOptions;
import io.anoadb.generated.SetOptions;
import io.anoadb.testkit.AnoaServer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** COPY against the real server: all that was written by hand for it in Java is this test. */
class CopyCommandTest {
  @Test
  @DisplayName("COPY gives another key the value and expiry, and leaves the original")
  void copies() {
    try (AnoaServer server = AnoaServer.start();
        AnoaClient db = AnoaClient.connect(server.url())) {
      assertThat(db.copy("missing", "draft:1")).isFalse();
      db.set("post:1", List.of("text", 1.5), SetOptions.create().ttl(Duration.ofHours(1)));
      assertThat(db.copy("post:1", "draft:1")).isTrue();
      assertThat(db.get("draft:1")).isEqualTo(AnoaValue.arrayOf("text", 1.5)).isEqualTo(db.get("post:1"));
      assertThat(db.ttl("draft:1")).isBetween(Duration.ofMinutes(50), Duration.ofHours(1));
    }
  }

  @Test
  @DisplayName("COPY with ifAbsent is refused where the new key holds something; async and in a batch it is the same")
  void conditions() {
    try (AnoaServer server = AnoaServer.start();
        AnoaClient db = AnoaClient.connect(server.url())) {
      db.setMany(java.util.Map.of("a", 1, "b", 2));
      Outcome outcome = db.copy("a", "b", CopyOptions.create().ifAbsent());
      assertThat(outcome.reason()).isEqualTo(Outcome.Reason.CONDITION_FAILED);
      assertThat(db.get("b", Integer.class)).isEqualTo(2);
      assertThat(db.async().copy(Key.of("a"), Key.of("c")).join()).isTrue();
      AtomicBatch batch = db.atomic();
      CompletableFuture<Boolean> copied = batch.copy("b", "d");
      assertThat(batch.commit().isApplied()).isTrue();
      assertThat(copied.join()).isTrue();
      assertThat(db.getMany(List.of("c", "d")).values()).containsExactly(AnoaValue.of(1), AnoaValue.of(2));
    }
  }
}
