/** Every byte of a small journal altered, every length cut: refused, or the torn end kept apart; never a wrong state. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { JournalLink } from '../src/persistence/journal/journal-link.js';
import { PersistenceError } from '../src/persistence/persistence-error.js';
import { MemoryDisk } from './persistence-memory-disk.js';
import { DIRECTORY, stateOf, testCrypto } from './persistence-model.js';
import { beginOn, journalOn, written } from './support/journalled-store.js';

const test = suite('journal damage');

/** Three batches; what the state was behind each; synced up to the second. */
async function smallJournal(seed?: number) {
  const disk = new MemoryDisk();
  const { store, database } = await beginOn(disk, {
    ...journalOn(),
    ...(seed !== undefined && { crypto: testCrypto(seed) }),
  });
  const states = [stateOf(store.entries.values())];
  for (let i = 1; i <= 3; i++) {
    store.setText(`key ${i}`, `value ${i}`);
    store.setText('common', `value ${i}`);
    store.noteMark('client', `rid ${i}`);
    store.commit();
    await written(database, store.lastVersion());
    states.push(stateOf(store.entries.values()));
    if (i === 2) {
      (database.journal as JournalLink).rotate(0);
      await new Promise((done) => setTimeout(done, 5));
    }
  }
  return { disk: disk.afterKill(), states };
}

function segmentsOf(disk: MemoryDisk): string[] {
  return disk
    .list(DIRECTORY)!
    .filter((name) => name.endsWith('.anoj'))
    .map((name) => `${DIRECTORY}/${name}`);
}

async function outcomeOn(disk: MemoryDisk): Promise<{ state?: string[]; error?: PersistenceError }> {
  try {
    const { lines, database } = await beginOn(disk);
    await database.close();
    return { state: lines };
  } catch (error) {
    assert.instance(error, PersistenceError, String((error as Error).stack));
    return { error: error as PersistenceError };
  }
}

function changed(disk: MemoryDisk, file: string, bytes: Uint8Array): MemoryDisk {
  const copy = disk.afterKill();
  copy.put(file, bytes);
  return copy;
}

async function assertRefused(disk: MemoryDisk, file: string, what: string): Promise<void> {
  const before = disk.contents();
  const { error } = await outcomeOn(disk);
  assert.ok(error !== undefined, `${what}: not refused`);
  assert.is(error.exitCode, 65, `${what}: ${error.message}`);
  assert.is(error.file, file, what);
  assert.ok(error.offset !== undefined, what);
  const after = disk.contents();
  assert.is(after.size, before.size, what);
  for (const [path, bytes] of before) assert.equal(after.get(path), bytes, `${what}: ${path}`);
}

test('a closed segment: every altered byte and every length is refused with file and offset', async () => {
  const { disk } = await smallJournal();
  const [closed, open] = segmentsOf(disk);
  assert.ok(open !== undefined);
  const sound = disk.contents().get(closed)!;
  for (let at = 0; at < sound.length; at++) {
    const bytes = sound.slice();
    bytes[at] ^= 1 << (at % 8);
    await assertRefused(changed(disk, closed, bytes), closed, `byte ${at}`);
  }
  for (let length = 0; length < sound.length; length++) {
    await assertRefused(changed(disk, closed, sound.slice(0, length)), closed, `length ${length}`);
  }
});

test('the torn end of the open segment: every length keeps the prefix, and what was cut off is in quarantine', async () => {
  const { disk, states } = await smallJournal();
  const [, open] = segmentsOf(disk);
  const sound = disk.contents().get(open)!;
  assert.is((await outcomeOn(disk.afterKill())).state!.join(), states[3].join());
  for (let length = 128; length < sound.length; length++) {
    for (const padding of length % 16 === 0 ? [0, 7, 700] : [0]) {
      const bytes = new Uint8Array(length + padding);
      bytes.set(sound.subarray(0, length));
      const torn = changed(disk, open, bytes);
      const { state, error } = await outcomeOn(torn);
      assert.is(error?.message, undefined, `length ${length} + ${padding}`);
      assert.equal(state, states[2], `length ${length} + ${padding}`);
      const kept = [...torn.contents()].find(([path]) => /quarantine\/.*\.tail-128$/.test(path));
      if (length + padding === 128) assert.is(kept, undefined);
      else assert.equal(kept?.[1], bytes.slice(128), `length ${length} + ${padding}`);
    }
  }
  // Every altered byte of a frame that was never proven synced, the header excepted: that was.
  for (let at = 0; at < sound.length; at++) {
    const bytes = sound.slice();
    bytes[at] ^= 1 << (at % 8);
    const torn = changed(disk, open, bytes);
    if (at < 128) await assertRefused(torn, open, `byte ${at}`);
    else assert.equal((await outcomeOn(torn)).state, states[2], `byte ${at}`);
  }
});

test('a frame that a later one says was synced is never a torn end', async () => {
  const disk = new MemoryDisk();
  const { store, database } = await beginOn(disk, journalOn('always'));
  const ends: number[] = [];
  for (let i = 1; i <= 3; i++) {
    store.setText(`key ${i}`, `value ${i}`);
    store.commit();
    await written(database, store.lastVersion());
    ends.push(disk.contents().get(segmentsOf(disk)[0])!.length);
  }
  const killed = disk.afterKill();
  const [open] = segmentsOf(killed);
  const sound = killed.contents().get(open)!;
  const expected = stateOf(store.entries.values());
  for (let at = 128; at < ends[1]; at++) {
    const bytes = sound.slice();
    bytes[at] ^= 0x10;
    await assertRefused(changed(killed, open, bytes), open, `byte ${at}`);
  }
  // The last one may be torn; but only one batch can be, under this policy.
  const torn = sound.slice();
  torn[ends[2] - 1] ^= 1;
  assert.ok((await outcomeOn(changed(killed, open, torn))).state!.length < expected.length);
  const longer = new Uint8Array(torn.length + 50).fill(5);
  longer.set(torn);
  await assertRefused(changed(killed, open, longer), open, 'more than one batch');
});

test('a segment of another database, another place or a copy is refused', async () => {
  const { disk } = await smallJournal();
  const { disk: other } = await smallJournal(99);
  const [closed, open] = segmentsOf(disk);
  const files = disk.contents();
  const foreign = other.contents().get(closed)!;
  await assertRefused(changed(disk, closed, foreign), closed, 'of another database');
  await assertRefused(changed(disk, closed, files.get(open)!), closed, 'another segment');
  const missing = disk.afterKill();
  missing.remove(closed);
  const { error } = await outcomeOn(missing);
  assert.match(error!.message, /missing/);
  const unlisted = disk.afterKill();
  unlisted.put(`${DIRECTORY}/jour-9-99.anoj`, files.get(closed)!);
  assert.match((await outcomeOn(unlisted)).error!.message, /newer than MANIFEST/);
});

test.run();
