/**
 * A client of one AnoaDB server: every command as a method that returns a promise.
 *
 * Calls made in the same tick share datagrams by themselves and their answers come back by position. Calls
 * that are not awaited one after the other may reach the server in any order, unless they are made in one
 * tick and fit one datagram; `atomic()` and `await` give an order.
 */

import type { AnoaValue, ByteWriter } from '@anoadb/protocol';
import type {
  Done,
  Entry,
  OldValue,
  RawEntry,
  Refused,
  ScanPage,
  SnapshotSummary,
  Written,
} from './answers.js';
import { Atomic } from './atomic.js';
import type { Command } from './call.js';
import type { CallQueue } from './call-queue.js';
import * as ops from './commands/ops.js';
import * as serverOps from './commands/server-ops.js';
import type { Connection } from './connection.js';
import type { Duration } from './duration.js';
import { AnoaConnectionError } from './errors.js';
import type { AnoaEventName, AnoaListener, EventHub } from './events.js';
import type { Key } from './key.js';
import { forEachBounded } from './many.js';
import type {
  CallOptions,
  Condition,
  ConditionalDeleteOptions,
  DeleteOptions,
  Expiry,
  ExpiryCondition,
  GetOptions,
  IncrOptions,
  NoExpiryCondition,
  ScanOptions,
  SetOptions,
  Touch,
  TypeName,
  Unconditional,
} from './options.js';
import { entriesOf, keysOf } from './scan.js';
import { type AnySchema, isSchema, type SchemaOutput, validated } from './standard-schema.js';
import { describedRefusal, type Storable } from './value.js';

/** Snapshots of millions of entries take a while; every other call has the client's `timeout`. */
const SNAPSHOT_TIMEOUT: Duration = '10m';

/** How long `close()` waits for calls in flight. */
const CLOSE_WAIT_MS = 1000;

export class AnoaClient {
  readonly #connection: Connection;
  readonly #queue: CallQueue;
  readonly #events: EventHub;
  #closing: Promise<void> | undefined = undefined;

  /** @internal Made by `connect()`. */
  constructor(connection: Connection, events: EventHub) {
    this.#connection = connection;
    this.#queue = connection.queue;
    this.#events = events;
  }

  // Values

  /** The value of `key`, or undefined where there is none; `null` is a value. */
  get(key: Key, options?: GetOptions): Promise<AnoaValue | undefined>;
  /** The value as `schema` (zod, valibot, arktype: any Standard Schema) makes it; rejects with AnoaValidationError. */
  get<S extends AnySchema>(key: Key, schema: S, options?: GetOptions): Promise<SchemaOutput<S> | undefined>;
  get(key: Key, second?: GetOptions | AnySchema, third?: GetOptions): Promise<unknown> {
    const schema = isSchema(second) ? second : undefined;
    const options = schema === undefined ? (second as GetOptions | undefined) : third;
    const value = this.#get(key, options);
    if (schema === undefined) return value;
    return value.then((found) => (found === undefined ? undefined : validated(schema, key, found)));
  }

  /** Value, type and version together; the version is for `ifVersion` and `check`. */
  getEntry(
    key: Key,
    options?: CallOptions & { readonly raw?: false | undefined },
  ): Promise<Entry | undefined>;
  /** The same with untyped text as it was stored, type `text`. */
  getEntry(key: Key, options: CallOptions & { readonly raw: true }): Promise<RawEntry | undefined>;
  getEntry(key: Key, options?: GetOptions): Promise<RawEntry | undefined> {
    if (options?.raw) return this.#call('GET', key, (writer) => ops.getRawEntry(writer, key), options);
    return this.#call('GET', key, (writer) => ops.getEntry(writer, key), options);
  }

