package io.anoadb.internal.transport;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.anoadb.generated.wire.AuthLayout;
import io.anoadb.generated.wire.WelcomeLayout;
import java.util.Arrays;
import org.bouncycastle.crypto.params.KeyParameter;

/**
 * The key schedule of sealed mode (SPEC.md section 4): from an access key, two ephemeral X25519 keys and the transcript
 * of the handshake to one key and one IV per direction. Every secret is bound to everything sent before it.
 */
final class KeySchedule {
  static final int KEY_ID_BYTES = 8;
  static final int IV_BYTES = 12;
  private static final int KEY_END = 32;
  private static final int NONCE_END = 56;
  private static final int IV_END = KEY_END + IV_BYTES;

  private static final byte[] KEY_ID = label("keyid");
  private static final byte[] HS1 = label("hs1");
  private static final byte[] HS2 = label("hs2");
  private static final byte[] HS3 = label("hs3");
  private static final byte[] K1 = label("k1");
  private static final byte[] PRK = label("prk");
  private static final byte[] WELCOME = label("welcome");
  private static final byte[] C2S = label("c2s");
  private static final byte[] S2C = label("s2c");

  private KeySchedule() {}

  /** Key of 32 and nonce of 24 bytes for one box of the handshake. */
  record BoxKey(KeyParameter key, byte[] nonce) {
    void wipe() {
      Arrays.fill(key.getKey(), (byte) 0);
    }
  }

  /** Key of 32 and IV of 12 bytes of one direction. */
  record DirectionKey(KeyParameter key, byte[] iv) {}

  /** Of one session. */
  record SessionKeys(DirectionKey toServer, DirectionKey toClient) {}

  /** The 8 bytes by which a server finds the access key; they tell nothing of it. */
  static byte[] keyIdOf(byte[] psk) {
    return Arrays.copyOf(SealCrypto.sha512(KEY_ID, psk), KEY_ID_BYTES);
  }

  /** The box in AUTH, of which the clear part is bound. */
  static BoxKey authBoxKey(byte[] psk, byte[] auth) {
    byte[] t1 = SealCrypto.sha512(HS1, Arrays.copyOf(auth, AuthLayout.TAG_AT));
    return boxKey(SealCrypto.hmacSha512(psk, K1, t1));
  }

  /** What both ends know once the ephemeral keys have met; made before the WELCOME box, used again after it. */
  static final class HandshakeSecret {
    private final byte[] t2;
    private final byte[] prk;

    /** {@code auth} and the clear part of {@code welcome} as on the wire; {@code dh} is wiped here. */
    HandshakeSecret(byte[] psk, byte[] auth, byte[] welcome, byte[] dh) {
      t2 =
          SealCrypto.sha512(
              HS2, Arrays.copyOf(auth, AuthLayout.BYTES), Arrays.copyOf(welcome, WelcomeLayout.TAG_AT));
      prk = SealCrypto.hmacSha512(psk, PRK, dh, t2);
      Arrays.fill(dh, (byte) 0);
    }

    /** The box in WELCOME. */
    BoxKey welcomeBoxKey() {
      return boxKey(SealCrypto.hmacSha512(prk, WELCOME));
    }

    /** Bound to the whole sealed WELCOME. Wipes this secret: it is asked once. */
    SessionKeys sessionKeys(byte[] welcome) {
      byte[] box = Arrays.copyOfRange(welcome, WelcomeLayout.TAG_AT, WelcomeLayout.BYTES);
      byte[] t3 = SealCrypto.sha512(HS3, t2, box);
      SessionKeys keys =
          new SessionKeys(
              directionKey(SealCrypto.hmacSha512(prk, C2S, t3)),
              directionKey(SealCrypto.hmacSha512(prk, S2C, t3)));
      wipe();
      return keys;
    }

    void wipe() {
      Arrays.fill(prk, (byte) 0);
    }
  }

  private static BoxKey boxKey(byte[] material) {
    BoxKey box =
        new BoxKey(
            new KeyParameter(material, 0, KEY_END), Arrays.copyOfRange(material, KEY_END, NONCE_END));
    Arrays.fill(material, (byte) 0);
    return box;
  }

  private static DirectionKey directionKey(byte[] material) {
    DirectionKey direction =
        new DirectionKey(
            new KeyParameter(material, 0, KEY_END), Arrays.copyOfRange(material, KEY_END, IV_END));
    Arrays.fill(material, (byte) 0);
    return direction;
  }

  private static byte[] label(String name) {
    return ("anoadb1 " + name).getBytes(US_ASCII);
  }
}
