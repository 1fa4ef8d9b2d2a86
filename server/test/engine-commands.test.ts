import assert from 'node:assert/strict';
import {
  type AnoaValue,
  encodeAppend,
  encodeCheck,
  encodeCopy,
  encodeCount,
  encodeDelete,
  encodeExists,
  encodeExpire,
  encodeFlush,
  encodeGet,
  encodeGetDelete,
  encodeGetExpire,
  encodeIncr,
  encodeIncrFloat,
  encodeLength,
  encodePersist,
  encodePing,
  encodeRename,
  encodeSet,
  encodeStats,
  encodeTtl,
  encodeType,
  Limits,
  Permission,
  TypedValue,
  ValueType,
} from '@anoadb/protocol';
import { suite } from 'uvu';
import { type Answer, bytes, type Encode, TestEngine } from './test-engine.js';

const test = suite('engine: commands');
let db = new TestEngine();

test.before.each(() => {
  db = new TestEngine();
});
test.after.each(() => db.assertFollowed());

const k = bytes('k');
const text = (value: string) => new TypedValue(ValueType.TEXT, bytes(value));
const set = (value: AnoaValue | TypedValue, more: object = {}): Encode => {
  return (w) => encodeSet(w, { key: k, value, ...more });
};
const get = (more: object = {}): Encode => {
  return (w) => encodeGet(w, { key: k, ...more });
};
const statusOf = (encode: Encode): string => db.run(encode).status;
const valueNow = (): AnoaValue | undefined => db.run(get()).value;
const versionNow = (): number => db.run(get({ withVersion: true })).version ?? 0;
const ttlNow = (): AnoaValue | undefined => db.run((w) => encodeTtl(w, { key: k })).value;

test('GET returns every type as it was set, and NOT_FOUND for a missing key', () => {
  assert.deepEqual(db.run(get()), { status: 'NOT_FOUND' });
  const values: [AnoaValue, string][] = [
    [null, 'null'],
    [true, 'boolean'],
    [false, 'boolean'],
    [0, 'integer'],
    [Number.MAX_SAFE_INTEGER, 'integer'],
    [2n ** 63n - 1n, 'integer'],
    [-(2n ** 63n), 'integer'],
    [1.5, 'float'],
    ['', 'string'],
    ['héllo', 'string'],
    ['42', 'string'],
    [{ a: [1, true, null], __proto_: 1 }, 'json'],
    [[], 'json'],
    [Uint8Array.of(0, 255), 'bytes'],
  ];
  for (const [value, type] of values) {
    assert.equal(statusOf(set(value)), 'OK');
    assert.deepEqual(db.run(get()), { status: 'OK', type, value });
  }
});

test('GET withVersion returns the version of the last write, which only rises', () => {
  const first = db.run(set(1)).version ?? 0;
  assert.ok(first > 0);
  assert.equal(versionNow(), first);
  const second = db.run(set(2)).version ?? 0;
  assert.ok(second > first);
  assert.equal(versionNow(), second);
});

test('GET raw returns untyped text byte for byte', () => {
  db.run(set(text('42')));
  assert.deepEqual(db.run(get()), { status: 'OK', type: 'integer', value: 42 });
  assert.equal(db.run(get({ raw: true })).type, 'text');
});

test('SET ifAbsent and ifPresent', () => {
  assert.equal(statusOf(set(1, { ifPresent: true })), 'CONDITION_FAILED');
  assert.equal(valueNow(), undefined);
  assert.equal(statusOf(set(1, { ifAbsent: true })), 'OK');
  assert.equal(statusOf(set(2, { ifAbsent: true })), 'CONDITION_FAILED');
  assert.equal(valueNow(), 1);
  assert.equal(statusOf(set(3, { ifPresent: true })), 'OK');
  assert.equal(valueNow(), 3);
});

