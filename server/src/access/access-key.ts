/**
 * What an access key is to the server, and the rules by which a set of them changes. Pure: secrets, ids and time
 * come as parameters; a change returns a new set and leaves the old one alone.
 *
 * Invariant: once a set is sealed it stays sealed, whatever is revoked: a database that had a key never falls back
 * to open.
 */

import { Limits, Permission } from '@anoadb/protocol';

export const ACCESS_KEYS_MAX = 1024;
export const NAME_CHARACTERS_MAX = 64;
export const accessRoles = ['read', 'write', 'admin'] as const;
export type AccessRole = (typeof accessRoles)[number];

export interface AccessKey {
  /** Unique among the keys that are not being replaced. */
  readonly name: string;
  readonly role: AccessRole;
  /** Keys of entries must begin with it; empty = all. */
  readonly prefix: string;
  readonly createdMs: number;
  /** 8 bytes in hexadecimal, as they are on the wire. */
  readonly keyId: string;
  /** The secret, 32 bytes. */
  readonly psk: Uint8Array;
  /** Replaced by a rotation, and usable until then; undefined = until it is revoked. */
  readonly untilMs: number | undefined;
}

export interface AccessKeySet {
  /** Grows with every version of the file; 0 = there is no file. */
  readonly generation: number;
  readonly isSealed: boolean;
  readonly keys: readonly AccessKey[];
}

export const NO_ACCESS_KEYS: AccessKeySet = { generation: 0, isSealed: false, keys: [] };

/** A change that cannot be made; the message says why and what helps, never a secret. */
export class AccessKeyError extends Error {
  override readonly name = 'AccessKeyError';
  /** 1: there is no such key, or one too many. 2: what was asked for makes no sense. */
  readonly exitCode: 1 | 2;

  constructor(exitCode: 1 | 2, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}

export interface NewSecret {
  readonly psk: Uint8Array;
  readonly keyId: string;
  readonly nowMs: number;
}

export interface NewKeyOptions {
  /** Default: `key-1`, `key-2`, … */
  readonly name?: string | undefined;
  /** Default `write`; for the first key ever made `admin`, so that nobody locks himself out. */
  readonly role?: AccessRole | undefined;
  readonly prefix?: string | undefined;
}

/** Adds a key. @throws AccessKeyError */
export function withNewKey(
  before: AccessKeySet,
  options: NewKeyOptions,
  secret: NewSecret,
): { after: AccessKeySet; key: AccessKey } {
  const set = withoutEnded(before, secret.nowMs);
  const name = options.name ?? freeName(set);
  const prefix = options.prefix ?? '';
  checkName(name);
  checkPrefix(prefix);
  if (set.keys.some((key) => key.name === name)) {
    throw new AccessKeyError(
      1,
      `There is an access key named ${name} already: \`anoa key rotate\` gives it a new secret.`,
    );
  }
  checkRoom(set);
  const key: AccessKey = {
    name,
    role: options.role ?? (set.isSealed ? 'write' : 'admin'),
    prefix,
    createdMs: secret.nowMs,
    keyId: secret.keyId,
    psk: secret.psk,
    untilMs: undefined,
  };
  return { after: { ...set, isSealed: true, keys: [...set.keys, key] }, key };
}

/** Takes away a key by its name (with those it has replaced) or one by its id. @throws AccessKeyError */
export function withoutKey(
  before: AccessKeySet,
  nameOrId: string,
  nowMs: number,
): { after: AccessKeySet; revoked: readonly AccessKey[] } {
  const set = withoutEnded(before, nowMs);
  const revoked = set.keys.filter((key) => key.name === nameOrId || key.keyId === nameOrId);
  if (revoked.length === 0) throw noSuchKey(nameOrId);
  return { after: { ...set, keys: set.keys.filter((key) => !revoked.includes(key)) }, revoked };
}

/**
 * Gives a key a new secret under the same name, role and prefix. With `graceMs` the old secret works until that
 * has passed, else it and all older ones of that name are gone at once. @throws AccessKeyError
 */
export function withRotatedKey(
  before: AccessKeySet,
  nameOrId: string,
  secret: NewSecret,
  graceMs = 0,
): { after: AccessKeySet; key: AccessKey } {
  const set = withoutEnded(before, secret.nowMs);
  const old = set.keys.find(
    (key) => (key.name === nameOrId || key.keyId === nameOrId) && key.untilMs === undefined,
  );
  if (old === undefined) {
    const replaced = set.keys.find((key) => key.keyId === nameOrId);
    throw replaced === undefined
      ? noSuchKey(nameOrId)
      : new AccessKeyError(1, `The access key ${nameOrId} was replaced already; rotate ${replaced.name}.`);
  }
  const key: AccessKey = { ...old, createdMs: secret.nowMs, keyId: secret.keyId, psk: secret.psk };
  const others =
    graceMs > 0
      ? set.keys.map((one) => (one === old ? { ...old, untilMs: secret.nowMs + graceMs } : one))
      : set.keys.filter((one) => one.name !== old.name);
  const after = { ...set, keys: [...others, key] };
  if (after.keys.length > set.keys.length) checkRoom(set);
  return { after, key };
}

/** The set without keys whose time is over. */
export function withoutEnded(set: AccessKeySet, nowMs: number): AccessKeySet {
  const keys = set.keys.filter(({ untilMs }) => untilMs === undefined || nowMs < untilMs);
  return keys.length === set.keys.length ? set : { ...set, keys };
}

/** Permission bits of a role: each has those of the ones below it. */
export function permissionsOf(role: AccessRole): number {
  if (role === 'read') return Permission.READ;
  if (role === 'write') return Permission.READ | Permission.WRITE;
  return Permission.READ | Permission.WRITE | Permission.ADMIN;
}

export function isAccessRole(value: unknown): value is AccessRole {
  return accessRoles.includes(value as AccessRole);
}

/** One line of letters, digits, signs and inner spaces: it stands in tables, logs and messages. */
export function isKeyName(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    [...value].length <= NAME_CHARACTERS_MAX &&
    /^[\p{L}\p{M}\p{N}\p{P}\p{S}]+(?: [\p{L}\p{M}\p{N}\p{P}\p{S}]+)*$/u.test(value)
  );
}

