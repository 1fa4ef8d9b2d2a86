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
import org.jspecify.annotations.Nullable;

/** {@link AnoaCommands} over whatever executes ops. */
public class BlockingCommands implements AnoaCommands {
  private final CommandExecutor executor;

  /** For the client: {@code executor} does everything but encode. */
  @SuppressWarnings("exports")
  protected BlockingCommands(CommandExecutor executor) {
    this.executor = executor;
  }

  @Override
  public @Nullable AnoaValue get(Key key) {
    return executor.call(Commands.GET, key, OpEncoder.get(executor.bytesOf(key), 0x00));
  }

  @Override
  public @Nullable AnoaValue get(Key key, GetOptions options) {
    return executor.call(Commands.GET, key, OpEncoder.get(executor.bytesOf(key), options.flags()));
  }

  @Override
  public @Nullable Versioned getWithVersion(Key key) {
    return executor.call(Commands.GET_WITH_VERSION, key, OpEncoder.get(executor.bytesOf(key), 0x01));
  }

  @Override
  public @Nullable Versioned getWithVersion(Key key, GetOptions options) {
    return executor.call(Commands.GET_WITH_VERSION, key, OpEncoder.get(executor.bytesOf(key), options.flags() | 0x01));
  }

  @Override
  public long set(Key key, @Nullable Object value) {
    return executor.call(Commands.SET, key, OpEncoder.set(executor.bytesOf(key), 0x00, 0, 0, 0, executor.wireValueOf(value)));
  }

  @Override
  public Outcome set(Key key, @Nullable Object value, SetOptions options) {
    return executor.call(Commands.SET_OUTCOME, key, OpEncoder.set(executor.bytesOf(key), options.flags(), options.version(), options.ttlMs(), options.expireAtMs(), executor.wireValueOf(value)));
  }

  @Override
  public boolean delete(Key key) {
    return executor.call(Commands.DELETE, key, OpEncoder.delete(executor.bytesOf(key), 0x00, 0));
  }

  @Override
  public Outcome delete(Key key, DeleteOptions options) {
    return executor.call(Commands.DELETE_OUTCOME, key, OpEncoder.delete(executor.bytesOf(key), options.flags(), options.version()));
  }

  @Override
  public boolean exists(Key key) {
    return executor.call(Commands.EXISTS, key, OpEncoder.exists(executor.bytesOf(key)));
  }

  @Override
  public @Nullable Duration ttl(Key key) {
    return executor.call(Commands.TTL, key, OpEncoder.ttl(executor.bytesOf(key), 0x00));
  }

  @Override
  public @Nullable Instant ttlAbsolute(Key key) {
    return executor.call(Commands.TTL_ABSOLUTE, key, OpEncoder.ttl(executor.bytesOf(key), 0x01));
  }

  @Override
  public boolean expire(Key key, Duration time) {
    return executor.call(Commands.EXPIRE, key, OpEncoder.expire(executor.bytesOf(key), 0x00, OptionChecks.ms("time", time, 0, 281474976710655L)));
  }

  @Override
  public Outcome expire(Key key, Duration time, ExpireOptions options) {
    return executor.call(Commands.EXPIRE_OUTCOME, key, OpEncoder.expire(executor.bytesOf(key), options.flags(), OptionChecks.ms("time", time, 0, 281474976710655L)));
  }

  @Override
  public boolean expire(Key key, Instant moment) {
    return executor.call(Commands.EXPIRE, key, OpEncoder.expire(executor.bytesOf(key), 0x01, OptionChecks.moment(moment, 0, 281474976710655L)));
  }

  @Override
  public Outcome expire(Key key, Instant moment, ExpireOptions options) {
    return executor.call(Commands.EXPIRE_OUTCOME, key, OpEncoder.expire(executor.bytesOf(key), options.flags() | 0x01, OptionChecks.moment(moment, 0, 281474976710655L)));
  }

  @Override
  public boolean persist(Key key) {
    return executor.call(Commands.PERSIST, key, OpEncoder.persist(executor.bytesOf(key)));
  }

  @Override
  public long incr(Key key) {
    return executor.call(Commands.INCR, key, OpEncoder.incr(executor.bytesOf(key), 0x00, 0, 0));
  }

  @Override
  public long incr(Key key, IncrOptions options) {
    return executor.call(Commands.INCR, key, OpEncoder.incr(executor.bytesOf(key), options.flags(), 0, options.ttlMs()));
  }

  @Override
  public long incr(Key key, long amount) {
    return executor.call(Commands.INCR, key, OpEncoder.incr(executor.bytesOf(key), 0x01, amount, 0));
  }

  @Override
  public long incr(Key key, long amount, IncrOptions options) {
    return executor.call(Commands.INCR, key, OpEncoder.incr(executor.bytesOf(key), options.flags() | 0x01, amount, options.ttlMs()));
  }

  @Override
  public double incrFloat(Key key, double amountFloat) {
    return executor.call(Commands.INCR_FLOAT, key, OpEncoder.incrFloat(executor.bytesOf(key), 0x00, amountFloat, 0));
  }