test('SET ifVersion writes at the same version only, and tells the current one', () => {
  assert.deepEqual(db.run(set(1, { version: 5 })), { status: 'VERSION_MISMATCH', version: 0 });
  assert.deepEqual(db.run(set(1, { version: 0 })), { status: 'VERSION_MISMATCH', version: 0 });
  const version = db.run(set(1)).version ?? 0;
  assert.deepEqual(db.run(set(2, { version: version + 1 })), { status: 'VERSION_MISMATCH', version });
  assert.equal(valueNow(), 1);
  assert.equal(statusOf(set(2, { version })), 'OK');
  assert.equal(statusOf(set(3, { version })), 'VERSION_MISMATCH');
  assert.equal(valueNow(), 2);
});

test('SET ttl, expireAt and keepTtl; a plain SET ends the expiry', () => {
  db.run(set(1, { ttlMs: 1000 }));
  assert.equal(ttlNow(), 1000);
  db.pass(400);
  db.run(set(2, { keepTtl: true }));
  assert.equal(ttlNow(), 600);
  db.run(set(3, { expireAtMs: db.nowMs + 50 }));
  assert.equal(ttlNow(), 50);
  db.run(set(4));
  assert.equal(ttlNow(), null);
  db.run(set(5, { keepTtl: true }));
  assert.equal(ttlNow(), null);
});

test('an entry is there until the millisecond before its expiry and gone at it', () => {
  db.run(set(1, { ttlMs: 1 }));
  assert.equal(valueNow(), 1);
  db.pass(1);
  assert.equal(valueNow(), undefined);
  db.run(set(1, { ttlMs: 1000 }));
  db.pass(999);
  assert.equal(valueNow(), 1);
  db.pass(1);
  assert.equal(valueNow(), undefined);
  assert.equal(statusOf(set(1, { ifPresent: true })), 'CONDITION_FAILED');
});

test('SET expireAt in the past leaves no entry', () => {
  assert.equal(statusOf(set(1, { expireAtMs: db.nowMs })), 'OK');
  assert.equal(valueNow(), undefined);
  db.run(set(1));
  assert.equal(statusOf(set(2, { expireAtMs: 1 })), 'OK');
  assert.equal(valueNow(), undefined);
});

test('the longest ttl stays within what the wire can say', () => {
  assert.equal(statusOf(set(1, { ttlMs: Limits.timeMsMax })), 'OK');
  assert.equal(db.run((w) => encodeTtl(w, { key: k, absolute: true })).value, Limits.timeMsMax);
});

test('SET returnOld returns the old value, interpreted, also where the condition fails', () => {
  const missing = db.run(set(text('7'), { returnOld: true }));
  assert.equal(missing.status, 'OK');
  assert.equal(missing.value, undefined);
  assert.equal(db.run(set('second', { returnOld: true })).value, 7);
  const failed = db.run(set('third', { returnOld: true, ifAbsent: true }));
  assert.equal(failed.status, 'CONDITION_FAILED');
  assert.equal(failed.value, 'second');
  const mismatch = db.run(set('third', { returnOld: true, version: 999 }));
  assert.equal(mismatch.status, 'VERSION_MISMATCH');
  assert.equal(mismatch.value, 'second');
});

test('SET returnOld refuses an old value above 1024 bytes before anything changes', () => {
  db.run(set('x'.repeat(1024)));
  assert.equal(db.run(set('y', { returnOld: true })).value, 'x'.repeat(1024));
  db.run(set('x'.repeat(1025)));
  assert.equal(statusOf(set('y', { returnOld: true })), 'VALUE_TOO_LARGE');
  assert.equal(valueNow(), 'x'.repeat(1025));
});

test('SET refuses bytes that are not a value of their type', () => {
  const bad: [ValueType, number[]][] = [
    [ValueType.NULL, [0]],
    [ValueType.BOOLEAN, []],
    [ValueType.BOOLEAN, [2]],
    [ValueType.INTEGER, [1, 2, 3]],
    [ValueType.FLOAT, [0, 0, 0, 0, 0, 0, 0]],
    [ValueType.STRING, [0xff]],
    [ValueType.STRING, [0xed, 0xa0, 0x80]],
    [ValueType.JSON, []],
    [ValueType.JSON, [0xc1]],
    [ValueType.JSON, [0x92, 0x01]],
    [ValueType.LIST, []],
    [ValueType.NONE, []],
    [99 as ValueType, []],
  ];
  for (const [type, data] of bad) {
    assert.equal(statusOf(set(new TypedValue(type, Uint8Array.from(data)))), 'MALFORMED', `${type}: ${data}`);
  }
  assert.equal(valueNow(), undefined);
});

