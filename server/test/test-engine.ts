/**
 * An engine behind its datagram door, in virtual time, with a follower that knows the journal's effects only.
 */

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  type AnoaValue,
  ByteReader,
  ByteWriter,
  decodeValue,
  errorInfo,
  type JsonValue,
  Result,
  readResult,
  ValueType,
  valueTypeNames,
} from '@anoadb/protocol';
import type { AccessGrant, IncomingRequest } from '@anoadb/transport';
import { DatagramDoor } from '../src/doors/datagram/datagram-door.js';
import { Engine } from '../src/engine/engine.js';
import { type EffectListener, type Journal, VolatileJournal } from '../src/engine/journal.js';
import { type EvictionPolicy, Store } from '../src/store/index.js';

export type Encode = (writer: ByteWriter) => void;

/** One result, as a test likes to read it. */
export interface Answer {
  readonly status: string;
  readonly type?: string;
  readonly value?: AnoaValue;
  readonly version?: number;
}

export interface TestEngineOptions {
  readonly maxMemoryBytes?: number;
  readonly eviction?: EvictionPolicy;
  readonly valueBytesMax?: number;
  readonly snapshot?: () => Promise<JsonValue>;
  /** Default: one that keeps nothing. */
  readonly journal?: SubscribableJournal;
  /** Default true; a journal that takes snapshots needs its one listener itself. */
  readonly isFollowed?: boolean;
}

export interface SubscribableJournal extends Journal {
  subscribe(listener: EffectListener): () => void;
}

const encoder = new TextEncoder();

export function bytes(text: string): Uint8Array {
  return encoder.encode(text);
}

export class TestEngine {
  readonly engine: Engine;
  readonly store: Store;
  readonly journal: SubscribableJournal;
  readonly door: DatagramDoor;
  /** Requests that were answered later. */
  readonly completed = new Map<number, Answer[]>();
  /** What the journal's effects alone say: key in hex to `type/value/expiry/version/flags`; of a list its elements. */
  readonly follower = new Map<string, string>();
  /** LSN of every effect in the order told. */
  readonly lsns: number[] = [];
  permissions = 0xffff_ffff;
  /** The access key that the requests come with; undefined = open mode. */
  grant: AccessGrant | undefined;
  maxReplyBytes = 1_052_672;
  #ticket = 0;

  constructor(options: TestEngineOptions = {}) {
    this.journal = options.journal ?? new VolatileJournal();
    this.engine = new Engine({
      createStore: (onRemoved) => {
        const { maxMemoryBytes, eviction } = options;
        return new Store({
          hashSeed: 42,
          onRemoved,
          ...(maxMemoryBytes === undefined ? {} : { maxMemoryBytes }),
          ...(eviction === undefined ? {} : { eviction }),
        });
      },
      journal: this.journal,
      valueBytesMax: options.valueBytesMax ?? 1_048_576,
      services: {
        stats: () => ({ keys: this.engine.store.count }),
        snapshot: options.snapshot ?? (() => Promise.resolve({ generation: 1 })),
        onFailure: () => {},
      },
    });
    this.store = this.engine.store;
    this.engine.nowMs = 1_700_000_000_000;
    this.door = new DatagramDoor(this.engine, (ticket, status, results) => {
      assert.equal(status, 0);
      this.completed.set(ticket, answersOf(results, 1));
    });
    if (options.isFollowed !== false) this.#follow();
  }

  get nowMs(): number {
    return this.engine.nowMs;
  }

  pass(ms: number): void {
    this.engine.nowMs += ms;
  }

  /** One op as one request. */
  run(encode: Encode): Answer {
    return this.request([encode])[0];
  }

  /** Several ops as one request. */
  request(ops: readonly Encode[], isAtomic = false): Answer[] {
    const { status, results } = this.raw(opsBytes(ops), isAtomic);
    assert.equal(status, 0, 'status of the request');
    return answersOf(results, ops.length);
  }

  atomic(...ops: Encode[]): Answer[] {
    return this.request(ops, true);
  }

  /** A request as it came from the network. */
  raw(
    ops: Uint8Array,
    isAtomic = false,
  ): { status: number; results: Uint8Array; ticket: number; releasePosition: number } {
    const reply = new ByteWriter(64);
    const request: IncomingRequest = {
      bytes: ops,
      start: 0,
      end: ops.length,
      isAtomic,
      permissions: this.grant?.permissions ?? this.permissions,
      grant: this.grant,
      nowMs: 0,
      ticket: ++this.#ticket,
      maxReplyBytes: this.maxReplyBytes,
      releasePosition: 0,
      hasEffects: false,
    };
    const status = this.door.execute(request, reply);
    const { ticket, releasePosition } = request;
    return { status, results: reply.written().slice(), ticket, releasePosition };
  }

