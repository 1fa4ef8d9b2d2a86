/**
 * What `anoa key` does: create, list, revoke and rotate access keys, by the settings that `anoa serve` has. A
 * secret leaves this file once, in the connection string of a key that was just made.
 */

import { randomFillSync } from 'node:crypto';
import { hostname } from 'node:os';
import { formatAccessKey, keyIdOf, tweetnaclCrypto } from '@anoadb/transport';
import type { Settings } from '../config/load-settings.js';
import type { PersistenceEvent, SecretSource } from '../persistence/database-types.js';
import { toHex } from '../persistence/text-forms.js';
import {
  type AccessKey,
  type AccessKeySet,
  type AccessRole,
  type NewKeyOptions,
  type NewSecret,
  NO_ACCESS_KEYS,
  withNewKey,
  withoutEnded,
  withoutKey,
  withRotatedKey,
} from './access-key.js';
import {
  type AccessDirectoryOptions,
  changeAccessDirectory,
  hasAccessFile,
  readAccessDirectory,
} from './node-access-directory.js';

const PSK_BYTES = 32;
const DEFAULT_PORT = 2662;

export interface KeyAdministrationOptions {
  readonly settings: Pick<Settings, 'dataDir' | 'keyFile' | 'passphrase' | 'host' | 'port'>;
  /** Told of files that were made on the way. */
  readonly log?: ((event: PersistenceEvent) => void) | undefined;
}

/** An access key without its secret. */
export interface AccessKeyInfo {
  readonly name: string;
  readonly keyId: string;
  readonly role: AccessRole;
  readonly prefix: string;
  readonly createdMs: number;
  /** Replaced, and good until then. */
  readonly untilMs: number | undefined;
}

/** The only thing with a secret in it: `url` is shown once. */
export interface MadeAccessKey extends AccessKeyInfo {
  readonly url: string;
}

export interface AccessKeyList {
  /** The database takes sealed datagrams only, also where no key is left. */
  readonly isSealed: boolean;
  readonly keys: readonly AccessKeyInfo[];
}

/** Makes a key; directory and key file too where they do not exist. @throws AccessKeyError, PersistenceError */
export async function createAccessKey(
  options: KeyAdministrationOptions,
  wanted: NewKeyOptions = {},
): Promise<MadeAccessKey> {
  const key = await changeAccessDirectory(directoryOf(options, true), (before) => {
    const { after, key } = withNewKey(before, wanted, newSecret());
    return { after, result: key };
  });
  return made(options, key);
}

/** Changes nothing. @throws PersistenceError */
export async function listAccessKeys(options: KeyAdministrationOptions): Promise<AccessKeyList> {
  const set = withoutEnded(await readAccessDirectory(directoryOf(options, false)), Date.now());
  return { isSealed: set.isSealed, keys: set.keys.map(infoOf) };
}

/** A running server ends the sessions of these keys within a moment. @throws AccessKeyError, PersistenceError */
export async function revokeAccessKey(
  options: KeyAdministrationOptions,
  nameOrId: string,
): Promise<readonly AccessKeyInfo[]> {
  return changeExisting(options, (before) => {
    const { after, revoked } = withoutKey(before, nameOrId, Date.now());
    return { after, result: revoked.map(infoOf) };
  });
}

/** @throws AccessKeyError, PersistenceError */
export async function rotateAccessKey(
  options: KeyAdministrationOptions,
  nameOrId: string,
  graceMs = 0,
): Promise<MadeAccessKey> {
  const key = await changeExisting(options, (before) => {
    const { after, key } = withRotatedKey(before, nameOrId, newSecret(), graceMs);
    return { after, result: key };
  });
  return made(options, key);
}

/** Where there are no keys nothing is made for the sake of saying so. */
function changeExisting<T>(
  options: KeyAdministrationOptions,
  change: (before: AccessKeySet) => { readonly after: AccessKeySet; readonly result: T },
): Promise<T> {
  if (!hasAccessFile(options.settings.dataDir)) return Promise.resolve(change(NO_ACCESS_KEYS).result);
  return changeAccessDirectory(directoryOf(options, false), change);
}

function newSecret(): NewSecret {
  const psk = randomFillSync(new Uint8Array(PSK_BYTES));
  return { psk, keyId: toHex(keyIdOf(psk, tweetnaclCrypto)), nowMs: Date.now() };
}

function made({ settings }: KeyAdministrationOptions, key: AccessKey): MadeAccessKey {
  return { ...infoOf(key), url: `anoa://${formatAccessKey(key.psk)}@${addressFor(settings)}` };
}

/** Copied member by member: what a key gets one day must not be shown by itself. */
function infoOf({ name, keyId, role, prefix, createdMs, untilMs }: AccessKey): AccessKeyInfo {
  return { name, keyId, role, prefix, createdMs, untilMs };
}

/** Where clients find the server: the host it binds, or this machine's name where it binds all of them. */
function addressFor({ host, port }: KeyAdministrationOptions['settings']): string {
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  const isWildcard = bare === '0.0.0.0' || /^[0:]+$/.test(bare);
  const name = isWildcard ? hostname() : bare;
  const shown = name.includes(':') ? `[${name}]` : name;
  return `${shown}:${port === 0 ? DEFAULT_PORT : port}`;
}

function directoryOf(
  { settings, log }: KeyAdministrationOptions,
  createIfAbsent: boolean,
): AccessDirectoryOptions {
  const secret: SecretSource =
    settings.passphrase === undefined
      ? { kind: 'key-file', path: settings.keyFile, createIfAbsent }
      : { kind: 'passphrase', passphrase: settings.passphrase };
  return { directory: settings.dataDir, secret, log };
}
