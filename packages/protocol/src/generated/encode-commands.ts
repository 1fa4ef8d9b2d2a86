// Generated from protocol-spec/messages/*.json by `npm run gen`: do not edit.

/** Ops to bytes: one function per command, for SDKs. */

import type { ByteWriter, Integer } from '../bytes/index.js';
import type { AnoaValue } from '../values/index.js';
import { Opcode } from './opcodes.js';
import { beginOp, endOp, type TypedValue, writeValueArgument } from './op-writing.js';
import type { ValueType } from './value-types.js';

/** What GET asks. */
export interface GetRequest {
  /** The key, 1 to 1024 bytes of any content. */
  readonly key: Uint8Array;
  /** Return the version of the entry too, for a later ifVersion. */
  readonly withVersion?: boolean | undefined;
  /**
   * Untyped text is returned as TEXT, byte for byte, instead of being interpreted; an element of a list as a
   * string.
   */
  readonly raw?: boolean | undefined;
}

/**
 * Read a value. Returns the value with its type. Text that came without a type is interpreted, once, and the
 * kind is kept with the entry. A list is returned as json: an array of its elements, each interpreted.
 */
export function encodeGet(writer: ByteWriter, request: GetRequest): void {
  let flags = 0;
  if (request.withVersion) flags |= 0x01;
  if (request.raw) flags |= 0x02;
  const start = beginOp(writer, Opcode.GET, flags, request.key);
  endOp(writer, start);
}

/** What SET asks. */
export interface SetRequest {
  /** The key, 1 to 1024 bytes of any content. */
  readonly key: Uint8Array;
  /** Only where the key does not exist. */
  readonly ifAbsent?: boolean | undefined;
  /** Only where the key exists. */
  readonly ifPresent?: boolean | undefined;
  /** Keeps the expiry of the entry it replaces. */
  readonly keepTtl?: boolean | undefined;
  /** Returns the value that was there, also where a condition fails. Untyped text is returned interpreted. */
  readonly returnOld?: boolean | undefined;
  /**
   * The version that the entry must have. 0 never matches: use ifAbsent. Given, it sets the flag ifVersion.
   */
  readonly version?: number | undefined;
  /** Time to live in milliseconds from when the server executes the op. Given, it sets the flag ttl. */
  readonly ttlMs?: number | undefined;
  /** Unix time in milliseconds at which the entry expires. Given, it sets the flag expireAt. */
  readonly expireAtMs?: number | undefined;
  /** The value: its type, then its bytes to the end. */
  readonly value: AnoaValue | TypedValue;
}

/**
 * Write a value, with conditions and a time to live. Replaces the value, its type and its expiry. Without
 * ttl, expireAt or keepTtl the entry does not expire, whatever was there before.
 */
export function encodeSet(writer: ByteWriter, request: SetRequest): void {
  let flags = 0;
  if (request.ifAbsent) flags |= 0x01;
  if (request.ifPresent) flags |= 0x02;
  if (request.keepTtl) flags |= 0x20;
  if (request.returnOld) flags |= 0x40;
  if (request.version !== undefined) flags |= 0x04;
  if (request.ttlMs !== undefined) flags |= 0x08;
  if (request.expireAtMs !== undefined) flags |= 0x10;
  const start = beginOp(writer, Opcode.SET, flags, request.key);
  if (request.version !== undefined) writer.u64(request.version);
  if (request.ttlMs !== undefined) writer.u48(request.ttlMs);
  if (request.expireAtMs !== undefined) writer.u48(request.expireAtMs);
  writeValueArgument(writer, start, request.value);
  endOp(writer, start);
}

/** What DELETE asks. */
export interface DeleteRequest {
  /** The key, 1 to 1024 bytes of any content. */
  readonly key: Uint8Array;
  /**
   * The version that the entry must have. 0 never matches: use ifAbsent. Given, it sets the flag ifVersion.
   */
  readonly version?: number | undefined;
}

/** Remove a key. Removes the entry, whatever its type. */
export function encodeDelete(writer: ByteWriter, request: DeleteRequest): void {
  let flags = 0;
  if (request.version !== undefined) flags |= 0x01;
  const start = beginOp(writer, Opcode.DELETE, flags, request.key);
  if (request.version !== undefined) writer.u64(request.version);
  endOp(writer, start);
}

/** What EXISTS asks. */
export interface ExistsRequest {
  /** The key, 1 to 1024 bytes of any content. */
  readonly key: Uint8Array;
}

/** Ask whether a key exists. Answers with a boolean, never with NOT_FOUND. */
export function encodeExists(writer: ByteWriter, request: ExistsRequest): void {
  const start = beginOp(writer, Opcode.EXISTS, 0, request.key);
  endOp(writer, start);
}

