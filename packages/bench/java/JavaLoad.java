import io.anoadb.AnoaAsyncClient;
import io.anoadb.AnoaClient;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.JedisPooled;

/**
 * One application written against a Java client: {@code JavaLoad KIND PORT CALLERS SECONDS KEYS}. So many callers each do one
 * get after the other: threads that block, or with a kind that ends in {@code -async} chains of futures. Prints {@code
 * {rate, p50Us, busy, others, missing}}. A process of its own, so that no client pays for another's code or garbage.
 */
public final class JavaLoad {
  private static final int NAMES = 65_536;
  /** Every so many calls of a caller one is timed. */
  private static final int TIMED_EVERY = 16;
  private static final int TIMES_MAX = 100_000;
  /** Until the just-in-time compiler is through. */
  private static final double WARM_SECONDS = 2;
  private static final int STRIDE = 7919;

  private final String[] names = new String[NAMES];
  private final List<Caller> callers = new ArrayList<>();
  private volatile boolean isRunning = true;
  private volatile boolean isMeasuring;

  private JavaLoad(int keys) {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    // Made ahead: what is measured is the client.
    for (int i = 0; i < NAMES; i++) names[i] = String.format(Locale.ROOT, "key:%012d", random.nextInt(keys));
  }

  public static void main(String[] args) throws Exception {
    int port = Integer.parseInt(args[1]);
    int count = Integer.parseInt(args[2]);
    JavaLoad load = new JavaLoad(Integer.parseInt(args[4]));
    double seconds = Double.parseDouble(args[3]);
    switch (args[0]) {
      case "anoa" -> {
        try (AnoaClient db = AnoaClient.connect("anoa://127.0.0.1:" + port)) {
          load.blocking(count, seconds, db::get);
        }
      }
      case "jedis" -> {
        ConnectionPoolConfig pool = new ConnectionPoolConfig();
        pool.setMaxTotal(count);
        pool.setMaxIdle(count);
        try (JedisPooled jedis = new JedisPooled(pool, "127.0.0.1", port)) {
          load.blocking(count, seconds, jedis::get);
        }
      }
      case "lettuce" -> {
        RedisClient client = RedisClient.create("redis://127.0.0.1:" + port);
        try (StatefulRedisConnection<String, String> connection = client.connect()) {
          RedisCommands<String, String> commands = connection.sync();
          load.blocking(count, seconds, commands::get);
        }
        client.shutdown();
      }
      case "anoa-async" -> {
        try (AnoaClient db = AnoaClient.connect("anoa://127.0.0.1:" + port)) {
          AnoaAsyncClient async = db.async();
          load.chained(count, seconds, async::get);
        }
      }
      case "lettuce-async" -> {
        RedisClient client = RedisClient.create("redis://127.0.0.1:" + port);
        try (StatefulRedisConnection<String, String> connection = client.connect()) {
          RedisAsyncCommands<String, String> commands = connection.async();
          load.chained(count, seconds, commands::get);
        }
        client.shutdown();
      }
      default -> throw new IllegalArgumentException("no client is called " + args[0]);
    }
  }

  private void blocking(int count, double seconds, Function<String, Object> get) throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Caller caller = new Caller(i * 211);
      callers.add(caller);
      Thread thread = new Thread(() -> caller.block(get));
      threads.add(thread);
      thread.start();
    }
    measure(seconds);
    for (Thread thread : threads) thread.join();
  }

  private void chained(int count, double seconds, Function<String, CompletionStage<?>> get)
      throws InterruptedException {
    CountDownLatch ended = new CountDownLatch(count);
    for (int i = 0; i < count; i++) callers.add(new Caller(i * 211));
    for (Caller caller : callers) caller.chain(get, ended);
    measure(seconds);
    ended.await();
  }

  private void measure(double seconds) throws InterruptedException {
    Thread.sleep((long) (WARM_SECONDS * 1000));
    isMeasuring = true;
    long doneBefore = done();
    long usedBefore = processorNanos();
    long coreBefore = coreNanos();
    long fromNanos = System.nanoTime();
    Thread.sleep((long) (seconds * 1000));
    double elapsed = System.nanoTime() - fromNanos;
    double rate = (done() - doneBefore) * 1e9 / elapsed;
    double used = processorNanos() - usedBefore;
    double busy = used / elapsed;
    double others = Math.max(0, (coreNanos() - coreBefore - used) / elapsed);
    isMeasuring = false;
    isRunning = false;
    long missing = callers.stream().mapToLong(caller -> caller.missing).sum();
    System.out.printf(
        Locale.ROOT, "{\"rate\":%.1f,\"p50Us\":%.1f,\"busy\":%.3f,\"others\":%.3f,\"missing\":%d}%n",
        rate, p50Us(), busy, others, missing);
  }

  private long done() {
    return callers.stream().mapToLong(caller -> caller.done).sum();
  }

  private double p50Us() {
    long[] times = callers.stream().flatMapToLong(caller -> Arrays.stream(caller.times, 0, caller.timeCount)).toArray();
    Arrays.sort(times);
    return times.length == 0 ? 0 : times[times.length / 2] / 1000.0;
  }

  private static long processorNanos() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  /** Processor time that the one core this process is bound to has given so far, to anybody; 0 where it is not told. */
  private static long coreNanos() {
    try {
      String core =
          Files.readAllLines(Path.of("/proc/self/status")).stream()
              .filter(line -> line.startsWith("Cpus_allowed_list:"))
              .map(line -> "cpu" + line.split("\\s+")[1] + " ")
              .findFirst()
              .orElse("");
      for (String line : Files.readAllLines(Path.of("/proc/stat"))) {
        if (!line.startsWith(core)) continue;
        String[] ticks = line.split("\\s+");
        // user, nice and system; a tick is 10 ms.
        return (Long.parseLong(ticks[1]) + Long.parseLong(ticks[2]) + Long.parseLong(ticks[3])) * 10_000_000L;
      }
    } catch (IOException untold) {
      return 0;
    }
    return 0;
  }

  /** Does one get after the other. Its numbers are its own thread's; others read them a little late. */
  private final class Caller {
    private int at;
    volatile long done;
    volatile long missing;
    final long[] times = new long[Math.max(64, TIMES_MAX / 256)];
    volatile int timeCount;

    Caller(int first) {
      at = first;
    }

    void block(Function<String, Object> get) {
      while (isRunning) {
        boolean isTimed = at % TIMED_EVERY == 0 && isMeasuring;
        long fromNanos = isTimed ? System.nanoTime() : 0;
        end(get.apply(nextName()), isTimed, fromNanos);
      }
    }

    /** The next get begins where the answer to this one arrives. */
    void chain(Function<String, CompletionStage<?>> get, CountDownLatch ended) {
      if (!isRunning) {
        ended.countDown();
        return;
      }
      boolean isTimed = at % TIMED_EVERY == 0 && isMeasuring;
      long fromNanos = isTimed ? System.nanoTime() : 0;
      get.apply(nextName())
          .whenComplete(
              (value, failure) -> {
                end(value, isTimed, fromNanos);
                chain(get, ended);
              });
    }

    private String nextName() {
      return names[at++ * STRIDE & NAMES - 1];
    }

    private void end(Object value, boolean isTimed, long fromNanos) {
      if (isTimed && timeCount < times.length) {
        times[timeCount] = System.nanoTime() - fromNanos;
        timeCount++;
      }
      if (value == null) missing++;
      done++;
    }
  }
}
