// Generated from protocol-spec/messages/*.json by `npm run gen`: do not edit.

package io.anoadb.generated;

import io.anoadb.AnoaValue;
import io.anoadb.Key;
import io.anoadb.Outcome;
import io.anoadb.ScanPage;
import io.anoadb.Versioned;
import io.anoadb.generated.wire.Commands;
import io.anoadb.generated.wire.OpEncoder;
import io.anoadb.internal.CommandExecutor;
import io.anoadb.internal.OptionChecks;
import io.anoadb.internal.protocol.OpWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** {@link AnoaAsyncCommands} over whatever executes ops. */
public class AsyncCommands implements AnoaAsyncCommands {
  private final CommandExecutor executor;

  /** For the client: {@code executor} does everything but encode. */
  @SuppressWarnings("exports")
  protected AsyncCommands(CommandExecutor executor) {
    this.executor = executor;
  }

  @Override
  public CompletableFuture<@Nullable AnoaValue> get(Key key) {
    return executor.submit(Commands.GET, key, OpEncoder.get(executor.bytesOf(key), 0x00));
  }

  @Override
  public CompletableFuture<@Nullable AnoaValue> get(Key key, GetOptions options) {
    return executor.submit(Commands.GET, key, OpEncoder.get(executor.bytesOf(key), options.flags()));
  }

  @Override
  public CompletableFuture<@Nullable Versioned> getWithVersion(Key key) {
    return executor.submit(Commands.GET_WITH_VERSION, key, OpEncoder.get(executor.bytesOf(key), 0x01));
  }

  @Override
  public CompletableFuture<@Nullable Versioned> getWithVersion(Key key, GetOptions options) {
    return executor.submit(Commands.GET_WITH_VERSION, key, OpEncoder.get(executor.bytesOf(key), options.flags() | 0x01));
  }

  @Override
  public CompletableFuture<Long> set(Key key, @Nullable Object value) {
    return executor.submit(Commands.SET, key, OpEncoder.set(executor.bytesOf(key), 0x00, 0, 0, 0, executor.wireValueOf(value)));
  }

  @Override
  public CompletableFuture<Outcome> set(Key key, @Nullable Object value, SetOptions options) {
    return executor.submit(Commands.SET_OUTCOME, key, OpEncoder.set(executor.bytesOf(key), options.flags(), options.version(), options.ttlMs(), options.expireAtMs(), executor.wireValueOf(value)));
  }

  @Override
  public CompletableFuture<Boolean> delete(Key key) {
    return executor.submit(Commands.DELETE, key, OpEncoder.delete(executor.bytesOf(key), 0x00, 0));
  }

  @Override
  public CompletableFuture<Outcome> delete(Key key, DeleteOptions options) {
    return executor.submit(Commands.DELETE_OUTCOME, key, OpEncoder.delete(executor.bytesOf(key), options.flags(), options.version()));
  }

  @Override
  public CompletableFuture<Boolean> exists(Key key) {
    return executor.submit(Commands.EXISTS, key, OpEncoder.exists(executor.bytesOf(key)));
  }

  @Override
  public CompletableFuture<@Nullable Duration> ttl(Key key) {
    return executor.submit(Commands.TTL, key, OpEncoder.ttl(executor.bytesOf(key), 0x00));
  }

  @Override
  public CompletableFuture<@Nullable Instant> ttlAbsolute(Key key) {
    return executor.submit(Commands.TTL_ABSOLUTE, key, OpEncoder.ttl(executor.bytesOf(key), 0x01));
  }

  @Override
  public CompletableFuture<Boolean> expire(Key key, Duration time) {
    return executor.submit(Commands.EXPIRE, key, OpEncoder.expire(executor.bytesOf(key), 0x00, OptionChecks.ms("time", time, 0, 281474976710655L)));
  }

  @Override
  public CompletableFuture<Outcome> expire(Key key, Duration time, ExpireOptions options) {
    return executor.submit(Commands.EXPIRE_OUTCOME, key, OpEncoder.expire(executor.bytesOf(key), options.flags(), OptionChecks.ms("time", time, 0, 281474976710655L)));
  }

  @Override
  public CompletableFuture<Boolean> expire(Key key, Instant moment) {
    return executor.submit(Commands.EXPIRE, key, OpEncoder.expire(executor.bytesOf(key), 0x01, OptionChecks.moment(moment, 0, 281474976710655L)));
  }

  @Override
  public CompletableFuture<Outcome> expire(Key key, Instant moment, ExpireOptions options) {
    return executor.submit(Commands.EXPIRE_OUTCOME, key, OpEncoder.expire(executor.bytesOf(key), options.flags() | 0x01, OptionChecks.moment(moment, 0, 281474976710655L)));
  }

  @Override
  public CompletableFuture<Boolean> persist(Key key) {
    return executor.submit(Commands.PERSIST, key, OpEncoder.persist(executor.bytesOf(key)));
  }

  @Override
  public CompletableFuture<Long> incr(Key key) {
    return executor.submit(Commands.INCR, key, OpEncoder.incr(executor.bytesOf(key), 0x00, 0, 0));
  }

  @Override
  public CompletableFuture<Long> incr(Key key, IncrOptions options) {
    return executor.submit(Commands.INCR, key, OpEncoder.incr(executor.bytesOf(key), options.flags(), 0, options.ttlMs()));
  }

  @Override
  public CompletableFuture<Long> incr(Key key, long amount) {
    return executor.submit(Commands.INCR, key, OpEncoder.incr(executor.bytesOf(key), 0x01, amount, 0));
  }

  @Override
  public CompletableFuture<Long> incr(Key key, long amount, IncrOptions options) {
    return executor.submit(Commands.INCR, key, OpEncoder.incr(executor.bytesOf(key), options.flags() | 0x01, amount, options.ttlMs()));
  }

