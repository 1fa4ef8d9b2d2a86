/**
 * Every op the client and the atomic builder send: each function encodes one op with the generated encoder and
 * returns the command that reads its result. What an op means is written in the spec and the server, not here.
 */

import {
  type AnoaValue,
  type ByteWriter,
  encodeAppend,
  encodeCheck,
  encodeCopy,
  encodeDelete,
  encodeExists,
  encodeExpire,
  encodeGet,
  encodeGetDelete,
  encodeGetExpire,
  encodeIncr,
  encodeIncrFloat,
  encodeLength,
  encodePersist,
  encodeRename,
  encodeScan,
  encodeSet,
  encodeTtl,
  encodeType,
  Limits,
  Status,
  ValueType,
} from '@anoadb/protocol';
import type { Done, Entry, OldValue, RawEntry, Refused, ScanPage, Written } from '../answers.js';
import type { Check } from '../atomic.js';
import type { Command } from '../call.js';
import { type Duration, durationMs } from '../duration.js';
import { AnoaError } from '../errors.js';
import { type Key, keyBytes, lentKeyBytes } from '../key.js';
import type {
  Condition,
  Expiry,
  ExpiryCondition,
  NoExpiryCondition,
  ScanOptions,
  Touch,
  TypeName,
  Unconditional,
} from '../options.js';
import { readScanPage } from '../scan.js';
import { type Storable, wireValue } from '../value.js';
import {
  assertOk,
  numberOf,
  rawValueOrMissing,
  reads,
  refusal,
  resultValue,
  typeNameOf,
  typeNumberOf,
  valueOrMissing,
  wasFound,
  writes,
  written,
} from './reading.js';
import { setCommand } from './set-commands.js';

const GET = reads('GET', valueOrMissing);
const GET_RAW = reads('GET', rawValueOrMissing);

export function get(writer: ByteWriter, key: Key, raw = false): Command<AnoaValue | undefined> {
  encodeGet(writer, { key: lentKeyBytes(key), raw });
  return raw ? GET_RAW : GET;
}

const GET_ENTRY = reads('GET', (result, call): Entry | undefined => {
  if (result.status === Status.NOT_FOUND) return undefined;
  assertOk(result, call);
  return { value: resultValue(result), type: typeNameOf(result.type), version: result.version };
});

export function getEntry(writer: ByteWriter, key: Key): Command<Entry | undefined> {
  encodeGet(writer, { key: lentKeyBytes(key), withVersion: true });
  return GET_ENTRY;
}

const GET_RAW_ENTRY = reads('GET', (result, call): RawEntry | undefined => {
  const value = rawValueOrMissing(result, call);
  if (value === undefined) return undefined;
  const type = result.type === ValueType.TEXT ? 'text' : typeNameOf(result.type);
  return { value, type, version: result.version };
});

export function getRawEntry(writer: ByteWriter, key: Key): Command<RawEntry | undefined> {
  encodeGet(writer, { key: keyBytes(key), withVersion: true, raw: true });
  return GET_RAW_ENTRY;
}

export type SetRequest = Expiry & (Unconditional | Condition) & { readonly returnOld?: boolean | undefined };

export function set(
  writer: ByteWriter,
  key: Key,
  value: Storable,
  options: SetRequest | undefined,
): Command<Written & OldValue> {
  const onConditionFailed = options?.ifAbsent
    ? 'exists'
    : options?.ifPresent
      ? 'missing'
      : options?.ifVersion !== undefined
        ? 'version'
        : undefined;
  assertAtMostOne('condition', options?.ifAbsent, options?.ifPresent, options?.ifVersion !== undefined);
  assertAtMostOne('expiry', options?.ttl !== undefined, options?.expireAt !== undefined, options?.keepTtl);
  encodeSet(writer, {
    key: keyBytes(key),
    value: wireValue(value, key),
    ifAbsent: options?.ifAbsent,
    ifPresent: options?.ifPresent,
    version: versionOf(options?.ifVersion),
    ttlMs: options?.ttl === undefined ? undefined : ttlMsOf(options.ttl),
    expireAtMs: options?.expireAt === undefined ? undefined : timeMs(options.expireAt),
    keepTtl: options?.keepTtl,
    returnOld: options?.returnOld,
  });
  // The public overloads say which of the shapes it is.
  return setCommand(onConditionFailed, options?.returnOld === true) as Command<Written & OldValue>;
}

