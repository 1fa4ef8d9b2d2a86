import assert from 'node:assert/strict';
import { test } from 'uvu';
import { openAccess, publishAccess, readAccess, sealAccess } from '../src/access/access-file.js';
import {
  ACCESS_KEYS_MAX,
  AccessKeyError,
  type AccessKeySet,
  type NewKeyOptions,
  type NewSecret,
  NO_ACCESS_KEYS,
  permissionsOf,
  withNewKey,
  withoutEnded,
  withoutKey,
  withRotatedKey,
} from '../src/access/access-key.js';
import { AccessTable, grantOf } from '../src/access/access-table.js';
import { createKeyring } from '../src/persistence/keyring.js';
import { nodeStorageCrypto } from '../src/persistence/node-storage-crypto.js';
import { PersistenceError } from '../src/persistence/persistence-error.js';
import { MemoryDisk } from './persistence-memory-disk.js';

const NOW_MS = 1_700_000_000_000;
const crypto = nodeStorageCrypto();
const keyring = newKeyring(1);

function newKeyring(fill: number) {
  const bytes = new Uint8Array(32).fill(fill);
  return createKeyring(crypto, { kind: 'key-file', bytes, file: '/store.key' }, NOW_MS);
}

let secrets = 0;
function secret(nowMs = NOW_MS): NewSecret {
  secrets++;
  return { psk: new Uint8Array(32).fill(secrets), keyId: secrets.toString(16).padStart(16, '0'), nowMs };
}

function keySet(...wanted: NewKeyOptions[]): AccessKeySet {
  return wanted.reduce((set, options) => withNewKey(set, options, secret()).after, NO_ACCESS_KEYS);
}

function refused(exitCode: number, message: RegExp): (error: unknown) => boolean {
  return (error) =>
    error instanceof AccessKeyError && error.exitCode === exitCode && message.test(error.message);
}

function opened(set: AccessKeySet): AccessKeySet {
  return openAccess(crypto, keyring, '/data/ACCESS', sealAccess(crypto, keyring, set));
}

test('what was sealed opens as it was', () => {
  const set = keySet(
    { name: 'ops' },
    { name: 'Käthe ☕', role: 'read', prefix: 'app:\n\u0000"é' },
    { name: 'x'.repeat(64), prefix: 'p'.repeat(1024) },
  );
  const rotated = withRotatedKey(set, 'ops', secret(), 60_000).after;
  for (const one of [set, rotated, { ...set, keys: [] }]) assert.deepEqual(opened(one), one);
});

test('no two versions of the file share a byte of their boxes, and nothing of a key stands in clear', () => {
  const set = keySet({ name: 'findable-name', prefix: 'findable-prefix' });
  const a = Buffer.from(sealAccess(crypto, keyring, set));
  const b = Buffer.from(sealAccess(crypto, keyring, set));
  assert.ok(!a.subarray(20, 100).equals(b.subarray(20, 100)));
  for (const text of ['findable', 'read', Buffer.from(set.keys[0].psk).toString('base64').slice(0, 12)])
    assert.ok(!a.includes(text), text);
});

test('each byte of the file flipped, each length cut: refused by name', () => {
  const bytes = sealAccess(crypto, keyring, keySet({ name: 'a' }, { name: 'b', prefix: 'b:' }));
  const isRefused = (error: unknown) =>
    error instanceof PersistenceError && error.exitCode === 65 && error.file === '/data/ACCESS';
  for (let i = 0; i < bytes.length; i++) {
    const damaged = bytes.slice();
    damaged[i] ^= 1 << (i % 8);
    assert.throws(() => openAccess(crypto, keyring, '/data/ACCESS', damaged), isRefused, `byte ${i}`);
    const cut = bytes.slice(0, i);
    assert.throws(() => openAccess(crypto, keyring, '/data/ACCESS', cut), isRefused, `length ${i}`);
  }
  const longer = new Uint8Array([...bytes, 0]);
  assert.throws(() => openAccess(crypto, keyring, '/data/ACCESS', longer), isRefused);
});

