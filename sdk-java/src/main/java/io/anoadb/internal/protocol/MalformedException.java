package io.anoadb.internal.protocol;

import java.io.Serial;

/** Bytes that do not follow the protocol. Says what is wrong with them, never holds a value. */
public final class MalformedException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  public MalformedException(String message) {
    super(message);
  }

  public MalformedException(String message, Throwable cause) {
    super(message, cause);
  }
}