const DELETE = writes('DELETE', wasFound);
const DELETE_IF_VERSION = writes(
  'DELETE',
  (result, call): Done | Refused => refusal(result, call, 'version') ?? { ok: true },
);

/** Named so because `delete` is a word of the language. */
export function remove(writer: ByteWriter, key: Key): Command<boolean> {
  encodeDelete(writer, { key: keyBytes(key) });
  return DELETE;
}

export function removeIfVersion(writer: ByteWriter, key: Key, ifVersion: number): Command<Done | Refused> {
  encodeDelete(writer, { key: keyBytes(key), version: versionOf(ifVersion) });
  return DELETE_IF_VERSION;
}

const EXISTS = reads('EXISTS', (result, call) => {
  assertOk(result, call);
  return resultValue(result) === true;
});

export function exists(writer: ByteWriter, key: Key): Command<boolean> {
  encodeExists(writer, { key: keyBytes(key) });
  return EXISTS;
}

const TTL = reads('TTL', valueOrMissing as Command<number | null | undefined>['answer']);

export function ttl(writer: ByteWriter, key: Key, absolute: boolean): Command<number | null | undefined> {
  encodeTtl(writer, { key: keyBytes(key), absolute });
  return TTL;
}

const EXPIRE = writes('EXPIRE', wasFound);
const EXPIRE_IF = writes(
  'EXPIRE',
  (result, call): Written | Refused => refusal(result, call, 'expiry') ?? written(result, call),
);

export type ExpireMoment = { readonly ttl: Duration } | { readonly at: Date | number };

export function expire(writer: ByteWriter, key: Key, moment: ExpireMoment): Command<boolean> {
  encodeExpire(writer, { key: keyBytes(key), ...momentOf(moment) });
  return EXPIRE;
}

export function expireIf(
  writer: ByteWriter,
  key: Key,
  moment: ExpireMoment,
  condition: ExpiryCondition | NoExpiryCondition,
): Command<Written | Refused> {
  const { ifNone, ifSome, ifLater, ifEarlier } = condition;
  assertAtMostOne('condition', ifNone, ifSome, ifLater, ifEarlier);
  encodeExpire(writer, { key: keyBytes(key), ...momentOf(moment), ifNone, ifSome, ifLater, ifEarlier });
  return EXPIRE_IF;
}

const PERSIST = writes('PERSIST', (result, call) => wasFound(result, call) && resultValue(result) === true);

export function persist(writer: ByteWriter, key: Key): Command<boolean> {
  encodePersist(writer, { key: keyBytes(key) });
  return PERSIST;
}

const INCR = writes('INCR', (result, call) => {
  assertOk(result, call);
  return resultValue(result) as number | bigint;
});
const INCR_BIGINT = writes('INCR', (result, call) => {
  assertOk(result, call);
  return BigInt(resultValue(result) as number | bigint);
});

export function incr(
  writer: ByteWriter,
  key: Key,
  amount: number | bigint,
  options: { readonly ttl?: Duration | undefined } | undefined,
): Command<number | bigint> {
  if (typeof amount === 'number' && !Number.isSafeInteger(amount)) {
    throw invalidArgument(
      `incr adds whole numbers up to 2^53, ${amount} is none; incrFloat adds others, a bigint larger ones`,
    );
  }
  if (typeof amount === 'bigint' && BigInt.asIntN(64, amount) !== amount) {
    throw invalidArgument(`${amount} is beyond int64`);
  }
  const ttlMs = options?.ttl === undefined ? undefined : ttlMsOf(options.ttl);
  encodeIncr(writer, { key: keyBytes(key), amount: amount === 1 ? undefined : amount, ttlMs });
  return typeof amount === 'bigint' ? INCR_BIGINT : INCR;
}

