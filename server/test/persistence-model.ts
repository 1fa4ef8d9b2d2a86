/** What the persistence tests share: a plain store, seeded randomness, and a database on a disk in memory. */

import { type AnoaValue, ByteWriter, encodeValue, ValueType } from '@anoadb/protocol';
import { type DatabaseOptions, openDatabase } from '../src/persistence/database.js';
import type {
  Database,
  EffectListener,
  LoadTarget,
  SnapshotSource,
  WalkableStore,
} from '../src/persistence/database-types.js';
import type { FileSystem } from '../src/persistence/file-system.js';
import { FileWorker } from '../src/persistence/file-worker.js';
import type {
  FromJournal,
  JournalWorkerPort,
  ToJournal,
} from '../src/persistence/journal/journal-messages.js';
import { JournalWorker } from '../src/persistence/journal/journal-worker.js';
import { nodeStorageCrypto } from '../src/persistence/node-storage-crypto.js';
import { toPlainError } from '../src/persistence/persistence-error.js';
import type { StorageCrypto } from '../src/persistence/storage-crypto.js';
import type { FileWorkerPort, FromWorker, ToWorker } from '../src/persistence/worker-messages.js';
import type { MemoryDisk } from './persistence-memory-disk.js';

export interface ModelEntry {
  readonly key: Uint8Array;
  readonly type: number;
  readonly value: Uint8Array;
  readonly expiryMs: number;
  readonly version: number;
}

/** Entries in a Map; its walk goes in hash order with a bound on the hash as cursor, as the real store's does. */
export class ModelStore implements WalkableStore, LoadTarget, SnapshotSource {
  readonly entries = new Map<string, ModelEntry>();
  readonly store = this;
  clockMs = 1_700_000_000_000;
  #lastVersion = 0;
  #listener: EffectListener | undefined;
  #refs: ModelEntry[] = [];
  #order: ModelEntry[] | undefined;

  get count(): number {
    return this.entries.size;
  }

  lastVersion(): number {
    return this.#lastVersion;
  }
  nowMs(): number {
    return this.clockMs;
  }
  subscribe(listener: EffectListener): () => void {
    this.#listener = listener;
    return () => {
      this.#listener = undefined;
    };
  }

  /** Goes on behind what was loaded. */
  resumeAfter(lsn: number): void {
    this.#lastVersion = Math.max(this.#lastVersion, lsn);
  }

  // ---- writes, told to a running snapshot

