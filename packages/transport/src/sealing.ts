/**
 * How a DATA datagram's plaintext is protected: the seam between open and sealed mode.
 *
 *   sealed   header[12] | tag[16] | ciphertext[n]     overhead 28
 *   open     header[12] | plaintext[n]                overhead 12
 *
 * n is at most maxDatagram - 28 in both modes, so that requests split alike. One Sealing belongs to one
 * session (sealed mode keeps that session's keys in it); the open one has no state and is shared.
 * Its owner writes the header and has checked the counter: `seal` may rely on a counter never coming twice.
 */
import { DATA_HEADER_BYTES, DatagramType, Limits, OPEN_TYPE_OFFSET } from '@anoadb/protocol';

/** What every mode reserves of a datagram for header and tag. */
export const RESERVED_BYTES = Limits.sealOverheadBytes;

export type Mode = 'open' | 'sealed';

export interface Sealing {
  /** Bytes before the plaintext: header, and tag if there is one. */
  readonly overheadBytes: number;
  /** Seals the plaintext at `headerAt + overheadBytes` in place; the header is already there. Returns the length of the datagram. */
  seal(bytes: Uint8Array, headerAt: number, plaintextBytes: number): number;
  /** Opens the datagram [start, end) in place. Returns where the plaintext starts (it ends at `end`), -1 for a forgery. */
  open(bytes: Uint8Array, start: number, end: number): number;
  /** Overwrites the keys; nothing can be sealed or opened afterwards. */
  wipe(): void;
}

export const openSealing: Sealing = {
  overheadBytes: DATA_HEADER_BYTES,
  seal: (_bytes, _headerAt, plaintextBytes) => DATA_HEADER_BYTES + plaintextBytes,
  open: (_bytes, start) => start + DATA_HEADER_BYTES,
  wipe: () => {},
};

export function typeOffsetOf(mode: Mode): number {
  return mode === 'open' ? OPEN_TYPE_OFFSET : 0;
}

/** Both DATA types of a mode, as they stand in byte 1. */
export function dataTypesOf(mode: Mode): { toServer: number; toClient: number } {
  const offset = typeOffsetOf(mode);
  return { toServer: DatagramType.DATA_TO_SERVER + offset, toClient: DatagramType.DATA_TO_CLIENT + offset };
}