const INCRFLOAT = writes('INCRFLOAT', numberOf);

export function incrFloat(
  writer: ByteWriter,
  key: Key,
  amountFloat: number,
  options: { readonly ttl?: Duration | undefined } | undefined,
): Command<number> {
  if (!Number.isFinite(amountFloat)) throw invalidArgument(`incrFloat cannot add ${amountFloat}`);
  const ttlMs = options?.ttl === undefined ? undefined : ttlMsOf(options.ttl);
  encodeIncrFloat(writer, { key: keyBytes(key), amountFloat, ttlMs });
  return INCRFLOAT;
}

const APPEND = writes('APPEND', numberOf);

export function append(writer: ByteWriter, key: Key, tail: string | Uint8Array): Command<number> {
  encodeAppend(writer, { key: keyBytes(key), value: wireValue(tail, key) });
  return APPEND;
}

const LENGTH = reads('LENGTH', valueOrMissing as Command<number | undefined>['answer']);

export function length(writer: ByteWriter, key: Key): Command<number | undefined> {
  encodeLength(writer, { key: keyBytes(key) });
  return LENGTH;
}

const GETDELETE = writes('GETDELETE', valueOrMissing);
const GETDELETE_RAW = writes('GETDELETE', rawValueOrMissing);

export function getDelete(writer: ByteWriter, key: Key, raw = false): Command<AnoaValue | undefined> {
  encodeGetDelete(writer, { key: keyBytes(key), raw });
  return raw ? GETDELETE_RAW : GETDELETE;
}

const GETEXPIRE = writes('GETEXPIRE', valueOrMissing);

export function getExpire(writer: ByteWriter, key: Key, touch: Touch): Command<AnoaValue | undefined> {
  assertAtMostOne('expiry', touch.ttl !== undefined, touch.expireAt !== undefined, touch.persist);
  encodeGetExpire(writer, {
    key: keyBytes(key),
    ttlMs: touch.ttl === undefined ? undefined : ttlMsOf(touch.ttl),
    expireAtMs: touch.expireAt === undefined ? undefined : timeMs(touch.expireAt),
    persist: touch.persist,
  });
  return GETEXPIRE;
}

const RENAME = writes('RENAME', wasFound);
const RENAME_IF_ABSENT = writes(
  'RENAME',
  (result, call): Written | Refused => refusal(result, call, 'exists') ?? written(result, call),
);

export function rename(writer: ByteWriter, key: Key, newKey: Key): Command<boolean> {
  encodeRename(writer, { key: keyBytes(key), newKey: keyBytes(newKey) });
  return RENAME;
}

export function renameIfAbsent(writer: ByteWriter, key: Key, newKey: Key): Command<Written | Refused> {
  encodeRename(writer, { key: keyBytes(key), newKey: keyBytes(newKey), ifAbsent: true });
  return RENAME_IF_ABSENT;
}

const COPY = writes('COPY', wasFound);
const COPY_IF_ABSENT = writes(
  'COPY',
  (result, call): Written | Refused => refusal(result, call, 'exists') ?? written(result, call),
);

export function copy(writer: ByteWriter, key: Key, newKey: Key): Command<boolean> {
  encodeCopy(writer, { key: keyBytes(key), newKey: keyBytes(newKey) });
  return COPY;
}

export function copyIfAbsent(writer: ByteWriter, key: Key, newKey: Key): Command<Written | Refused> {
  encodeCopy(writer, { key: keyBytes(key), newKey: keyBytes(newKey), ifAbsent: true });
  return COPY_IF_ABSENT;
}

const TYPE = reads('TYPE', valueOrMissing as Command<TypeName | undefined>['answer']);

