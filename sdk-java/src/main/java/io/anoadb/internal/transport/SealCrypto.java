package io.anoadb.internal.transport;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.spec.NamedParameterSpec;
import java.security.spec.XECPrivateKeySpec;
import java.security.spec.XECPublicKeySpec;
import javax.crypto.KeyAgreement;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.crypto.engines.XSalsa20Engine;
import org.bouncycastle.crypto.macs.Poly1305;
import org.bouncycastle.crypto.params.KeyParameter;
import org.bouncycastle.crypto.params.ParametersWithIV;
import org.jspecify.annotations.Nullable;

/**
 * Primitives of sealed mode: NaCl's secretbox (XSalsa20-Poly1305) from Bouncy Castle; X25519, SHA-512 and HMAC-SHA512
 * from the JDK. Engines are kept, so an instance belongs to one endpoint.
 */
final class SealCrypto {
  static final int KEY_BYTES = 32;
  static final int NONCE_BYTES = 24;
  static final int TAG_BYTES = 16;
  private static final byte[] ZEROS = new byte[KEY_BYTES];
  private static final byte[] BASE_POINT = basePoint();

  private final XSalsa20Engine cipher = new XSalsa20Engine();
  private final Poly1305 authenticator = new Poly1305();
  private final byte[] authenticatorKey = new byte[KEY_BYTES];
  private final byte[] tag = new byte[TAG_BYTES];

  /**
   * Seals {@code length} bytes at {@code dataAt} in place and writes the tag at {@code tagAt}. A nonce of 24 bytes never
   * comes twice under one key: that is the caller's promise.
   */
  void seal(KeyParameter key, byte[] nonce, byte[] bytes, int tagAt, int dataAt, int length) {
    begin(key, nonce);
    cipher.processBytes(bytes, dataAt, length, bytes, dataAt);
    authenticator.update(bytes, dataAt, length);
    authenticator.doFinal(bytes, tagAt);
  }

  /** Opens in place; false for a forgery, and {@code bytes} is then as it was. */
  boolean open(KeyParameter key, byte[] nonce, byte[] bytes, int tagAt, int dataAt, int length) {
    begin(key, nonce);
    authenticator.update(bytes, dataAt, length);
    authenticator.doFinal(tag, 0);
    if (!LittleEndian.equalBytes(tag, 0, bytes, tagAt, TAG_BYTES)) return false;
    cipher.processBytes(bytes, dataAt, length, bytes, dataAt);
    return true;
  }

  /** Public key of a secret of 32 bytes. */
  byte[] x25519Public(byte[] secret) {
    byte[] shared = x25519(secret, BASE_POINT);
    if (shared == null) throw new IllegalStateException("the base point is of no low order");
    return shared;
  }

  /** Shared secret (RFC 7748); null where it would be zero: the other key is a point of low order. */
  byte @Nullable [] x25519(byte[] secret, byte[] publicKey) {
    try {
      KeyFactory keys = KeyFactory.getInstance("X25519");
      KeyAgreement agreement = KeyAgreement.getInstance("X25519");
      agreement.init(keys.generatePrivate(new XECPrivateKeySpec(NamedParameterSpec.X25519, secret)));
      BigInteger u = coordinateOf(publicKey);
      agreement.doPhase(
          keys.generatePublic(new XECPublicKeySpec(NamedParameterSpec.X25519, u)), true);
      byte[] shared = agreement.generateSecret();
      return LittleEndian.isAllZero(shared, 0, shared.length) ? null : shared;
    } catch (InvalidKeyException lowOrder) {
      return null;
    } catch (GeneralSecurityException missing) {
      throw new IllegalStateException("this Java has no X25519", missing);
    }
  }

  /** 64 bytes. */
  static byte[] sha512(byte[]... fields) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-512");
      for (byte[] field : fields) digest.update(field);
      return digest.digest();
    } catch (GeneralSecurityException missing) {
      throw new IllegalStateException("this Java has no SHA-512", missing);
    }
  }

  /** 64 bytes. */
  static byte[] hmacSha512(byte[] key, byte[]... fields) {
    try {
      Mac mac = Mac.getInstance("HmacSHA512");
      mac.init(new SecretKeySpec(key, "HmacSHA512"));
      for (byte[] field : fields) mac.update(field);
      return mac.doFinal();
    } catch (GeneralSecurityException missing) {
      throw new IllegalStateException("this Java has no HMAC-SHA512", missing);
    }
  }

  /** The first 32 bytes of the key stream are the authenticator's key; the rest is for the data. */
  private void begin(KeyParameter key, byte[] nonce) {
    cipher.init(true, new ParametersWithIV(key, nonce));
    cipher.processBytes(ZEROS, 0, KEY_BYTES, authenticatorKey, 0);
    authenticator.init(new KeyParameter(authenticatorKey));
  }

  /** RFC 7748: little-endian, and the highest bit is none of the number. */
  private static BigInteger coordinateOf(byte[] publicKey) {
    byte[] bigEndian = new byte[KEY_BYTES];
    for (int i = 0; i < KEY_BYTES; i++) bigEndian[i] = publicKey[KEY_BYTES - 1 - i];
    bigEndian[0] &= 0x7f;
    return new BigInteger(1, bigEndian);
  }

  private static byte[] basePoint() {
    byte[] nine = new byte[KEY_BYTES];
    nine[0] = 9;
    return nine;
  }
}