test('a value of exactly the limit is taken, one byte more refused', () => {
  db = new TestEngine({ valueBytesMax: 2048 });
  assert.equal(statusOf(set('x'.repeat(2048))), 'OK');
  assert.equal(statusOf(set('x'.repeat(2049))), 'VALUE_TOO_LARGE');
  assert.equal(
    statusOf((w) => encodeAppend(w, { key: k, value: '' })),
    'OK',
  );
  assert.equal(
    statusOf((w) => encodeAppend(w, { key: k, value: 'y' })),
    'VALUE_TOO_LARGE',
  );
  assert.equal(valueNow(), 'x'.repeat(2048));
});

test('keys of 1 and 1024 bytes of any content', () => {
  for (const key of [Uint8Array.of(0), new Uint8Array(1024).fill(255), bytes('__proto__')]) {
    assert.equal(
      statusOf((w) => encodeSet(w, { key, value: 1 })),
      'OK',
    );
    assert.equal(db.run((w) => encodeGet(w, { key })).value, 1);
  }
});

test('DELETE, with and without a version', () => {
  assert.equal(
    statusOf((w) => encodeDelete(w, { key: k })),
    'NOT_FOUND',
  );
  assert.equal(
    statusOf((w) => encodeDelete(w, { key: k, version: 1 })),
    'NOT_FOUND',
  );
  const version = db.run(set(1)).version ?? 0;
  const other = version + 1;
  assert.deepEqual(
    db.run((w) => encodeDelete(w, { key: k, version: other })),
    {
      status: 'VERSION_MISMATCH',
      version,
    },
  );
  assert.equal(
    statusOf((w) => encodeDelete(w, { key: k, version })),
    'OK',
  );
  assert.equal(valueNow(), undefined);
  db.run(set(1));
  assert.deepEqual(
    db.run((w) => encodeDelete(w, { key: k })),
    { status: 'OK' },
  );
});

test('EXISTS answers a boolean, never NOT_FOUND', () => {
  const exists = () => db.run((w) => encodeExists(w, { key: k }));
  assert.deepEqual(exists(), { status: 'OK', type: 'boolean', value: false });
  db.run(set(null, { ttlMs: 5 }));
  assert.equal(exists().value, true);
  db.pass(5);
  assert.equal(exists().value, false);
});

test('TTL: time left, absolute time, null without expiry', () => {
  const ttl = (absolute: boolean): Answer => db.run((w) => encodeTtl(w, { key: k, absolute }));
  assert.equal(ttl(false).status, 'NOT_FOUND');
  db.run(set(1));
  assert.deepEqual(ttl(false), { status: 'OK', type: 'null', value: null });
  db.run(set(1, { ttlMs: 700 }));
  db.pass(100);
  assert.equal(ttl(false).value, 600);
  assert.equal(ttl(true).value, db.nowMs + 600);
});

test('EXPIRE, relative and absolute, with every condition', () => {
  const expire = (timeMs: number, more: object = {}): string =>
    statusOf((w) => encodeExpire(w, { key: k, timeMs, ...more }));
  assert.equal(expire(5), 'NOT_FOUND');
  db.run(set(1));
  assert.equal(expire(100, { ifSome: true }), 'CONDITION_FAILED');
  assert.equal(expire(100, { ifLater: true }), 'CONDITION_FAILED', 'no expiry is infinitely late');
  assert.equal(ttlNow(), null);
  assert.equal(expire(100, { ifEarlier: true }), 'OK');
  assert.equal(ttlNow(), 100);
  assert.equal(expire(100, { ifEarlier: true }), 'CONDITION_FAILED');
  assert.equal(expire(100, { ifLater: true }), 'CONDITION_FAILED');
  assert.equal(expire(101, { ifLater: true }), 'OK');
  assert.equal(expire(50, { ifNone: true }), 'CONDITION_FAILED');
  assert.equal(expire(50, { ifSome: true, ifEarlier: true }), 'OK');
  assert.equal(ttlNow(), 50);
  assert.equal(expire(db.nowMs + 9, { absolute: true }), 'OK');
  assert.equal(ttlNow(), 9);
  const version = versionNow();
  assert.ok((db.run((w) => encodeExpire(w, { key: k, timeMs: 7 })).version ?? 0) > version);
  assert.equal(expire(0), 'OK');
  assert.equal(valueNow(), undefined);
  db.run(set(1));
  assert.equal(expire(db.nowMs, { absolute: true }), 'OK');
  assert.equal(valueNow(), undefined);
});

