package io.anoadb.internal.transport;

import io.anoadb.generated.wire.AuthLayout;
import io.anoadb.generated.wire.ChallengeLayout;
import io.anoadb.generated.wire.DatagramType;
import io.anoadb.generated.wire.HelloLayout;
import io.anoadb.generated.wire.Limits;
import io.anoadb.generated.wire.WelcomeLayout;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * HELLO, CHALLENGE, AUTH, WELCOME at the client: retries with growing, jittered pauses, for as long as its owner wants. A
 * retransmitted AUTH is byte-identical; a new one is made only with a new cookie.
 */
final class ClientHandshake {
  private static final double RETRY_MS_FIRST = 200;
  private static final double RETRY_MS_MAX = 1000;
  /** Where nothing waits to be sent. */
  private static final double RETRY_MS_MAX_IDLE = 5000;
  /**
   * Rounds of HELLO, CHALLENGE and three AUTHs before a path is called unable to carry 1200 bytes. One round would call a
   * path with 30 % loss so every eighth time.
   */
  private static final int FRUITLESS_ROUNDS_MAX = 4;

  private static final int NONCE_BYTES = 8;

  private enum Phase {
    NONE,
    HELLO,
    AUTH
  }

  /** What a WELCOME grants. */
  record Welcome(ServerParams params, Sealing sealing) {}

  private final Outgoing outgoing;
  private final RandomBytes random;
  private final Jitter jitter;
  private final Mode mode;
  private final @Nullable ClientSealedHandshake sealed;
  private final byte[] nonce = new byte[NONCE_BYTES];
  private final byte[] auth = new byte[AuthLayout.BYTES];
  private Phase phase = Phase.NONE;
  private int tries;
  private double authSentMs;
  /** Rounds in which a CHALLENGE came but no WELCOME. */
  private int fruitlessRounds;

  private int hellosInARow;
  private double nextAtMs = Double.POSITIVE_INFINITY;

  ClientHandshake(
      Outgoing outgoing,
      RandomBytes random,
      Jitter jitter,
      Mode mode,
      @Nullable ClientSealedHandshake sealed) {
    this.outgoing = outgoing;
    this.random = random;
    this.jitter = jitter;
    this.mode = mode;
    this.sealed = sealed;
  }

  boolean isRunning() {
    return phase != Phase.NONE;
  }

  /** Small messages pass, full ones do not. */
  boolean isFruitless() {
    return fruitlessRounds >= FRUITLESS_ROUNDS_MAX;
  }

  /** When {@link #tick} has something to do. */
  double nextAtMs() {
    return nextAtMs;
  }

  /** Begins with a new HELLO, after {@code delayMs}. */
  void start(double nowMs, double delayMs) {
    phase = Phase.HELLO;
    tries = 0;
    random.fill(nonce);
    nextAtMs = nowMs + (delayMs > 0 ? jitter.spread(delayMs) : 0);
  }

  void stop() {
    phase = Phase.NONE;
    if (sealed != null) sealed.forgetExchange();
    nextAtMs = Double.POSITIVE_INFINITY;
    fruitlessRounds = 0;
    hellosInARow = 0;
  }

  /** Sends what is due. */
  void tick(double nowMs, boolean isIdle) {
    if (nextAtMs > nowMs) return;
    if (phase == Phase.AUTH && tries >= Limits.HANDSHAKE_TRIES_MAX) {
      fruitlessRounds++;
      start(nowMs, 0);
    }
    if (phase == Phase.HELLO) sendHello();
    else sendAuth(nowMs);
    int doublings = phase == Phase.HELLO ? hellosInARow++ : tries;
    tries++;
    double pauseMs =
        Math.min(isIdle ? RETRY_MS_MAX_IDLE : RETRY_MS_MAX, RETRY_MS_FIRST * (1 << Math.min(doublings, 8)));
    nextAtMs = nowMs + jitter.spread(pauseMs);
  }