  @Override
  public CompletableFuture<Double> incrFloat(Key key, double amountFloat) {
    return executor.submit(Commands.INCR_FLOAT, key, OpEncoder.incrFloat(executor.bytesOf(key), 0x00, amountFloat, 0));
  }

  @Override
  public CompletableFuture<Double> incrFloat(Key key, double amountFloat, IncrFloatOptions options) {
    return executor.submit(Commands.INCR_FLOAT, key, OpEncoder.incrFloat(executor.bytesOf(key), options.flags(), amountFloat, options.ttlMs()));
  }

  @Override
  public CompletableFuture<Long> append(Key key, @Nullable Object value) {
    return executor.submit(Commands.APPEND, key, OpEncoder.append(executor.bytesOf(key), executor.wireValueOf(value)));
  }

  @Override
  public CompletableFuture<@Nullable Long> length(Key key) {
    return executor.submit(Commands.LENGTH, key, OpEncoder.length(executor.bytesOf(key)));
  }

  @Override
  public CompletableFuture<@Nullable AnoaValue> getDelete(Key key) {
    return executor.submit(Commands.GET_DELETE, key, OpEncoder.getDelete(executor.bytesOf(key), 0x00));
  }

  @Override
  public CompletableFuture<@Nullable AnoaValue> getDelete(Key key, GetDeleteOptions options) {
    return executor.submit(Commands.GET_DELETE, key, OpEncoder.getDelete(executor.bytesOf(key), options.flags()));
  }

  @Override
  public CompletableFuture<@Nullable AnoaValue> getExpire(Key key) {
    return executor.submit(Commands.GET_EXPIRE, key, OpEncoder.getExpire(executor.bytesOf(key), 0x00, 0, 0));
  }

  @Override
  public CompletableFuture<@Nullable AnoaValue> getExpire(Key key, GetExpireOptions options) {
    return executor.submit(Commands.GET_EXPIRE, key, OpEncoder.getExpire(executor.bytesOf(key), options.flags(), options.ttlMs(), options.expireAtMs()));
  }

  @Override
  public CompletableFuture<Boolean> rename(Key key, Key newKey) {
    return executor.submit(Commands.RENAME, key, OpEncoder.rename(executor.bytesOf(key), 0x00, executor.bytesOf(newKey)));
  }

  @Override
  public CompletableFuture<Outcome> rename(Key key, Key newKey, RenameOptions options) {
    return executor.submit(Commands.RENAME_OUTCOME, key, OpEncoder.rename(executor.bytesOf(key), options.flags(), executor.bytesOf(newKey)));
  }

  @Override
  public CompletableFuture<@Nullable String> type(Key key) {
    return executor.submit(Commands.TYPE, key, OpEncoder.type(executor.bytesOf(key), 0x00));
  }

  @Override
  public CompletableFuture<@Nullable String> type(Key key, TypeOptions options) {
    return executor.submit(Commands.TYPE, key, OpEncoder.type(executor.bytesOf(key), options.flags()));
  }

  @Override
  public CompletableFuture<ScanPage> scan(Key key, long cursor, int count) {
    return executor.submit(Commands.SCAN, key, OpEncoder.scan(executor.bytesOf(key), 0x00, cursor, count, 0, OpWriter.NO_KEY));
  }

  @Override
  public CompletableFuture<ScanPage> scan(Key key, long cursor, int count, ScanOptions options) {
    return executor.submit(Commands.SCAN, key, OpEncoder.scan(executor.bytesOf(key), options.flags(), cursor, count, options.type(), options.pattern()));
  }

  @Override
  public CompletableFuture<ScanPage> scanWithTypes(Key key, long cursor, int count) {
    return executor.submit(Commands.SCAN_WITH_TYPES, key, OpEncoder.scan(executor.bytesOf(key), 0x04, cursor, count, 0, OpWriter.NO_KEY));
  }

  @Override
  public CompletableFuture<ScanPage> scanWithTypes(Key key, long cursor, int count, ScanOptions options) {
    return executor.submit(Commands.SCAN_WITH_TYPES, key, OpEncoder.scan(executor.bytesOf(key), options.flags() | 0x04, cursor, count, options.type(), options.pattern()));
  }

  @Override
  public CompletableFuture<Long> count() {
    return executor.submit(Commands.COUNT, null, OpEncoder.count());
  }

  @Override
  public CompletableFuture<Long> flush() {
    return executor.submit(Commands.FLUSH, null, OpEncoder.flush());
  }

  @Override
  public CompletableFuture<AnoaValue> stats() {
    return executor.submit(Commands.STATS, null, OpEncoder.stats());
  }

  @Override
  public CompletableFuture<byte[]> ping(byte[] payload) {
    return executor.submit(Commands.PING, null, OpEncoder.ping(payload));
  }

  @Override
  public CompletableFuture<Outcome> check(Key key, CheckOptions options) {
    return executor.submit(Commands.CHECK_OUTCOME, key, OpEncoder.check(executor.bytesOf(key), options.flags(), options.version()));
  }

  @Override
  public CompletableFuture<AnoaValue> snapshot() {
    return executor.submit(Commands.SNAPSHOT, null, OpEncoder.snapshot());
  }

  @Override
  public CompletableFuture<Boolean> copy(Key key, Key newKey) {
    return executor.submit(Commands.COPY, key, OpEncoder.copy(executor.bytesOf(key), 0x00, executor.bytesOf(newKey)));
  }

  @Override
  public CompletableFuture<Outcome> copy(Key key, Key newKey, CopyOptions options) {
    return executor.submit(Commands.COPY_OUTCOME, key, OpEncoder.copy(executor.bytesOf(key), options.flags(), executor.bytesOf(newKey)));
  }
}