  /** Every key that was asked for, in order, with its value or undefined. Not a point in time: see `atomic()`. */
  getMany(keys: Iterable<Key>, options?: CallOptions): Promise<Map<Key, AnoaValue | undefined>>;
  getMany<S extends AnySchema>(
    keys: Iterable<Key>,
    schema: S,
    options?: CallOptions,
  ): Promise<Map<Key, SchemaOutput<S> | undefined>>;
  async getMany(
    keys: Iterable<Key>,
    second?: CallOptions | AnySchema,
    third?: CallOptions,
  ): Promise<Map<Key, unknown>> {
    const schema = isSchema(second) ? second : undefined;
    const options = schema === undefined ? (second as CallOptions | undefined) : third;
    const values = new Map<Key, unknown>();
    for (const key of keys) values.set(key, undefined);
    await forEachBounded(values.keys(), this.#queue.maxInFlight, async (key) => {
      values.set(key, await (schema === undefined ? this.get(key, options) : this.get(key, schema, options)));
    });
    return values;
  }

  /** Stores `value`; without an expiry in the options the key does not expire, whatever it did before. */
  set(
    key: Key,
    value: Storable,
    options?: CallOptions & Expiry & Unconditional & { readonly returnOld?: false | undefined },
  ): Promise<Written>;
  set(
    key: Key,
    value: Storable,
    options: CallOptions & Expiry & Unconditional & { readonly returnOld: true },
  ): Promise<Written & OldValue>;
  /** With a condition: `{ok: false, reason}` where it does not hold, and nothing changed. */
  set(
    key: Key,
    value: Storable,
    options: CallOptions & Expiry & Condition & { readonly returnOld?: false | undefined },
  ): Promise<Written | Refused>;
  set(
    key: Key,
    value: Storable,
    options: CallOptions & Expiry & Condition & { readonly returnOld: true },
  ): Promise<(Written | Refused) & OldValue>;
  set(key: Key, value: Storable, options?: SetOptions): Promise<(Written | Refused) & Partial<OldValue>>;
  set(key: Key, value: Storable, options?: SetOptions): Promise<(Written | Refused) & Partial<OldValue>> {
    return this.#call('SET', key, (writer) => ops.set(writer, key, value, options), options);
  }

  /** Sets every pair with the same expiry. Not atomic: where it rejects, some may be set. */
  setMany(
    entries: Iterable<readonly [Key, Storable]> | Readonly<Record<string, Storable>>,
    options?: CallOptions & Expiry,
  ): Promise<void> {
    const pairs = Symbol.iterator in entries ? entries : Object.entries(entries);
    return forEachBounded(
      pairs as Iterable<readonly [Key, Storable]>,
      this.#queue.maxInFlight,
      ([key, value]) => this.set(key, value, options as CallOptions),
    );
  }

  /** Whether there was such a key; with `ifVersion`, whether it had that version. */
  delete(key: Key, options?: DeleteOptions): Promise<boolean>;
  delete(key: Key, options: ConditionalDeleteOptions): Promise<Done | Refused>;
  delete(key: Key, options?: DeleteOptions | ConditionalDeleteOptions): Promise<boolean | Done | Refused> {
    const ifVersion = options?.ifVersion;
    if (ifVersion === undefined)
      return this.#call('DELETE', key, (writer) => ops.remove(writer, key), options);
    return this.#call('DELETE', key, (writer) => ops.removeIfVersion(writer, key, ifVersion), options);
  }

  exists(key: Key, options?: CallOptions): Promise<boolean> {
    return this.#call('EXISTS', key, (writer) => ops.exists(writer, key), options);
  }

  /** The name of the value's type; untyped text is what it reads as. */
  type(key: Key, options?: CallOptions): Promise<TypeName | undefined> {
    return this.#call('TYPE', key, (writer) => ops.type(writer, key), options);
  }

  /** Bytes of a string or bytes, members of a JSON array or object; undefined where there is no key. */
  length(key: Key, options?: CallOptions): Promise<number | undefined> {
    return this.#call('LENGTH', key, (writer) => ops.length(writer, key), options);
  }

  /** Adds to the end of a string or bytes, or creates them; resolves to the new length in bytes. */
  append(key: Key, tail: string | Uint8Array, options?: CallOptions): Promise<number> {
    return this.#call('APPEND', key, (writer) => ops.append(writer, key, tail), options);
  }

  /** The value, which is then gone, as one step; for values up to 1024 bytes. */
  getDelete(key: Key, options?: GetOptions): Promise<AnoaValue | undefined> {
    return this.#call(
      'GETDELETE',
      key,
      (writer) => ops.getDelete(writer, key, options?.raw === true),
      options,
    );
  }

  // Numbers

  /** Adds a whole number, exactly, and resolves to the sum: a number, or a bigint beyond 2^53. A missing key is 0. */
  incr(key: Key, amount?: number, options?: IncrOptions): Promise<number | bigint>;
  /** With a bigint amount the sum is a bigint in any case. */
  incr(key: Key, amount: bigint, options?: IncrOptions): Promise<bigint>;
  incr(key: Key, amount: number | bigint = 1, options?: IncrOptions): Promise<number | bigint> {
    return this.#call('INCR', key, (writer) => ops.incr(writer, key, amount, options), options);
  }

  /** Adds any number and resolves to the sum. */
  incrFloat(key: Key, amount: number, options?: IncrOptions): Promise<number> {
    return this.#call('INCRFLOAT', key, (writer) => ops.incrFloat(writer, key, amount, options), options);
  }

  // Expiry

  /** Milliseconds the key still lives; `null` where it does not expire, undefined where there is none. */
  ttl(key: Key, options?: CallOptions): Promise<number | null | undefined> {
    return this.#call('TTL', key, (writer) => ops.ttl(writer, key, false), options);
  }

  /** When the key expires; `null` where it does not, undefined where there is none. */
  async expiresAt(key: Key, options?: CallOptions): Promise<Date | null | undefined> {
    const ms = await this.#call('TTL', key, (writer) => ops.ttl(writer, key, true), options);
    return typeof ms === 'number' ? new Date(ms) : ms;
  }

  /** Lets the key expire after `ttl`. False where there is no such key. */
  expire(key: Key, ttl: Duration, options?: CallOptions & NoExpiryCondition): Promise<boolean>;
  expire(key: Key, ttl: Duration, options: CallOptions & ExpiryCondition): Promise<Written | Refused>;
  expire(
    key: Key,
    ttl: Duration,
    options?: CallOptions & (ExpiryCondition | NoExpiryCondition),
  ): Promise<boolean | Written | Refused> {
    return this.#expire(key, { ttl }, options);
  }

  /** Lets the key expire at a moment, a Date or Unix milliseconds. */
  expireAt(key: Key, at: Date | number, options?: CallOptions & NoExpiryCondition): Promise<boolean>;
  expireAt(key: Key, at: Date | number, options: CallOptions & ExpiryCondition): Promise<Written | Refused>;
  expireAt(
    key: Key,
    at: Date | number,
    options?: CallOptions & (ExpiryCondition | NoExpiryCondition),
  ): Promise<boolean | Written | Refused> {
    return this.#expire(key, { at }, options);
  }

  /** Keeps the key for good. Whether it had an expiry. */
  persist(key: Key, options?: CallOptions): Promise<boolean> {
    return this.#call('PERSIST', key, (writer) => ops.persist(writer, key), options);
  }

  /** The value, whose expiry is set anew (`{ttl}`, `{expireAt}`) or removed (`{persist: true}`) as one step. */
  getExpire(key: Key, touch: CallOptions & Touch): Promise<AnoaValue | undefined> {
    return this.#call('GETEXPIRE', key, (writer) => ops.getExpire(writer, key, touch), touch);
  }

  // Keys

  /** Moves the entry, its expiry too, over whatever `newKey` held. False where there is no `key`. */
  rename(key: Key, newKey: Key, options?: CallOptions & { readonly ifAbsent?: undefined }): Promise<boolean>;
  /** With `ifAbsent`: only where `newKey` holds nothing. */
  rename(
    key: Key,
    newKey: Key,
    options: CallOptions & { readonly ifAbsent: boolean },
  ): Promise<Written | Refused>;
  rename(
    key: Key,
    newKey: Key,
    options?: CallOptions & { readonly ifAbsent?: boolean | undefined },
  ): Promise<boolean | Written | Refused> {
    if (options?.ifAbsent !== true) {
      return this.#call('RENAME', key, (writer) => ops.rename(writer, key, newKey), options);
    }
    return this.#call('RENAME', key, (writer) => ops.renameIfAbsent(writer, key, newKey), options);
  }

  /** Gives a copy of the entry, its expiry too, the key `newKey`, over whatever that held. False where there is no `key`. */
  copy(key: Key, newKey: Key, options?: CallOptions & { readonly ifAbsent?: undefined }): Promise<boolean>;
  /** With `ifAbsent`: only where `newKey` holds nothing. */
  copy(
    key: Key,
    newKey: Key,
    options: CallOptions & { readonly ifAbsent: boolean },
  ): Promise<Written | Refused>;
  copy(
    key: Key,
    newKey: Key,
    options?: CallOptions & { readonly ifAbsent?: boolean | undefined },
  ): Promise<boolean | Written | Refused> {
    if (options?.ifAbsent !== true) {
      return this.#call('COPY', key, (writer) => ops.copy(writer, key, newKey), options);
    }
    return this.#call('COPY', key, (writer) => ops.copyIfAbsent(writer, key, newKey), options);
  }

  /** Every key that is there throughout the walk; one that comes or goes meanwhile may be. A key may come twice. */
  scan(options?: ScanOptions & { readonly keys?: 'text' | undefined }): AsyncGenerator<string, void, void>;
  scan(options: ScanOptions & { readonly keys: 'bytes' }): AsyncGenerator<Uint8Array, void, void>;
  scan(options: ScanOptions = {}): AsyncGenerator<Key, void, void> {
    return keysOf((cursor) => this.#page(cursor, options), options.keys ?? 'text');
  }

  /** As `scan`, with the values, read page by page. */
  entries(
    options?: ScanOptions & { readonly keys?: 'text' | undefined },
  ): AsyncGenerator<[string, AnoaValue], void, void>;
  entries(
    options: ScanOptions & { readonly keys: 'bytes' },
  ): AsyncGenerator<[Uint8Array, AnoaValue], void, void>;
  entries(options: ScanOptions = {}): AsyncGenerator<[Key, AnoaValue], void, void> {
    const { timeout, signal } = options;
    return entriesOf(
      (cursor) => this.#page(cursor, options),
      options.keys ?? 'text',
      (keys) => this.getMany(keys, { timeout, signal }),
    );
  }

  /** One page of a scan, from `cursor` (0 begins); for walks that are kept up across processes. */
  scanPage(cursor: number, options: ScanOptions = {}): Promise<ScanPage> {
    return this.#page(cursor, options);
  }

  /** How many keys there are. */
  count(options?: CallOptions): Promise<number> {
    return this.#call('COUNT', undefined, serverOps.count, options);
  }

  /** Removes every key of the server; resolves to how many there were. */
  flush(options?: CallOptions): Promise<number> {
    return this.#call('FLUSH', undefined, serverOps.flush, options);
  }

  // Several as one

  /** Several ops that all apply or none does; nothing is sent before its `commit()`. */
  atomic(): Atomic {
    return new Atomic(this.#queue);
  }

  // The server

  /** Milliseconds to the server and back. */
  async ping(options?: CallOptions): Promise<number> {
    const startMs = this.#connection.nowMs();
    await this.#call('PING', undefined, serverOps.ping, options);
    return this.#connection.nowMs() - startMs;
  }

  /** What the server tells of itself: memory, counters, sessions. */
  stats(options?: CallOptions): Promise<serverOps.ServerStats> {
    return this.#call('STATS', undefined, serverOps.stats, options);
  }

  /** Has the server write a snapshot; resolves when that is on disk. Its default deadline is 10 minutes. */
  snapshot(options?: CallOptions): Promise<SnapshotSummary> {
    const timeout = options?.timeout ?? SNAPSHOT_TIMEOUT;
    return this.#call('SNAPSHOT', undefined, serverOps.snapshot, { ...options, timeout });
  }

  // The client itself

  /** Calls that wait for their answers. */
  get inFlight(): number {
    return this.#queue.inFlight;
  }

  /** `host:port` of the server. */
  get peer(): string {
    return this.#connection.peer;
  }

  /** Listens; the function it returns ends that. Nothing happens where nobody listens. */
  on<Name extends AnoaEventName>(name: Name, listener: AnoaListener<Name>): () => void {
    return this.#events.on(name, listener);
  }

  /** An open client keeps the process alive, as a server's socket does; after this only calls in flight do. */
  unref(): this {
    this.#connection.unref();
    return this;
  }

  /** Undoes {@link unref}. */
  ref(): this {
    this.#connection.ref();
    return this;
  }

  /**
   * Ends the client: waits up to a second for calls in flight, then rejects them. May be called again, never
   * throws; calls made afterwards are rejected with AnoaConnectionError, code `CLOSED`.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    const error = new AnoaConnectionError(`The client of ${this.peer} was closed.`, { code: 'CLOSED' });
    this.#queue.refuse(error);
    await this.#connection.idle(CLOSE_WAIT_MS);
    this.#queue.close(error);
    await this.#connection.close();
    this.#events.emit('closed', { error: undefined });
  }

  #expire(
    key: Key,
    moment: ops.ExpireMoment,
    options: (CallOptions & (ExpiryCondition | NoExpiryCondition)) | undefined,
  ): Promise<boolean | Written | Refused> {
    const isConditional =
      options?.ifNone ?? options?.ifSome ?? options?.ifLater ?? options?.ifEarlier ?? undefined;
    if (options === undefined || isConditional === undefined) {
      return this.#call('EXPIRE', key, (writer) => ops.expire(writer, key, moment), options);
    }
    return this.#call('EXPIRE', key, (writer) => ops.expireIf(writer, key, moment, options), options);
  }

  #page(cursor: number, options: ScanOptions): Promise<ScanPage> {
    return this.#call('SCAN', options.prefix, (writer) => ops.scan(writer, cursor, options), options);
  }

  /** Encodes one op where it will be sent from and makes it a call; whatever is wrong with it rejects. */
  /** As `#call`, without a closure for each of the most frequent calls. */
  #get(key: Key, options: GetOptions | undefined): Promise<AnoaValue | undefined> {
    const queue = this.#queue;
    let start = -1;
    try {
      const writer = queue.open('GET', key);
      start = writer.at;
      return queue.enqueue(ops.get(writer, key, options?.raw === true), key, start, options);
    } catch (error) {
      return queue.discard(start, describedRefusal(error, key));
    }
  }

  #call<Answer>(
    name: string,
    key: Key | undefined,
    encode: (writer: ByteWriter) => Command<Answer>,
    options: CallOptions | undefined,
  ): Promise<Answer> {
    const queue = this.#queue;
    let start = -1;
    try {
      const writer = queue.open(name, key);
      start = writer.at;
      return queue.enqueue(encode(writer), key, start, options);
    } catch (error) {
      return queue.discard(start, describedRefusal(error, key));
    }
  }
}
