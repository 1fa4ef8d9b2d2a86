import assert from 'node:assert/strict';
import {
  type ByteWriter,
  encodeCount,
  encodeGet,
  encodeGetExpire,
  encodeIncr,
  encodePing,
  encodeSet,
  encodeSnapshot,
  type JsonValue,
  Status,
} from '@anoadb/protocol';
import { SeededRandom } from '@anoadb/testkit';
import { PENDING, RequestKind } from '@anoadb/transport';
import { suite } from 'uvu';
import { answersOf, bytes, type Encode, opsBytes, TestEngine } from './test-engine.js';

const test = suite('datagram door');
let db = new TestEngine();

test.before.each(() => {
  db = new TestEngine();
});

const key = bytes('k');
const get: Encode = (w) => encodeGet(w, { key });
const incr: Encode = (w) => encodeIncr(w, { key });
const set = (value: string, name = 'k'): Encode => {
  return (w) => encodeSet(w, { key: bytes(name), value });
};
const kindOf = (ops: Uint8Array): number => db.door.classify(ops, 0, ops.length);

test('a request is a write where any of its ops can change something', () => {
  assert.equal(kindOf(opsBytes([get])), RequestKind.READ);
  assert.equal(kindOf(opsBytes([get, encodeCount])), RequestKind.READ);
  assert.equal(kindOf(opsBytes([get, get, incr])), RequestKind.WRITE);
  assert.equal(kindOf(opsBytes([encodeSnapshot])), RequestKind.WRITE);
});

test('no op and more than 255 ops are malformed, 1 and 255 are not', () => {
  assert.equal(kindOf(new Uint8Array(0)), RequestKind.MALFORMED);
  assert.equal(db.raw(new Uint8Array(0)).status, Status.MALFORMED);
  const many = (count: number) => opsBytes(Array.from({ length: count }, () => incr));
  assert.equal(kindOf(many(1)), RequestKind.WRITE);
  assert.equal(kindOf(many(255)), RequestKind.WRITE);
  assert.equal(kindOf(many(256)), RequestKind.MALFORMED);
  assert.equal(db.raw(many(256)).status, Status.MALFORMED);
  assert.equal(db.run(get).status, 'NOT_FOUND', 'nothing of it was executed');
});

test('every truncation of a request is malformed as a whole, and nothing of it is executed', () => {
  const ops = opsBytes([incr, set('value'), get]);
  const whole = new Set([opsBytes([incr]).length, opsBytes([incr, set('value')]).length]);
  for (let length = 0; length < ops.length; length++) {
    if (whole.has(length)) continue;
    const cut = ops.subarray(0, length);
    assert.equal(kindOf(cut), RequestKind.MALFORMED, `${length} bytes`);
    assert.equal(db.raw(cut).status, Status.MALFORMED);
  }
  assert.equal(db.run(get).status, 'NOT_FOUND');
});

test('a length of 2^32 - 1 is malformed, not negative', () => {
  const ops = opsBytes([get]);
  ops.fill(0xff, 4, 8);
  assert.equal(kindOf(ops), RequestKind.MALFORMED);
});

test('an op that is wrong by itself is refused, those around it are executed', () => {
  const unknown: Encode = (w) => {
    for (const byte of [0x7f, 0, 1, 0, 0, 0, 0, 0, 0x61]) w.u8(byte);
  };
  const badFlags: Encode = (w) => {
    for (const byte of [0x01, 0x80, 1, 0, 0, 0, 0, 0, 0x61]) w.u8(byte);
  };
  const noKey: Encode = (w) => {
    for (const byte of [0x01, 0, 0, 0, 0, 0, 0, 0]) w.u8(byte);
  };
  const answers = db.request([incr, unknown, badFlags, noKey, get]);
  assert.deepEqual(
    answers.map(({ status }) => status),
    ['OK', 'UNSUPPORTED_OP', 'MALFORMED', 'MALFORMED', 'OK'],
  );
  assert.equal(db.engine.errors[0x7f], 1);
});

test('a reply that would be too large refuses the reads that do not fit, and only those', () => {
  db.maxReplyBytes = 300_000;
  db.run(set('x'.repeat(100_000)));
  const answers = db.request([get, get, get, incr, get]);
  assert.deepEqual(
    answers.map(({ status }) => status),
    ['OK', 'OK', 'REPLY_TOO_LARGE', 'TYPE_MISMATCH', 'REPLY_TOO_LARGE'],
  );
});

test('a value of the largest size fits a reply alone', () => {
  db.run(set('x'.repeat(1_048_576)));
  assert.equal(db.request([get])[0].status, 'OK');
});

test('a write whose value does not fit is told as executed', () => {
  db.maxReplyBytes = 50_000;
  db.run(set('x'.repeat(60_000)));
  const [answer] = db.request([(w) => encodeGetExpire(w, { key, ttlMs: 5 })]);
  assert.equal(answer.status, 'READ_NOT_REPLAYED');
  assert.equal(db.store.expiryOf(db.store.find(key, 0, 1, db.nowMs)), db.nowMs + 5);
});