test('the file of another database is refused, though it is whole', () => {
  const bytes = sealAccess(crypto, newKeyring(1), keySet({}));
  assert.throws(
    () => openAccess(crypto, keyring, '/data/ACCESS', bytes),
    (error) => error instanceof PersistenceError && /belongs to another database/.test(error.message),
  );
});

test('a crash at any call of a change leaves the old keys or the new ones', () => {
  const before = keySet({ name: 'old' });
  const disk = new MemoryDisk();
  disk.makeDirectory('/data', 0o700);
  disk.syncDirectory('/');
  publishAccess(disk, crypto, keyring, '/data', before);
  const callsBefore = disk.calls;
  const after = withNewKey(before, { name: 'new' }, secret()).after;
  const whole = disk.afterPowerCut();
  publishAccess(whole, crypto, keyring, '/data', after);
  for (let call = 1; call <= whole.calls; call++) {
    for (const fault of ['crash-before', 'crash-after', 'EIO', 'ENOSPC', 'short'] as const) {
      const faulty = disk.afterPowerCut();
      faulty.plan = ({ index }) => (index === call ? fault : undefined);
      try {
        publishAccess(faulty, crypto, keyring, '/data', after);
      } catch {
        // What counts is what a restart finds.
      }
      for (const found of [faulty.afterPowerCut(), faulty.afterKill()]) {
        const names = readAccess(found, crypto, keyring, '/data').keys.map(({ name }) => name);
        assert.ok(['old', 'old,new'].includes(names.join()), `${fault} at call ${call}: ${names}`);
      }
    }
  }
  assert.ok(callsBefore > 0);
});

test('no file means no keys; its private mode and growing generation', () => {
  const disk = new MemoryDisk();
  disk.makeDirectory('/data', 0o700);
  assert.deepEqual(readAccess(disk, crypto, keyring, '/data'), NO_ACCESS_KEYS);
  for (const generation of [1, 2, 3]) {
    const before = readAccess(disk, crypto, keyring, '/data');
    publishAccess(disk, crypto, keyring, '/data', withNewKey(before, {}, secret()).after);
    assert.equal(readAccess(disk, crypto, keyring, '/data').generation, generation);
  }
  assert.equal(disk.modeOf('/data/ACCESS'), 0o600);
});

test('the first key is admin and seals for ever, later ones write; names are made where none is given', () => {
  const set = keySet({}, {}, { role: 'read' });
  assert.deepEqual(
    set.keys.map(({ name, role }) => `${name} ${role}`),
    ['key-1 admin', 'key-2 write', 'key-3 read'],
  );
  let left = set;
  for (const { keyId } of set.keys) left = withoutKey(left, keyId, NOW_MS).after;
  assert.deepEqual([left.isSealed, left.keys.length], [true, 0]);
  assert.equal(withNewKey(left, {}, secret()).key.role, 'write', 'not the first key ever');
  assert.equal(withNewKey(withoutKey(set, 'key-2', NOW_MS).after, {}, secret()).key.name, 'key-2');
});

const NAMES: [name: string, isGood: boolean][] = [
  ['a', true],
  ['x'.repeat(64), true],
  ['x'.repeat(65), false],
  ['☕'.repeat(64), true],
  ['', false],
  ['two words', true],
  [' leading', false],
  ['trailing ', false],
  ['line\nbreak', false],
  ['\u001b[31mred', false],
  ['right\u202eleft', false],
  ['0123456789abcdef', false],
  ['0123456789abcdeg', true],
  [`anoa1_${'A'.repeat(43)}`, false],
];
for (const [name, isGood] of NAMES) {
  test(`the name ${JSON.stringify(name.slice(0, 20))} (${name.length}) is ${isGood ? 'taken' : 'refused'}`, () => {
    if (isGood) assert.equal(keySet({ name }).keys[0].name, name);
    else {
      assert.throws(
        () => keySet({ name }),
        (error) => {
          assert.ok(name.length < 10 || !(error as Error).message.includes(name), 'not repeated');
          return refused(2, /name/)(error);
        },
      );
    }
  });
}

