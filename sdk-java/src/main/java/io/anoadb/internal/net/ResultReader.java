package io.anoadb.internal.net;

import java.nio.ByteBuffer;

/** Makes a caller's answer of what the server sent. Stateless: one constant per command. */
@FunctionalInterface
public interface ResultReader<A> {
  /**
   * Reads the result, or for an atomic batch all its results in order: headers included, from position to limit,
   * little-endian. The bytes are lent for this call only. Runs on the client's own thread, so it must not block.
   *
   * <p>A refusal by the server is thrown, as the exception that the caller shall get. Any other unchecked exception
   * says that the bytes cannot be read.
   */
  A read(ByteBuffer results, Call<A> call);
}
