package io.anoadb.internal;

import io.anoadb.Key;
import io.anoadb.internal.protocol.WireValue;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What the generated commands stand on: they encode an op and say how its result is read, everything else is here.
 *
 * <p>A client sends each op; an atomic batch collects them and completes the futures when it is committed.
 */
public interface CommandExecutor {
  /**
   * Sends one op.
   *
   * @param key of the op, for messages; null where the command has none
   * @param op in wire form; not copied, so nobody may change it
   */
  <A extends @Nullable Object> CompletableFuture<A> submit(Command<A> command, @Nullable Key key, byte[] op);

  /** The same, and waits for the answer. Throws what the future would have been completed with. */
  <A extends @Nullable Object> A call(Command<A> command, @Nullable Key key, byte[] op);

  /** The bytes of a key, not copied: {@link Key} keeps them to itself. */
  byte[] bytesOf(Key key);

  /**
   * The wire form of what a caller wants to store: anything that AnoaValue.from takes, and what the codec takes.
   *
   * @throws IllegalArgumentException where it is neither
   */
  WireValue wireValueOf(@Nullable Object value);
}
