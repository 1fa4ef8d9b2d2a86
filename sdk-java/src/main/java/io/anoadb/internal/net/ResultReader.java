package io.anoadb.internal.net;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Makes a caller's answer of what the server sent. Stateless: one constant per command. */
@FunctionalInterface
public interface ResultReader<A extends @Nullable Object> {
  /**
   * Reads the result, or for an atomic batch all its results in order: headers included, from position to limit,
   * little-endian. The bytes are lent for this call only. Runs on the client's own thread, so it must not block.
   *
   * <p>A refusal by the server is thrown, as the exception that the caller shall get. Any {@link
   * IndexOutOfBoundsException} or {@link IllegalArgumentException} says that the bytes cannot be read.
   */
  A read(ByteBuffer results, Call<A> call);
}
