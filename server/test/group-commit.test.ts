/** The durable journal above its files: what is in a batch, when it is handed over, and when answers may leave. */

import assert from 'node:assert/strict';
import {
  ByteReader,
  encodeCount,
  encodeDelete,
  encodeGet,
  encodeGetExpire,
  encodeIncr,
  encodeRename,
  encodeSet,
  Status,
} from '@anoadb/protocol';
import { suite } from 'uvu';
import {
  BATCH_HEAD_BYTES,
  GroupCommit,
  type JournalListener,
  type JournalPort,
  type JournalStatistics,
  RecordKind,
  RecordReader,
  type SyncPolicy,
} from '../src/persistence/index.js';
import { bytes, type Encode, opsBytes, TestEngine } from './test-engine.js';

const test = suite('group commit');

interface Appended {
  readonly buffer: ArrayBuffer;
  readonly byteEnd: number;
  readonly firstLsn: number;
  readonly lastLsn: number;
  readonly requestCount: number;
  readonly dbNowMs: number;
}

/** A journal worker that writes and syncs when the test says so. */
class FakePort implements JournalPort {
  readonly isOn: boolean;
  readonly policy: SyncPolicy;
  writtenLsn = 0;
  durableLsn = 0;
  isFull = false;
  bytesInFlight = 0;
  readonly statistics = {} as JournalStatistics;
  readonly appended: Appended[] = [];
  readonly #inFlight: Appended[] = [];
  listener!: JournalListener;

  constructor(policy: SyncPolicy, isOn = true) {
    this.policy = policy;
    this.isOn = isOn;
  }

  get batchesInFlight(): number {
    return this.#inFlight.length;
  }

  append(
    buffer: ArrayBuffer,
    byteEnd: number,
    firstLsn: number,
    lastLsn: number,
    requestCount: number,
    dbNowMs: number,
  ): void {
    const previous = this.appended.at(-1)?.lastLsn ?? 0;
    assert.ok(lastLsn >= previous && firstLsn >= Math.min(previous, lastLsn) && firstLsn <= lastLsn);
    const kept = { buffer: buffer.slice(0, byteEnd), byteEnd, firstLsn, lastLsn, requestCount, dbNowMs };
    this.appended.push(kept);
    this.#inFlight.push({ ...kept, buffer });
    this.bytesInFlight += byteEnd;
  }

  listen(listener: JournalListener): void {
    this.listener = listener;
  }

  /** One batch is written; under `always` it is synced too. */
  write(): void {
    const batch = this.#inFlight.shift()!;
    this.bytesInFlight -= batch.byteEnd;
    this.writtenLsn = batch.lastLsn;
    this.listener.onWritten(batch.lastLsn);
    if (this.policy === 'always') this.sync();
    this.listener.onBuffer(batch.buffer);
  }

  sync(): void {
    this.durableLsn = this.writtenLsn;
    this.listener.onDurable(this.durableLsn);
  }
}

class Journalled {
  readonly port: FakePort;
  readonly commit: GroupCommit;
  readonly db: TestEngine;
  readonly released: number[] = [];
  readonly full: boolean[] = [];

  constructor(policy: SyncPolicy = 'always', options: { isOn?: boolean; queuedBytesMax?: number } = {}) {
    this.port = new FakePort(policy, options.isOn);
    this.commit = new GroupCommit({
      nowMs: () => this.db.nowMs,
      onReleased: (lsn) => void this.released.push(lsn),
      onFull: (isFull) => void this.full.push(isFull),
      onFatal: (error) => {
        throw error;
      },
      ...(options.queuedBytesMax === undefined ? {} : { queuedBytesMax: options.queuedBytesMax }),
    });
    this.db = new TestEngine({ journal: this.commit });
    this.commit.bind(this.db.store);
    this.commit.open(this.port, 0);
    this.released.length = 0;
  }

  /** One request; the position its answer waits for, 0 = none. */
  request(...ops: Encode[]): number {
    return this.db.raw(opsBytes(ops)).releasePosition;
  }

  records(index = this.port.appended.length - 1): string[] {
    const { buffer, byteEnd } = this.port.appended[index];
    const reader = new RecordReader(new ByteReader());
    reader.reset(new Uint8Array(buffer), BATCH_HEAD_BYTES, byteEnd);
    const records: string[] = [];
    const names = Object.keys(RecordKind);
    while (reader.next()) {
      const key = new TextDecoder().decode(reader.bytes.subarray(reader.keyStart, reader.keyEnd));
      records.push(`${names[reader.kind]} ${key} ${reader.version}`);
    }
    return records;
  }
}

