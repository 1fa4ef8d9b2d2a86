package io.anoadb.internal;

import io.anoadb.AnoaException;
import io.anoadb.Executed;
import io.anoadb.OutcomeUnknownException;
import io.anoadb.ServerException;
import io.anoadb.generated.wire.Status;
import io.anoadb.internal.net.CallKind;
import org.jspecify.annotations.Nullable;

/** The server's refusals as exceptions, in the words of the protocol. */
public final class Refusals {
  private Refusals() {}

  /**
   * The exception of a status other than OK; a write that may have happened is an unknown outcome.
   *
   * @param note what else helps to understand it
   */
  public static AnoaException of(int status, CallKind kind, byte @Nullable [] key, @Nullable String note) {
    Executed executed = Status.executed(status);
    String message =
        Printable.asked(kind.name(), key) + ": " + Status.messageOf(status) + (note == null ? "" : " (" + note + ")");
    ServerException refusal = new ServerException(message, Status.nameOf(status), status, executed, null);
    if (executed == Executed.UNKNOWN && kind.mutates()) return new OutcomeUnknownException(message, refusal);
    return refusal;
  }
}
