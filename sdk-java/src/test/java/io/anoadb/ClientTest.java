package io.anoadb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.anoadb.generated.CheckOptions;
import io.anoadb.generated.SetOptions;
import io.anoadb.testkit.AnoaServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the client adds to the commands: typed reads, many keys, batches, walks, views, metrics; with the real server. */
class ClientTest {
  private static AnoaServer server;
  private static AnoaClient db;
  private static final ConcurrentLinkedQueue<String> HEARD = new ConcurrentLinkedQueue<>();

  record Point(int x, int y) {}

  @BeforeAll
  static void start() {
    server = AnoaServer.start();
    MetricsListener listener =
        new MetricsListener() {
          @Override
          public void onCall(String command, Duration elapsed, AnoaException failure) {
            HEARD.add(command + (failure == null ? "" : " " + failure.code()) + (elapsed.isNegative() ? " negative" : ""));
          }

          @Override
          public void onConnected(String peer) {
            HEARD.add("connected " + peer);
          }
        };
    db = AnoaClient.builder(server.url()).metrics(listener).connect();
  }

  @AfterAll
  static void stop() {
    if (db != null) db.close();
    if (server != null) server.close();
  }

  @Test
  void manyKeysComeInTheirOrderWithoutThoseThatAreMissing() {
    Map<String, Integer> given = new LinkedHashMap<>();
    for (int i = 0; i < 300; i++) given.put("many:" + i, i);
    db.setMany(given);
    List<String> asked = new ArrayList<>(given.keySet());
    asked.add(5, "many:none");
    Map<String, Integer> found = db.getMany(asked, Integer.class);
    assertThat(new ArrayList<>(found.entrySet())).isEqualTo(new ArrayList<>(given.entrySet()));
    assertThat(db.getMany(List.of("many:7", "many:7"))).containsExactly(Map.entry("many:7", AnoaValue.of(7)));
  }

  @Test
  void setManyFailsWithTheFirstFailure() {
    assertThatThrownBy(() -> db.setMany(Map.of("", 1))).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void recordsComeBackFromGetAndFromItsFuture() {
    db.set("point", new Point(1, -2));
    assertThat(db.get("point", Point.class)).isEqualTo(new Point(1, -2));
    assertThat(db.async().get("point", Point.class).join()).isEqualTo(new Point(1, -2));
    assertThat(db.get("none", Point.class)).isNull();
    assertThatThrownBy(() -> db.async().get("point", Integer.class).join())
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(AnoaValueException.class);
  }

  @Test
  void theAnswersOfABatchComeWithItsCommit() {
    AtomicBatch batch = db.atomic();
    CompletableFuture<Long> sum = batch.incr("batch:n");
    CompletableFuture<AnoaValue> read = batch.get("batch:n");
    assertThatThrownBy(sum::join).isInstanceOf(IllegalStateException.class).hasMessageContaining("commit");
    assertThat(batch.size()).isEqualTo(2);
    assertThat(batch.commit().isApplied()).isTrue();
    assertThat(sum.join()).isEqualTo(1);
    assertThat(read.join()).isEqualTo(AnoaValue.of(1));
    assertThatThrownBy(batch::commit).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> batch.incr("batch:n")).isInstanceOf(IllegalStateException.class);
    assertThat(db.atomic().commit().isApplied()).isTrue();
  }

  @Test
  void aBatchThatWasNotAppliedSaysWhyAndItsAnswersFail() {
    db.set("batch:k", 1);
    long version = db.getWithVersion("batch:k").version();
    db.set("batch:k", 2);
    AtomicBatch batch = db.atomic();
    CompletableFuture<Long> sum = batch.incr("batch:m");
    batch.check("batch:k", CheckOptions.create().ifVersion(version));
    AtomicOutcome outcome = batch.commit();
    assertThat(outcome.reason()).isEqualTo(Outcome.Reason.VERSION_MISMATCH);
    assertThat(outcome.failed()).isEqualTo(1);
    assertThat(outcome.key()).isEqualTo(Key.of("batch:k"));
    assertThat(outcome.version()).isEqualTo(db.getWithVersion("batch:k").version());
    assertThatThrownBy(sum::join).hasCauseInstanceOf(ServerException.class);
    assertThat(db.exists("batch:m")).isFalse();
  }

