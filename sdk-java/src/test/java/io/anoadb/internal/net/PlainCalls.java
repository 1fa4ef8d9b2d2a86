package io.anoadb.internal.net;

import io.anoadb.generated.wire.IncrFlag;
import io.anoadb.generated.wire.OpEncoder;
import io.anoadb.generated.wire.Opcode;
import io.anoadb.generated.wire.ValueType;
import io.anoadb.internal.protocol.OpResult;
import io.anoadb.internal.protocol.WireValue;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A connection and a few calls on it, below the public API: failures are {@link Failed} with what went wrong. */
final class PlainCalls implements CallErrors, ConnectionListener {
  private static final CallKind GET = CallKind.read(Opcode.nameOf(Opcode.GET));
  private static final CallKind SET = CallKind.write(Opcode.nameOf(Opcode.SET));
  private static final CallKind INCR = CallKind.write(Opcode.nameOf(Opcode.INCR));

  final Connection connection;
  final StringBuffer events = new StringBuffer();

  /** What a call ended with, by the name of the method of CallErrors. */
  static final class Failed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Failed(String what) {
      super(what);
    }
  }

  private PlainCalls(int port, @Nullable String key, long timeoutMs, int maxInFlight, long maxInFlightBytes) {
    byte[] psk = key == null ? null : Base64.getUrlDecoder().decode(key.substring("anoa1_".length()));
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    connection =
        Connection.open(
            new ConnectionOptions(
                address, "server:" + port, psk, timeoutMs, maxInFlight, maxInFlightBytes, this, this));
  }

  /** Connected; {@code key} null: open mode. */
  static PlainCalls connect(int port, @Nullable String key) {
    return connect(port, key, 20_000, 10_000, 64L << 20);
  }

  static PlainCalls connect(
      int port, @Nullable String key, long timeoutMs, int maxInFlight, long maxInFlightBytes) {
    PlainCalls calls = new PlainCalls(port, key, timeoutMs, maxInFlight, maxInFlightBytes);
    calls.awaitReady();
    return calls;
  }

  private void awaitReady() {
    try {
      connection.ready().get(20, TimeUnit.SECONDS);
    } catch (ExecutionException failure) {
      connection.close();
      throw failure.getCause() instanceof Failed failed ? failed : new IllegalStateException(failure);
    } catch (InterruptedException | TimeoutException failure) {
      connection.close();
      throw new IllegalStateException(failure);
    }
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static Call<byte @Nullable []> get(String key, long timeoutMs) {
    return new Call<>(
        GET,
        bytes(key),
        OpEncoder.get(bytes(key), 0),
        1,
        timeoutMs,
        (results, call) -> {
          OpResult result = OpResult.read(results);
          return result.status() == 0 ? result.copy() : null;
        });
  }

  static Call<Integer> set(String key, byte[] value, long timeoutMs) {
    byte[] op = OpEncoder.set(bytes(key), 0, 0, 0, 0, new WireValue(ValueType.BYTES, value));
    return new Call<>(SET, bytes(key), op, 1, timeoutMs, (results, call) -> OpResult.read(results).status());
  }

  static Call<Long> incr(String key, long timeoutMs) {
    return incr(key, 1, timeoutMs);
  }

  static Call<Long> incr(String key, long amount, long timeoutMs) {
    byte[] op = OpEncoder.incr(bytes(key), IncrFlag.AMOUNT, amount, 0);
    return new Call<>(
        INCR, bytes(key), op, 1, timeoutMs, (results, call) -> {
          OpResult result = OpResult.read(results);
          return result.bytes().getLong(result.start());
        });
  }

  byte @Nullable [] get(String key) {
    return connection.call(get(key, Call.TIMEOUT_DEFAULT));
  }

  int set(String key, byte[] value) {
    return connection.call(set(key, value, Call.TIMEOUT_DEFAULT));
  }

  long incr(String key) {
    return connection.call(incr(key, Call.TIMEOUT_DEFAULT));
  }

  @Override
  public void onDisconnected(String reason) {
    events.append("disconnected ");
  }

  @Override
  public void onReconnected(long downMs) {
    events.append("reconnected ");
  }

  @Override
  public RuntimeException timedOut(
      Call<?> call, @Nullable Boolean executed, boolean wasSent, @Nullable Throwable obstacle) {
    return new Failed("timedOut executed=" + executed + " sent=" + wasSent);
  }

  @Override
  public RuntimeException outcomeUnknown(Call<?> call, Unanswered why, @Nullable Throwable cause) {
    return new Failed("outcomeUnknown " + why);
  }

  @Override
  public RuntimeException tooManyInFlight(Call<?> call, String what) {
    return new Failed("tooManyInFlight: " + what);
  }

  @Override
  public RuntimeException refused(Call<?> call, int status) {
    return new Failed("refused " + status);
  }

  @Override
  public RuntimeException unreadable(Call<?> call, @Nullable Throwable cause) {
    return new Failed("unreadable");
  }

  @Override
  public RuntimeException closed(Call<?> call) {
    return new Failed("closed");
  }

  @Override
  public RuntimeException interrupted(Call<?> call) {
    return new Failed("interrupted");
  }

  @Override
  public RuntimeException wouldDeadlock(Call<?> call) {
    return new Failed("wouldDeadlock");
  }

  @Override
  public RuntimeException cannotConnect(ConnectFailure code, String message, @Nullable Throwable cause) {
    return new Failed("cannotConnect " + code);
  }
}
