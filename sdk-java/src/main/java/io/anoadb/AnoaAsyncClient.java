package io.anoadb;

import io.anoadb.generated.AsyncCommands;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Every command as a method that returns a {@link CompletableFuture}; made by {@link AnoaClient#async()}. Calls made one
 * after the other share datagrams, nobody waits.
 *
 * <pre>{@code
 * db.async().get("user:1", User.class)
 *     .thenCompose(user -> db.async().set("greeting", "Hello " + user.name()))
 *     .orTimeout(1, TimeUnit.SECONDS);
 * }</pre>
 *
 * <p>What follows an answer by {@code thenApply} and the like runs on the client's own thread and must not block it; use
 * {@code thenApplyAsync} for more than a little work. Failures are those of the blocking client, as causes.
 */
public final class AnoaAsyncClient extends AsyncCommands {
  private final ClientExecutor executor;

  AnoaAsyncClient(ClientExecutor executor) {
    super(executor);
    this.executor = executor;
  }

  /** This client with another deadline for every call. */
  public AnoaAsyncClient withTimeout(Duration timeout) {
    return new AnoaAsyncClient(executor.withTimeout(timeout));
  }

  /** The value of {@code key} as a {@code type}, null where there is none; see {@link AnoaClient#get(String, Class)}. */
  public <T> CompletableFuture<@Nullable T> get(String key, Class<T> type) {
    return mapped(Key.of(key), type);
  }

  /** The value of {@code key} as a {@code type}, null where there is none. */
  public <T> CompletableFuture<@Nullable T> get(Key key, Class<T> type) {
    return mapped(key, type);
  }

  /** The value of {@code key} as a {@code type}, null where there is none. */
  public <T> CompletableFuture<@Nullable T> get(String key, TypeRef<T> type) {
    return mapped(Key.of(key), type.type());
  }

  /** The value of {@code key} as a {@code type}, null where there is none. */
  public <T> CompletableFuture<@Nullable T> get(Key key, TypeRef<T> type) {
    return mapped(key, type.type());
  }

  /** The values of those keys that exist, in the order of {@code keys}. Not a point in time; {@link #atomic()} is. */
  public CompletableFuture<Map<String, AnoaValue>> getMany(Collection<String> keys) {
    return readEach(keys, this::get);
  }

  /** The same, each value as a {@code type}; the value null is left out. */
  public <T> CompletableFuture<Map<String, T>> getMany(Collection<String> keys, Class<T> type) {
    return readEach(keys, key -> get(key, type));
  }

  /** Sets every pair. Not atomic: where it fails, some may be set. */
  public CompletableFuture<Void> setMany(Map<String, ?> values) {
    return BoundedRun.forEach(
        values.entrySet(), executor.maxInFlight, entry -> set(entry.getKey(), entry.getValue()));
  }

  /** Begins an atomic batch. */
  public AtomicBatch atomic() {
    return new AtomicBatch(executor);
  }

  private <T> CompletableFuture<@Nullable T> mapped(Key key, Type type) {
    ValueMapping mapping = executor.mapping;
    return get(key).thenApply(value -> value == null ? null : mapping.fromValue(value, type, key));
  }

  /** The entries of those keys that exist, in the order of {@code keys}. */
  CompletableFuture<List<Entry>> entriesOf(List<Key> keys) {
    return readEach(keys, this::get)
        .thenApply(
            values -> {
              List<Entry> entries = new ArrayList<>(values.size());
              values.forEach((key, value) -> entries.add(new Entry(key, value)));
              return entries;
            });
  }

  /** Reads every key once; those without a value are left out. */
  private <K, V> CompletableFuture<Map<K, V>> readEach(
      Collection<K> keys, Function<K, CompletableFuture<@Nullable V>> read) {
    // Answers come in any order and on another thread; each has its place.
    Map<K, V> answers = new ConcurrentHashMap<>();
    Set<K> once = new LinkedHashSet<>(keys);
    return BoundedRun.forEach(
            once,
            executor.maxInFlight,
            key ->
                read.apply(key)
                    .thenAccept(
                        value -> {
                          if (value != null) answers.put(key, value);
                        }))
        .thenApply(
            done -> {
              Map<K, V> found = new LinkedHashMap<>();
              for (K key : once) {
                V value = answers.get(key);
                if (value != null) found.put(key, value);
              }
              return found;
            });
  }
}