  @Test
  void aBatchHoldsAtMost255Ops() {
    AtomicBatch batch = db.atomic();
    for (int i = 0; i < 255; i++) batch.incr("batch:full");
    assertThatThrownBy(() -> batch.incr("batch:full")).isInstanceOf(IllegalArgumentException.class);
    assertThat(batch.commit().isApplied()).isTrue();
    assertThat(db.get("batch:full", Long.class)).isEqualTo(255);
  }

  @Test
  void aWalkMayStopEarlyAndBeginAgain() {
    db.setMany(IntStream.range(0, 40).boxed().collect(Collectors.toMap(i -> "walk:" + i, i -> i)));
    Scan scan = db.scan("walk:").pageSize(7);
    try (Stream<Key> some = scan.stream()) {
      assertThat(some.limit(3)).hasSize(3);
    }
    assertThat(scan.count()).isEqualTo(40);
    try (Stream<Entry> entries = scan.entries()) {
      assertThat(entries.mapToInt(entry -> entry.value().asInt()).sum()).isEqualTo(780);
    }
    assertThatThrownBy(() -> scan.pageSize(0)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aViewHasItsOwnDeadlineAndClosingItClosesNothing() {
    AnoaClient hasty = db.withTimeout(Duration.ofSeconds(2));
    hasty.set("view", 1);
    hasty.close();
    assertThat(db.get("view", Long.class)).isEqualTo(1);
    assertThatThrownBy(() -> db.withTimeout(Duration.ZERO)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> db.withTimeout(Duration.ofMillis(-1))).isInstanceOf(IllegalArgumentException.class);
    assertThat(db.withTimeout(Duration.ofSeconds(Long.MAX_VALUE)).get("view", Long.class)).isEqualTo(1);
  }

  @Test
  void metricsHearOfConnectionsCallsAndFailures() {
    db.set("metrics", "text");
    assertThatThrownBy(() -> db.incr("metrics")).isInstanceOf(ServerException.class);
    assertThat(HEARD).contains("connected " + db.peer(), "SET", "INCR TYPE_MISMATCH");
    assertThat(db.toString()).isEqualTo("AnoaClient[" + db.peer() + "]");
  }

  @Test
  void aRefusalSaysWhatWasAskedForWhichKeyAndWhatHelps() {
    db.set("refused", Map.of("a", 1));
    assertThatThrownBy(() -> db.incr("refused"))
        .isInstanceOfSatisfying(
            ServerException.class,
            refused -> {
              assertThat(refused.code()).isEqualTo("TYPE_MISMATCH");
              assertThat(refused.executed()).isEqualTo(Executed.NO);
            })
        .hasMessageStartingWith("INCR \"refused\": ")
        // The caller's line, not that of the client's own thread, is where its stack begins.
        .satisfies(refused -> assertThat(List.of(refused.getStackTrace()).toString()).contains("ClientTest"));
  }

  @Test
  void aLockExpiresAndIsFreeAgain() throws InterruptedException {
    SetOptions lock = SetOptions.create().ifAbsent().ttl(Duration.ofMillis(40));
    assertThat(db.set("lock", "a", lock).isApplied()).isTrue();
    assertThat(db.set("lock", "b", lock).isApplied()).isFalse();
    Thread.sleep(80);
    assertThat(db.set("lock", "b", lock).isApplied()).isTrue();
  }

  /** Virtual ones where the JVM has them, else plain ones. */
  @Test
  void thousandsOfThreadsShareOneClient() throws Exception {
    int threads = 2000;
    ExecutorService executor = threadPerTask();
    List<java.util.concurrent.Future<Long>> calls = new ArrayList<>();
    for (int i = 0; i < threads; i++) calls.add(executor.submit(() -> db.incr("threads") + 0 * db.incr("threads")));
    for (var call : calls) call.get(30, TimeUnit.SECONDS);
    executor.shutdown();
    assertThat(db.get("threads", Long.class)).isEqualTo(2L * threads);
  }

  private static ExecutorService threadPerTask() {
    try {
      ExecutorService virtual =
          (ExecutorService) Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
      System.out.println("threads are virtual");
      return virtual;
    } catch (ReflectiveOperationException before21) {
      return Executors.newCachedThreadPool();
    }
  }
}
