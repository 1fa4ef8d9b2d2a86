package io.anoadb;

import io.anoadb.generated.BlockingCommands;
import io.anoadb.internal.net.Call;
import io.anoadb.internal.net.ConnectFailure;
import io.anoadb.internal.net.Connection;
import io.anoadb.internal.net.ConnectionOptions;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A client of one AnoaDB server. One per program is enough: it is safe for any number of threads, virtual ones too, and
 * calls that are made at the same time share datagrams by themselves.
 *
 * <pre>{@code
 * try (AnoaClient db = AnoaClient.connect("anoa://127.0.0.1")) {
 *   db.set("user:1", Map.of("name", "Ada"), SetOptions.create().ttl(Duration.ofMinutes(5)));
 *   User user = db.get("user:1", User.class);
 *   long hits = db.incr("hits");
 * }
 * }</pre>
 *
 * <p>Every call has a deadline, retries included: 5 seconds unless {@link Builder#timeout} or {@link #withTimeout} say
 * otherwise. The client survives restarts of the server by itself. A write that was sent and whose answer is lost throws
 * {@link OutcomeUnknownException}; it is never sent a second time behind the caller's back.
 */
public final class AnoaClient extends BlockingCommands implements AutoCloseable {
  /** How long {@link #close()} waits for calls in flight. */
  private static final Duration CLOSE_WAIT = Duration.ofSeconds(1);

  private static final long CLOSE_POLL_MS = 2;

  private final ClientExecutor executor;
  private final AnoaAsyncClient async;
  private final ClientEvents events;
  private final boolean isView;

  private AnoaClient(ClientExecutor executor, ClientEvents events, boolean isView) {
    super(executor);
    this.executor = executor;
    this.events = events;
    this.async = new AnoaAsyncClient(executor);
    this.isView = isView;
  }

  /** Connects to the server that the environment variable {@code ANOA_URL} names, else to this machine's. */
  public static AnoaClient connect() {
    return builder().connect();
  }

  /**
   * Connects and returns when the server has answered.
   *
   * @param url {@code anoa://[KEY@]host[:port]}
   * @throws AnoaConnectionException where nobody listens there, the key is not accepted, or the URL cannot be read
   */
  public static AnoaClient connect(String url) {
    return builder(url).connect();
  }

  /** A client to be set up, of the server that {@code ANOA_URL} names, else of this machine's. */
  public static Builder builder() {
    String url = System.getenv("ANOA_URL");
    return new Builder(url == null || url.isEmpty() ? ConnectionUrl.DEFAULT : url);
  }

  /** A client to be set up. */
  public static Builder builder(String url) {
    return new Builder(url);
  }

  /** The same client for callers that do not wait. */
  public AnoaAsyncClient async() {
    return async;
  }

  /**
   * This client with another deadline for every call; it shares the connection, and {@code close()} on it does nothing.
   *
   * <pre>{@code
   * AnoaClient hasty = db.withTimeout(Duration.ofMillis(50));
   * }</pre>
   */
  public AnoaClient withTimeout(Duration timeout) {
    return new AnoaClient(executor.withTimeout(timeout), events, true);
  }

  /**
   * The value of {@code key} as a {@code type}; null where there is no such key, or its value is null.
   *
   * <p>{@code String}, numbers, {@code Boolean}, {@code byte[]}, {@code List}, {@code Map} and {@link AnoaValue} with its
   * kinds are matched strictly: a number is not made a string, nor a string a number. Every other class is mapped by the
   * {@link JsonCodec}.
   *
   * @throws AnoaValueException where the value does not fit
   */
  public <T> @Nullable T get(String key, Class<T> type) {
    return mapped(Key.of(key), type);
  }

  /** As {@link #get(String, Class)}. */
  public <T> @Nullable T get(Key key, Class<T> type) {
    return mapped(key, type);
  }

  /** As {@link #get(String, Class)}, for types with parameters. */
  public <T> @Nullable T get(String key, TypeRef<T> type) {
    return mapped(Key.of(key), type.type());
  }

  /** As {@link #get(String, Class)}, for types with parameters. */
  public <T> @Nullable T get(Key key, TypeRef<T> type) {
    return mapped(key, type.type());
  }

  /** The values of those keys that exist, in the order of {@code keys}. Not a point in time; {@link #atomic()} is. */
  public Map<String, AnoaValue> getMany(Collection<String> keys) {
    return Waiting.on(async.getMany(keys));
  }

  /** The same, each value as a {@code type}; the value null is left out. */
  public <T> Map<String, T> getMany(Collection<String> keys, Class<T> type) {
    return Waiting.on(async.getMany(keys, type));
  }

  /** Sets every pair. Not atomic: where it fails, some may be set. */
  public void setMany(Map<String, ?> values) {
    Waiting.on(async.setMany(values));
  }

  /** Begins an atomic batch: several ops that all apply or none does. */
  public AtomicBatch atomic() {
    return new AtomicBatch(executor);
  }

  /**
   * An atomic batch in one statement.
   *
   * <pre>{@code
   * AtomicOutcome outcome = db.atomic(batch -> {
   *   batch.check("a", CheckOptions.create().ifPresent());
   *   batch.rename("a", "b");
   * });
   * }</pre>
   */
  public AtomicOutcome atomic(Consumer<AtomicBatch> ops) {
    AtomicBatch batch = atomic();
    ops.accept(batch);
    return batch.commit();
  }

  /**
   * Walks over all keys; see {@link Scan}.
   *
   * <pre>{@code
   * for (Key key : db.scan("user:")) System.out.println(key);
   * }</pre>
   */
  public Scan scan() {
    return scan("");
  }

  /** Walks over the keys that begin with {@code prefix}; see {@link Scan}. */
  public Scan scan(String prefix) {
    return new Scan(this, Key.of(prefix));
  }

  /** Walks over the keys that begin with {@code prefix}; see {@link Scan}. */
  public Scan scan(Key prefix) {
    return new Scan(this, prefix);
  }

  /** {@code host:port} of the server. */
  public String peer() {
    return executor.connection.peer();
  }

  /** Calls that wait for their answers. */
  public int inFlight() {
    return executor.connection.inFlight();
  }

  /**
   * Ends the client: calls in flight have a second for their answers and are then given up, the server is told, the
   * client's thread ends. May be called again, never throws.
   */
  @Override
  public void close() {
    if (isView) return;
    awaitIdle();
    executor.connection.close();
  }

  /** Names the server, never the key. */
  @Override
  public String toString() {
    return "AnoaClient[" + peer() + "]";
  }

  private <T> @Nullable T mapped(Key key, Type type) {
    AnoaValue value = get(key);
    return value == null ? null : executor.mapping.fromValue(value, type, key);
  }

  /** The entries of those keys that exist. */
  List<Entry> entriesOf(List<Key> keys) {
    return Waiting.on(async.entriesOf(keys));
  }

  /** Waits a little for calls in flight, unless the server is out of reach anyway. */
  private void awaitIdle() {
    long endNanos = System.nanoTime() + CLOSE_WAIT.toNanos();
    while (inFlight() > 0 && events.isConnected() && System.nanoTime() < endNanos) {
      try {
        Thread.sleep(CLOSE_POLL_MS);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  /** How a client is set up; made by {@link AnoaClient#builder()}. */
  public static final class Builder {
    private static final Duration CONNECT_TIMEOUT_DEFAULT = Duration.ofSeconds(5);

    private final String url;
    private @Nullable String accessKey;
    private Duration connectTimeout = CONNECT_TIMEOUT_DEFAULT;
    private long timeoutMs = ConnectionOptions.TIMEOUT_MS_DEFAULT;
    private int maxInFlight = ConnectionOptions.MAX_IN_FLIGHT_DEFAULT;
    private long maxInFlightBytes = ConnectionOptions.MAX_IN_FLIGHT_BYTES_DEFAULT;
    private Supplier<@Nullable JsonCodec> codecs = new DefaultCodec();
    private @Nullable MetricsListener metrics;

    private Builder(String url) {
      this.url = url;
    }

    /**
     * The access key of a sealed server, {@code anoa1_…}. By default that of the URL, else that in the file which the
     * environment variable {@code ANOA_KEY} names. Without one the connection is open.
     */
    public Builder accessKey(String key) {
      accessKey = key;
      return this;
    }

    /** How long {@link #connect()} waits for the server; 5 seconds by default. */
    public Builder connectTimeout(Duration timeout) {
      Deadlines.timeoutMs(timeout, "connectTimeout");
      connectTimeout = timeout;
      return this;
    }

    /** Deadline of every call, retries included; 5 seconds by default. */
    public Builder timeout(Duration timeout) {
      timeoutMs = Deadlines.timeoutMs(timeout, "timeout");
      return this;
    }

    /** Calls that may be in flight at once; more throw {@link TooManyInFlightException}. 10 000 by default. */
    public Builder maxInFlight(int calls) {
      if (calls < 1) throw new IllegalArgumentException("maxInFlight is " + calls + "; it must be at least 1.");
      maxInFlight = calls;
      return this;
    }

    /** Bytes of calls that may be in flight at once; 64 MiB by default. */
    public Builder maxInFlightBytes(long bytes) {
      if (bytes < 1) throw new IllegalArgumentException("maxInFlightBytes is " + bytes + "; it must be at least 1.");
      maxInFlightBytes = bytes;
      return this;
    }

    /** Maps classes of your own; by default Jackson does where it is on the class path. */
    public Builder jsonCodec(JsonCodec codec) {
      codecs = () -> codec;
      return this;
    }

    /** Hears of calls and of the connection. */
    public Builder metrics(MetricsListener listener) {
      metrics = listener;
      return this;
    }

    /**
     * Connects and returns when the server has answered.
     *
     * @throws AnoaConnectionException where nobody listens there, the key is not accepted, or the URL cannot be read
     */
    public AnoaClient connect() {
      ConnectionUrl target = ConnectionUrl.parse(url);
      byte[] key = AccessKey.find(accessKey, target.accessKey(), System.getenv("ANOA_KEY"));
      ClientErrors errors = new ClientErrors(target.peer());
      ClientEvents events = new ClientEvents(target.peer(), metrics);
      ConnectionOptions options =
          new ConnectionOptions(
              target.resolved(errors),
              target.peer(),
              key,
              timeoutMs,
              maxInFlight,
              maxInFlightBytes,
              errors,
              events);
      Connection connection = Connection.open(options);
      if (key != null) Arrays.fill(key, (byte) 0);
      awaitReady(connection, errors);
      ValueMapping mapping = new ValueMapping(codecs);
      ClientExecutor executor = new ClientExecutor(connection, mapping, maxInFlight, Call.TIMEOUT_DEFAULT);
      return new AnoaClient(executor, events, false);
    }

    /** Leaves nothing open where there is no session. */
    private void awaitReady(Connection connection, ClientErrors errors) {
      try {
        connection.ready().get(connectTimeout.toMillis(), TimeUnit.MILLISECONDS);
      } catch (TimeoutException late) {
        Throwable obstacle = connection.obstacle();
        connection.close();
        if (obstacle instanceof AnoaConnectionException known) throw known;
        throw errors.cannotConnect(
            ConnectFailure.CONNECT_TIMEOUT,
            "No answer from " + connection.peer() + " (UDP) within " + connectTimeout.toMillis() + " ms.",
            null);
      } catch (ExecutionException | InterruptedException failure) {
        connection.close();
        throw Waiting.failureOf(failure);
      }
    }
  }
}
