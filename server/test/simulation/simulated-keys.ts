/** The access keys of a sealed run, and the boxes of both ends with a witness: no (key, nonce) for two plaintexts. */

import { DatagramType } from '@anoadb/protocol';
import { SeededRandom } from '@anoadb/testkit';
import type { AccessGrant, AccessLookup } from '@anoadb/transport';
import { keyIdOf } from '@anoadb/transport';
import { choosePlatformCrypto } from '@anoadb/transport/node-crypto';
import type { Ledger } from './ledger.js';

export const platform = choosePlatformCrypto();
type SealCrypto = (typeof platform)['sealCrypto'];

/** Two keys, so that clients of one key are among clients of another. */
const KEYS = 2;
const ALL_PERMISSIONS = 0xffff_ffff;

export class SimulatedKeys implements AccessLookup {
  readonly #grants: AccessGrant[];

  constructor(seed: number) {
    const random = new SeededRandom(seed ^ 0x6b657973);
    this.#grants = Array.from({ length: KEYS }, () => {
      const psk = random.bytes(32);
      return {
        keyId: keyIdOf(psk, platform.crypto),
        psk,
        permissions: ALL_PERMISSIONS,
        prefix: new Uint8Array(0),
      };
    });
  }

  pskOf(client: number): Uint8Array {
    return this.#grants[client % KEYS].psk;
  }

  find(bytes: Uint8Array, at: number): AccessGrant | undefined {
    return this.#grants.find(({ keyId }) => keyId.every((byte, i) => byte === bytes[at + i]));
  }
}

/** The platform's boxes, every sealing entered in a registry; `onReplies` sees the frames for clients in clear. */
export function witnessedCrypto(
  ledger: Ledger,
  onReplies: (bytes: Uint8Array, start: number, end: number) => void,
): SealCrypto {
  const sealed = new Map<string, string>();
  const { sealCrypto } = platform;
  return {
    ...sealCrypto,
    seal(key, nonce, bytes, tagAt, dataAt, length) {
      const plaintext = latin1(bytes, dataAt, dataAt + length);
      const pair = latin1(key, 0, key.length) + latin1(nonce, 0, nonce.length);
      const former = sealed.get(pair);
      if (former !== undefined && former !== plaintext)
        ledger.violate('two plaintexts were sealed under one key and nonce');
      sealed.set(pair, plaintext);
      if (nonce[1] === DatagramType.DATA_TO_CLIENT && tagAt !== dataAt)
        onReplies(bytes, dataAt, dataAt + length);
      sealCrypto.seal(key, nonce, bytes, tagAt, dataAt, length);
    },
  };
}

function latin1(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
}
