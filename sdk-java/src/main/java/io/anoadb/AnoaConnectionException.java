package io.anoadb;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** No connection: refused, unreachable, incompatible, the access key was not taken, or the client was closed. */
public class AnoaConnectionException extends AnoaException {
  @Serial private static final long serialVersionUID = 1L;

  /** For the client. */
  public AnoaConnectionException(String message, String code, Executed executed, @Nullable Throwable cause) {
    super(message, code, executed, cause);
  }
}
