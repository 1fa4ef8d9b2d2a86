/** Every command, by every role, inside and outside a prefix: what is denied, and that nothing happens then. */

import assert from 'node:assert/strict';
import {
  type ByteWriter,
  commandTable,
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
  encodeScan,
  encodeSet,
  encodeSnapshot,
  encodeStats,
  encodeTtl,
  encodeType,
} from '@anoadb/protocol';
import type { AccessGrant } from '@anoadb/transport';
import { test } from 'uvu';
import { type AccessRole, accessRoles, permissionsOf } from '../src/access/access-key.js';
import { bytes, type Encode, opsBytes, TestEngine } from './test-engine.js';

type Kind = 'read' | 'write' | 'admin';

/** Written by hand from the words, so that a slip in the spec's table is seen. */
const KEYED: [name: string, kind: Kind, encode: (writer: ByteWriter, key: Uint8Array) => void][] = [
  ['GET', 'read', (w, key) => encodeGet(w, { key })],
  ['SET', 'write', (w, key) => encodeSet(w, { key, value: 1 })],
  ['DELETE', 'write', (w, key) => encodeDelete(w, { key })],
  ['EXISTS', 'read', (w, key) => encodeExists(w, { key })],
  ['TTL', 'read', (w, key) => encodeTtl(w, { key })],
  ['EXPIRE', 'write', (w, key) => encodeExpire(w, { key, timeMs: 5000 })],
  ['PERSIST', 'write', (w, key) => encodePersist(w, { key })],
  ['INCR', 'write', (w, key) => encodeIncr(w, { key })],
  ['INCRFLOAT', 'write', (w, key) => encodeIncrFloat(w, { key, amountFloat: 1.5 })],
  ['APPEND', 'write', (w, key) => encodeAppend(w, { key, value: 'x' })],
  ['LENGTH', 'read', (w, key) => encodeLength(w, { key })],
  ['GETDELETE', 'write', (w, key) => encodeGetDelete(w, { key })],
  ['GETEXPIRE', 'write', (w, key) => encodeGetExpire(w, { key })],
  ['RENAME', 'write', (w, key) => encodeRename(w, { key, newKey: bytes('app:renamed') })],
  ['COPY', 'write', (w, key) => encodeCopy(w, { key, newKey: bytes('app:renamed') })],
  ['TYPE', 'read', (w, key) => encodeType(w, { key })],
  ['SCAN', 'read', (w, key) => encodeScan(w, { key, cursor: 0, count: 10 })],
  ['CHECK', 'read', (w, key) => encodeCheck(w, { key })],
];
const KEYLESS: [name: string, kind: Kind, isFreeWithinPrefix: boolean, encode: Encode][] = [
  ['PING', 'read', true, (w) => encodePing(w, { payload: bytes('hello') })],
  ['COUNT', 'read', false, encodeCount],
  ['STATS', 'read', false, encodeStats],
  ['FLUSH', 'admin', false, encodeFlush],
  ['SNAPSHOT', 'admin', false, encodeSnapshot],
];
const MAY: Record<AccessRole, readonly Kind[]> = {
  read: ['read'],
  write: ['read', 'write'],
  admin: ['read', 'write', 'admin'],
};
/** With `app:` as the prefix. */
const KEYS: [key: string, isInside: boolean][] = [
  ['app:1', true],
  ['app:', true],
  ['app', false],
  ['apq:1', false],
  ['Xapp:1', false],
  ['other', false],
];

function grant(role: AccessRole, prefix = ''): AccessGrant {
  return {
    keyId: new Uint8Array(8),
    psk: new Uint8Array(32),
    permissions: permissionsOf(role),
    prefix: bytes(prefix),
  };
}

function filled(): TestEngine {
  const db = new TestEngine();
  for (const [key] of KEYS) db.run((w) => encodeSet(w, { key: bytes(key), value: 'text' }));
  db.run((w) => encodeSet(w, { key: bytes('app:renamed'), value: 'text' }));
  return db;
}

