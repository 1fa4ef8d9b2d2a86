/**
 * Who a connection may be: everybody until the database has its first access key, the holder of one from then on.
 *
 * Invariant: it never goes from sealed to open, whatever it is told of keys.
 */

import { type AccessGrant, keyIdOf, parseAccessKey, type TransportCrypto } from '@anoadb/transport';
import type { AccessKeySet } from '../../access/access-key.js';
import { AccessTable } from '../../access/access-table.js';
import { fromHex } from '../../persistence/text-forms.js';

/** What clients call a user who has no name. */
export const DEFAULT_USER = 'default';

export class StreamAccess {
  readonly #crypto: TransportCrypto;
  readonly #table = new AccessTable();
  #names = new Map<AccessGrant, string>();
  #isSealed = false;

  constructor(set: AccessKeySet, crypto: TransportCrypto) {
    this.#crypto = crypto;
    this.use(set);
  }

  get isSealed(): boolean {
    return this.#isSealed;
  }

  /** These keys are good from now on. Returns the grants that no longer are, and whether this was the first key. */
  use(set: AccessKeySet): { readonly revoked: readonly AccessGrant[]; readonly isNewlySealed: boolean } {
    const isNewlySealed = !this.#isSealed && set.isSealed;
    this.#isSealed ||= set.isSealed;
    const revoked = this.#table.replace(set.keys);
    this.#names = new Map(set.keys.map(({ keyId, name }) => [this.#table.find(fromHex(keyId), 0)!, name]));
    return { revoked, isNewlySealed };
  }

  /** The rights of the key whose text `secret` is; undefined: it is none of ours, or has another name. */
  grantFor(name: string | undefined, secret: string): AccessGrant | undefined {
    const psk = parseAccessKey(secret);
    if (psk === undefined) return undefined;
    const grant = this.#table.find(keyIdOf(psk, this.#crypto), 0);
    if (grant === undefined || !isSameSecret(grant.psk, psk)) return undefined;
    const isNamed = name !== undefined && name !== DEFAULT_USER;
    return isNamed && name !== this.#names.get(grant) ? undefined : grant;
  }

  nameOf(grant: AccessGrant): string {
    return this.#names.get(grant) ?? DEFAULT_USER;
  }
}

/** In the same time whatever they are. */
function isSameSecret(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) difference |= a[i] ^ b[i];
  return difference === 0;
}
