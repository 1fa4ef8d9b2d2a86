package io.anoadb;

import io.anoadb.generated.AsyncCommands;
import io.anoadb.generated.wire.Limits;
import io.anoadb.generated.wire.Status;
import io.anoadb.internal.Command;
import io.anoadb.internal.CommandExecutor;
import io.anoadb.internal.Refusals;
import io.anoadb.internal.net.Call;
import io.anoadb.internal.net.CallKind;
import io.anoadb.internal.protocol.OpResult;
import io.anoadb.internal.protocol.WireValue;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Several ops that all apply or none does. Nothing is sent before {@link #commit()}; the ops then run in order and see
 * each other's effects. Each method returns a future, which has its answer once the batch was committed.
 *
 * <pre>{@code
 * AtomicBatch batch = db.atomic();
 * batch.check("stock:7", CheckOptions.create().ifVersion(stock.version()));
 * CompletableFuture<Long> left = batch.incr("stock:7", -1);
 * batch.set("order:9", order);
 * if (batch.commit().isApplied()) System.out.println(left.join() + " left");
 * }</pre>
 *
 * A condition that does not hold is an answer, {@code isApplied() == false}; any other refusal (an INCR of a string, say)
 * is thrown, and nothing was applied either. Not for use by several threads at once.
 */
public final class AtomicBatch extends AsyncCommands {
  private final Collector collector;

  AtomicBatch(ClientExecutor client) {
    this(new Collector(client));
  }

  private AtomicBatch(Collector collector) {
    super(collector);
    this.collector = collector;
  }

  /** How many ops it holds. */
  public int size() {
    return collector.parts.size();
  }

  /**
   * Sends the batch and waits. It is committed once.
   *
   * @throws OutcomeUnknownException where it was sent and its answer is lost
   * @throws ServerException where an op was refused for anything but a condition; nothing was applied
   */
  public AtomicOutcome commit() {
    return Waiting.on(commitAsync());
  }

  /** Sends the batch. It is committed once. */
  public CompletableFuture<AtomicOutcome> commitAsync() {
    return collector.commit();
  }

  /** One op and who waits for its answer. */
  private record Part<A extends @Nullable Object>(Command<A> command, @Nullable Key key, BatchFuture<A> answer) {
    /** Reads the answer without giving it away yet: a later op may show that nothing was applied. */
    Runnable reading(OpResult result) {
      A read = command.reading().read(result, command.kind(), key == null ? null : key.bytes());
      return () -> answer.complete(read);
    }
  }

  /** Takes ops as an executor does and keeps them. */
  private static final class Collector implements CommandExecutor {
    private final ClientExecutor client;
    final List<Part<?>> parts = new ArrayList<>();
    private final ByteArrayOutputStream ops = new ByteArrayOutputStream();
    private boolean isCommitted;

    Collector(ClientExecutor client) {
      this.client = client;
    }

    @Override
    public <A extends @Nullable Object> CompletableFuture<A> submit(
        Command<A> command, @Nullable Key key, byte[] op) {
      if (isCommitted) throw new IllegalStateException("The batch was committed; begin another with atomic().");
      if (parts.size() == Limits.OPS_PER_REQUEST_MAX) {
        throw new IllegalArgumentException(
            "An atomic batch holds at most " + Limits.OPS_PER_REQUEST_MAX + " ops; split it, or use larger values.");
      }
      BatchFuture<A> answer = new BatchFuture<>(this);
      parts.add(new Part<>(command, key, answer));
      ops.writeBytes(op);
      return answer;
    }

    @Override
    public <A extends @Nullable Object> A call(Command<A> command, @Nullable Key key, byte[] op) {
      throw new IllegalStateException("An atomic batch has its answers after commit().");
    }

    @Override
    public byte[] bytesOf(Key key) {
      return client.bytesOf(key);
    }

    @Override
    public WireValue wireValueOf(@Nullable Object value) {
      return client.wireValueOf(value);
    }

    CompletableFuture<AtomicOutcome> commit() {
      if (isCommitted) throw new IllegalStateException("The batch was committed before; begin another with atomic().");
      isCommitted = true;
      if (parts.isEmpty()) return CompletableFuture.completedFuture(AtomicOutcome.APPLIED);
      boolean mutates = parts.stream().anyMatch(part -> part.command().kind().mutates());
      CallKind kind = CallKind.atomic(mutates);
      CompletableFuture<AtomicOutcome> outcome =
          client.submit(kind, null, ops.toByteArray(), parts.size(), this::read);
      return outcome.whenComplete(
          (applied, failure) -> {
            if (failure != null) parts.forEach(part -> part.answer().completeExceptionally(failure));
          });
    }

    /** On the client's own thread: every op's answer, or the one that kept all of them from being applied. */
    private AtomicOutcome read(ByteBuffer results, Call<AtomicOutcome> call) {
      List<Runnable> answers = new ArrayList<>(parts.size());
      boolean isAborted = false;
      for (int index = 0; index < parts.size(); index++) {
        OpResult result = OpResult.read(results);
        int status = result.status();
        if (status == Status.ABORTED) {
          isAborted = true;
        } else if (status == Status.OK || status == Status.NOT_FOUND) {
          if (!isAborted) answers.add(parts.get(index).reading(result));
        } else {
          return notApplied(index, result);
        }
      }
      if (isAborted) throw Refusals.of(Status.ABORTED, call.kind(), null, null);
      answers.forEach(Runnable::run);
      return AtomicOutcome.APPLIED;
    }

    /** The op that made all others ABORTED: its condition is an answer, anything else an exception. */
    private AtomicOutcome notApplied(int index, OpResult result) {
      Part<?> failed = parts.get(index);
      int status = result.status();
      String note = "op " + index + " of an atomic batch, of which nothing was applied";
      AnoaException refusal =
          Refusals.of(
              status, failed.command().kind(), failed.key() == null ? null : failed.key().bytes(), note);
      if (status != Status.VERSION_MISMATCH && status != Status.CONDITION_FAILED) throw refusal;
      parts.forEach(part -> part.answer().completeExceptionally(refusal));
      Outcome.Reason reason =
          status == Status.VERSION_MISMATCH ? Outcome.Reason.VERSION_MISMATCH : Outcome.Reason.CONDITION_FAILED;
      return new AtomicOutcome(reason, index, failed.key(), result.version());
    }
  }

  /** An answer that comes with the commit; waiting for it before would be for ever. */
  private static final class BatchFuture<A extends @Nullable Object> extends CompletableFuture<A> {
    private final Collector batch;

    BatchFuture(Collector batch) {
      this.batch = batch;
    }

    @Override
    public A get() throws InterruptedException, ExecutionException {
      assertCommitted();
      return super.get();
    }

    @Override
    public A join() {
      assertCommitted();
      return super.join();
    }

    private void assertCommitted() {
      if (!batch.isCommitted) {
        throw new IllegalStateException("This answer comes with the batch: call commit() first.");
      }
    }
  }
}