  /** The store as the follower should see it. */
  contents(): Map<string, string> {
    const contents = new Map<string, string>();
    let cursor = 0;
    do {
      cursor = this.store.scan(cursor, 100, this.nowMs, (ref) => {
        contents.set(this.#keyOf(ref), this.#stateOf(ref));
      });
    } while (cursor !== 0);
    return contents;
  }

  /** Effects are enough to have the same state elsewhere. Expired entries that nobody met may linger there. */
  assertFollowed(): void {
    const expected = this.contents();
    const followed = new Map(
      [...this.follower].filter(([, state]) => {
        const expiryMs = Number(state.split('/')[2]);
        return expiryMs === 0 || expiryMs > this.nowMs;
      }),
    );
    assert.deepEqual(new Map([...followed].sort()), new Map([...expected].sort()));
  }

  #follow(): void {
    this.journal.subscribe({
      put: (ref) => {
        this.lsns.push(this.store.versionOf(ref));
        this.follower.set(this.#keyOf(ref), this.#stateOf(ref));
      },
      remove: (keyBytes, keyStart, keyEnd, lsn) => {
        this.lsns.push(lsn);
        this.follower.delete(hex(keyBytes.subarray(keyStart, keyEnd)));
      },
      clear: (lsn) => {
        this.lsns.push(lsn);
        this.follower.clear();
      },
      splice: (ref, at, removed, inserted) => {
        const elements = this.#followedElements(ref);
        const length = elements.length;
        assert.ok(at + removed <= length, `elements ${at} to ${at + removed} of ${length}`);
        elements.splice(at, removed, ...this.#elementsOf(ref, at, inserted));
        this.#followList(ref, elements);
      },
      removeEqual: (ref, removed, isBackward, source, start, end) => {
        const elements = this.#followedElements(ref);
        const gone = hex(source.subarray(start, end));
        for (let i = 0; i < removed; i++) {
          const at = isBackward ? elements.lastIndexOf(gone) : elements.indexOf(gone);
          assert.ok(at >= 0, `${removed} elements ${gone}`);
          elements.splice(at, 1);
        }
        this.#followList(ref, elements);
      },
      copy: (ref, keyBytes, fromStart, fromEnd) => {
        const from = this.follower.get(hex(keyBytes.subarray(fromStart, fromEnd)));
        assert.ok(from !== undefined, 'what was copied is known');
        this.#followList(ref, from.split('/')[1].split(','));
      },
    });
  }

  /** A list as the effects so far say, in hex. */
  #followedElements(ref: number): string[] {
    const state = this.follower.get(this.#keyOf(ref));
    assert.match(state ?? '', new RegExp(`^${ValueType.LIST}/`));
    return state!.split('/')[1].split(',');
  }

  #followList(ref: number, elements: readonly string[]): void {
    this.lsns.push(this.store.versionOf(ref));
    this.follower.set(this.#keyOf(ref), this.#stateWith(ref, elements.join(',')));
  }

  #elementsOf(ref: number, at: number, count: number): string[] {
    const elements: string[] = [];
    const cursor = this.store.lists.open(ref, at, false);
    while (elements.length < count && cursor.next())
      elements.push(hex(cursor.bytes.subarray(cursor.start, cursor.end)));
    return elements;
  }

  #keyOf(ref: number): string {
    const start = this.store.keyStartOf(ref);
    return hex(this.store.segmentOf(ref).subarray(start, start + this.store.keyLengthOf(ref)));
  }

  #stateOf(ref: number): string {
    if (this.store.typeOf(ref) === ValueType.LIST)
      return this.#stateWith(ref, this.#elementsOf(ref, 0, Number.POSITIVE_INFINITY).join(','));
    const start = this.store.valueStartOf(ref);
    const value = this.store.segmentOf(ref).subarray(start, start + this.store.valueLengthOf(ref));
    return this.#stateWith(ref, value.length > 4096 ? digest(value) : hex(value));
  }

  #stateWith(ref: number, value: string): string {
    const { store } = this;
    return `${store.typeOf(ref)}/${value}/${store.expiryOf(ref)}/${store.versionOf(ref)}/${store.clientFlagsOf(ref)}`;
  }
}

export function opsBytes(ops: readonly Encode[]): Uint8Array {
  const writer = new ByteWriter(64);
  for (const encode of ops) encode(writer);
  return writer.written().slice();
}

export function answersOf(results: Uint8Array, count: number): Answer[] {
  const reader = new ByteReader().reset(results, 0, results.length);
  const answers: Answer[] = [];
  while (reader.remaining > 0) {
    const result = new Result();
    assert.ok(readResult(reader, result), 'a result that can be read');
    answers.push({
      status: errorInfo(result.status).name,
      ...(result.type === 0
        ? {}
        : {
            type: valueTypeNames[result.type],
            value: decodeValue(result.type as ValueType, result.bytes, result.start, result.end),
          }),
      ...(result.hasVersion ? { version: result.version } : {}),
    });
  }
  assert.equal(answers.length, count, 'as many results as ops');
  return answers;
}

export function hex(data: Uint8Array): string {
  return Buffer.from(data).toString('hex');
}

function digest(data: Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