/** Longer than a key can be, no key could begin with it. */
export function isKeyPrefix(value: unknown): value is string {
  return typeof value === 'string' && encodePrefix(value).length <= Limits.keyBytesMax;
}

export function encodePrefix(prefix: string): Uint8Array {
  return new TextEncoder().encode(prefix);
}

function checkName(name: string): void {
  if (!isKeyName(name)) {
    throw new AccessKeyError(
      2,
      `A name of an access key has 1 to ${NAME_CHARACTERS_MAX} printable characters, and spaces only between them.`,
    );
  }
  if (/^[0-9a-f]{16}$/.test(name)) {
    throw new AccessKeyError(2, 'A name of 16 hexadecimal digits could be taken for a key id: add a letter.');
  }
  // Somebody put the secret where the name goes: it must not be kept in clear, nor repeated here.
  if (name.includes('anoa1_')) {
    throw new AccessKeyError(2, 'A name must not hold an access key itself.');
  }
}

function checkPrefix(prefix: string): void {
  if (isKeyPrefix(prefix)) return;
  throw new AccessKeyError(2, `A prefix has at most ${Limits.keyBytesMax} bytes, as keys have.`);
}

function checkRoom(set: AccessKeySet): void {
  if (set.keys.length < ACCESS_KEYS_MAX) return;
  throw new AccessKeyError(
    1,
    `There are ${ACCESS_KEYS_MAX} access keys already, which is the most: revoke some.`,
  );
}

function noSuchKey(nameOrId: string): AccessKeyError {
  const shown = isKeyName(nameOrId) && !nameOrId.includes('anoa1_') ? ` ${nameOrId}` : '';
  return new AccessKeyError(1, `There is no access key${shown}; \`anoa key list\` shows them.`);
}

function freeName(set: AccessKeySet): string {
  const taken = new Set(set.keys.map(({ name }) => name));
  for (let number = 1; ; number++) if (!taken.has(`key-${number}`)) return `key-${number}`;
}