/** Status of one op by `by`, having proved that a denied one changed nothing and was answered without content. */
function statusOf(db: TestEngine, by: AccessGrant, encode: Encode): string {
  const before = db.contents();
  const lsn = db.engine.lastLsn;
  db.grant = by;
  const { status, results } = db.raw(opsBytes([encode]));
  db.grant = undefined;
  assert.equal(status, status === -1 ? -1 : 0);
  if (status === -1) return 'PENDING';
  const isDenied = results[0] === 0x0b;
  if (isDenied) {
    assert.equal(results.length, 6, 'nothing but the status');
    assert.deepEqual(db.contents(), before);
    assert.equal(db.engine.lastLsn, lsn);
  }
  return isDenied ? 'DENIED' : 'answered';
}

test('the tables below have every command of the spec', () => {
  const named = [...KEYED, ...KEYLESS].map(([name]) => name).sort();
  assert.deepEqual(named, commandTable.map(({ name }) => name).sort());
});

for (const role of accessRoles) {
  test(`role ${role}: every command without a prefix is decided by its kind`, () => {
    for (const [name, kind, encode] of KEYED) {
      const expected = MAY[role].includes(kind) ? 'answered' : 'DENIED';
      assert.equal(
        statusOf(filled(), grant(role), (w) => encode(w, bytes('other'))),
        expected,
        name,
      );
    }
    for (const [name, kind, , encode] of KEYLESS) {
      const allowed = name === 'SNAPSHOT' ? 'PENDING' : 'answered';
      assert.equal(
        statusOf(filled(), grant(role), encode),
        MAY[role].includes(kind) ? allowed : 'DENIED',
        name,
      );
    }
  });

  test(`role ${role} with the prefix app: every command inside and outside`, () => {
    const by = grant(role, 'app:');
    for (const [name, kind, encode] of KEYED) {
      for (const [key, isInside] of KEYS) {
        // A listing of more than the prefix is answered with what is inside.
        const isAnswered = name === 'SCAN' ? isInside || key === 'app' : isInside;
        const expected = isAnswered && MAY[role].includes(kind) ? 'answered' : 'DENIED';
        assert.equal(
          statusOf(filled(), by, (w) => encode(w, bytes(key))),
          expected,
          `${name} ${key}`,
        );
      }
    }
    for (const [name, kind, isFree, encode] of KEYLESS) {
      const expected = isFree && MAY[role].includes(kind) ? 'answered' : 'DENIED';
      assert.equal(statusOf(filled(), by, encode), expected, name);
    }
  });
}

test('RENAME needs both keys inside', () => {
  const rename = (key: string, newKey: string): Encode => {
    return (w) => encodeRename(w, { key: bytes(key), newKey: bytes(newKey) });
  };
  const by = grant('admin', 'app:');
  assert.equal(statusOf(filled(), by, rename('app:1', 'app:2')), 'answered');
  assert.equal(statusOf(filled(), by, rename('app:1', 'other')), 'DENIED');
  assert.equal(statusOf(filled(), by, rename('other', 'app:1')), 'DENIED');
  assert.equal(statusOf(filled(), by, rename('other', 'apq:1')), 'DENIED');
});

test('SCAN shows keys inside the prefix only, whatever prefix, pattern or page it asks for', () => {
  const db = filled();
  db.grant = grant('read', 'app:');
  const scan = (key: string, count: number, more: object = {}): string[] => {
    const found: string[] = [];
    let cursor = 0;
    do {
      const { value } = db.run((w) => encodeScan(w, { key: bytes(key), cursor, count, ...more }));
      const page = Buffer.from(value as Uint8Array);
      cursor = Number(page.readBigUInt64LE(0));
      let at = 10;
      for (let left = page.readUInt16LE(8); left > 0; left--) {
        const length = page.readUInt16LE(at);
        found.push(page.toString('utf8', at + 2, at + 2 + length));
        at += 2 + length;
      }
    } while (cursor !== 0);
    return found.sort();
  };
  for (const prefix of ['', 'a', 'app', 'app:'])
    for (const count of [1, 100]) assert.deepEqual(scan(prefix, count), ['app:', 'app:1', 'app:renamed']);
  assert.deepEqual(scan('app:r', 100), ['app:renamed']);
  assert.deepEqual(scan('', 100, { pattern: bytes('*1') }), ['app:1']);
});