  @Override
  public double incrFloat(Key key, double amountFloat, IncrFloatOptions options) {
    return executor.call(Commands.INCR_FLOAT, key, OpEncoder.incrFloat(executor.bytesOf(key), options.flags(), amountFloat, options.ttlMs()));
  }

  @Override
  public long append(Key key, @Nullable Object value) {
    return executor.call(Commands.APPEND, key, OpEncoder.append(executor.bytesOf(key), executor.wireValueOf(value)));
  }

  @Override
  public @Nullable Long length(Key key) {
    return executor.call(Commands.LENGTH, key, OpEncoder.length(executor.bytesOf(key)));
  }

  @Override
  public @Nullable AnoaValue getDelete(Key key) {
    return executor.call(Commands.GET_DELETE, key, OpEncoder.getDelete(executor.bytesOf(key), 0x00));
  }

  @Override
  public @Nullable AnoaValue getDelete(Key key, GetDeleteOptions options) {
    return executor.call(Commands.GET_DELETE, key, OpEncoder.getDelete(executor.bytesOf(key), options.flags()));
  }

  @Override
  public @Nullable AnoaValue getExpire(Key key) {
    return executor.call(Commands.GET_EXPIRE, key, OpEncoder.getExpire(executor.bytesOf(key), 0x00, 0, 0));
  }

  @Override
  public @Nullable AnoaValue getExpire(Key key, GetExpireOptions options) {
    return executor.call(Commands.GET_EXPIRE, key, OpEncoder.getExpire(executor.bytesOf(key), options.flags(), options.ttlMs(), options.expireAtMs()));
  }

  @Override
  public boolean rename(Key key, Key newKey) {
    return executor.call(Commands.RENAME, key, OpEncoder.rename(executor.bytesOf(key), 0x00, executor.bytesOf(newKey)));
  }

  @Override
  public Outcome rename(Key key, Key newKey, RenameOptions options) {
    return executor.call(Commands.RENAME_OUTCOME, key, OpEncoder.rename(executor.bytesOf(key), options.flags(), executor.bytesOf(newKey)));
  }

  @Override
  public @Nullable String type(Key key) {
    return executor.call(Commands.TYPE, key, OpEncoder.type(executor.bytesOf(key), 0x00));
  }

  @Override
  public @Nullable String type(Key key, TypeOptions options) {
    return executor.call(Commands.TYPE, key, OpEncoder.type(executor.bytesOf(key), options.flags()));
  }

  @Override
  public ScanPage scan(Key key, long cursor, int count) {
    return executor.call(Commands.SCAN, key, OpEncoder.scan(executor.bytesOf(key), 0x00, cursor, count, 0, OpWriter.NO_KEY));
  }

  @Override
  public ScanPage scan(Key key, long cursor, int count, ScanOptions options) {
    return executor.call(Commands.SCAN, key, OpEncoder.scan(executor.bytesOf(key), options.flags(), cursor, count, options.type(), options.pattern()));
  }

  @Override
  public ScanPage scanWithTypes(Key key, long cursor, int count) {
    return executor.call(Commands.SCAN_WITH_TYPES, key, OpEncoder.scan(executor.bytesOf(key), 0x04, cursor, count, 0, OpWriter.NO_KEY));
  }

  @Override
  public ScanPage scanWithTypes(Key key, long cursor, int count, ScanOptions options) {
    return executor.call(Commands.SCAN_WITH_TYPES, key, OpEncoder.scan(executor.bytesOf(key), options.flags() | 0x04, cursor, count, options.type(), options.pattern()));
  }

  @Override
  public long count() {
    return executor.call(Commands.COUNT, null, OpEncoder.count());
  }

  @Override
  public long flush() {
    return executor.call(Commands.FLUSH, null, OpEncoder.flush());
  }

  @Override
  public AnoaValue stats() {
    return executor.call(Commands.STATS, null, OpEncoder.stats());
  }

  @Override
  public byte[] ping(byte[] payload) {
    return executor.call(Commands.PING, null, OpEncoder.ping(payload));
  }

  @Override
  public Outcome check(Key key, CheckOptions options) {
    return executor.call(Commands.CHECK_OUTCOME, key, OpEncoder.check(executor.bytesOf(key), options.flags(), options.version()));
  }

  @Override
  public AnoaValue snapshot() {
    return executor.call(Commands.SNAPSHOT, null, OpEncoder.snapshot());
  }

  @Override
  public boolean copy(Key key, Key newKey) {
    return executor.call(Commands.COPY, key, OpEncoder.copy(executor.bytesOf(key), 0x00, executor.bytesOf(newKey)));
  }

  @Override
  public Outcome copy(Key key, Key newKey, CopyOptions options) {
    return executor.call(Commands.COPY_OUTCOME, key, OpEncoder.copy(executor.bytesOf(key), options.flags(), executor.bytesOf(newKey)));
  }
}