test('PERSIST says whether it removed an expiry, and changes the version only then', () => {
  const persist = () => db.run((w) => encodePersist(w, { key: k }));
  assert.equal(persist().status, 'NOT_FOUND');
  const version = db.run(set(1)).version ?? 0;
  assert.deepEqual(persist(), { status: 'OK', type: 'boolean', value: false, version });
  const expiring = db.run(set(1, { ttlMs: 10 })).version ?? 0;
  const done = persist();
  assert.equal(done.value, true);
  assert.ok((done.version ?? 0) > expiring);
  db.pass(10);
  assert.equal(valueNow(), 1);
});

test('INCR: from nothing, by amounts, exact over all of int64', () => {
  const incr = (amount?: number | bigint, more: object = {}): Answer =>
    db.run((w) => encodeIncr(w, { key: k, amount, ...more }));
  assert.equal(incr().value, 1);
  assert.equal(incr(41).value, 42);
  assert.equal(incr(-50).value, -8);
  assert.equal(incr(0).value, -8);
  const max = 2n ** 63n - 1n;
  const min = -(2n ** 63n);
  db.run(set(Number.MAX_SAFE_INTEGER));
  assert.equal(incr().value, 2n ** 53n);
  assert.equal(incr(-1).value, Number.MAX_SAFE_INTEGER);
  db.run(set(max - 1n));
  assert.equal(incr().value, max);
  assert.equal(incr().status, 'OVERFLOW');
  assert.equal(valueNow(), max);
  assert.equal(incr(min).value, -1);
  db.run(set(min));
  assert.equal(incr(-1).status, 'OVERFLOW');
  assert.equal(incr(max).value, -1);
});

test('INCR ttl counts only where the op creates the key', () => {
  const incr = () => db.run((w) => encodeIncr(w, { key: k, ttlMs: 100 }));
  assert.equal(incr().value, 1);
  assert.equal(ttlNow(), 100);
  db.pass(60);
  assert.equal(incr().value, 2);
  assert.equal(ttlNow(), 40);
  db.pass(40);
  assert.equal(incr().value, 1);
});

test('INCR on untyped text keeps it text; on anything else it is a mismatch', () => {
  const incr = (): Answer => db.run((w) => encodeIncr(w, { key: k }));
  db.run(set(text('9')));
  assert.equal(incr().value, 10);
  const raw = db.run(get({ raw: true }));
  assert.equal(raw.type, 'text');
  assert.equal(valueNow(), 10);
  db.run(set(text('9223372036854775806')));
  assert.equal(incr().value, 2n ** 63n - 1n);
  assert.equal(incr().status, 'OVERFLOW');
  for (const value of ['1', 1.5, true, null, [1], Uint8Array.of(49), text('042'), text('1.5'), text('')]) {
    db.run(set(value));
    assert.equal(incr().status, 'TYPE_MISMATCH', String(value));
  }
});

