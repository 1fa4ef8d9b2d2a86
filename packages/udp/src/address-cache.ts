/**
 * Remembers how recent peers are written, because node:dgram speaks strings and batches speak bytes.
 * Bounded whatever peers come: forged sources only turn hits into misses.
 */

import { ADDRESS_BYTES } from '@anoadb/transport';
import { type AddressFamily, encodeAddress, hostForFamily } from './socket-address.js';

const HOST_SLOTS = 2048; // power of two; direct-mapped, a collision overwrites
const LITERALS_MAX = 4096;
const IP_BYTES = 16;

export class AddressCache {
  readonly #family: AddressFamily;
  readonly #bytesOfHost = new Map<string, Uint8Array>();
  readonly #slotBytes = new Uint8Array(HOST_SLOTS * IP_BYTES);
  readonly #slotHosts: (string | undefined)[] = new Array<undefined>(HOST_SLOTS).fill(undefined);

  constructor(family: AddressFamily) {
    this.#family = family;
  }

  /** Entries held now, for tests of the bound. */
  get size(): number {
    return this.#bytesOfHost.size;
  }

  /** Writes the 18 bytes of `host` and `port` at `into[at]`; false where `host` is no IP literal. */
  encode(host: string, port: number, into: Uint8Array, at: number): boolean {
    let known = this.#bytesOfHost.get(host);
    if (known === undefined) {
      known = new Uint8Array(ADDRESS_BYTES);
      if (!encodeAddress(host, 0, known)) return false;
      if (this.#bytesOfHost.size === LITERALS_MAX) this.#bytesOfHost.clear();
      this.#bytesOfHost.set(host, known);
    }
    for (let i = 0; i < IP_BYTES; i++) into[at + i] = known[i];
    into[at + 16] = port & 0xff;
    into[at + 17] = port >>> 8;
    return true;
  }

  /** The literal to give the kernel for the address at `bytes[at]`. */
  hostOf(bytes: Uint8Array, at: number): string {
    let hash = 0;
    for (let i = 0; i < IP_BYTES; i++) hash = Math.imul(hash ^ bytes[at + i], 0x01000193);
    const slot = (hash ^ (hash >>> 15)) & (HOST_SLOTS - 1);
    const base = slot * IP_BYTES;
    const known = this.#slotHosts[slot];
    if (known !== undefined && this.#slotHolds(base, bytes, at)) return known;
    const host = hostForFamily(bytes, at, this.#family);
    this.#slotHosts[slot] = host;
    for (let i = 0; i < IP_BYTES; i++) this.#slotBytes[base + i] = bytes[at + i];
    return host;
  }

  #slotHolds(base: number, bytes: Uint8Array, at: number): boolean {
    for (let i = 0; i < IP_BYTES; i++) if (this.#slotBytes[base + i] !== bytes[at + i]) return false;
    return true;
  }
}