test('a name that is taken, a prefix too long, a key too many are refused', () => {
  assert.throws(() => keySet({ name: 'a' }, { name: 'a' }), refused(1, /already.*rotate/));
  assert.equal(keySet({ prefix: 'é'.repeat(512) }).keys.length, 1);
  assert.throws(() => keySet({ prefix: 'é'.repeat(513) }), refused(2, /1024 bytes/));
  const key = keySet({}).keys[0];
  const keys = Array.from({ length: ACCESS_KEYS_MAX }, (_, i) => ({ ...key, name: `n${i}` }));
  const full = { generation: 1, isSealed: true, keys };
  assert.throws(() => withNewKey(full, {}, secret()), refused(1, /1024 access keys/));
  assert.equal(withRotatedKey(full, 'n5', secret()).after.keys.length, ACCESS_KEYS_MAX);
  assert.throws(() => withRotatedKey(full, 'n5', secret(), 1000), refused(1, /1024/));
  assert.equal(opened(full).keys.length, ACCESS_KEYS_MAX);
});

test('the fullest file that can be fits', () => {
  const key = keySet({ prefix: '\u0001'.repeat(1024), name: '☕'.repeat(64) }).keys[0];
  const keys = Array.from({ length: ACCESS_KEYS_MAX }, (_, i) => ({
    ...key,
    name: `${'☕'.repeat(60)}${i}`,
  }));
  assert.equal(opened({ generation: 1, isSealed: true, keys }).keys.length, ACCESS_KEYS_MAX);
});

test('rotation keeps name, role and prefix; the old secret ends at once or after its grace', () => {
  const set = keySet({ name: 'app', role: 'read', prefix: 'app:' });
  const old = set.keys[0];
  const { after, key } = withRotatedKey(set, 'app', secret());
  assert.deepEqual([key.name, key.role, key.prefix, after.keys], ['app', 'read', 'app:', [key]]);
  assert.notDeepEqual(key.psk, old.psk);
  const graceful = withRotatedKey(set, old.keyId, secret(), 1000).after;
  assert.equal(graceful.keys.length, 2);
  assert.equal(withoutEnded(graceful, NOW_MS + 999).keys.length, 2);
  assert.equal(withoutEnded(graceful, NOW_MS + 1000).keys.length, 1);
  assert.throws(
    () => withRotatedKey(graceful, old.keyId, secret()),
    refused(1, /replaced already; rotate app/),
  );
  assert.equal(withRotatedKey(graceful, 'app', secret()).after.keys.length, 1, 'at once means all of them');
  assert.equal(withoutKey(graceful, 'app', NOW_MS).after.keys.length, 0, 'revoked with all it replaced');
  assert.equal(withoutKey(graceful, old.keyId, NOW_MS).after.keys.length, 1);
});

test('what does not exist cannot be revoked or rotated, and a secret given by mistake is not repeated', () => {
  const set = keySet({ name: 'a' });
  const given = `anoa1_${'B'.repeat(43)}`;
  for (const change of [() => withoutKey(set, given, NOW_MS), () => withRotatedKey(set, given, secret())]) {
    assert.throws(change, (error) => {
      assert.ok(!(error as Error).message.includes(given));
      return refused(1, /no access key/)(error);
    });
  }
  assert.throws(() => withoutKey(set, 'b', NOW_MS), refused(1, /no access key b;/));
});

test('a table finds by id, and tells which grants are no longer good when it is replaced', () => {
  const set = keySet({ name: 'a' }, { name: 'b', role: 'read', prefix: 'b:' });
  const table = new AccessTable();
  assert.deepEqual(table.replace(set.keys), []);
  const around = new Uint8Array(20);
  around.set(grantOf(set.keys[1]).keyId, 7);
  const found = table.find(around, 7);
  assert.equal(found?.permissions, permissionsOf('read'));
  assert.equal(Buffer.from(found?.prefix ?? []).toString(), 'b:');
  assert.equal(table.find(around, 6), undefined);
  assert.deepEqual(table.replace(opened(set).keys), [], 'read again, nothing changed');
  assert.equal(table.find(around, 7), found, 'the same object');
  assert.deepEqual(table.replace([set.keys[0], { ...set.keys[1], prefix: 'c:' }]), [found]);
  assert.equal(table.replace([]).length, 2);
  assert.equal(table.count, 0);
});

test.run();
