package io.anoadb;

import io.anoadb.internal.Printable;
import io.anoadb.internal.Refusals;
import io.anoadb.internal.net.Call;
import io.anoadb.internal.net.CallErrors;
import io.anoadb.internal.net.ConnectFailure;
import org.jspecify.annotations.Nullable;

/** The exceptions of calls, worded in one place: what was asked, for which key, what went wrong, what helps. */
final class ClientErrors implements CallErrors {
  private final String peer;

  ClientErrors(String peer) {
    this.peer = peer;
  }

  @Override
  public RuntimeException timedOut(
      Call<?> call, @Nullable Boolean executed, boolean wasSent, @Nullable Throwable obstacle) {
    Executed effect = executed != null ? (executed ? Executed.YES : Executed.NO) : Executed.UNKNOWN;
    return new AnoaTimeoutException(
        asked(call) + " had no answer from " + peer + " within " + call.timeoutMs() + " ms" + notSentNote(wasSent, obstacle)
            + ".",
        effect,
        obstacle);
  }

  @Override
  public RuntimeException outcomeUnknown(Call<?> call, Unanswered why, @Nullable Throwable cause) {
    String reason =
        switch (why) {
          case DEADLINE -> "no answer from " + peer + " within " + call.timeoutMs() + " ms";
          case CANCELLED -> "its caller gave it up before its answer came";
          case CLOSED -> "the client was closed before its answer came";
          case SERVER_LOST -> peer + " restarted or was out of reach before its answer came";
        };
    Throwable because =
        why == Unanswered.DEADLINE ? new AnoaTimeoutException(reason, Executed.UNKNOWN, cause) : cause;
    return new OutcomeUnknownException(
        asked(call) + " was sent and may or may not have taken effect: " + reason
            + ". Read the key before writing again, or write with ifVersion.",
        because);
  }

  @Override
  public RuntimeException tooManyInFlight(Call<?> call, String what) {
    return new TooManyInFlightException(
        asked(call) + " was not sent: " + what + " allows no more. Wait for answers before making more calls, or raise it"
            + " in AnoaClient.builder().");
  }

  @Override
  public RuntimeException refused(Call<?> call, int status) {
    return Refusals.of(status, call.kind(), call.key(), null);
  }

  @Override
  public RuntimeException unreadable(Call<?> call, @Nullable Throwable cause) {
    String message =
        asked(call) + ": the answer of " + peer + " cannot be read; client and server are of incompatible versions";
    if (!call.kind().mutates()) {
      return new AnoaConnectionException(message + ".", "PROTOCOL_ERROR", Executed.UNKNOWN, cause);
    }
    return new OutcomeUnknownException(message + ", so its effect is unknown.", cause);
  }

  @Override
  public RuntimeException closed(Call<?> call) {
    return new AnoaConnectionException(
        asked(call) + " was not sent: the client of " + peer + " was closed. Keep one client for as long as the program"
            + " needs it.",
        "CLOSED",
        Executed.NO,
        null);
  }

  @Override
  public RuntimeException interrupted(Call<?> call) {
    return new AnoaException(
        asked(call) + " was given up: the calling thread was interrupted while it waited.",
        "INTERRUPTED",
        Executed.NO,
        null);
  }

  @Override
  public RuntimeException wouldDeadlock(Call<?> call) {
    return new IllegalStateException(
        asked(call) + " was called on the client's own thread, which would have to receive its answer. Use async() there,"
            + " or go on with thenApplyAsync.");
  }

  @Override
  public RuntimeException cannotConnect(ConnectFailure code, String message, @Nullable Throwable cause) {
    String hint =
        switch (code) {
          case CONNECTION_REFUSED ->
              " Start a server with \"npx anoa serve\", or say where it is: AnoaClient.connect(\"anoa://host:port\") or"
                  + " ANOA_URL.";
          case CONNECT_TIMEOUT ->
              " Is that the host and port of a server, does a firewall drop UDP, or does the server need an access key?";
          case UNREACHABLE -> " Look at the host in the URL and at this machine's network.";
          case AUTH_FAILED ->
              " Was it revoked, or is it of another server? \"anoa key list\" on the server shows which it knows.";
          default -> "";
        };
    String text = message.endsWith(".") ? message : message + ".";
    return new AnoaConnectionException(text + hint, code.name(), Executed.NO, cause);
  }

  private static String asked(Call<?> call) {
    return Printable.asked(call.kind().name(), call.key());
  }

  private static String notSentNote(boolean wasSent, @Nullable Throwable obstacle) {
    if (wasSent) return "; it was sent. Is the server overloaded, or the deadline too short";
    if (obstacle == null) return "; it still waited for being sent, behind other calls";
    return "; it was never sent: " + obstacle.getMessage();
  }
}