const k = bytes('k');
const other = bytes('other');
const put =
  (key = k, value: unknown = 1): Encode =>
  (w) =>
    encodeSet(w, { key, value: value as never });
const get =
  (key = k): Encode =>
  (w) =>
    encodeGet(w, { key });
const remove =
  (key = k): Encode =>
  (w) =>
    encodeDelete(w, { key });

test('under always the next batch collects while one is on its way, and goes when that is synced', () => {
  const it = new Journalled('always');
  assert.equal(it.request(put()), 1);
  it.commit.flush();
  assert.deepEqual(it.records(), ['PUT k 1']);
  it.request(put(other), remove());
  it.request(put());
  it.commit.flush();
  assert.equal(it.port.appended.length, 1);
  it.port.write();
  assert.deepEqual(it.released, [1]);
  assert.deepEqual(it.records(), ['PUT other 2', 'REMOVE k 3', 'PUT k 4']);
  assert.equal(it.port.appended[1].requestCount, 2);
  assert.equal(it.port.appended[1].firstLsn, 2);
  it.port.write();
  assert.deepEqual(it.released, [1, 4]);
});

test('everysec releases what is written; always only what is synced', () => {
  for (const policy of ['everysec', 'no', 'always'] as const) {
    const it = new Journalled(policy);
    it.request(put());
    it.commit.flush();
    it.port.writtenLsn = 1;
    it.port.listener.onWritten(1);
    assert.deepEqual(it.released, policy === 'always' ? [] : [1], policy);
  }
});

test('a mark stands behind the effects of its request, in the same batch', () => {
  const it = new Journalled('always');
  it.commit.session(bytes('IDsession'), 0, 2, 2, 9);
  it.request(put());
  it.commit.mark(bytes('IDpayload'), 0, 2, 2, 9);
  it.request(put(other));
  it.commit.mark(bytes('JDpayload'), 0, 2, 2, 9);
  it.commit.flush();
  assert.deepEqual(it.records(), ['SESSION ID 0', 'PUT k 1', 'MARK ID 1', 'PUT other 2', 'MARK JD 2']);
});

test('a batch of sessions alone has the last LSN as both, and holds nothing back', () => {
  const it = new Journalled('always');
  it.request(put());
  it.commit.flush();
  it.port.write();
  it.commit.session(bytes('IDsession'), 0, 2, 2, 9);
  assert.equal(it.request(get()), 0);
  it.commit.flush();
  const { firstLsn, lastLsn } = it.port.appended[1];
  assert.deepEqual([firstLsn, lastLsn], [1, 1]);
  it.port.write();
  assert.equal(it.request(put()), 2);
});

test('a read waits for what it saw: a fresh value, a fresh absence, a count; and for nothing else', () => {
  const it = new Journalled('always');
  it.request(put(k), put(other));
  it.commit.flush();
  it.port.write();
  assert.equal(it.request(get(k)), 0);
  assert.equal(it.request(put(k)), 3);
  assert.equal(it.request(get(k)), 3);
  assert.equal(it.request(get(other)), 0, 'an old entry');
  assert.equal(it.request(get(bytes('never'))), 0, 'nothing was removed that was not released');
  assert.equal(it.request(remove(other)), 4);
  assert.equal(it.request(get(other)), 4);
  assert.equal(it.request(remove(other)), 4, 'a write that found nothing to do');
  assert.equal(
    it.request((w) => encodeCount(w)),
    4,
  );
  assert.equal(
    it.request((w) => encodeSet(w, { key: k, value: 2, ifAbsent: true })),
    3,
    'refused because of a fresh entry',
  );
  it.commit.flush();
  it.port.write();
  assert.equal(it.request(get(k)), 0);
  assert.equal(it.request(get(other)), 0);
});

test('an expiry that somebody met waits as a removal does', () => {
  const it = new Journalled('always');
  it.request((w) => encodeSet(w, { key: k, value: 1, ttlMs: 10 }));
  it.commit.flush();
  it.port.write();
  it.db.pass(20);
  assert.equal(it.request(get(k)), 2);
  it.commit.flush();
  assert.deepEqual(it.records(), ['REMOVE k 2']);
});

test('a rolled-back request leaves a gap that nobody waits for', () => {
  const it = new Journalled('always');
  it.request(put());
  it.commit.flush();
  const position = it.db.raw(
    opsBytes([
      put(k, 2),
      put(other),
      (w) => encodeIncr(w, { key: bytes('x'), amount: 1 }),
      (w) => encodeRename(w, { key: bytes('none'), newKey: k, ifAbsent: true }),
      (w) => encodeSet(w, { key: k, value: 1, ifAbsent: true }),
    ]),
    true,
  );
  assert.equal(position.releasePosition, it.commit.lastLsn);
  it.commit.flush();
  it.port.write();
  assert.equal(it.released.at(-1), it.commit.lastLsn);
  assert.equal(it.port.appended.length, 1, 'nothing of it was journalled');
  assert.equal(it.request(put()), it.commit.lastLsn);
  it.commit.flush();
  assert.deepEqual(it.records(), [`PUT k ${it.commit.lastLsn}`]);
});