/** What TTL asks. */
export interface TtlRequest {
  /** The key, 1 to 1024 bytes of any content. */
  readonly key: Uint8Array;
  /** Return the Unix time of expiry in milliseconds instead of the time left. */
  readonly absolute?: boolean | undefined;
}

/** Ask how long a key will live. The time left, or with absolute the Unix time of expiry. */
export function encodeTtl(writer: ByteWriter, request: TtlRequest): void {
  let flags = 0;
  if (request.absolute) flags |= 0x01;
  const start = beginOp(writer, Opcode.TTL, flags, request.key);
  endOp(writer, start);
}

/** What EXPIRE asks. */
export interface ExpireRequest {
  /** The key, 1 to 1024 bytes of any content. */
  readonly key: Uint8Array;
  /** timeMs is a Unix time instead of a time from now. */
  readonly absolute?: boolean | undefined;
  /** Only where the entry does not expire. */
  readonly ifNone?: boolean | undefined;
  /** Only where the entry does expire. */
  readonly ifSome?: boolean | undefined;
  /** Only where the new expiry is later than the present one. */
  readonly ifLater?: boolean | undefined;
  /** Only where the new expiry is earlier than the present one. */
  readonly ifEarlier?: boolean | undefined;
  /** Milliseconds from now, or with absolute since 1970. */
  readonly timeMs: number;
}

/**
 * Set when a key expires. Sets the expiry of an entry and leaves its value alone. A time of 0 from now, or in
 * the past, removes it. For ifLater and ifEarlier no expiry counts as infinitely late.
 */
export function encodeExpire(writer: ByteWriter, request: ExpireRequest): void {
  let flags = 0;
  if (request.absolute) flags |= 0x01;
  if (request.ifNone) flags |= 0x02;
  if (request.ifSome) flags |= 0x04;
  if (request.ifLater) flags |= 0x08;
  if (request.ifEarlier) flags |= 0x10;
  const start = beginOp(writer, Opcode.EXPIRE, flags, request.key);
  writer.u48(request.timeMs);
  endOp(writer, start);
}

/** What PERSIST asks. */
export interface PersistRequest {
  /** The key, 1 to 1024 bytes of any content. */
  readonly key: Uint8Array;
}

/** Let a key live for ever. Removes the expiry of an entry. The version changes only where there was one. */
export function encodePersist(writer: ByteWriter, request: PersistRequest): void {
  const start = beginOp(writer, Opcode.PERSIST, 0, request.key);
  endOp(writer, start);
}

/** What INCR asks. */
export interface IncrRequest {
  /** The key, 1 to 1024 bytes of any content. */
  readonly key: Uint8Array;
  /** What to add. Given, it sets the flag amount. */
  readonly amount?: Integer | undefined;
  /** Time to live in milliseconds from when the server executes the op. Given, it sets the flag ttl. */
  readonly ttlMs?: number | undefined;
}

/**
 * Add to an integer. Adds the amount, 1 without the flag, to an integer, exactly. A missing key counts as 0.
 * Works on integers and on untyped text that is interpreted as one, which stays untyped text.
 */
export function encodeIncr(writer: ByteWriter, request: IncrRequest): void {
  let flags = 0;
  if (request.amount !== undefined) flags |= 0x01;
  if (request.ttlMs !== undefined) flags |= 0x02;
  const start = beginOp(writer, Opcode.INCR, flags, request.key);
  if (request.amount !== undefined) writer.i64(request.amount);
  if (request.ttlMs !== undefined) writer.u48(request.ttlMs);
  endOp(writer, start);
}

/** What INCRFLOAT asks. */
export interface IncrFloatRequest {
  /** The key, 1 to 1024 bytes of any content. */
  readonly key: Uint8Array;
  /** What to add, a finite number. */
  readonly amountFloat: number;
  /** Time to live in milliseconds from when the server executes the op. Given, it sets the flag ttl. */
  readonly ttlMs?: number | undefined;
}

/**
 * Add to a float. Adds a float. A missing key counts as 0. Works on floats, integers and untyped text that is
 * interpreted as either; the result is a float, or stays untyped text.
 */
export function encodeIncrFloat(writer: ByteWriter, request: IncrFloatRequest): void {
  let flags = 0;
  if (request.ttlMs !== undefined) flags |= 0x01;
  const start = beginOp(writer, Opcode.INCRFLOAT, flags, request.key);
  writer.f64(request.amountFloat);
  if (request.ttlMs !== undefined) writer.u48(request.ttlMs);
  endOp(writer, start);
}

/** What APPEND asks. */
export interface AppendRequest {
  /** The key, 1 to 1024 bytes of any content. */
  readonly key: Uint8Array;
  /** What to add: a string, bytes or text. */
  readonly value: AnoaValue | TypedValue;
}

/**
 * Add to the end of a value. Adds bytes to the end of a string, bytes or untyped text. A missing key is
 * created with the value and its type; an existing one keeps its type. A string must stay valid UTF-8.
 */