test('a reply never exceeds its bound, whatever is asked', () => {
  const random = new SeededRandom(5);
  for (let i = 0; i < 20; i++) db.run(set('x'.repeat(random.int(0, 70_000)), `k${i}`));
  for (let round = 0; round < 300; round++) {
    const ops: Encode[] = Array.from({ length: random.int(1, 100) }, () => {
      const name = bytes(`k${random.int(0, 19)}`);
      return random.chance(0.7)
        ? (w: ByteWriter) => encodeGet(w, { key: name })
        : (w: ByteWriter) =>
            encodeSet(w, { key: name, value: 'y'.repeat(random.int(0, 1000)), returnOld: true });
    });
    db.maxReplyBytes = random.int(110_000, 400_000);
    const { status, results } = db.raw(opsBytes(ops), random.chance(0.3));
    assert.equal(status, Status.OK);
    answersOf(results, ops.length);
    assert.ok(results.length <= db.maxReplyBytes, `seed ${random.seed}, round ${round}`);
  }
});

test('SNAPSHOT must be alone and is answered later', async () => {
  let finish: (report: JsonValue) => void = () => {};
  db = new TestEngine({ snapshot: () => new Promise((resolve) => (finish = resolve)) });
  assert.equal(kindOf(opsBytes([encodeSnapshot, get])), RequestKind.MALFORMED);
  assert.equal(db.raw(opsBytes([get, encodeSnapshot])).status, Status.MALFORMED);
  const { status, results, ticket } = db.raw(opsBytes([encodeSnapshot]));
  assert.equal(status, PENDING);
  assert.equal(results.length, 0);
  assert.equal(db.run(incr).value, 1, 'others are served meanwhile');
  finish({ generation: 3 });
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(db.completed.get(ticket), [{ status: 'OK', type: 'json', value: { generation: 3 } }]);
});

test('a snapshot that fails is answered too', async () => {
  db = new TestEngine({ snapshot: () => Promise.reject(new Error('disk')) });
  const { ticket } = db.raw(opsBytes([encodeSnapshot]));
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(db.completed.get(ticket), [{ status: 'SNAPSHOT_FAILED' }]);
});

test('a summary keeps the results of writes and leaves out the values read', () => {
  db.run(set('x'.repeat(5000)));
  const ops = opsBytes([get, incr, set('new', 'other'), (w) => encodePing(w, { payload: bytes('p') })]);
  const { results } = db.raw(ops);
  const summary = db.door.summarize(ops, results);
  assert.ok(summary.length < 100);
  const answers = answersOf(summary, 4);
  assert.deepEqual(
    answers.map(({ status }) => status),
    ['READ_NOT_REPLAYED', 'TYPE_MISMATCH', 'OK', 'READ_NOT_REPLAYED'],
  );
  assert.ok((answers[2].version ?? 0) > 0);
});

test('random bytes never throw, and what is answered is well formed', () => {
  const random = new SeededRandom(3);
  const valid = opsBytes([get, incr, set('hello'), (w) => encodeGetExpire(w, { key, ttlMs: 5 })]);
  for (let round = 0; round < 30_000; round++) {
    const ops = random.chance(0.5)
      ? Uint8Array.from({ length: random.int(0, 60) }, () => random.int(0, 255))
      : valid.slice();
    for (let i = random.int(0, 3); i > 0; i--) ops[random.int(0, ops.length - 1)] = random.int(0, 255);
    const kind = kindOf(ops);
    const { status, results } = db.raw(ops, random.chance(0.3));
    if (kind === RequestKind.MALFORMED) assert.equal(status, Status.MALFORMED);
    if (status === PENDING) db.engine.commit();
    else if (status === Status.OK) assert.ok(results.length >= 6);
    else assert.equal(status, Status.MALFORMED, `seed ${random.seed}, round ${round}`);
  }
});

test('what a batch is expected to bring changes nothing, whatever stands there, and no answer to come', () => {
  const seed = 7;
  const random = new SeededRandom(seed);
  // Enough that the door finds looking ahead worth it.
  for (let i = 0; i < 200; i++) db.request(Array.from({ length: 100 }, (_, j) => set('v', `key ${i} ${j}`)));
  const before = db.store.count;
  const starts = new Int32Array(128);
  const ends = new Int32Array(128);
  for (let round = 0; round < 200; round++) {
    const ops = opsBytes([set(`value ${round}`, `key 5 ${round % 100}`)]);
    const batch = new Uint8Array(4096);
    for (let i = 0; i < batch.length; i++) batch[i] = random.int(0, 255);
    for (let i = 0; i < starts.length; i++) {
      starts[i] = random.int(0, batch.length);
      ends[i] = random.int(starts[i], batch.length);
    }
    batch.set(ops);
    starts[0] = 0;
    ends[0] = ops.length;
    assert.equal(kindOf(ops), RequestKind.WRITE);
    db.door.expect(batch, starts, ends, starts.length);
    assert.equal(db.store.count, before, `seed ${seed}`);
    const { status, results } = db.raw(ops);
    assert.equal(status, Status.OK);
    assert.equal(answersOf(results, 1)[0].status, 'OK', `seed ${seed}`);
    const [answer] = db.request([(w) => encodeGet(w, { key: bytes(`key 5 ${round % 100}`) })]);
    assert.equal(answer.value, `value ${round}`, `seed ${seed}`);
  }
});

test.run();
