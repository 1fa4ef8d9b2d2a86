/** A new secret opens what the old one locked; a new data key takes over, and the old one goes when nothing needs it. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { withNewDataKey, withNewSecret } from '../src/persistence/key-rotation.js';
import { type Keyring, keyEntriesOf, openKeyring } from '../src/persistence/keyring.js';
import { readMasterSecret } from '../src/persistence/master-secret.js';
import { PersistenceError } from '../src/persistence/persistence-error.js';
import { replaceFile } from '../src/persistence/whole-file.js';
import { MemoryDisk } from './persistence-memory-disk.js';
import { DIRECTORY, KEY_FILE, stateOf, TEST_SCRYPT_N, testCrypto } from './persistence-model.js';
import { beginOn, journalOn, written } from './support/journalled-store.js';

const test = suite('key rotation');
const crypto = testCrypto(42);
const CHEAP = { scryptN: TEST_SCRYPT_N };

async function someData() {
  const disk = new MemoryDisk();
  const { store, database } = await beginOn(disk);
  for (let i = 0; i < 10; i++) {
    store.setText(`key ${i}`, `value ${i}`);
    store.commit();
    if (i === 5) await database.snapshot(store);
  }
  await written(database, store.lastVersion());
  return {
    disk: disk.afterKill(),
    state: stateOf(store.entries.values()),
    keyring: database.keyring,
    hashSeed: database.hashSeed,
  };
}

function keyringOn(disk: MemoryDisk): Keyring {
  const secret = readMasterSecret(disk, { kind: 'key-file', path: KEY_FILE, createIfAbsent: false })!;
  return openKeyring(crypto, 'KEYRING', disk.contents().get(`${DIRECTORY}/KEYRING`)!, secret);
}

test('another secret: everything is there with it, and the old one is refused as a wrong key', async () => {
  const { disk, state, keyring } = await someData();
  const secret = { kind: 'passphrase', passphrase: 'correct horse battery' } as const;
  const locked = withNewSecret(crypto, keyring, readMasterSecret(disk, secret)!, CHEAP);
  replaceFile(disk, DIRECTORY, 'KEYRING', locked.bytes);
  const { lines, database } = await beginOn(disk.afterKill(), { ...journalOn(), secret });
  assert.equal(lines, state);
  assert.is(database.keyring.currentKeyId, 1);
  try {
    await beginOn(disk.afterKill());
    assert.unreachable();
  } catch (error) {
    assert.instance(error, PersistenceError);
    assert.is((error as PersistenceError).exitCode, 66);
  }
});

test('another data key: the old one opens what it sealed until a snapshot, and is gone then', async () => {
  const { disk, state, keyring, hashSeed } = await someData();
  const secret = readMasterSecret(disk, { kind: 'key-file', path: KEY_FILE, createIfAbsent: false })!;
  const next = withNewDataKey(crypto, keyring, secret, 5, CHEAP);
  assert.equal(
    keyEntriesOf(crypto, next).map(({ id, createdMs }) => [id, createdMs]),
    [
      [1, keyEntriesOf(crypto, keyring)[0].createdMs],
      [2, 5],
    ],
  );
  replaceFile(disk, DIRECTORY, 'KEYRING', next.bytes);
  const { lines, database, store, report } = await beginOn(disk);
  assert.equal(lines, state);
  assert.ok(report.usesOldKey);
  assert.equal([...keyringOn(disk).dataKeys.keys()], [1, 2]);
  store.setText('after', 'rotation');
  store.commit();
  await written(database, store.lastVersion());
  // Killed before the snapshot: both keys are still needed, and there.
  assert.is((await beginOn(disk.afterKill())).lines.length, state.length + 1);
  await database.snapshot(store);
  assert.equal([...keyringOn(disk).dataKeys.keys()], [2]);
  const again = await beginOn(disk.afterPowerCut());
  assert.equal(again.lines, stateOf(store.entries.values()));
  assert.not(again.report.usesOldKey);
  assert.is(again.database.hashSeed, hashSeed, 'cursors and fingerprints of before mean something else now');
});

test.run();