export function encodeAppend(writer: ByteWriter, request: AppendRequest): void {
  const start = beginOp(writer, Opcode.APPEND, 0, request.key);
  writeValueArgument(writer, start, request.value);
  endOp(writer, start);
}

/** What LENGTH asks. */
export interface LengthRequest {
  /** The key, 1 to 1024 bytes of any content. */
  readonly key: Uint8Array;
}

/**
 * Ask for the length of a value. Bytes of a string, bytes or text; members of a json array or object;
 * elements of a list.
 */
export function encodeLength(writer: ByteWriter, request: LengthRequest): void {
  const start = beginOp(writer, Opcode.LENGTH, 0, request.key);
  endOp(writer, start);
}

/** What GETDELETE asks. */
export interface GetDeleteRequest {
  /** The key, 1 to 1024 bytes of any content. */
  readonly key: Uint8Array;
  /** Untyped text is returned as TEXT, byte for byte, instead of being interpreted. */
  readonly raw?: boolean | undefined;
}

/**
 * Read a value and remove its key. Returns the value and removes the entry, as one op. A value that could not
 * be kept for a retry is refused, and then nothing changes.
 */
export function encodeGetDelete(writer: ByteWriter, request: GetDeleteRequest): void {
  let flags = 0;
  if (request.raw) flags |= 0x01;
  const start = beginOp(writer, Opcode.GETDELETE, flags, request.key);
  endOp(writer, start);
}

/** What GETEXPIRE asks. */
export interface GetExpireRequest {
  /** The key, 1 to 1024 bytes of any content. */
  readonly key: Uint8Array;
  /** Untyped text is returned as TEXT, byte for byte, instead of being interpreted. */
  readonly raw?: boolean | undefined;
  /** Removes the expiry. */
  readonly persist?: boolean | undefined;
  /** Time to live in milliseconds from when the server executes the op. Given, it sets the flag ttl. */
  readonly ttlMs?: number | undefined;
  /** Unix time in milliseconds at which the entry expires. Given, it sets the flag expireAt. */
  readonly expireAtMs?: number | undefined;
}

/**
 * Read a value and set when its key expires. Returns the value and changes the expiry; without a flag for the
 * expiry it leaves that alone.
 */
export function encodeGetExpire(writer: ByteWriter, request: GetExpireRequest): void {
  let flags = 0;
  if (request.raw) flags |= 0x01;
  if (request.persist) flags |= 0x08;
  if (request.ttlMs !== undefined) flags |= 0x02;
  if (request.expireAtMs !== undefined) flags |= 0x04;
  const start = beginOp(writer, Opcode.GETEXPIRE, flags, request.key);
  if (request.ttlMs !== undefined) writer.u48(request.ttlMs);
  if (request.expireAtMs !== undefined) writer.u48(request.expireAtMs);
  endOp(writer, start);
}

/** What RENAME asks. */
export interface RenameRequest {
  /** The key, 1 to 1024 bytes of any content. */
  readonly key: Uint8Array;
  /** Only where the new key does not exist. */
  readonly ifAbsent?: boolean | undefined;
  /** The new key, 1 to 1024 bytes. */
  readonly newKey: Uint8Array;
}

/**
 * Give an entry another key. Moves the entry with its value, type and expiry, and replaces what the new key
 * held. A key renamed to itself changes nothing but the version.
 */
export function encodeRename(writer: ByteWriter, request: RenameRequest): void {
  let flags = 0;
  if (request.ifAbsent) flags |= 0x01;
  const start = beginOp(writer, Opcode.RENAME, flags, request.key);
  writer.copy(request.newKey, 0, request.newKey.length);
  endOp(writer, start);
}

/** What TYPE asks. */
export interface TypeRequest {
  /** The key, 1 to 1024 bytes of any content. */
  readonly key: Uint8Array;
  /** Say `text` of untyped text instead of what it is interpreted as. */
  readonly raw?: boolean | undefined;
}

/** Ask for the type of a value. The name of the type in lower case; untyped text is interpreted. */
export function encodeType(writer: ByteWriter, request: TypeRequest): void {
  let flags = 0;
  if (request.raw) flags |= 0x01;
  const start = beginOp(writer, Opcode.TYPE, flags, request.key);
  endOp(writer, start);
}

/** What SCAN asks. */
export interface ScanRequest {
  /** A prefix that the keys must have; empty = all keys. */
  readonly key: Uint8Array;
  /** Return the type of each entry, interpreted, after its key. */
  readonly withTypes?: boolean | undefined;
  /** 0 to start, then what the last page returned. */
  readonly cursor: number;
  /**
   * How many entries to look at, at least 1; the server may look at fewer, and ends a page early that would
   * be large or take long.
   */
  readonly count: number;
  /** The type. Given, it sets the flag type. */
  readonly type?: ValueType | undefined;
  /** The pattern, to the end. Given, it sets the flag pattern. */
  readonly pattern?: Uint8Array | undefined;
}

