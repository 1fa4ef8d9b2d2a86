package io.anoadb;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * Root of all that this client throws, unchecked. Told apart by class or by {@link #code()}, never by the message, which
 * is for people: it says what was asked, for which key, what went wrong and what helps. It may hold a key; it never holds
 * a value or an access key.
 *
 * <ul>
 *   <li>{@link ServerException}: the server answered with a refusal
 *   <li>{@link AnoaTimeoutException}: no answer before the deadline, and nothing was written
 *   <li>{@link OutcomeUnknownException}: a write was sent and may or may not have taken effect
 *   <li>{@link TooManyInFlightException}: refused at once, nothing was sent
 *   <li>{@link AnoaConnectionException}: no connection, or the client was closed
 *   <li>{@link AnoaValueException}: a stored value is not of the type it was read as
 * </ul>
 *
 * What a program does wrong (an empty key, a negative time to live) is an {@link IllegalArgumentException}.
 */
public class AnoaException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  /** A code of the protocol or of the client. */
  private final String code;

  /** Whether the effect has happened. */
  private final Executed executed;

  /** For the branches and the client. */
  public AnoaException(String message, String code, Executed executed, @Nullable Throwable cause) {
    super(message, cause);
    this.code = code;
    this.executed = executed;
  }

  /** A code of the protocol ({@code TYPE_MISMATCH}) or of the client ({@code TIMEOUT}, {@code CLOSED}, …). */
  public String code() {
    return code;
  }

  /** Whether the server applied what was asked. */
  public Executed executed() {
    return executed;
  }
}