export function type(writer: ByteWriter, key: Key): Command<TypeName | undefined> {
  encodeType(writer, { key: keyBytes(key) });
  return TYPE;
}

/** One page of a scan; `cursor` 0 is the end. */
const SCAN = reads('SCAN', (result, call): ScanPage => {
  assertOk(result, call);
  const page = readScanPage(result.bytes, result.start, result.end);
  if (page === undefined) throw new AnoaError('SCAN: the page cannot be read', { code: 'PROTOCOL_ERROR' });
  return page;
});

const BATCH_SIZE_DEFAULT = 256;
const BATCH_SIZE_MAX = 10_000;
const NO_PREFIX = '';

export function scan(writer: ByteWriter, cursor: number, options: ScanOptions): Command<ScanPage> {
  const { batchSize = BATCH_SIZE_DEFAULT, pattern } = options;
  if (!Number.isInteger(batchSize) || batchSize < 1 || batchSize > BATCH_SIZE_MAX) {
    throw invalidArgument(`batchSize is ${batchSize}; it must be a whole number from 1 to ${BATCH_SIZE_MAX}`);
  }
  encodeScan(writer, {
    key: keyBytes(options.prefix ?? NO_PREFIX, true),
    cursor,
    count: batchSize,
    type: options.type === undefined ? undefined : typeNumberOf(options.type),
    pattern: pattern === undefined ? undefined : keyBytes(pattern, true),
  });
  return SCAN;
}

const CHECK_VERSION = checkCommand('version');
const CHECK_ABSENT = checkCommand('exists');
const CHECK_PRESENT = checkCommand('missing');

export function check(writer: ByteWriter, key: Key, expected: Check): Command<true> {
  const { version, absent, present } = expected;
  const given = [version !== undefined, absent === true, present === true].filter(Boolean).length;
  if (given !== 1)
    throw invalidArgument('check takes exactly one of {version}, {absent: true}, {present: true}');
  encodeCheck(writer, {
    key: keyBytes(key),
    version: versionOf(version),
    ifAbsent: absent,
    ifPresent: present,
  });
  return absent ? CHECK_ABSENT : present ? CHECK_PRESENT : CHECK_VERSION;
}

function checkCommand(onConditionFailed: Refused['reason']): Command<true> {
  return { name: 'CHECK', mutates: false, onConditionFailed, answer: () => true };
}

function momentOf(moment: ExpireMoment): { absolute: boolean; timeMs: number } {
  return 'ttl' in moment
    ? { absolute: false, timeMs: ttlMsOf(moment.ttl) }
    : { absolute: true, timeMs: timeMs(moment.at) };
}

function ttlMsOf(ttl: Duration): number {
  const ms = durationMs(ttl, 'ttl');
  if (ms > Limits.timeMsMax) throw invalidArgument(`ttl is ${ttl}; without one a key never expires`);
  return ms;
}

/** Unix milliseconds of a Date or a number; a time that has passed expires at once. */
function timeMs(at: Date | number): number {
  const ms = typeof at === 'number' ? at : at.getTime();
  if (!(ms >= 0 && ms <= Limits.timeMsMax)) throw invalidArgument('a time is a Date or Unix milliseconds');
  return Math.max(1, Math.floor(ms));
}

function versionOf(version: number | undefined): number | undefined {
  if (version !== undefined && (!Number.isSafeInteger(version) || version < 0)) {
    throw invalidArgument(`${version} is no version; take it from set() or getEntry()`);
  }
  return version;
}

/** For callers without types; with them such options do not compile. */
function assertAtMostOne(what: string, ...given: (boolean | undefined)[]): void {
  if (given.filter((each) => each === true).length > 1) {
    throw invalidArgument(`the options hold more than one ${what}; they exclude each other`);
  }
}

function invalidArgument(message: string): AnoaError {
  return new AnoaError(`${message}.`, { code: 'INVALID_ARGUMENT' });
}
