package io.anoadb;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * The server answered, and its answer is a refusal. {@link #code()} is the name the protocol gives it and
 * {@link #executed()} says whether the effect has happened.
 *
 * <p>A condition that does not hold ({@code ifAbsent}, {@code ifVersion}, …) and a key that does not exist are answers,
 * not exceptions.
 */
public class ServerException extends AnoaException {
  @Serial private static final long serialVersionUID = 1L;

  /** The number on the wire. */
  private final int status;

  /** For the client. */
  public ServerException(String message, String code, int status, Executed executed, @Nullable Throwable cause) {
    super(message, code, executed, cause);
    this.status = status;
  }

  /** The number of the code on the wire. */
  public int status() {
    return status;
  }
}
