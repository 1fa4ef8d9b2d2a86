import assert from 'node:assert/strict';
import {
  type AnoaValue,
  encodeAppend,
  encodeCheck,
  encodeDelete,
  encodeExpire,
  encodeFlush,
  encodeGet,
  encodeGetDelete,
  encodeIncr,
  encodePersist,
  encodeRename,
  encodeSet,
  encodeSnapshot,
  encodeTtl,
  Status,
  TypedValue,
  ValueType,
} from '@anoadb/protocol';
import { suite } from 'uvu';
import { bytes, type Encode, opsBytes, TestEngine } from './test-engine.js';

const test = suite('engine: atomic requests');
let db = new TestEngine();

test.before.each(() => {
  db = new TestEngine();
});
test.after.each(() => db.assertFollowed());

const set = (key: string, value: AnoaValue | TypedValue, more: object = {}): Encode => {
  return (w) => encodeSet(w, { key: bytes(key), value, ...more });
};
const get = (key: string): Encode => {
  return (w) => encodeGet(w, { key: bytes(key) });
};
const incr = (key: string): Encode => {
  return (w) => encodeIncr(w, { key: bytes(key) });
};
const remove = (key: string): Encode => {
  return (w) => encodeDelete(w, { key: bytes(key) });
};
const failing: Encode = (w) => encodeCheck(w, { key: bytes('nothing'), ifPresent: true });
const statuses = (...ops: Encode[]): string[] => db.atomic(...ops).map((answer) => answer.status);

test('ops run in order and see the effects of those before them', () => {
  const answers = db.atomic(set('a', 1), incr('a'), incr('a'), get('a'), remove('a'), get('a'), incr('a'));
  assert.deepEqual(
    answers.map(({ status, value }) => [status, value]),
    [
      ['OK', undefined],
      ['OK', 2],
      ['OK', 3],
      ['OK', 3],
      ['OK', undefined],
      ['NOT_FOUND', undefined],
      ['OK', 1],
    ],
  );
  assert.equal(db.run(get('a')).value, 1);
});

test('a failing op keeps its status, all others say ABORTED, wherever it stands', () => {
  for (let failsAt = 0; failsAt < 4; failsAt++) {
    const ops = [incr('a'), incr('b'), get('a')];
    ops.splice(failsAt, 0, failing);
    const expected = ['ABORTED', 'ABORTED', 'ABORTED'];
    expected.splice(failsAt, 0, 'CONDITION_FAILED');
    assert.deepEqual(statuses(...ops), expected);
    assert.equal(db.run(get('a')).status, 'NOT_FOUND');
    assert.equal(db.run(get('b')).status, 'NOT_FOUND');
  }
});

test('a version mismatch tells the current version', () => {
  const version = db.run(set('a', 1)).version;
  const answers = db.atomic(incr('b'), (w) => encodeCheck(w, { key: bytes('a'), version: 77 }));
  assert.deepEqual(answers, [{ status: 'ABORTED' }, { status: 'VERSION_MISMATCH', version }]);
});

test('NOT_FOUND does not abort', () => {
  assert.deepEqual(statuses(get('none'), remove('none'), incr('a')), ['NOT_FOUND', 'NOT_FOUND', 'OK']);
  assert.equal(db.run(get('a')).value, 1);
});

test('a malformed or unknown op aborts the others', () => {
  const unknown: Encode = (w) => {
    for (const byte of [0x7f, 0, 1, 0, 0, 0, 0, 0, 0x61]) w.u8(byte);
  };
  assert.deepEqual(statuses(incr('a'), unknown), ['ABORTED', 'UNSUPPORTED_OP']);
  const bad = new TypedValue(ValueType.BOOLEAN, Uint8Array.of(7));
  assert.deepEqual(statuses(incr('a'), set('b', bad), incr('a')), ['ABORTED', 'MALFORMED', 'ABORTED']);
  assert.equal(db.run(get('a')).status, 'NOT_FOUND');
});

