/** The disk simulator itself: what it may leave of unsynced writes, and that it can leave each of it. */

import assert from 'node:assert/strict';
import { SeededRandom } from '@anoadb/testkit';
import { test } from 'uvu';
import { MemoryDisk } from './persistence-memory-disk.js';
import { SECTOR_BYTES } from './support/simulated-file.js';

const FILE = '/data/file';
const SECTORS = 8;

function newDisk(): { disk: MemoryDisk; handle: number } {
  const disk = new MemoryDisk(new Map(), new Map([['/data', 0o700]]));
  return { disk, handle: disk.createToWrite(FILE, 0o600) };
}

/** A sector full of one letter. */
function sector(letter: string): Uint8Array {
  return new Uint8Array(SECTOR_BYTES).fill(letter.charCodeAt(0));
}

/** One letter per sector, "." for NULs, "?" for a mixture. */
function picture(bytes: Uint8Array | undefined): string {
  if (bytes === undefined) return 'absent';
  let text = '';
  for (let at = 0; at < bytes.length; at += SECTOR_BYTES) {
    const part = bytes.subarray(at, at + SECTOR_BYTES);
    const isOne = part.length === SECTOR_BYTES && part.every((byte) => byte === part[0]);
    text += isOne ? (part[0] === 0 ? '.' : String.fromCharCode(part[0])) : '?';
  }
  return text;
}

/** What 300 power cuts leave of a file. */
function leftBy(disk: MemoryDisk): Set<string> {
  const left = new Set<string>();
  for (let seed = 1; seed <= 300; seed++)
    left.add(picture(disk.afterPowerCut(new SeededRandom(seed)).contents().get(FILE)));
  return left;
}

test('unsynced writes are kept, dropped, reordered, torn and turned to NULs; synced ones never', () => {
  const { disk, handle } = newDisk();
  disk.write(handle, sector('s'), 0, SECTOR_BYTES, 0);
  disk.sync(handle);
  disk.syncDirectory('/data');
  for (let i = 1; i < SECTORS; i++) disk.write(handle, sector('u'), 0, SECTOR_BYTES, i * SECTOR_BYTES);
  const left = leftBy(disk);
  assert.ok(
    [...left].every((text) => text.startsWith('s')),
    [...left].join(' '),
  );
  assert.ok(left.has('s'), 'dropped');
  assert.ok(left.has('suuuuuuu'), 'kept');
  assert.ok(left.has('s.......'), 'a tail of NULs');
  assert.ok(
    [...left].some((text) => /\.u/.test(text)),
    'a later sector without an earlier one',
  );
  assert.ok(
    [...left].some((text) => /^su*\?$/.test(text)),
    'torn within a sector',
  );
  assert.equal(picture(disk.afterKill().contents().get(FILE)), 'suuuuuuu');
  assert.equal(picture(disk.afterPowerCut().contents().get(FILE)), 's');
});

test('an overwritten sector holds one of the contents it has had', () => {
  const { disk, handle } = newDisk();
  disk.syncDirectory('/data');
  for (const letter of 'abc') disk.write(handle, sector(letter), 0, SECTOR_BYTES, 0);
  const left = leftBy(disk);
  assert.deepEqual([...left].filter((text) => !text.endsWith('?')).sort(), ['', '.', 'a', 'b', 'c']);
});

test('what a failed sync let go of is read back, but reaches the medium by no later sync', () => {
  const { disk, handle } = newDisk();
  disk.syncDirectory('/data');
  disk.write(handle, sector('a'), 0, SECTOR_BYTES, 0);
  disk.plan = ({ name }) => (name === 'sync' ? 'EIO' : undefined);
  assert.throws(() => disk.sync(handle), /EIO/);
  disk.plan = () => undefined;
  disk.sync(handle);
  assert.equal(picture(disk.contents().get(FILE)), 'a');
  const restarted = disk.afterKill();
  assert.equal(picture(restarted.contents().get(FILE)), 'a');
  assert.notEqual(picture(restarted.afterPowerCut().contents().get(FILE)), 'a');
});

test('a kill keeps what was unsynced as unsynced: a power cut after it may still take it', () => {
  const { disk, handle } = newDisk();
  disk.syncDirectory('/data');
  disk.write(handle, sector('a'), 0, SECTOR_BYTES, 0);
  assert.equal(picture(disk.afterKill().afterKill().afterPowerCut().contents().get(FILE)), '');
});

test('a sync promises what was written before it began, nothing of what came meanwhile', () => {
  const { disk, handle } = newDisk();
  disk.syncDirectory('/data');
  disk.write(handle, sector('a'), 0, SECTOR_BYTES, 0);
  const end = disk.beginSync(handle);
  disk.write(handle, sector('b'), 0, SECTOR_BYTES, SECTOR_BYTES);
  assert.equal(picture(disk.afterPowerCut().contents().get(FILE)), '');
  end();
  assert.equal(picture(disk.afterPowerCut().contents().get(FILE)), 'a');
  disk.syncData(handle);
  assert.equal(picture(disk.afterPowerCut().contents().get(FILE)), 'ab');
});

test('names wait for their directory, and a rename is there whole or not at all', () => {
  const { disk, handle } = newDisk();
  disk.write(handle, sector('a'), 0, SECTOR_BYTES, 0);
  disk.sync(handle);
  assert.equal(disk.afterPowerCut().contents().has(FILE), false);
  disk.syncDirectory('/data');
  const next = disk.createToWrite(`${FILE}.new`, 0o600);
  disk.write(next, sector('b'), 0, SECTOR_BYTES, 0);
  disk.sync(next);
  disk.rename(`${FILE}.new`, FILE);
  assert.deepEqual([...leftBy(disk)].sort(), ['a', 'b']);
  disk.syncDirectory('/data');
  assert.deepEqual([...leftBy(disk)], ['b']);
});

test('half a write can be the last thing a machine does, and time passes only as told', () => {
  const { disk, handle } = newDisk();
  disk.syncDirectory('/data');
  disk.latencyMs = ({ name }) => (name === 'write' ? 3 : 0);
  disk.plan = ({ name }) => (name === 'write' ? 'crash-torn' : undefined);
  assert.throws(() => disk.write(handle, sector('a'), 0, SECTOR_BYTES, 0), /planned/);
  assert.equal(disk.elapsedMs, 3);
  assert.throws(() => disk.stat(FILE), /down/);
  assert.equal(disk.afterKill().contents().get(FILE)?.length, SECTOR_BYTES / 2);
});

test('one seed, one outcome', () => {
  const { disk, handle } = newDisk();
  disk.syncDirectory('/data');
  for (let i = 0; i < SECTORS; i++) disk.write(handle, sector('u'), 0, SECTOR_BYTES, i * SECTOR_BYTES);
  const one = disk.afterPowerCut(new SeededRandom(7)).contents();
  assert.deepEqual(disk.afterPowerCut(new SeededRandom(7)).contents(), one);
});

test.run();
