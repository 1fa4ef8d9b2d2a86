package io.anoadb.internal;

import io.anoadb.internal.net.Call;
import io.anoadb.internal.net.CallKind;
import io.anoadb.internal.net.ResultReader;
import io.anoadb.internal.protocol.OpResult;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One command with one shape of answer; a constant, nothing is made per call.
 *
 * @param kind how it is sent
 * @param isReread whether its result may be missing in a stored reply, with READ_NOT_REPLAYED in its place
 * @param reading makes the answer of the result
 */
public record Command<A extends @Nullable Object>(CallKind kind, boolean isReread, Reading<A> reading)
    implements ResultReader<A> {

  /** The name in the spec, in capitals. */
  public String name() {
    return kind.name();
  }

  /** Reads the next result of a reply; the buffer stands behind it afterwards. */
  @Override
  public A read(ByteBuffer results, Call<A> call) {
    return reading.read(OpResult.read(results), kind, call.key());
  }

  /** Makes the answer of a result, or throws the refusal of the server. */
  @FunctionalInterface
  public interface Reading<A extends @Nullable Object> {
    /**
     * Called on the client's own thread; must not block.
     *
     * @param kind of the command, for messages
     * @param key of the op, for messages
     */
    A read(OpResult result, CallKind kind, byte @Nullable [] key);
  }
}
