import assert from 'node:assert/strict';
import {
  type AnoaValue,
  ByteWriter,
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
  TypedValue,
  ValueType,
} from '@anoadb/protocol';
import { suite } from 'uvu';
import { writeListAsJson } from '../src/engine/list/list-answer.js';
import { checkStore } from '../src/store/index.js';
import { ListClient } from './support/list-client.js';
import { bytes, type Encode, TestEngine } from './test-engine.js';

const test = suite('engine: lists');
let db = new TestEngine();
let lists = new ListClient(db.engine);

test.before.each(() => {
  db = new TestEngine();
  lists = new ListClient(db.engine);
});
test.after.each(() => {
  db.assertFollowed();
  checkStore(db.store);
});

const key = bytes('q');
const get = (more: object = {}): Encode => {
  return (w) => encodeGet(w, { key, ...more });
};
const status = (encode: Encode): string => db.run(encode).status;
const value = (encode: Encode): AnoaValue | undefined => db.run(encode).value;
const version = (): number => db.run(get({ withVersion: true })).version ?? 0;

test('the first insert makes the key, others put elements anywhere and in either order', () => {
  assert.ok(lists.insert('q', 0, ['b', 'c']));
  assert.ok(lists.insert('q', 2, ['f']));
  assert.ok(lists.insert('q', 2, ['e', 'd'], true));
  assert.ok(lists.insert('q', 0, ['a', '']));
  assert.deepEqual(lists.range('q'), ['a', '', 'b', 'c', 'd', 'e', 'f']);
  assert.equal(lists.length('q'), 7);
});

test('every change is an effect with the next LSN, which is the version', () => {
  const steps: [string, () => unknown][] = [
    ['insert', () => lists.push('q', 'a', 'b', 'a', 'c')],
    ['insert more', () => lists.push('q', 'd')],
    ['replace', () => lists.replace('q', 1, 'B')],
    ['remove', () => lists.remove('q', 0, 1)],
    ['remove equal', () => lists.removeEqual('q', 'a', 5, true)],
    ['expire', () => db.run((w) => encodeExpire(w, { key, timeMs: 50 }))],
    ['persist', () => db.run((w) => encodePersist(w, { key }))],
  ];
  let before = 0;
  for (const [name, step] of steps) {
    step();
    assert.equal(db.engine.lastLsn, before + 1, name);
    assert.equal(version(), before + 1, name);
    assert.equal(db.lsns.at(-1), before + 1, name);
    before++;
    db.assertFollowed();
  }
  assert.equal(lists.removeEqual('q', 'nothing', 5, false), 0);
  assert.equal(db.engine.lastLsn, before, 'nothing was removed');
});

test('the last element takes the key with it', () => {
  lists.push('q', 'a', 'b', 'c', 'c');
  assert.ok(lists.remove('q', 0, 2));
  assert.equal(lists.removeEqual('q', 'c', 2, false), 2);
  assert.equal(lists.range('q'), undefined);
  assert.equal(db.store.count, 0);
  lists.push('q', 'x');
  assert.ok(lists.remove('q', 0, 1));
  assert.equal(
    status((w) => encodeExists(w, { key })),
    'OK',
  );
  assert.equal(
    value((w) => encodeExists(w, { key })),
    false,
  );
});

test('equal elements go from the front or from the back', () => {
  lists.push('q', 'x', '1', 'x', '2', 'x', '3', 'x');
  assert.equal(lists.removeEqual('q', 'x', 2, true), 2);
  assert.deepEqual(lists.range('q'), ['x', '1', 'x', '2', '3']);
  assert.equal(lists.removeEqual('q', 'x', 1, false), 1);
  assert.deepEqual(lists.range('q'), ['1', 'x', '2', '3']);
});

