package io.anoadb.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.anoadb.AnoaClient;
import io.anoadb.AnoaConnectionException;
import io.anoadb.AnoaException;
import io.anoadb.AnoaTimeoutException;
import io.anoadb.AtomicBatch;
import io.anoadb.Executed;
import io.anoadb.Key;
import io.anoadb.OutcomeUnknownException;
import io.anoadb.ServerException;
import io.anoadb.TooManyInFlightException;
import io.anoadb.Versioned;
import io.anoadb.generated.SetOptions;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** The behaviours that are scenes: a second client, a server that stands still, a large value, many calls at once. */
final class Scenes {
  private static final Duration HASTY = Duration.ofMillis(300);

  private Scenes() {}

  /** What a scene is played with; keys stand below {@code prefix}. */
  record Cast(Stage stage, AnoaClient db, String prefix) {
    String key(String name) {
      return prefix + name;
    }
  }

  /** One behaviour, played. */
  @FunctionalInterface
  interface Scene {
    void play(Cast cast) throws Exception;
  }

  /** Those of any server. */
  static Map<String, Scene> ofAnyServer() {
    Map<String, Scene> scenes = new LinkedHashMap<>();
    scenes.put("concurrent-incr-counts-each-once", Scenes::concurrentIncr);
    scenes.put("atomic-compare-and-set-loses-no-update", Scenes::compareAndSet);
    scenes.put("scan-is-complete-under-change", Scenes::scanUnderChange);
    scenes.put("large-among-small", Scenes::largeAmongSmall);
    scenes.put("too-many-in-flight", Scenes::tooManyInFlight);
    scenes.put("closing-is-final", Scenes::closingIsFinal);
    scenes.put("nobody-listens", cast -> nobodyListens());
    scenes.put("a-deadline-ends-a-read", Scenes::deadlineOfRead);
    scenes.put("a-deadline-of-a-write-is-outcome-unknown", Scenes::deadlineOfWrite);
    scenes.put("a-pause-is-not-noticed", Scenes::pause);
    scenes.put("reconnects-after-a-restart", Scenes::restart);
    scenes.put("calls-made-while-away-arrive", Scenes::callsWhileAway);
    scenes.put("a-lost-write-is-never-silent", Scenes::lostWrite);
    return scenes;
  }

  /** Those of a sealed server. */
  static Map<String, Scene> ofSealedServer() {
    Map<String, Scene> scenes = new LinkedHashMap<>();
    scenes.put("a-wrong-key-is-refused", Scenes::wrongKey);
    scenes.put("open-client-of-a-sealed-server", Scenes::openClientOfSealedServer);
    scenes.put("a-reader-may-not-write", Scenes::reader);
    scenes.put("a-writer-is-no-admin", Scenes::writer);
    scenes.put("a-prefix-limits-keys", Scenes::prefixLimits);
    scenes.put("denied-aborts-a-batch", Scenes::deniedAborts);
    scenes.put("a-revoked-key-is-out", Scenes::revokedKey);
    return scenes;
  }

  private static void concurrentIncr(Cast cast) {
    List<CompletableFuture<Long>> calls = new ArrayList<>();
    for (int i = 0; i < 1000; i++) calls.add(cast.db().async().incr(cast.key("n")));
    Set<Long> sums = new HashSet<>();
    for (CompletableFuture<Long> call : calls) sums.add(call.join());
    assertThat(sums).hasSize(1000);
    assertThat(cast.db().get(cast.key("n"), Long.class)).isEqualTo(1000);
  }

