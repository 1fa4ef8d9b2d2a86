package io.anoadb.internal.net;

import org.jspecify.annotations.Nullable;

/** Words the failures of calls: what was asked, for which key, what went wrong, what helps. One per client. */
public interface CallErrors {
  /** Why a write that was sent has no answer, and never will. */
  enum Unanswered {
    /** Its deadline passed. */
    DEADLINE,
    /** Its caller gave it up: a cancelled future, an interrupted thread. */
    CANCELLED,
    /** The client was closed. */
    CLOSED,
    /** The server restarted without a memory of it, or was out of reach for too long. */
    SERVER_LOST
  }

  /**
   * The deadline passed without an answer, and that is not {@link #outcomeUnknown}.
   *
   * @param executed whether the server executed it: {@code null} = nobody knows (a read that was sent)
   * @param wasSent whether any of it ever left
   * @param obstacle why nothing could be sent, where that is known
   */
  RuntimeException timedOut(
      Call<?> call, @Nullable Boolean executed, boolean wasSent, @Nullable Throwable obstacle);

  /** A write was sent, and nobody can tell whether it took effect. */
  RuntimeException outcomeUnknown(Call<?> call, Unanswered why, @Nullable Throwable cause);

  /** Refused before anything was sent: {@code what}, as in "10000 calls are in flight, maxInFlight". */
  RuntimeException tooManyInFlight(Call<?> call, String what);

  /** The whole request was refused with this status of the spec, or would have been. */
  RuntimeException refused(Call<?> call, int status);

  /** The answer cannot be read. Of a write the outcome is unknown then. */
  RuntimeException unreadable(Call<?> call, @Nullable Throwable cause);

  /** The client is closed, and the call was not sent. */
  RuntimeException closed(Call<?> call);

  /** The calling thread was interrupted while it waited, and the call was a read or was not sent. */
  RuntimeException interrupted(Call<?> call);

  /** A blocking call on the thread that would have to receive its answer. */
  RuntimeException wouldDeadlock(Call<?> call);

  /** No session, and none can be had: {@code code} is one of those in ConnectFailure. */
  RuntimeException cannotConnect(ConnectFailure code, String message, @Nullable Throwable cause);
}
