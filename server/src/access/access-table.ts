/**
 * The access keys in use, by key id: what the server endpoint asks at AUTH. Filled from outside whenever the file
 * ACCESS or the time of a replaced key says so.
 */

import type { AccessGrant, AccessLookup } from '@anoadb/transport';
import { fromHex } from '../persistence/text-forms.js';
import { type AccessKey, encodePrefix, permissionsOf } from './access-key.js';

const KEY_ID_BYTES = 8;

export class AccessTable implements AccessLookup {
  #grants = new Map<string, AccessGrant>();

  get count(): number {
    return this.#grants.size;
  }

  find(bytes: Uint8Array, at: number): AccessGrant | undefined {
    return this.#grants.get(textOf(bytes, at));
  }

  /**
   * Takes `keys` in place of those it has. Returns the grants that are no longer good: of keys that are gone, or
   * that may do something else now; their sessions must end. Grants of keys that stay are the same objects.
   */
  replace(keys: readonly AccessKey[]): readonly AccessGrant[] {
    const before = this.#grants;
    const after = new Map<string, AccessGrant>();
    for (const key of keys) {
      const grant = grantOf(key);
      const id = textOf(grant.keyId, 0);
      const known = before.get(id);
      after.set(id, known !== undefined && isSameGrant(known, grant) ? known : grant);
    }
    this.#grants = after;
    return [...before].filter(([id, grant]) => after.get(id) !== grant).map(([, grant]) => grant);
  }
}

export function grantOf(key: AccessKey): AccessGrant {
  return {
    keyId: fromHex(key.keyId),
    psk: key.psk,
    permissions: permissionsOf(key.role),
    prefix: encodePrefix(key.prefix),
  };
}

function textOf(bytes: Uint8Array, at: number): string {
  let text = '';
  for (let i = at; i < at + KEY_ID_BYTES; i++) text += String.fromCharCode(bytes[i]);
  return text;
}

function isSameGrant(a: AccessGrant, b: AccessGrant): boolean {
  return a.permissions === b.permissions && isSameBytes(a.prefix, b.prefix) && isSameBytes(a.psk, b.psk);
}

/** Between our own lists, never with what a client sent: time tells nobody anything. */
function isSameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