test('INCRFLOAT on floats, integers and untyped numbers; an infinite sum is refused', () => {
  const add = (amountFloat: number, more: object = {}): Answer =>
    db.run((w) => encodeIncrFloat(w, { key: k, amountFloat, ...more }));
  assert.deepEqual(add(1.5, { ttlMs: 9 }).value, 1.5);
  assert.equal(ttlNow(), 9);
  assert.equal(add(-0.5).value, 1);
  assert.equal(db.run(get()).type, 'float');
  db.run(set(2));
  assert.equal(add(0.25).value, 2.25);
  db.run(set(text('10')));
  assert.equal(add(0.5).value, 10.5);
  assert.equal(db.run(get({ raw: true })).type, 'text');
  assert.equal(add(0.5).value, 11);
  assert.deepEqual(db.run(get()), { status: 'OK', type: 'integer', value: 11 });
  db.run(set(Number.MAX_VALUE));
  assert.equal(add(Number.MAX_VALUE).status, 'OVERFLOW');
  assert.equal(valueNow(), Number.MAX_VALUE);
  db.run(set('1'));
  assert.equal(add(1).status, 'TYPE_MISMATCH');
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) assert.equal(add(bad).status, 'MALFORMED');
});

test('APPEND creates, grows, keeps type and expiry, and refuses what does not fit', () => {
  const append = (value: AnoaValue | TypedValue): Answer => db.run((w) => encodeAppend(w, { key: k, value }));
  assert.equal(append('ab').value, 2);
  assert.equal(append('é').value, 4);
  assert.deepEqual(db.run(get()), { status: 'OK', type: 'string', value: 'abé' });
  assert.equal(append(Uint8Array.of(0xff)).status, 'TYPE_MISMATCH', 'a string must stay UTF-8');
  assert.equal(valueNow(), 'abé');
  db.run(set(Uint8Array.of(1), { ttlMs: 50 }));
  assert.equal(append(Uint8Array.of(0xff)).value, 2);
  assert.equal(ttlNow(), 50);
  assert.deepEqual(valueNow(), Uint8Array.of(1, 0xff));
  db.run(set(text('4')));
  assert.equal(valueNow(), 4);
  assert.equal(append(text('2')).value, 2);
  assert.equal(valueNow(), 42, 'the kind is found again after a change');
  for (const value of [1, true, null, { a: 1 }]) {
    db.run(set(value));
    assert.equal(append('x').status, 'TYPE_MISMATCH');
  }
  for (let i = 0; i < 300; i++) {
    if (i === 0) db.run(set(''));
    assert.equal(append('0123456789').value, (i + 1) * 10);
  }
  assert.equal(valueNow(), '0123456789'.repeat(300));
});

test('LENGTH counts bytes or members', () => {
  const length = (): Answer => db.run((w) => encodeLength(w, { key: k }));
  assert.equal(length().status, 'NOT_FOUND');
  const cases: [AnoaValue | TypedValue, number | undefined][] = [
    ['', 0],
    ['é', 2],
    [Uint8Array.of(1, 2, 3), 3],
    [text('[1,2]'), 5],
    [[], 0],
    [[1, [2, 3]], 2],
    [Array.from({ length: 15 }, () => 0), 15],
    [Array.from({ length: 16 }, () => 0), 16],
    [Array.from({ length: 70_000 }, () => 0), 70_000],
    [{}, 0],
    [{ a: 1, b: { c: 2 } }, 2],
    [Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`m${i}`, i])), 300],
    [1, undefined],
    [1.5, undefined],
    [true, undefined],
    [null, undefined],
  ];
  for (const [value, expected] of cases) {
    assert.equal(statusOf(set(value)), 'OK');
    assert.equal(length().status, expected === undefined ? 'TYPE_MISMATCH' : 'OK');
    assert.equal(length().value, expected);
  }
});

test('GETDELETE reads and removes; a value too large to keep is left alone', () => {
  const take = (raw = false): Answer => db.run((w) => encodeGetDelete(w, { key: k, raw }));
  assert.equal(take().status, 'NOT_FOUND');
  db.run(set(text('true')));
  assert.deepEqual(take(), { status: 'OK', type: 'boolean', value: true });
  assert.equal(take().status, 'NOT_FOUND');
  db.run(set(text('true')));
  assert.equal(take(true).type, 'text');
  db.run(set('x'.repeat(1024)));
  assert.equal(take().value, 'x'.repeat(1024));
  db.run(set('x'.repeat(1025)));
  assert.equal(take().status, 'VALUE_TOO_LARGE');
  assert.equal(valueNow(), 'x'.repeat(1025));
});

