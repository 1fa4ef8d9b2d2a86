/**
 * A new address that a session's datagrams come from, until it has proven that it also receives: a NAT that
 * rebinds, a phone that changes networks, or somebody who replays a datagram faster than the network carries it.
 *
 * Invariant: no more bytes go there than came from there.
 */
import { FrameBodyBytes } from '@anoadb/protocol';
import { isSameAddress } from '../address.js';
import type { RandomBytes } from '../crypto.js';
import { ADDRESS_BYTES } from '../datagram-batch.js';
import { copyBytes, equalBytes } from '../little-endian.js';

/** A challenge that got lost is repeated no sooner. */
const REPEAT_MS = 100;

export class CandidatePath {
  readonly address = new Uint8Array(ADDRESS_BYTES);
  readonly challenge = new Uint8Array(FrameBodyBytes.PATH_CHALLENGE);
  /** Bytes received from there less bytes sent there. */
  #creditBytes = 0;
  #challengedMs = Number.NEGATIVE_INFINITY;

  constructor(address: Uint8Array, addressAt: number, random: RandomBytes) {
    copyBytes(this.address, 0, address, addressAt, addressAt + ADDRESS_BYTES);
    random(this.challenge);
  }

  isAt(address: Uint8Array, addressAt: number): boolean {
    return isSameAddress(this.address, 0, address, addressAt);
  }

  received(byteCount: number): void {
    this.#creditBytes += byteCount;
  }

  /** May a challenge of `byteCount` bytes leave now? Then it is counted as sent. */
  takeChallenge(byteCount: number, nowMs: number): boolean {
    if (this.#creditBytes < byteCount || nowMs - this.#challengedMs < REPEAT_MS) return false;
    this.#creditBytes -= byteCount;
    this.#challengedMs = nowMs;
    return true;
  }

  isAnswer(bytes: Uint8Array, at: number): boolean {
    return equalBytes(this.challenge, 0, bytes, at, this.challenge.length);
  }
}