/**
 * List keys, a page at a time. Start with cursor 0 and go on with the cursor returned until that is 0. A key
 * that exists throughout is returned, whatever else changes meanwhile; one that comes or goes meanwhile may
 * be. A key may come twice. A page may be empty before the end. A cursor outlives a restart of the server.
 */
export function encodeScan(writer: ByteWriter, request: ScanRequest): void {
  let flags = 0;
  if (request.withTypes) flags |= 0x04;
  if (request.type !== undefined) flags |= 0x02;
  if (request.pattern !== undefined) flags |= 0x01;
  const start = beginOp(writer, Opcode.SCAN, flags, request.key);
  writer.u64(request.cursor);
  writer.u16(request.count);
  if (request.type !== undefined) writer.u8(request.type);
  if (request.pattern !== undefined) writer.copy(request.pattern, 0, request.pattern.length);
  endOp(writer, start);
}

/**
 * Ask how many keys there are. Entries in the database. Those that have expired and not yet been removed may
 * be counted.
 */
export function encodeCount(writer: ByteWriter): void {
  const start = beginOp(writer, Opcode.COUNT, 0, undefined);
  endOp(writer, start);
}

/**
 * Remove all keys. Removes every entry at once. There is no way back, so it is refused as MALFORMED in an
 * atomic request.
 */
export function encodeFlush(writer: ByteWriter): void {
  const start = beginOp(writer, Opcode.FLUSH, 0, undefined);
  endOp(writer, start);
}

/**
 * Ask how the server is. Version, uptime, memory, entries, sessions and counters, as an object. Names are
 * only added, never changed.
 */
export function encodeStats(writer: ByteWriter): void {
  const start = beginOp(writer, Opcode.STATS, 0, undefined);
  endOp(writer, start);
}

/** What PING asks. */
export interface PingRequest {
  /** What to echo, to the end; may be empty. */
  readonly payload: Uint8Array;
}

/**
 * Ask whether the server answers. Returns the bytes it was sent. Goes the whole way through the server,
 * unlike the frame of the same name.
 */
export function encodePing(writer: ByteWriter, request: PingRequest): void {
  const start = beginOp(writer, Opcode.PING, 0, undefined);
  writer.copy(request.payload, 0, request.payload.length);
  endOp(writer, start);
}

/** What CHECK asks. */
export interface CheckRequest {
  /** The key, 1 to 1024 bytes of any content. */
  readonly key: Uint8Array;
  /** The key must not exist. */
  readonly ifAbsent?: boolean | undefined;
  /** The key must exist. */
  readonly ifPresent?: boolean | undefined;
  /**
   * The version that the entry must have. 0 never matches: use ifAbsent. Given, it sets the flag ifVersion.
   */
  readonly version?: number | undefined;
}

/**
 * Check a condition, for an atomic request. Changes nothing. In an atomic request a check that fails keeps
 * all the ops from being applied. Without a flag it always holds.
 */
export function encodeCheck(writer: ByteWriter, request: CheckRequest): void {
  let flags = 0;
  if (request.ifAbsent) flags |= 0x01;
  if (request.ifPresent) flags |= 0x02;
  if (request.version !== undefined) flags |= 0x04;
  const start = beginOp(writer, Opcode.CHECK, flags, request.key);
  if (request.version !== undefined) writer.u64(request.version);
  endOp(writer, start);
}

/**
 * Write a snapshot now. Writes an encrypted snapshot and answers when it is on disk; WORKING is sent
 * meanwhile. Must be the only op of its request, which must not be atomic; else MALFORMED.
 */
export function encodeSnapshot(writer: ByteWriter): void {
  const start = beginOp(writer, Opcode.SNAPSHOT, 0, undefined);
  endOp(writer, start);
}

/** What COPY asks. */
export interface CopyRequest {
  /** The key, 1 to 1024 bytes of any content. */
  readonly key: Uint8Array;
  /** Only where the new key does not exist. */
  readonly ifAbsent?: boolean | undefined;
  /** The new key, 1 to 1024 bytes. */
  readonly newKey: Uint8Array;
}

/**
 * Give a copy of an entry another key. Copies the entry with its value, type and expiry, and replaces what
 * the new key held. The entry itself stays as it is. A key copied to itself changes nothing but the version.
 */
export function encodeCopy(writer: ByteWriter, request: CopyRequest): void {
  let flags = 0;
  if (request.ifAbsent) flags |= 0x01;
  const start = beginOp(writer, Opcode.COPY, flags, request.key);
  writer.copy(request.newKey, 0, request.newKey.length);
  endOp(writer, start);
}
