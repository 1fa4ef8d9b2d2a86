package io.anoadb;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * The deadline passed. {@link #executed()} is {@code NO} where the call was never sent; a read that was sent says
 * {@code UNKNOWN}.
 */
public class AnoaTimeoutException extends AnoaException {
  @Serial private static final long serialVersionUID = 1L;

  /** For the client. */
  public AnoaTimeoutException(String message, Executed executed, @Nullable Throwable cause) {
    super(message, "TIMEOUT", executed, cause);
  }
}
