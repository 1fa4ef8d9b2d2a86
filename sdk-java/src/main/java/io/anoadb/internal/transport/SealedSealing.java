package io.anoadb.internal.transport;

import io.anoadb.generated.wire.DataHeaderLayout;
import java.util.Arrays;
import org.bouncycastle.crypto.params.KeyParameter;

/**
 * Sealed DATA: {@code header[12] | tag[16] | ciphertext[n]}, NaCl secretbox with {@code nonce[24] = header | IV}.
 * secretbox has no associated data; the whole clear header stands in the nonce, and that authenticates it.
 *
 * <p>Invariant: no (key, nonce) pair twice. The counter only grows, and {@link #seal} asserts it: a repeat would give the
 * key stream away, so it is a defect that must stop the client, never a datagram.
 */
final class SealedSealing implements Sealing {
  private static final int PLAINTEXT_AT = DataHeaderLayout.BYTES + SealCrypto.TAG_BYTES;
  /** Datagrams of one key and direction; a new handshake comes long before. */
  private static final long COUNTER_MAX = 1L << 40;

  private final SealCrypto crypto;
  private final KeyParameter sendKey;
  private final KeyParameter receiveKey;
  private final byte[] sendNonce = new byte[SealCrypto.NONCE_BYTES];
  private final byte[] receiveNonce = new byte[SealCrypto.NONCE_BYTES];
  private long sealedUpTo = -1;
  private boolean isWiped;

  SealedSealing(SealCrypto crypto, KeySchedule.DirectionKey send, KeySchedule.DirectionKey receive) {
    this.crypto = crypto;
    sendKey = send.key();
    receiveKey = receive.key();
    System.arraycopy(send.iv(), 0, sendNonce, DataHeaderLayout.BYTES, KeySchedule.IV_BYTES);
    System.arraycopy(receive.iv(), 0, receiveNonce, DataHeaderLayout.BYTES, KeySchedule.IV_BYTES);
  }

  @Override
  public int overheadBytes() {
    return PLAINTEXT_AT;
  }

  @Override
  public int seal(byte[] bytes, int headerAt, int plaintextBytes) {
    long counter = LittleEndian.readU48(bytes, headerAt + DataHeaderLayout.COUNTER_AT);
    if (counter <= sealedUpTo || counter >= COUNTER_MAX) {
      throw new IllegalStateException(
          "datagram counter " + counter + " after " + sealedUpTo + ": a nonce would come twice");
    }
    sealedUpTo = counter;
    System.arraycopy(bytes, headerAt, sendNonce, 0, DataHeaderLayout.BYTES);
    int tagAt = headerAt + DataHeaderLayout.BYTES;
    crypto.seal(sendKey, sendNonce, bytes, tagAt, headerAt + PLAINTEXT_AT, plaintextBytes);
    return PLAINTEXT_AT + plaintextBytes;
  }

  @Override
  public int open(byte[] bytes, int start, int end) {
    int plaintextAt = start + PLAINTEXT_AT;
    if (plaintextAt > end || isWiped) return -1;
    System.arraycopy(bytes, start, receiveNonce, 0, DataHeaderLayout.BYTES);
    int tagAt = start + DataHeaderLayout.BYTES;
    boolean isGenuine =
        crypto.open(receiveKey, receiveNonce, bytes, tagAt, plaintextAt, end - plaintextAt);
    return isGenuine ? plaintextAt : -1;
  }

  /** Overwrites the keys, as far as the runtime lets us; a datagram must not leave under a key of zeros. */
  @Override
  public void wipe() {
    Arrays.fill(sendKey.getKey(), (byte) 0);
    Arrays.fill(receiveKey.getKey(), (byte) 0);
    sealedUpTo = COUNTER_MAX;
    isWiped = true;
  }
}
