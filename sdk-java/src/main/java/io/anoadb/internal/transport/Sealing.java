package io.anoadb.internal.transport;

import io.anoadb.generated.wire.DataHeaderLayout;
import io.anoadb.generated.wire.Limits;

/**
 * How the plaintext of a DATA datagram is protected: the seam between open and sealed mode.
 *
 * <pre>
 *   sealed   header[12] | tag[16] | ciphertext[n]     overhead 28
 *   open     header[12] | plaintext[n]                overhead 12
 * </pre>
 *
 * n is at most maxDatagram - 28 in both modes, so that requests split alike. Its owner writes the header, and a counter
 * never comes twice.
 */
interface Sealing {
  /** What every mode reserves of a datagram for header and tag. */
  int RESERVED_BYTES = Limits.SEAL_OVERHEAD_BYTES;

  /** Has no state, so one serves all sessions. */
  Sealing OPEN =
      new Sealing() {
        @Override
        public int overheadBytes() {
          return DataHeaderLayout.BYTES;
        }

        @Override
        public int seal(byte[] bytes, int headerAt, int plaintextBytes) {
          return DataHeaderLayout.BYTES + plaintextBytes;
        }

        @Override
        public int open(byte[] bytes, int start, int end) {
          return start + DataHeaderLayout.BYTES;
        }

        @Override
        public void wipe() {}
      };

  /** Bytes before the plaintext: header, and tag if there is one. */
  int overheadBytes();

  /** Seals in place the plaintext behind the header; returns the length of the datagram. */
  int seal(byte[] bytes, int headerAt, int plaintextBytes);

  /** Opens [start, end) in place; returns where the plaintext starts (it ends at {@code end}), -1 for a forgery. */
  int open(byte[] bytes, int start, int end);

  /** Overwrites the keys; nothing can be sealed or opened afterwards. */
  void wipe();
}