test('GET answers a json array, every element interpreted; raw: strings', () => {
  lists.push('q', '1', 'true', 'null', '1.5', '{"a":[1]}', 'text', '', Uint8Array.of(0xff, 0xfe), '042');
  assert.deepEqual(db.run(get()), {
    status: 'OK',
    type: 'json',
    value: [1, true, null, 1.5, { a: [1] }, 'text', '', { base64: '//4=' }, '042'],
  });
  assert.deepEqual(value(get({ raw: true })), [
    '1',
    'true',
    'null',
    '1.5',
    '{"a":[1]}',
    'text',
    '',
    { base64: '//4=' },
    '042',
  ]);
  assert.equal(db.run(get({ withVersion: true })).version, db.engine.lastLsn);
});

test('a text door gets the same as JSON text', () => {
  lists.push('q', '1', '1.50', 'null', '{"a": 1}', bytes('Grüße'));
  const writer = new ByteWriter();
  assert.ok(writeListAsJson(writer, db.engine, db.engine.findKey(key, 0, 1)));
  assert.equal(Buffer.from(writer.written()).toString(), '[1,"1.50",null,{"a":1},"Grüße"]');
});

test('an array as large as a value may be is answered, one byte more refused, by every reader', () => {
  db = new TestEngine({ valueBytesMax: 1000 });
  lists = new ListClient(db.engine);
  // Array header 1, string header 3, and the bytes.
  lists.push('q', 'x'.repeat(996));
  assert.equal(status(get()), 'OK');
  lists.replace('q', 0, 'x'.repeat(997));
  const before = db.contents();
  const tooLarge: [string, Encode][] = [
    ['GET', get()],
    ['GET raw with version', get({ raw: true, withVersion: true })],
    ['GETEXPIRE', (w) => encodeGetExpire(w, { key, ttlMs: 5 })],
    ['GETEXPIRE at once', (w) => encodeGetExpire(w, { key, expireAtMs: 5 })],
  ];
  for (const [name, op] of tooLarge) assert.deepEqual(db.run(op), { status: 'VALUE_TOO_LARGE' }, name);
  assert.deepEqual(db.contents(), before);
  const writer = new ByteWriter();
  assert.equal(writeListAsJson(writer, db.engine, db.engine.findKey(key, 0, 1)), false);
  assert.equal(writer.at, 0);
  lists.remove('q', 0, 1);
  for (let i = 0; i < 1001; i++) lists.push('q', '1');
  assert.equal(status(get()), 'VALUE_TOO_LARGE', 'more elements than bytes');
});

test('a write that answers with the list it takes away refuses one of more than 1024 bytes', () => {
  const writes: [string, Encode][] = [
    ['GETDELETE', (w) => encodeGetDelete(w, { key })],
    ['SET returnOld', (w) => encodeSet(w, { key, value: 1, returnOld: true })],
  ];
  for (const [name, op] of writes) {
    lists.push('q', '7', 'x'.repeat(1020));
    assert.equal(status(op), 'VALUE_TOO_LARGE', name);
    assert.equal(lists.length('q'), 2, name);
    lists.remove('q', 1, 1);
    assert.deepEqual(value(op), [7], name);
    assert.notEqual(db.run((w) => encodeType(w, { key })).value, 'list', name);
    db.run((w) => encodeDelete(w, { key }));
  }
});

