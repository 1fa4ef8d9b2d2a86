package io.anoadb.conformance;

import io.anoadb.AnoaClient;
import io.anoadb.testkit.Checkout;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The behaviours with steps, by this SDK: open and sealed, directly and over a lossy network. */
class ConformanceTest {
  @BeforeAll
  static void needsTheServer() {
    Checkout.assumeServer();
  }

  @TestFactory
  Stream<DynamicTest> openDirect() throws InterruptedException {
    return play(false, false);
  }

  @TestFactory
  Stream<DynamicTest> openLossy() throws InterruptedException {
    return play(false, true);
  }

  @TestFactory
  Stream<DynamicTest> sealedDirect() throws InterruptedException {
    return play(true, false);
  }

  @TestFactory
  Stream<DynamicTest> sealedLossy() throws InterruptedException {
    return play(true, true);
  }

  /** All at once, a thread each, as a busy client would: each has keys of its own, and a lossy network takes its time. */
  private static Stream<DynamicTest> play(boolean isSealed, boolean isLossy) throws InterruptedException {
    List<Behaviour> behaviours = Behaviour.all().stream().filter(behaviour -> !behaviour.isScene()).toList();
    Map<Behaviour, Future<?>> runs = new LinkedHashMap<>();
    ExecutorService threads = Executors.newCachedThreadPool();
    String stageName;
    try (Stage stage = Stage.open(isSealed, isLossy);
        AnoaClient db = stage.connect()) {
      stageName = stage.name();
      for (Behaviour behaviour : behaviours) {
        Steps steps = new Steps(db, behaviour.id() + ":");
        runs.put(
            behaviour,
            threads.submit(
                () -> {
                  steps.run(behaviour.steps());
                  return null;
                }));
      }
      for (Future<?> run : runs.values()) awaitEnd(run);
    } finally {
      threads.shutdownNow();
    }
    return runs.entrySet().stream()
        .map(run -> DynamicTest.dynamicTest(run.getKey().title(), () -> assertPassed(run.getValue(), stageName)));
  }

  private static void awaitEnd(Future<?> run) throws InterruptedException {
    try {
      run.get();
    } catch (ExecutionException failed) {
      // Told by the behaviour's own test.
    }
  }

  private static void assertPassed(Future<?> run, String stage) throws InterruptedException {
    try {
      run.get();
    } catch (ExecutionException failed) {
      throw new AssertionError(failed.getCause().getMessage() + " (" + stage + ")", failed.getCause());
    }
  }
}
