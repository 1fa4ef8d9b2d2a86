package io.anoadb;

import io.anoadb.internal.Command;
import io.anoadb.internal.CommandExecutor;
import io.anoadb.internal.net.Call;
import io.anoadb.internal.net.Connection;
import io.anoadb.internal.net.ResultReader;
import io.anoadb.internal.net.CallKind;
import io.anoadb.internal.protocol.ValueEncoder;
import io.anoadb.internal.protocol.WireValue;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Ops become calls of one connection, all with one deadline. */
final class ClientExecutor implements CommandExecutor {
  /** A snapshot of millions of entries takes a while. */
  private static final long ALONE_TIMEOUT_MS = Duration.ofMinutes(10).toMillis();

  final Connection connection;
  final ValueMapping mapping;
  final int maxInFlight;
  private final long timeoutMs;

  ClientExecutor(Connection connection, ValueMapping mapping, int maxInFlight, long timeoutMs) {
    this.connection = connection;
    this.mapping = mapping;
    this.maxInFlight = maxInFlight;
    this.timeoutMs = timeoutMs;
  }

  /** The same connection, another deadline. */
  ClientExecutor withTimeout(Duration timeout) {
    return new ClientExecutor(connection, mapping, maxInFlight, Deadlines.timeoutMs(timeout, "timeout"));
  }

  @Override
  public <A extends @Nullable Object> Call<A> submit(Command<A> command, @Nullable Key key, byte[] op) {
    return submit(command.kind(), key, op, 1, command);
  }

  @Override
  public <A extends @Nullable Object> A call(Command<A> command, @Nullable Key key, byte[] op) {
    return connection.call(newCall(command.kind(), key, op, 1, command));
  }

  <A extends @Nullable Object> Call<A> submit(
      CallKind kind, @Nullable Key key, byte[] ops, int opCount, ResultReader<A> reader) {
    Call<A> call = newCall(kind, key, ops, opCount, reader);
    connection.submit(call);
    return call;
  }

  private <A extends @Nullable Object> Call<A> newCall(
      CallKind kind, @Nullable Key key, byte[] ops, int opCount, ResultReader<A> reader) {
    boolean waitsLong = timeoutMs == Call.TIMEOUT_DEFAULT && kind.isAlone() && !kind.isAtomic();
    long callTimeoutMs = waitsLong ? ALONE_TIMEOUT_MS : timeoutMs;
    return new Call<>(kind, key == null ? null : key.bytes(), ops, opCount, callTimeoutMs, reader);
  }

  @Override
  public byte[] bytesOf(Key key) {
    return key.bytes();
  }

  @Override
  public WireValue wireValueOf(@Nullable Object value) {
    return ValueEncoder.encode(mapping.toValue(value));
  }
}
