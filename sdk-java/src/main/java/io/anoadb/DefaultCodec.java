package io.anoadb;

import io.anoadb.jackson.JacksonJsonCodec;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Jackson where it is on the class path; looked for when first needed, since making a mapper takes a while. */
final class DefaultCodec implements Supplier<@Nullable JsonCodec> {
  private volatile boolean isKnown;
  private volatile @Nullable JsonCodec codec;

  @Override
  public @Nullable JsonCodec get() {
    // Two threads may both make one; either does.
    if (!isKnown) {
      codec = newCodec();
      isKnown = true;
    }
    return codec;
  }

  private static @Nullable JsonCodec newCodec() {
    try {
      return new JacksonJsonCodec();
    } catch (LinkageError absent) {
      return null;
    }
  }
}