  /** A CHALLENGE at {@code at}. False: it answers nothing we asked. */
  boolean handleChallenge(byte[] bytes, int at, ClientParams params, double nowMs) {
    if (phase != Phase.HELLO || !isOurs(bytes, at) || !Admission.isChallengeClean(bytes, at)) return false;
    if (bytes[at + ChallengeLayout.VERSION_AT] != DatagramType.VERSION_MAX) return false;
    Arrays.fill(auth, (byte) 0);
    auth[0] = (byte) DatagramType.MAGIC;
    auth[1] = (byte) (DatagramType.AUTH + mode.typeOffset);
    auth[AuthLayout.VERSION_AT] = bytes[at + ChallengeLayout.VERSION_AT];
    System.arraycopy(nonce, 0, auth, AuthLayout.CNONCE_AT, NONCE_BYTES);
    int cookieBytes = ChallengeLayout.BYTES - ChallengeLayout.TIMESTAMP_AT;
    System.arraycopy(bytes, at + ChallengeLayout.TIMESTAMP_AT, auth, AuthLayout.TIMESTAMP_AT, cookieBytes);
    params.encode(auth, AuthLayout.PARAMS_AT);
    if (sealed != null) sealed.sealAuth(auth);
    phase = Phase.AUTH;
    tries = 0;
    hellosInARow = 0;
    nextAtMs = nowMs;
    return true;
  }

  /**
   * A WELCOME at {@code at}: what the server grants. Opened in a copy, so that a forged one spoils nothing.
   *
   * @throws ClientSealedHandshake.Dropped where it is none of ours
   */
  Welcome handleWelcome(byte[] bytes, int at) throws ClientSealedHandshake.Dropped {
    boolean isExpected =
        phase == Phase.AUTH
            && isOurs(bytes, at)
            && bytes[at + WelcomeLayout.VERSION_AT] == DatagramType.VERSION_MAX;
    if (!isExpected) throw new ClientSealedHandshake.Dropped(DropReason.UNEXPECTED_HANDSHAKE);
    if (!Admission.isWelcomeClean(bytes, at, mode))
      throw new ClientSealedHandshake.Dropped(DropReason.RESERVED_BITS);
    byte[] welcome = Arrays.copyOfRange(bytes, at, at + WelcomeLayout.BYTES);
    Sealing sealing = sealed == null ? Sealing.OPEN : sealed.openWelcome(auth, welcome);
    ServerParams params = ServerParams.decode(welcome, WelcomeLayout.PARAMS_AT);
    if (params == null) throw new ClientSealedHandshake.Dropped(DropReason.BAD_PARAMS);
    return new Welcome(params, sealing);
  }

  /** Does a REJECT at {@code at} answer the AUTH that was sent last? */
  boolean isRefusal(byte[] bytes, int at) {
    return phase == Phase.AUTH && isOurs(bytes, at);
  }

  /** Does a VERSIONS at {@code at} answer the HELLO that was sent last? */
  boolean isVersionsAnswer(byte[] bytes, int at) {
    return phase == Phase.HELLO && isOurs(bytes, at);
  }

  /** Time since AUTH was sent, if it was sent once: the first round-trip sample. Else -1. */
  double roundTripMs(double nowMs) {
    return tries == 1 ? nowMs - authSentMs : -1;
  }

  private boolean isOurs(byte[] bytes, int at) {
    return LittleEndian.equalBytes(bytes, at + ChallengeLayout.CNONCE_AT, nonce, 0, NONCE_BYTES);
  }

  private void sendHello() {
    int at = outgoing.openMessage(HelloLayout.BYTES);
    byte[] bytes = outgoing.bytes();
    bytes[at] = (byte) DatagramType.MAGIC;
    bytes[at + 1] = (byte) (DatagramType.HELLO + mode.typeOffset);
    bytes[at + HelloLayout.VERSION_MIN_AT] = DatagramType.VERSION_MIN;
    bytes[at + HelloLayout.VERSION_MAX_AT] = DatagramType.VERSION_MAX;
    System.arraycopy(nonce, 0, bytes, at + HelloLayout.CNONCE_AT, NONCE_BYTES);
  }

  private void sendAuth(double nowMs) {
    int at = outgoing.openMessage(AuthLayout.BYTES);
    System.arraycopy(auth, 0, outgoing.bytes(), at, AuthLayout.BYTES);
    authSentMs = nowMs;
  }
}