test('denied comes before everything else: missing keys, broken arguments, sizes, types', () => {
  const db = filled();
  const by = grant('read', 'app:');
  const large = 'x'.repeat(2_000_000);
  const ops: Encode[] = [
    (w) => encodeGet(w, { key: bytes('missing') }),
    (w) => encodeSet(w, { key: bytes('app:1'), value: large }),
    (w) =>
      w.copy(
        new Uint8Array(8 + 1025).map((_, i) => [1, 0, 1, 4][i] ?? 0),
        0,
        8 + 1025,
      ),
    (w) => encodeIncr(w, { key: bytes('app:1') }),
    // Unknown flags, and arguments where there are none.
    (w) => w.copy(new Uint8Array([1, 0xff, 1, 0, 0, 0, 0, 0, 0x6b]), 0, 9),
    (w) => w.copy(new Uint8Array([3, 0, 1, 0, 2, 0, 0, 0, 0x6b, 9, 9]), 0, 11),
    (w) => w.copy(new Uint8Array([12, 0xff, 0, 0, 0, 0, 0, 0]), 0, 8),
  ];
  for (const [i, encode] of ops.entries()) assert.equal(statusOf(db, by, encode), 'DENIED', `op ${i}`);
  db.grant = by;
  assert.equal(
    db.run((w) => w.copy(new Uint8Array([0x7f, 0, 0, 0, 0, 0, 0, 0]), 0, 8)).status,
    'UNSUPPORTED_OP',
  );
});

test('each op of a request is judged alone, the others are answered', () => {
  const db = filled();
  db.grant = grant('write', 'app:');
  const answers = db.request([
    (w) => encodeSet(w, { key: bytes('app:1'), value: 1 }),
    (w) => encodeSet(w, { key: bytes('other'), value: 1 }),
    (w) => encodeGet(w, { key: bytes('app:1') }),
  ]);
  assert.deepEqual(
    answers.map(({ status }) => status),
    ['OK', 'DENIED', 'OK'],
  );
});

test('a denied op aborts its atomic request: nothing is applied', () => {
  for (const denied of ['other', 'app'] as const) {
    for (const position of [0, 1, 2]) {
      const db = filled();
      const before = db.contents();
      db.grant = grant('write', 'app:');
      const ops: Encode[] = [0, 1, 2].map((i) => {
        return (w) => encodeIncr(w, { key: bytes(i === position ? denied : `app:n${i}`) });
      });
      const statuses = db.atomic(...ops).map(({ status }) => status);
      assert.deepEqual(
        statuses,
        [0, 1, 2].map((i) => (i === position ? 'DENIED' : 'ABORTED')),
      );
      assert.deepEqual(db.contents(), before);
    }
  }
  const db = filled();
  db.grant = grant('read');
  const mixed = db.atomic(
    (w) => encodeCheck(w, { key: bytes('other'), ifPresent: true }),
    (w) => encodeDelete(w, { key: bytes('other') }),
  );
  assert.deepEqual(
    mixed.map(({ status }) => status),
    ['ABORTED', 'DENIED'],
  );
});

test('the next request of another key, or of open mode, is not held to the last one’s prefix', () => {
  const db = filled();
  assert.equal(
    statusOf(db, grant('read', 'app:'), (w) => encodeGet(w, { key: bytes('other') })),
    'DENIED',
  );
  assert.equal(
    statusOf(db, grant('read'), (w) => encodeGet(w, { key: bytes('other') })),
    'answered',
  );
  assert.equal(db.run((w) => encodeGet(w, { key: bytes('other') })).status, 'OK');
});

test.run();