test('GETEXPIRE reads and changes the expiry', () => {
  const touch = (more: object = {}): Answer => db.run((w) => encodeGetExpire(w, { key: k, ...more }));
  assert.equal(touch().status, 'NOT_FOUND');
  const version = db.run(set({ a: 1 })).version ?? 0;
  assert.deepEqual(touch(), { status: 'OK', type: 'json', value: { a: 1 }, version });
  const later = touch({ ttlMs: 80 });
  assert.deepEqual(later.value, { a: 1 });
  assert.ok((later.version ?? 0) > version);
  assert.equal(ttlNow(), 80);
  touch({ expireAtMs: db.nowMs + 30 });
  assert.equal(ttlNow(), 30);
  touch({ persist: true });
  assert.equal(ttlNow(), null);
  db.run(set(text('5')));
  assert.equal(touch({ raw: true }).type, 'text');
  const last = touch({ expireAtMs: 1 });
  assert.equal(last.value, 5);
  assert.equal(valueNow(), undefined);
});

test('RENAME moves value, type, kind and expiry, and replaces the target', () => {
  const to = bytes('to');
  const rename = (more: object = {}): Answer =>
    db.run((w) => encodeRename(w, { key: k, newKey: to, ...more }));
  const target = (): Answer => db.run((w) => encodeGet(w, { key: to }));
  assert.equal(rename().status, 'NOT_FOUND');
  db.run(set(text('5'), { ttlMs: 40 }));
  db.run((w) => encodeSet(w, { key: to, value: 'old' }));
  assert.equal(rename({ ifAbsent: true }).status, 'CONDITION_FAILED');
  assert.equal(target().value, 'old');
  const done = rename();
  assert.equal(done.status, 'OK');
  assert.equal(valueNow(), undefined);
  assert.deepEqual(target(), { status: 'OK', type: 'integer', value: 5 });
  assert.equal(db.run((w) => encodeTtl(w, { key: to })).value, 40);
  assert.equal(db.run((w) => encodeGet(w, { key: to, withVersion: true })).version, done.version);
});

test('RENAME to the same key changes the version only', () => {
  const before = db.run(set('x', { ttlMs: 40 })).version ?? 0;
  const done = db.run((w) => encodeRename(w, { key: k, newKey: k }));
  assert.equal(done.status, 'OK');
  assert.ok((done.version ?? 0) > before);
  assert.equal(valueNow(), 'x');
  assert.equal(ttlNow(), 40);
  assert.equal(
    statusOf((w) => encodeRename(w, { key: k, newKey: k, ifAbsent: true })),
    'CONDITION_FAILED',
  );
});

test('COPY gives the target value, type, kind and expiry, and leaves the original as it is', () => {
  const to = bytes('to');
  const copy = (more: object = {}): Answer => db.run((w) => encodeCopy(w, { key: k, newKey: to, ...more }));
  const target = (): Answer => db.run((w) => encodeGet(w, { key: to, withVersion: true }));
  assert.equal(copy().status, 'NOT_FOUND');
  const original = db.run(set(text('5'), { ttlMs: 40 }));
  db.run((w) => encodeSet(w, { key: to, value: 'old' }));
  assert.equal(copy({ ifAbsent: true }).status, 'CONDITION_FAILED');
  assert.equal(target().value, 'old');
  const done = copy();
  assert.equal(done.status, 'OK');
  assert.deepEqual(target(), { status: 'OK', type: 'integer', value: 5, version: done.version });
  assert.equal(db.run((w) => encodeTtl(w, { key: to })).value, 40);
  assert.equal(valueNow(), 5);
  assert.equal(ttlNow(), 40);
  assert.equal(db.run((w) => encodeGet(w, { key: k, withVersion: true })).version, original.version);
});