  set(key: Uint8Array, type: number, value: Uint8Array, expiryMs = 0): void {
    const entry = { key, type, value, expiryMs, version: ++this.#lastVersion };
    this.entries.set(nameOf(key), entry);
    this.#order = undefined;
    this.#listener?.put(this.#refOf(entry));
  }
  delete(key: Uint8Array): boolean {
    if (!this.entries.delete(nameOf(key))) return false;
    this.#order = undefined;
    const version = ++this.#lastVersion;
    this.#listener?.remove(key, 0, key.length, version);
    return true;
  }
  flush(): void {
    this.entries.clear();
    this.#order = undefined;
    const version = ++this.#lastVersion;
    this.#listener?.clear(version);
  }

  // ---- LoadTarget

  put(
    bytes: Uint8Array,
    keyStart: number,
    keyEnd: number,
    type: number,
    valueBytes: Uint8Array,
    valueStart: number,
    valueEnd: number,
    expiryMs: number,
    version: number,
  ): boolean {
    const key = bytes.slice(keyStart, keyEnd);
    const value = valueBytes.slice(valueStart, valueEnd);
    this.entries.set(nameOf(key), { key, type, value, expiryMs, version });
    this.#order = undefined;
    return true;
  }
  remove(bytes: Uint8Array, start: number, end: number): boolean {
    this.#order = undefined;
    return this.entries.delete(nameOf(bytes.subarray(start, end)));
  }
  clear(): void {
    this.entries.clear();
    this.#order = undefined;
  }
  // Lists are tested with the real store: support/durable-engine.ts.
  splice = hasNoLists;
  removeEqual = hasNoLists;
  copy = hasNoLists;

  // ---- WalkableStore

  readonly lists = { lengthOf: hasNoLists, open: hasNoLists };
  find = hasNoLists;
  clientFlagsOf = (): number => 0;

  hash(bytes: Uint8Array, start: number, end: number): number {
    let hash = 0x811c9dc5;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i], 0x01000193) >>> 0;
    return hash;
  }
  /** Cursor c: all hashes below c were visited. */
  walk(cursor: number, entriesMax: number, visit: (ref: number) => void): number {
    this.#order ??= [...this.entries.values()].sort((a, b) => this.#hashOf(a) - this.#hashOf(b));
    this.#refs = [];
    const order = this.#order;
    let at = order.findIndex((entry) => this.#hashOf(entry) >= cursor);
    if (at < 0) return 0;
    let visited = 0;
    // Entries of one hash belong together: a bound on the hash cannot stand between them.
    while (
      at < order.length &&
      (visited < entriesMax || this.#hashOf(order[at]) === this.#hashOf(order[at - 1]))
    ) {
      visit(this.#refOf(order[at++]));
      visited++;
    }
    return at === order.length ? 0 : this.#hashOf(order[at]);
  }
  cursorPassed(cursor: number, hash: number): boolean {
    return hash < cursor;
  }
  typeOf = (ref: number): number => this.#refs[ref - 1].type;
  expiryOf = (ref: number): number => this.#refs[ref - 1].expiryMs;
  versionOf = (ref: number): number => this.#refs[ref - 1].version;
  keyLengthOf = (ref: number): number => this.#refs[ref - 1].key.length;
  valueLengthOf = (ref: number): number => this.#refs[ref - 1].value.length;
  keyStartOf = (): number => 3;
  valueStartOf = (ref: number): number => 3 + this.#refs[ref - 1].key.length;
  segmentOf(ref: number): Uint8Array {
    const { key, value } = this.#refs[ref - 1];
    const segment = new Uint8Array(3 + key.length + value.length);
    segment.set(key, 3);
    segment.set(value, 3 + key.length);
    return segment;
  }

  #hashOf(entry: ModelEntry): number {
    return this.hash(entry.key, 0, entry.key.length);
  }
  #refOf(entry: ModelEntry): number {
    return this.#refs.push(entry);
  }
}

function hasNoLists(): never {
  throw new Error('the model store has no lists');
}

/** For comparing: everything an entry is, by key, in key order. */
export function stateOf(entries: Iterable<ModelEntry>): string[] {
  const lines: string[] = [];
  for (const { key, type, value, expiryMs, version } of entries) {
    lines.push(`${nameOf(key)} ${type} ${Buffer.from(value).toString('hex')} ${expiryMs} ${version}`);
  }
  return lines.sort();
}

function nameOf(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('hex');
}

export function keyOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Type and wire form of a JavaScript value, or of untyped text. */
export function wireOf(value: AnoaValue): { type: number; bytes: Uint8Array } {
  const writer = new ByteWriter();
  const type = encodeValue(writer, value as object);
  return { type, bytes: writer.written().slice() };
}

export function setValue(store: ModelStore, key: string | Uint8Array, value: AnoaValue, expiryMs = 0): void {
  const { type, bytes } = wireOf(value);
  store.set(typeof key === 'string' ? keyOf(key) : key, type, bytes, expiryMs);
}

export function setText(store: ModelStore, key: string | Uint8Array, text: Uint8Array): void {
  store.set(typeof key === 'string' ? keyOf(key) : key, ValueType.TEXT, text);
}

/** mulberry32: small, seeded, good enough to find bugs. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

export const TEST_SCRYPT_N = 1024;
export const DIRECTORY = '/srv/data';
export const KEY_FILE = '/srv/anoa.key';

/** Seeded randomness makes a run repeatable; the cryptography is real, and of the fastest kind that loads here. */
export function testCrypto(seed = 1): StorageCrypto {
  const random = seededRandom(seed);
  return {
    ...nodeStorageCrypto(),
    random(into) {
      for (let i = 0; i < into.length; i++) into[i] = random() * 256;
    },
  };
}

