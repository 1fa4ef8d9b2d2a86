package io.anoadb;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** A stored value is not of the type it was read as, or cannot be mapped to the class asked for. */
public class AnoaValueException extends AnoaException {
  @Serial private static final long serialVersionUID = 1L;

  /** For the client. */
  public AnoaValueException(String message, @Nullable Throwable cause) {
    super(message, "INVALID_VALUE", Executed.NO, cause);
  }
}
