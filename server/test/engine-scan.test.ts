import assert from 'node:assert/strict';
import {
  type AnoaValue,
  ByteReader,
  encodeDelete,
  encodeScan,
  encodeSet,
  TypedValue,
  ValueType,
} from '@anoadb/protocol';
import { SeededRandom } from '@anoadb/testkit';
import { suite } from 'uvu';
import { bytes, TestEngine } from './test-engine.js';

const test = suite('engine: SCAN');
let db = new TestEngine();

test.before.each(() => {
  db = new TestEngine();
});

interface Filters {
  readonly prefix?: string;
  readonly pattern?: string;
  readonly type?: ValueType;
  readonly withTypes?: boolean;
}

interface Page {
  readonly cursor: number;
  readonly keys: string[];
  readonly types: number[];
}

function scan(cursor: number, count: number, filters: Filters = {}): Page {
  const answer = db.run((w) =>
    encodeScan(w, {
      key: bytes(filters.prefix ?? ''),
      cursor,
      count,
      type: filters.type,
      withTypes: filters.withTypes,
      pattern: filters.pattern === undefined ? undefined : bytes(filters.pattern),
    }),
  );
  assert.equal(answer.status, 'OK');
  const data = answer.value as Uint8Array;
  const reader = new ByteReader().reset(data, 0, data.length);
  const page: Page = { cursor: reader.u64(), keys: [], types: [] };
  for (let left = reader.u16(); left > 0; left--) {
    const keyBytes = reader.u16();
    const start = reader.skip(keyBytes);
    page.keys.push(Buffer.from(data.subarray(start, start + keyBytes)).toString('utf8'));
    if (filters.withTypes) page.types.push(reader.u8());
  }
  assert.equal(reader.failed, false);
  assert.equal(reader.remaining, 0);
  return page;
}

function scanAll(count: number, filters: Filters = {}, between: () => void = () => {}): string[] {
  const keys: string[] = [];
  let cursor = 0;
  let pages = 0;
  do {
    const page = scan(cursor, count, filters);
    keys.push(...page.keys);
    cursor = page.cursor;
    assert.ok(++pages < 100_000, 'a scan ends');
    between();
  } while (cursor !== 0);
  return keys;
}

function fill(count: number, name: (i: number) => string = (i) => `key:${i}`): string[] {
  const keys = Array.from({ length: count }, (_, i) => name(i));
  for (const key of keys) set(key, 1);
  return keys.sort();
}

function set(key: string, value: AnoaValue | TypedValue, ttlMs?: number): void {
  assert.equal(db.run((w) => encodeSet(w, { key: bytes(key), value, ttlMs })).status, 'OK');
}

test('an empty store has one empty page', () => {
  assert.deepEqual(scan(0, 10), { cursor: 0, keys: [], types: [] });
});

test('returns every key once, whatever the page size', () => {
  const keys = fill(3000);
  for (const count of [1, 2, 7, 100, 2999, 3000, 3001, 65_535]) {
    assert.deepEqual(scanAll(count).sort(), keys, `count ${count}`);
  }
});

test('prefix, pattern and type filter, alone and together', () => {
  set('user:1', 1);
  set('user:2', 'two');
  set('user:30', { a: 1 });
  set('item:1', 1.5);
  set('text:int', new TypedValue(ValueType.TEXT, bytes('12')));
  set('text:str', new TypedValue(ValueType.TEXT, bytes('hello')));
  const found = (filters: Filters): string[] => scanAll(2, filters).sort();
  assert.deepEqual(found({ prefix: 'user:' }), ['user:1', 'user:2', 'user:30']);
  assert.deepEqual(found({ prefix: 'user:1' }), ['user:1']);
  assert.deepEqual(found({ prefix: 'user:1x' }), []);
  assert.deepEqual(found({ pattern: 'user:?' }), ['user:1', 'user:2']);
  assert.deepEqual(found({ pattern: '*1' }), ['item:1', 'user:1']);
  assert.deepEqual(found({ prefix: 'user', pattern: '*1' }), ['user:1']);
  assert.deepEqual(found({ type: ValueType.INTEGER }), ['text:int', 'user:1']);
  assert.deepEqual(found({ type: ValueType.TEXT }), ['text:int', 'text:str']);
  assert.deepEqual(found({ type: ValueType.STRING }), ['text:str', 'user:2']);
  assert.deepEqual(found({ type: ValueType.JSON, prefix: 'user' }), ['user:30']);
});

test('withTypes tells the interpreted type of each key', () => {
  set('a', 1);
  set('b', new TypedValue(ValueType.TEXT, bytes('{"x":1}')));
  const { keys, types } = scan(0, 10, { withTypes: true });
  assert.deepEqual(Object.fromEntries(keys.map((key, i) => [key, types[i]])), {
    a: ValueType.INTEGER,
    b: ValueType.JSON,
  });
});

test('expired keys are not returned', () => {
  set('a', 1, 10);
  set('b', 1);
  db.pass(10);
  assert.deepEqual(scanAll(1), ['b']);
});

test('what is there throughout is returned, while keys come and go and the table grows and shrinks', () => {
  const random = new SeededRandom(7);
  const steady = fill(2000, (i) => `steady:${i}`);
  const moving: string[] = [];
  let made = 0;
  let grows = true;
  const churn = (): void => {
    if (made > 60_000) grows = false;
    for (let i = 0; i < 400; i++) {
      if (grows || (moving.length === 0 && random.chance(0.1))) {
        const key = `moving:${made++}`;
        set(key, 1);
        moving.push(key);
      } else if (moving.length > 0) {
        const at = random.int(0, moving.length - 1);
        const [key] = moving.splice(at, 1, moving[moving.length - 1]);
        moving.pop();
        db.run((w) => encodeDelete(w, { key: bytes(key) }));
      }
    }
  };
  for (let round = 0; round < 3; round++) {
    const found = new Set(scanAll(50, {}, churn));
    const missed = steady.filter((key) => !found.has(key));
    assert.deepEqual(missed, [], `seed ${random.seed}, round ${round}`);
  }
});

test('a page stays below its size, also with the longest keys', () => {
  for (let i = 0; i < 500; i++) set(`${'k'.repeat(1000)}${i}`, 1);
  const page = scan(0, 500);
  assert.ok(page.keys.length < 100, `${page.keys.length} keys of 1000 bytes`);
  assert.notEqual(page.cursor, 0);
  assert.equal(new Set(scanAll(500)).size, 500);
});

test('a small reply still makes progress', () => {
  fill(500, (i) => `${'k'.repeat(1000)}${i}`);
  db.maxReplyBytes = 40_000;
  assert.equal(new Set(scanAll(500)).size, 500);
});

test('a pattern that costs much ends the page early, and the scan still ends', () => {
  fill(300, (i) => `${'a'.repeat(900)}${i}`);
  const pattern = `*${'a'.repeat(450)}b`;
  const page = scan(0, 65_535, { pattern });
  assert.notEqual(page.cursor, 0, 'the page ended early');
  assert.deepEqual(scanAll(65_535, { pattern }), []);
});

test('any cursor is taken: unknown ones only end sooner', () => {
  fill(100);
  for (const cursor of [1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, Number.MAX_SAFE_INTEGER]) scan(cursor, 10);
});

test.run();