  private static void compareAndSet(Cast cast) throws InterruptedException {
    String key = cast.key("n");
    cast.db().set(key, 0);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Thread thread =
          new Thread(
              () -> {
                try (AnoaClient client = cast.stage().connect()) {
                  for (int done = 0; done < 25; ) {
                    Versioned read = client.getWithVersion(key);
                    SetOptions same = SetOptions.create().ifVersion(read.version());
                    if (client.set(key, read.value().asLong() + 1, same).isApplied()) done++;
                  }
                }
              });
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) thread.join();
    assertThat(cast.db().get(key, Long.class)).isEqualTo(100);
  }

  private static void scanUnderChange(Cast cast) {
    AnoaClient db = cast.db();
    Map<String, Integer> stays = new LinkedHashMap<>();
    for (int i = 0; i < 500; i++) stays.put(cast.key("stays:" + i), i);
    db.setMany(stays);
    Set<String> seen = new HashSet<>();
    int passing = 0;
    for (Key key : db.scan(cast.prefix()).pageSize(20)) {
      seen.add(key.toString());
      if (seen.size() % 20 == 0) {
        db.set(cast.key("passes:" + passing), 1);
        db.delete(cast.key("passes:" + (passing - 1)));
        passing++;
      }
    }
    assertThat(seen).containsAll(stays.keySet());
  }

  private static void largeAmongSmall(Cast cast) {
    AnoaClient db = cast.db();
    List<CompletableFuture<?>> calls = new ArrayList<>();
    for (int i = 0; i < 8; i++) calls.add(db.async().set(cast.key("large:" + i), SpecValues.pattern(100_000 + i)));
    for (int i = 0; i < 200; i++) calls.add(db.async().incr(cast.key("small")));
    calls.forEach(CompletableFuture::join);
    List<CompletableFuture<byte[]>> reads = new ArrayList<>();
    for (int i = 0; i < 8; i++) reads.add(db.async().get(cast.key("large:" + i), byte[].class));
    for (int i = 0; i < 8; i++) assertThat(reads.get(i).join()).isEqualTo(SpecValues.pattern(100_000 + i));
    assertThat(db.get(cast.key("small"), Long.class)).isEqualTo(200);
  }

  private static void tooManyInFlight(Cast cast) throws InterruptedException {
    try (AnoaClient narrow = cast.stage().builder().maxInFlight(10).connect()) {
      cast.stage().server.pause();
      List<CompletableFuture<Long>> calls = new ArrayList<>();
      try {
        for (int i = 0; i < 20; i++) calls.add(narrow.async().incr(cast.key("n")));
        Thread.sleep(50);
      } finally {
        cast.stage().server.resume();
      }
      int refused = 0;
      for (CompletableFuture<Long> call : calls) {
        if (failureOf(call) instanceof TooManyInFlightException failure) {
          assertThat(failure.executed()).isEqualTo(Executed.NO);
          refused++;
        }
      }
      assertThat(refused).isEqualTo(10);
      assertThat(narrow.get(cast.key("n"), Long.class)).isEqualTo(10);
    }
  }

  private static void closingIsFinal(Cast cast) {
    AnoaClient client = cast.stage().connect();
    client.close();
    assertThatCode(client::close).doesNotThrowAnyException();
    assertThat(codeOf(() -> client.get("k"))).isEqualTo("CLOSED");
  }

  private static void nobodyListens() throws Exception {
    int port;
    try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    AnoaClient.Builder builder =
        AnoaClient.builder("anoa://127.0.0.1:" + port).connectTimeout(Duration.ofSeconds(2));
    assertThat(codeOf(builder::connect)).isIn("CONNECTION_REFUSED", "CONNECT_TIMEOUT");
  }

  private static void deadlineOfRead(Cast cast) {
    cast.stage().server.pause();
    try {
      assertThatThrownBy(() -> cast.db().withTimeout(HASTY).get(cast.key("k")))
          .isInstanceOfSatisfying(
              AnoaTimeoutException.class, late -> assertThat(late.executed()).isEqualTo(Executed.UNKNOWN));
      assertThat(cast.db().inFlight()).isZero();
    } finally {
      cast.stage().server.resume();
    }
  }

  private static void deadlineOfWrite(Cast cast) {
    String key = cast.key("k");
    cast.stage().server.pause();
    try {
      assertThatThrownBy(() -> cast.db().withTimeout(HASTY).set(key, 1)).isInstanceOf(OutcomeUnknownException.class);
    } finally {
      cast.stage().server.resume();
    }
    assertThat(cast.db().get(key, Long.class)).isIn(1L, null);
    cast.db().set(key, 2);
    assertThat(cast.db().get(key, Long.class)).isEqualTo(2);
  }

  private static void pause(Cast cast) throws InterruptedException {
    cast.stage().server.pause();
    List<CompletableFuture<Long>> calls = new ArrayList<>();
    for (int i = 0; i < 50; i++) calls.add(cast.db().async().incr(cast.key("n")));
    Thread.sleep(500);
    cast.stage().server.resume();
    assertThat(calls.stream().map(CompletableFuture::join).distinct().count()).isEqualTo(50);
    assertThat(cast.db().get(cast.key("n"), Long.class)).isEqualTo(50);
  }

  private static void restart(Cast cast) {
    cast.db().set(cast.key("k"), "kept");
    cast.stage().server.stop();
    cast.stage().server.startAgain();
    assertThat(cast.db().get(cast.key("k"), String.class)).isEqualTo("kept");
    assertThat(cast.db().incr(cast.key("n"))).isEqualTo(1);
  }

  private static void callsWhileAway(Cast cast) throws InterruptedException {
    cast.db().set(cast.key("k"), 1);
    cast.stage().server.stop();
    CompletableFuture<Long> read = cast.db().async().get(cast.key("k"), Long.class);
    CompletableFuture<Long> sum = cast.db().async().incr(cast.key("n"));
    Thread.sleep(300);
    cast.stage().server.startAgain();
    assertThat(read.join()).isEqualTo(1);
    boolean isLost = cast.stage().isLossy() && failureOf(sum) instanceof OutcomeUnknownException;
    if (!isLost) assertThat(sum.join()).isEqualTo(1);
    assertThat(cast.db().get(cast.key("n"), Long.class)).isEqualTo(isLost ? null : 1L);
  }

  private static void lostWrite(Cast cast) throws InterruptedException {
    String key = cast.key("n");
    cast.stage().server.pause();
    CompletableFuture<Long> sum = cast.db().async().incr(key);
    Thread.sleep(100);
    cast.stage().server.kill();
    cast.stage().server.startAgain();
    Throwable failure = failureOf(sum);
    Long kept = cast.db().get(key, Long.class);
    if (failure == null) {
      assertThat(sum.join()).isEqualTo(1);
      assertThat(kept).isEqualTo(1);
    } else {
      assertThat(failure).isInstanceOf(OutcomeUnknownException.class);
      assertThat(kept).isIn(1L, null);
    }
  }

  private static void wrongKey(Cast cast) {
    String wrong = "anoa1_" + "A".repeat(42) + "E";
    assertThatThrownBy(() -> cast.stage().builder(wrong).connect())
        .isInstanceOfSatisfying(
            AnoaConnectionException.class, refused -> assertThat(refused.code()).isEqualTo("AUTH_FAILED"))
        .hasMessageNotContaining("AAAAAAAA");
  }

  private static void openClientOfSealedServer(Cast cast) {
    AnoaClient.Builder open = cast.stage().builder(null).connectTimeout(Duration.ofMillis(500));
    assertThatThrownBy(open::connect).isInstanceOf(AnoaConnectionException.class);
  }

  private static void reader(Cast cast) {
    String key = cast.key("k");
    cast.db().set(key, 1);
    try (AnoaClient reader = withKey(cast, "--name", "reader", "--role", "read")) {
      assertThat(reader.get(key, Long.class)).isEqualTo(1);
      assertDenied(() -> reader.set(key, 2));
      assertDenied(() -> reader.incr(key));
    }
    assertThat(cast.db().get(key, Long.class)).isEqualTo(1);
  }

  private static void writer(Cast cast) {
    try (AnoaClient writer = withKey(cast, "--name", "writer", "--role", "write")) {
      writer.set(cast.key("k"), 1);
      assertDenied(writer::flush);
      assertDenied(writer::snapshot);
      assertThat(writer.get(cast.key("k"), Long.class)).isEqualTo(1);
    }
  }

  private static void prefixLimits(Cast cast) {
    String app = cast.key("app:");
    cast.db().set(cast.key("other:1"), 1);
    try (AnoaClient limited = withKey(cast, "--name", "prefixed", "--role", "write", "--prefix", app)) {
      limited.set(app + "1", 1);
      assertDenied(() -> limited.set(cast.key("other:1"), 2));
      assertDenied(() -> limited.get(cast.key("other:1")));
      assertDenied(() -> limited.get(cast.key("missing")));
      assertThat(limited.scan(app).stream().map(Key::toString)).containsExactly(app + "1");
      assertDenied(limited::count);
    }
  }

  private static void deniedAborts(Cast cast) {
    String app = cast.key("app:");
    try (AnoaClient limited = withKey(cast, "--name", "batcher", "--role", "write", "--prefix", app)) {
      AtomicBatch batch = limited.atomic();
      batch.set(app + "2", 1);
      batch.set(cast.key("other:2"), 1);
      assertDenied(batch::commit);
    }
    assertThat(cast.db().get(app + "2")).isNull();
  }

  private static void revokedKey(Cast cast) throws InterruptedException {
    try (AnoaClient doomed = withKey(cast, "--name", "doomed")) {
      doomed.set("doomed", 1);
      cast.stage().server.run("key", "revoke", "doomed");
      long endNanos = System.nanoTime() + Duration.ofSeconds(20).toNanos();
      String code = "";
      while (!code.equals("AUTH_FAILED") && System.nanoTime() < endNanos) {
        Thread.sleep(50);
        code = codeOf(() -> doomed.withTimeout(Duration.ofSeconds(5)).get("doomed"));
      }
      assertThat(code).isEqualTo("AUTH_FAILED");
    }
  }

  /** A client of an access key made now; the running server takes a moment to see it. */
  private static AnoaClient withKey(Cast cast, String... arguments) {
    return cast.stage().builder(cast.stage().server.createKey(arguments)).connect();
  }

  private static void assertDenied(Runnable call) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(
            ServerException.class, refused -> assertThat(refused.code()).isEqualTo("DENIED"));
  }

  /** The code a call fails with; empty where it does not. */
  private static String codeOf(Runnable call) {
    try {
      call.run();
      return "";
    } catch (AnoaException failure) {
      return failure.code();
    }
  }

  private static Throwable failureOf(CompletableFuture<?> call) {
    try {
      call.join();
      return null;
    } catch (CompletionException failure) {
      return failure.getCause();
    }
  }
}