test('large batches go at their size, in order, four at a time; then writers are told to wait', () => {
  const it = new Journalled('everysec', { queuedBytesMax: 6 * 1024 * 1024 });
  const large = 'x'.repeat(600_000);
  for (let i = 0; i < 8; i++) assert.ok(it.request(put(k, large)) > 0);
  assert.equal(it.port.appended.length, 3, 'two requests a batch, the last collects');
  while (!it.commit.isBusy) it.request(put(k, large));
  assert.equal(it.port.batchesInFlight, 4);
  const executed = it.commit.lastLsn;
  assert.equal(it.db.raw(opsBytes([put()])).status, Status.BUSY);
  assert.equal(it.db.raw(opsBytes([get()])).status, Status.OK);
  assert.equal(it.commit.lastLsn, executed);
  while (it.port.batchesInFlight > 0) {
    it.port.write();
  }
  assert.equal(it.released.at(-1), executed);
  const lsns = it.port.appended.map(({ firstLsn, lastLsn }) => [firstLsn, lastLsn]);
  for (let i = 1; i < lsns.length; i++) assert.equal(lsns[i][0], lsns[i - 1][1] + 1);
});

test('a full disk is told to the engine; what was executed before is still released', () => {
  const it = new Journalled('everysec');
  it.request(put());
  it.commit.flush();
  it.port.listener.onFull();
  assert.deepEqual(it.full, [true]);
  it.db.engine.refusesWrites = true;
  assert.deepEqual(it.db.run(put()), { status: 'DISK_FULL' });
  assert.equal(it.db.run(get()).status, 'OK');
  assert.deepEqual(
    it.db.request([put(), get()]).map(({ status }) => status),
    ['DISK_FULL', 'OK'],
  );
  it.port.write();
  assert.deepEqual(it.released, [1]);
  it.port.listener.onRoom();
  assert.deepEqual(it.full, [true, false]);
});

test('one request cannot outgrow a frame: where it has journalled too much, more is out of memory', () => {
  const it = new Journalled('everysec');
  const large = 'x'.repeat(1_000_000);
  it.request(put(k, large));
  it.commit.flush();
  it.port.write();
  const answers = it.db.request(
    Array.from(
      { length: 200 },
      (_, i) => (w) => encodeGetExpire(w, { key: k, expireAtMs: it.db.nowMs + 1_000_000 + i }),
    ),
  );
  const statuses = answers.map(({ status }) => status);
  const refusedFrom = statuses.indexOf('OUT_OF_MEMORY');
  assert.ok(refusedFrom > 100 && refusedFrom < 160, `refused from op ${refusedFrom}`);
  assert.ok(statuses.slice(refusedFrom).every((status) => status === 'OUT_OF_MEMORY'));
  it.commit.flush();
  assert.ok(it.port.appended[1].byteEnd < 256 * 1024 * 1024);
  it.port.write();
  assert.equal(it.db.run(put()).status, 'OK');
});

test('a defect in a request: one that changed nothing can be left behind, another cannot', () => {
  const it = new Journalled('everysec');
  const { engine } = it.db;
  engine.startRequest();
  assert.equal(engine.abandonRequest(), true);
  engine.startRequest();
  engine.begin();
  assert.equal(engine.abandonRequest(), false, 'an atomic one may be half done');
  engine.rollback();
  engine.startRequest();
  it.commit.takeLsn();
  assert.equal(engine.abandonRequest(), false);
});

test('drained resolves when everything told before is released', async () => {
  const it = new Journalled('always');
  await it.commit.drained();
  it.request(put());
  let isDrained = false;
  const drained = it.commit.drained().then(() => {
    isDrained = true;
  });
  assert.equal(it.port.appended.length, 1);
  await Promise.resolve();
  assert.equal(isDrained, false);
  it.port.write();
  await drained;
});

test('without a journal nothing is collected and nobody waits', () => {
  const it = new Journalled('always', { isOn: false });
  assert.equal(it.request(put()), 0);
  assert.equal(it.request(get()), 0);
  it.commit.flush();
  assert.equal(it.port.appended.length, 0);
  assert.equal(it.commit.lastLsn, 1);
});

test.run();
