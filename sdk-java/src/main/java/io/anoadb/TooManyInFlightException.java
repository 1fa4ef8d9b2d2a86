package io.anoadb;

import java.io.Serial;

/** More calls, or more bytes, in flight than the client allows; refused at once, nothing was sent. */
public class TooManyInFlightException extends AnoaException {
  @Serial private static final long serialVersionUID = 1L;

  /** For the client. */
  public TooManyInFlightException(String message) {
    super(message, "OVERLOADED", Executed.NO, null);
  }
}
