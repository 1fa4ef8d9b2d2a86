package io.anoadb;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * A write was sent and its answer is lost: it may have taken effect or not. The cause says why (a deadline, a restart of
 * the server, the client was closed). Read the key before writing again, or write with {@code ifVersion}.
 */
public class OutcomeUnknownException extends AnoaException {
  @Serial private static final long serialVersionUID = 1L;

  /** For the client. */
  public OutcomeUnknownException(String message, @Nullable Throwable cause) {
    super(message, "OUTCOME_UNKNOWN", Executed.UNKNOWN, cause);
  }
}