test('rollback brings back value, type, kind, expiry and version, after every kind of change', () => {
  const key = bytes('a');
  const changes: [string, Encode][] = [
    ['set', set('a', 'something much longer than before '.repeat(20))],
    ['set with ttl', set('a', true, { ttlMs: 5 })],
    ['set in the past', set('a', true, { expireAtMs: 1 })],
    ['delete', remove('a')],
    ['incr', incr('a')],
    ['append', (w) => encodeAppend(w, { key, value: '5' })],
    ['expire', (w) => encodeExpire(w, { key, timeMs: 77 })],
    ['expire at once', (w) => encodeExpire(w, { key, timeMs: 0 })],
    ['persist', (w) => encodePersist(w, { key })],
    ['getdelete', (w) => encodeGetDelete(w, { key })],
    ['rename away', (w) => encodeRename(w, { key, newKey: bytes('b') })],
    ['rename onto', (w) => encodeRename(w, { key: bytes('other'), newKey: key })],
    ['rename to itself', (w) => encodeRename(w, { key, newKey: key })],
  ];
  const befores: [AnoaValue | TypedValue, object][] = [
    [41, {}],
    [new TypedValue(ValueType.TEXT, bytes('41')), { ttlMs: 1000 }],
    ['41', { ttlMs: 90_000 }],
  ];
  for (const [value, more] of befores) {
    for (const [name, change] of changes) {
      for (const repeats of [1, 3]) {
        db.run(set('a', value, more));
        db.run(set('other', 'x'));
        db.run(get('a'));
        const before = db.contents();
        const told = db.lsns.length;
        const ops: Encode[] = Array.from({ length: repeats }, () => change);
        const answers = statuses(...ops, failing);
        assert.ok(!answers.includes('OK'), name);
        assert.deepEqual(db.contents(), before, `${name} x ${repeats}`);
        assert.equal(db.lsns.length, told, 'nothing of it was journalled');
      }
    }
  }
});

test('a version taken by a rolled-back write is not given again', () => {
  const before = db.run(set('a', 1)).version ?? 0;
  db.atomic(set('a', 2), failing);
  assert.equal(db.run((w) => encodeCheck(w, { key: bytes('a'), version: before })).status, 'OK');
  assert.ok((db.run(set('a', 3)).version ?? 0) > before + 1);
});

test('a committed request is journalled once per key, with rising versions', () => {
  db.lsns.length = 0;
  db.atomic(set('a', 1), incr('a'), incr('b'), remove('b'), incr('a'), set('c', 1));
  assert.deepEqual(
    db.lsns,
    [...db.lsns].sort((x, y) => x - y),
  );
  assert.ok(db.lsns.length < 6);
  db.assertFollowed();
});

test('an expiry met by an atomic request stays, also where the request is rolled back', () => {
  db.run(set('a', 1, { ttlMs: 10 }));
  db.pass(10);
  assert.deepEqual(statuses(incr('a'), failing), ['ABORTED', 'CONDITION_FAILED']);
  assert.equal(db.run(get('a')).status, 'NOT_FOUND');
  db.run(set('a', 5, { ttlMs: 10 }));
  db.pass(10);
  assert.deepEqual(statuses(incr('a'), get('a')), ['OK', 'OK']);
  assert.equal(db.run((w) => encodeTtl(w, { key: bytes('a') })).value, null);
});

test('FLUSH cannot be taken back, so it aborts an atomic request', () => {
  db.run(set('a', 1));
  assert.deepEqual(statuses(incr('a'), encodeFlush), ['ABORTED', 'MALFORMED']);
  assert.equal(db.run(get('a')).value, 1);
});

test('SNAPSHOT in an atomic request makes the request malformed', () => {
  assert.equal(db.raw(opsBytes([encodeSnapshot]), true).status, Status.MALFORMED);
});

test('more old values than the undo log may hold is a refusal, and nothing changes', () => {
  const mebibyte = 'x'.repeat(1024 * 1024);
  const keys = Array.from({ length: 70 }, (_, i) => `big${i}`);
  for (const key of keys) db.run(set(key, mebibyte));
  const answers = db.atomic(...keys.map((key) => set(key, 1)));
  assert.equal(answers.filter(({ status }) => status === 'OUT_OF_MEMORY').length, 1);
  assert.equal(answers.filter(({ status }) => status === 'ABORTED').length, 69);
  for (const key of keys) assert.equal(db.run((w) => encodeGet(w, { key: bytes(key) })).type, 'string');
});

test.run();
