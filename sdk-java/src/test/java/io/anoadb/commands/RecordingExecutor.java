package io.anoadb.commands;

import io.anoadb.AnoaValue;
import io.anoadb.Key;
import io.anoadb.generated.AsyncCommands;
import io.anoadb.generated.BlockingCommands;
import io.anoadb.generated.wire.OpDecoder;
import io.anoadb.generated.wire.Status;
import io.anoadb.internal.Command;
import io.anoadb.internal.CommandExecutor;
import io.anoadb.internal.protocol.OpResult;
import io.anoadb.internal.protocol.ValueEncoder;
import io.anoadb.internal.protocol.WireValue;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Keeps what generated commands send, read as a server reads it, and answers with a result made by the test. */
final class RecordingExecutor implements CommandExecutor {
  final List<OpDecoder> ops = new ArrayList<>();
  private ByteBuffer answer = ByteBuffer.wrap(new byte[6]);

  BlockingCommands blocking() {
    return new Blocking(this);
  }

  AsyncCommands async() {
    return new Async(this);
  }

  /** The next results: status, type (128 added where a version leads the value), then version and value. */
  RecordingExecutor answering(int status, int type, byte[] content) {
    answer = ByteBuffer.allocate(6 + content.length);
    answer.put(0, (byte) status).put(1, (byte) type).put(2, (byte) content.length).put(6, content);
    return this;
  }

  OpDecoder lastOp() {
    return ops.get(ops.size() - 1);
  }

  @Override
  public <A extends @Nullable Object> A call(Command<A> command, @Nullable Key key, byte[] op) {
    OpDecoder.Decoded decoded = OpDecoder.decode(ByteBuffer.wrap(op));
    if (decoded.status() != Status.OK) throw new AssertionError("a server would answer " + Status.nameOf(decoded.status()));
    ops.add(decoded.op());
    return command.reading().read(OpResult.read(answer.duplicate()), command.kind(), decoded.op().key);
  }

  @Override
  public <A extends @Nullable Object> CompletableFuture<A> submit(Command<A> command, @Nullable Key key, byte[] op) {
    return CompletableFuture.completedFuture(call(command, key, op));
  }

  @Override
  public byte[] bytesOf(Key key) {
    return key.toBytes();
  }

  @Override
  public WireValue wireValueOf(@Nullable Object value) {
    return ValueEncoder.encode(AnoaValue.from(value));
  }

  private static final class Blocking extends BlockingCommands {
    Blocking(CommandExecutor executor) {
      super(executor);
    }
  }

  private static final class Async extends AsyncCommands {
    Async(CommandExecutor executor) {
      super(executor);
    }
  }
}