test('every other op knows a list by its key, or says that it is none of its types', () => {
  lists.push('q', '1', '2', '3');
  assert.equal(
    value((w) => encodeType(w, { key })),
    'list',
  );
  assert.equal(
    value((w) => encodeType(w, { key, raw: true })),
    'list',
  );
  assert.equal(
    value((w) => encodeLength(w, { key })),
    3,
  );
  assert.equal(
    value((w) => encodeExists(w, { key })),
    true,
  );
  for (const op of [
    (w) => encodeIncr(w, { key }),
    (w) => encodeIncrFloat(w, { key, amountFloat: 1 }),
    (w) => encodeAppend(w, { key, value: 'x' }),
  ] satisfies Encode[])
    assert.equal(status(op), 'TYPE_MISMATCH');
  const list = new TypedValue(ValueType.LIST, new Uint8Array(0));
  assert.equal(
    status((w) => encodeSet(w, { key, value: list })),
    'MALFORMED',
  );
  db.run((w) => encodeSet(w, { key: bytes('other'), value: 'x' }));
  const page = (type: ValueType) =>
    value((w) => encodeScan(w, { key: bytes(''), cursor: 0, count: 10, type }));
  assert.equal(
    Buffer.from(page(ValueType.LIST) as Uint8Array)
      .subarray(8)
      .toString('latin1'),
    '\x01\0\x01\0q',
  );
  assert.equal(
    Buffer.from(page(ValueType.STRING) as Uint8Array)
      .subarray(8)
      .toString('latin1'),
    '\x01\0\x05\0other',
  );
  assert.equal(
    status((w) => encodeSet(w, { key, value: 5 })),
    'OK',
  );
  assert.equal(value(get()), 5);
});

test('a list expires, and what it had was changed before by its TTL alone', () => {
  lists.push('q', 'a', 'b');
  assert.equal(
    status((w) => encodeExpire(w, { key, timeMs: 100 })),
    'OK',
  );
  lists.push('q', 'c');
  assert.equal(
    value((w) => encodeTtl(w, { key })),
    100,
  );
  assert.deepEqual(db.run((w) => encodeGetExpire(w, { key, ttlMs: 300 })).value, ['a', 'b', 'c']);
  db.pass(299);
  assert.deepEqual(lists.range('q'), ['a', 'b', 'c']);
  db.pass(1);
  assert.equal(lists.range('q'), undefined);
  db.assertFollowed();
  assert.ok(!db.follower.has('71'), 'the expiry that was seen is an effect');
});

test('COPY copies, RENAME moves, each over whatever is there', () => {
  const to = bytes('r');
  lists.push('q', 'a', 'b');
  db.run((w) => encodeExpire(w, { key, timeMs: 1000 }));
  db.run((w) => encodeSet(w, { key: to, value: 'in the way' }));
  assert.equal(
    status((w) => encodeCopy(w, { key, newKey: to, ifAbsent: true })),
    'CONDITION_FAILED',
  );
  assert.equal(
    status((w) => encodeCopy(w, { key, newKey: to })),
    'OK',
  );
  lists.push('r', 'c');
  assert.deepEqual(
    [lists.range('q'), lists.range('r')],
    [
      ['a', 'b'],
      ['a', 'b', 'c'],
    ],
  );
  assert.equal(
    value((w) => encodeTtl(w, { key: to })),
    1000,
  );
  db.assertFollowed();
  assert.equal(
    status((w) => encodeRename(w, { key: to, newKey: key })),
    'OK',
  );
  assert.deepEqual([lists.range('q'), lists.range('r')], [['a', 'b', 'c'], undefined]);
  assert.equal(db.store.count, 1);
  const before = db.engine.lastLsn;
  assert.equal(
    status((w) => encodeRename(w, { key, newKey: key })),
    'OK',
  );
  assert.equal(version(), before + 1);
  assert.equal(
    status((w) => encodeRename(w, { key: to, newKey: key })),
    'NOT_FOUND',
  );
});

