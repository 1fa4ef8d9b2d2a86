package io.anoadb.internal.transport;

import io.anoadb.generated.wire.AuthLayout;
import io.anoadb.generated.wire.WelcomeLayout;
import java.util.Arrays;

/**
 * The part of the sealed handshake that needs keys: the box of AUTH, and what a WELCOME makes of it.
 *
 * <p>A forged WELCOME must not spoil the handshake: the ephemeral secret stays until a genuine one came, or until a new
 * AUTH is made, which has a new one.
 */
final class ClientSealedHandshake {
  static final int ACCESS_KEY_BYTES = 32;

  private final byte[] psk;
  private final byte[] keyId;
  private final SealCrypto crypto = new SealCrypto();
  private final RandomBytes random;
  /** Secret half of the ephemeral key in the AUTH that is on its way. */
  private final byte[] secret = new byte[SealCrypto.KEY_BYTES];

  ClientSealedHandshake(byte[] psk, RandomBytes random) {
    if (psk.length != ACCESS_KEY_BYTES) throw new IllegalArgumentException("an access key has 32 bytes");
    this.psk = psk.clone();
    this.random = random;
    keyId = KeySchedule.keyIdOf(this.psk);
  }

  /** Completes a new AUTH with key id, a fresh ephemeral key and the box over its params, in place. */
  void sealAuth(byte[] auth) {
    random.fill(secret);
    System.arraycopy(keyId, 0, auth, AuthLayout.KEY_ID_AT, KeySchedule.KEY_ID_BYTES);
    byte[] ours = crypto.x25519Public(secret);
    System.arraycopy(ours, 0, auth, AuthLayout.EPHEMERAL_KEY_AT, SealCrypto.KEY_BYTES);
    KeySchedule.BoxKey box = KeySchedule.authBoxKey(psk, auth);
    int length = AuthLayout.BYTES - AuthLayout.PARAMS_AT;
    crypto.seal(box.key(), box.nonce(), auth, AuthLayout.TAG_AT, AuthLayout.PARAMS_AT, length);
    box.wipe();
  }

  /**
   * Opens the params of {@code welcome} in place and makes the session's sealing.
   *
   * @throws Dropped where it is none of ours
   */
  SealedSealing openWelcome(byte[] auth, byte[] welcome) throws Dropped {
    int theirsAt = WelcomeLayout.EPHEMERAL_KEY_AT;
    byte[] theirs = Arrays.copyOfRange(welcome, theirsAt, theirsAt + SealCrypto.KEY_BYTES);
    byte[] shared = crypto.x25519(secret, theirs);
    if (shared == null) throw new Dropped(DropReason.LOW_ORDER_POINT);
    KeySchedule.HandshakeSecret handshake = new KeySchedule.HandshakeSecret(psk, auth, welcome, shared);
    byte[] sealed = welcome.clone();
    KeySchedule.BoxKey box = handshake.welcomeBoxKey();
    int length = WelcomeLayout.BYTES - WelcomeLayout.PARAMS_AT;
    boolean isGenuine =
        crypto.open(box.key(), box.nonce(), welcome, WelcomeLayout.TAG_AT, WelcomeLayout.PARAMS_AT, length);
    box.wipe();
    if (!isGenuine) {
      handshake.wipe();
      throw new Dropped(DropReason.BAD_TAG);
    }
    forgetExchange();
    KeySchedule.SessionKeys keys = handshake.sessionKeys(sealed);
    return new SealedSealing(crypto, keys.toServer(), keys.toClient());
  }

  /** The handshake is over or given up. */
  void forgetExchange() {
    Arrays.fill(secret, (byte) 0);
  }

  /** The client is closed. */
  void wipe() {
    forgetExchange();
    Arrays.fill(psk, (byte) 0);
  }

  /** Why a WELCOME is none; has no stack, since anybody can send one. */
  static final class Dropped extends Exception {
    private static final long serialVersionUID = 1L;
    final DropReason reason;

    Dropped(DropReason reason) {
      super(reason.name(), null, false, false);
      this.reason = reason;
    }
  }
}