test('COPY to the same key changes the version only', () => {
  const before = db.run(set('x', { ttlMs: 40 })).version ?? 0;
  const done = db.run((w) => encodeCopy(w, { key: k, newKey: k }));
  assert.ok((done.version ?? 0) > before);
  assert.equal(valueNow(), 'x');
  assert.equal(ttlNow(), 40);
  assert.equal(
    statusOf((w) => encodeCopy(w, { key: k, newKey: k, ifAbsent: true })),
    'CONDITION_FAILED',
  );
});

test('TYPE names the interpreted type, or text when asked raw', () => {
  const type = (raw = false): AnoaValue | undefined => db.run((w) => encodeType(w, { key: k, raw })).value;
  assert.equal(type(), undefined);
  const cases: [AnoaValue | TypedValue, string, string][] = [
    [null, 'null', 'null'],
    [1, 'integer', 'integer'],
    [{}, 'json', 'json'],
    [text('{}'), 'json', 'text'],
    [text('1.5'), 'float', 'text'],
    [new TypedValue(ValueType.TEXT, Uint8Array.of(0xff)), 'bytes', 'text'],
  ];
  for (const [value, name, rawName] of cases) {
    db.run(set(value));
    assert.equal(type(), name);
    assert.equal(type(true), rawName);
  }
});

test('COUNT and FLUSH', () => {
  for (let i = 0; i < 10; i++) db.run((w) => encodeSet(w, { key: bytes(`k${i}`), value: i }));
  assert.equal(db.run(encodeCount).value, 10);
  assert.equal(db.run(encodeFlush).value, 10);
  assert.equal(db.run(encodeCount).value, 0);
  assert.equal(db.run(encodeFlush).value, 0);
  assert.equal(statusOf(set(1)), 'OK');
});

test('PING echoes, STATS answers an object', () => {
  assert.deepEqual(db.run((w) => encodePing(w, { payload: bytes('hi') })).value, bytes('hi'));
  assert.deepEqual(db.run((w) => encodePing(w, { payload: bytes('') })).value, bytes(''));
  assert.deepEqual(db.run(encodeStats).value, { keys: 0 });
});

test('CHECK changes nothing and says whether the condition holds', () => {
  const check = (more: object = {}): Answer => db.run((w) => encodeCheck(w, { key: k, ...more }));
  assert.equal(check().status, 'OK');
  assert.equal(check({ ifAbsent: true }).status, 'OK');
  assert.equal(check({ ifPresent: true }).status, 'CONDITION_FAILED');
  assert.deepEqual(check({ version: 3 }), { status: 'VERSION_MISMATCH', version: 0 });
  assert.deepEqual(check({ version: 0 }), { status: 'VERSION_MISMATCH', version: 0 });
  const version = db.run(set(1)).version ?? 0;
  assert.equal(check({ ifAbsent: true }).status, 'CONDITION_FAILED');
  assert.equal(check({ ifPresent: true }).status, 'OK');
  assert.equal(check({ version }).status, 'OK');
  assert.deepEqual(check({ version: version + 1 }), { status: 'VERSION_MISMATCH', version });
  assert.equal(versionNow(), version);
});

test('a command beyond the permissions of its sender is DENIED and changes nothing', () => {
  db.permissions = Permission.READ;
  assert.equal(statusOf(set(1)), 'DENIED');
  assert.equal(statusOf(get()), 'NOT_FOUND');
  db.permissions = Permission.READ | Permission.WRITE;
  assert.equal(statusOf(set(1)), 'OK');
  assert.equal(statusOf(encodeFlush), 'DENIED');
  db.permissions = Permission.ADMIN;
  assert.equal(statusOf(get()), 'DENIED');
  assert.equal(statusOf(encodeFlush), 'OK');
});

test('hits, misses, calls and errors are counted', () => {
  db.run(get());
  db.run(set(1));
  db.run(get());
  db.run(set(1, { ifAbsent: true }));
  assert.equal(db.engine.hits, 1);
  assert.equal(db.engine.misses, 1);
  assert.equal(db.engine.calls[1], 2);
  assert.equal(db.engine.errors[1], 0, 'a missing key is no error');
  assert.equal(db.engine.calls[2], 2);
  assert.equal(db.engine.errors[2], 1);
});

test.run();
