/** Files that become damaged under a running server are found, named, and found only once. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { FileWorker } from '../src/persistence/file-worker.js';
import type { JournalLink } from '../src/persistence/journal/journal-link.js';
import { type Manifest, readManifest } from '../src/persistence/manifest.js';
import { fromPlainError, PersistenceError } from '../src/persistence/persistence-error.js';
import { Scrub } from '../src/persistence/scrub.js';
import type { FromWorker } from '../src/persistence/worker-messages.js';
import { MemoryDisk } from './persistence-memory-disk.js';
import { DIRECTORY, testCrypto } from './persistence-model.js';
import { beginOn, written } from './support/journalled-store.js';

const test = suite('scrub');

/** One snapshot, one closed segment and an open one. */
async function files() {
  const disk = new MemoryDisk();
  const { store, database } = await beginOn(disk);
  for (let i = 0; i < 30; i++) {
    store.setText(`key ${i % 9}`, `value ${i}`);
    store.commit();
    if (i === 10) await database.snapshot(store);
    if (i === 20) (database.journal as JournalLink).rotate(0);
  }
  await written(database, store.lastVersion());
  const { keyring } = database;
  const manifest = readManifest(disk, testCrypto(), keyring, DIRECTORY) as Manifest;
  assert.is(manifest.journal.length, 2);
  return { disk, options: { directory: DIRECTORY, keyring, manifest } };
}

function faultIn(disk: MemoryDisk, options: ConstructorParameters<typeof Scrub>[2]): unknown {
  const scrub = new Scrub(disk, testCrypto(), options);
  try {
    while (scrub.step());
    return undefined;
  } catch (error) {
    return error;
  } finally {
    scrub.close();
  }
}

test('sound files are read to their end, and every file is let go again', async () => {
  const { disk, options } = await files();
  const handles = disk.openHandles;
  assert.is(faultIn(disk, options), undefined);
  assert.is(disk.openHandles, handles);
});

test('damage of the snapshot and of a closed segment is found by file and offset', async () => {
  const { disk, options } = await files();
  const names = [
    ...options.manifest.snapshot!.files.map((file) => file.name),
    ...options.manifest.journal
      .filter((segment) => segment.bytes !== undefined)
      .map((segment) => segment.name),
  ];
  for (const name of names) {
    const path = `${DIRECTORY}/${name}`;
    const sound = disk.contents().get(path)!;
    for (const at of [3, sound.length >> 1, sound.length - 1]) {
      const bytes = sound.slice();
      bytes[at] ^= 1;
      disk.put(path, bytes);
      const error = faultIn(disk, options);
      assert.instance(error, PersistenceError);
      assert.is((error as PersistenceError).file, path);
      assert.is((error as PersistenceError).exitCode, 65);
    }
    disk.put(path, sound);
  }
});

test('the worker tells of it once, not while it works, and forgets files that a snapshot replaces', async () => {
  const { disk, options } = await files();
  const said: FromWorker[] = [];
  const worker = new FileWorker(disk, testCrypto(), (message) => said.push(message));
  worker.handle({ do: 'scrub', ...options });
  for (let i = 0; i < 100; i++) worker.tick(i * 100);
  assert.equal(said, []);
  const path = `${DIRECTORY}/${options.manifest.snapshot!.files[0].name}`;
  const bytes = disk.contents().get(path)!;
  bytes[bytes.length - 1] ^= 1;
  disk.put(path, bytes);
  for (let i = 0; i < 200; i++) worker.tick(20_000 + i * 60_000);
  assert.is(said.length, 1);
  const [message] = said;
  assert.is(message.did, 'scrub-damage');
  if (message.did === 'scrub-damage') assert.match(fromPlainError(message.error).message, path);
});

test.run();