test('an atomic request leaves lists as they were, or changes all of it', () => {
  const failing: Encode = (w) => encodeCheck(w, { key: bytes('nothing'), ifPresent: true });
  const to = bytes('r');
  lists.push('q', 'a', 'b', 'c');
  lists.push('r', 'x');
  db.run((w) => encodeExpire(w, { key, timeMs: 1000 }));
  const changes: [string, Encode[]][] = [
    ['DELETE', [(w) => encodeDelete(w, { key })]],
    ['GETDELETE', [(w) => encodeGetDelete(w, { key })]],
    ['SET', [(w) => encodeSet(w, { key, value: 1 }), (w) => encodeIncr(w, { key })]],
    ['EXPIRE', [(w) => encodeExpire(w, { key, timeMs: 5 }), (w) => encodePersist(w, { key })]],
    ['EXPIRE at once', [(w) => encodeExpire(w, { key, timeMs: 0 })]],
    ['COPY', [(w) => encodeCopy(w, { key, newKey: to })]],
    ['COPY to a new key', [(w) => encodeCopy(w, { key, newKey: bytes('s') })]],
    ['RENAME', [(w) => encodeRename(w, { key, newKey: to })]],
    [
      'RENAME there and back',
      [
        (w) => encodeRename(w, { key, newKey: bytes('s') }),
        (w) => encodeRename(w, { key: bytes('s'), newKey: key }),
      ],
    ],
    ['RENAME to itself', [(w) => encodeRename(w, { key, newKey: key })]],
  ];
  for (const [name, ops] of changes) {
    const before = db.contents();
    const told = db.lsns.length;
    db.atomic(...ops, failing);
    assert.deepEqual(db.contents(), before, name);
    assert.equal(db.lsns.length, told, name);
  }
  for (const [name, ops] of changes) {
    db.atomic(...ops);
    db.assertFollowed();
    checkStore(db.store);
    for (const k of ['q', 'r', 's']) db.run((w) => encodeDelete(w, { key: bytes(k) }));
    lists.push('q', name, 'b');
    lists.push('r', 'x');
  }
});

test('splices within an atomic request are undone with it, and told as a whole at its end', () => {
  lists.push('q', ...Array.from({ length: 500 }, (_, i) => `element ${i}`));
  const { engine } = db;
  const change = (): void => {
    engine.startRequest();
    engine.begin();
    lists.insert('q', 3, ['x', 'y']);
    lists.remove('q', 100, 50);
    lists.replace('q', 0, 'first');
    lists.removeEqual('q', 'element 7', 1, false);
    lists.push('new', 'n');
    lists.remove('new', 0, 1);
    lists.push('r', 'n');
  };
  const before = db.contents();
  const told = db.lsns.length;
  change();
  engine.rollback();
  assert.deepEqual(db.contents(), before);
  assert.equal(db.lsns.length, told);
  change();
  engine.commit();
  assert.equal(lists.length('q'), 451);
  assert.deepEqual(lists.range('r'), ['n']);
});

test('a full store refuses an insert whole, a removal never', () => {
  db = new TestEngine({ maxMemoryBytes: 8 * 1024 * 1024, eviction: 'refuse' });
  lists = new ListClient(db.engine);
  while (lists.push('q', 'x'.repeat(10_000)));
  const before = db.contents();
  const told = db.lsns.length;
  const much = Array.from({ length: 200 }, () => 'y'.repeat(9000));
  assert.equal(lists.insert('q', 1, much), false);
  assert.equal(lists.insert('new', 0, much), false);
  assert.equal(lists.replace('q', 5, 'z'.repeat(3_000_000)), false);
  assert.deepEqual(db.contents(), before);
  assert.equal(db.lsns.length, told);
  assert.equal(
    status((w) => encodeCopy(w, { key, newKey: bytes('copy') })),
    'OUT_OF_MEMORY',
  );
  assert.equal(
    status((w) => encodeRename(w, { key, newKey: bytes('r') })),
    'OK',
  );
  while (lists.length('r') > 0) assert.ok(lists.remove('r', 0, Math.min(7, lists.length('r'))));
  assert.equal(db.store.count, 0);
});

test('evicted lists are effects, and the list that grows is not among them', () => {
  db = new TestEngine({ maxMemoryBytes: 6 * 1024 * 1024, eviction: 'sieve' });
  lists = new ListClient(db.engine);
  for (let i = 0; i < 4000; i++) {
    assert.ok(lists.push(`list ${i % 70}`, 'x'.repeat((i * 37) % 4000), `element ${i}`));
    if (i % 500 === 0) db.assertFollowed();
  }
  assert.ok(db.store.counters.evicted > 0);
});

test.run();