/** The worker without its thread: messages arrive in later turns, buffers are really taken away. */
export function inlineWorker(fs: FileSystem, crypto: StorageCrypto): FileWorkerPort {
  let listener: (message: FromWorker) => void = () => undefined;
  let isDead = false;
  const worker = new FileWorker(fs, crypto, (message, transfer) => {
    const copy = structuredClone(message, { transfer: transfer ?? [] });
    setImmediate(() => listener(copy));
  });
  return {
    get isDead() {
      return isDead;
    },
    post(message: ToWorker, transfer) {
      const copy = structuredClone(message, { transfer: transfer ?? [] });
      setImmediate(() => {
        if (isDead) return;
        try {
          worker.handle(copy);
        } catch (error) {
          // As a thread does: an error that FileWorker lets through ends it.
          isDead = true;
          listener({ did: 'died', error: toPlainError(error) });
        }
      });
    },
    listen(next) {
      listener = next;
    },
    async close() {
      isDead = true;
    },
  };
}

/** The journal worker without its thread; time passes only when the test ticks. */
export interface InlineJournalWorker extends JournalWorkerPort {
  tick(): void;
}

export function inlineJournalWorker(
  fs: FileSystem,
  crypto: StorageCrypto,
  monotonicMs: () => number = () => 0,
): InlineJournalWorker {
  let listener: (message: FromJournal) => void = () => undefined;
  let isDead = false;
  const say = (message: FromJournal, transfer?: ArrayBuffer[]) => {
    const copy = structuredClone(message, { transfer: transfer ?? [] });
    setImmediate(() => listener(copy));
  };
  const worker = new JournalWorker({ fs, crypto, monotonicMs, reply: say });
  const run = (step: () => void) => {
    if (isDead) return;
    try {
      step();
    } catch (error) {
      isDead = true;
      listener({ did: 'died', error: toPlainError(error) });
    }
  };
  return {
    get isDead() {
      return isDead;
    },
    post(message: ToJournal, transfer) {
      const copy = structuredClone(message, { transfer: transfer ?? [] });
      setImmediate(() => run(() => worker.handle(copy)));
    },
    listen(next) {
      listener = next;
    },
    tick: () => run(() => worker.tick()),
    async end() {
      isDead = true;
    },
  };
}

export interface TestDatabaseOptions extends Partial<DatabaseOptions> {
  /** Gets the journal worker, to tick it. */
  readonly onJournalWorker?: (worker: InlineJournalWorker) => void;
  readonly crypto?: StorageCrypto;
  readonly nowMs?: () => number;
  readonly beforeYield?: () => void | Promise<void>;
  readonly monotonicMs?: () => number;
}

export function openOn(disk: MemoryDisk, options: TestDatabaseOptions = {}): Promise<Database> {
  const crypto = options.crypto ?? testCrypto(disk.calls + 1);
  return openDatabase(
    {
      fs: disk,
      crypto,
      lock: {
        acquire: async () => ({
          replacedStale: false,
          confirm: () => undefined,
          release: async () => undefined,
        }),
      },
      startWorker: () => inlineWorker(disk, crypto),
      startJournalWorker: () => {
        const worker = inlineJournalWorker(disk, crypto, options.monotonicMs);
        options.onJournalWorker?.(worker);
        return worker;
      },
      nowMs: options.nowMs ?? (() => 1_700_000_000_000),
      monotonicMs: options.monotonicMs ?? (() => 0),
      yieldToEventLoop: async () => {
        await options.beforeYield?.();
        await new Promise((done) => setImmediate(done));
      },
    },
    {
      directory: DIRECTORY,
      secret: { kind: 'key-file', path: KEY_FILE, createIfAbsent: true },
      reserveBytesMax: 0,
      keyring: { scryptN: TEST_SCRYPT_N },
      ...options,
    },
  );
}

/** Opens, loads into a fresh store, starts. */
export async function startOn(
  disk: MemoryDisk,
  options: TestDatabaseOptions = {},
): Promise<{ database: Database; store: ModelStore }> {
  const database = await openOn(disk, options);
  const store = new ModelStore();
  await database.load(store);
  await database.start();
  return { database, store };
}
