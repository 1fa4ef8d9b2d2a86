/** Lists in a damaged directory: what can be read is kept, a change that stands on a lost one is reported and not guessed. */

import assert from 'node:assert/strict';
import { encodeCopy } from '@anoadb/protocol';
import { test } from 'uvu';
import { LoadingStore } from '../src/ops/loading-store.js';
import { type SalvageReport, salvage } from '../src/persistence/offline/salvage.js';
import { checkStore, Store } from '../src/store/index.js';
import { MemoryDisk } from './persistence-memory-disk.js';
import { DIRECTORY, KEY_FILE, testCrypto } from './persistence-model.js';
import { DurableEngine } from './support/durable-engine.js';
import { bytes } from './test-engine.js';

const NOW_MS = 1_700_000_000_000;

function salvaged(
  disk: MemoryDisk,
  stopsAtHole = false,
): { report: SalvageReport; lists: Map<string, string[]> } {
  const store = new Store({ hashSeed: 7 });
  const report = salvage(disk, testCrypto(), {
    directory: DIRECTORY,
    secret: { kind: 'key-file', path: KEY_FILE, createIfAbsent: false },
    target: new LoadingStore(store),
    nowMs: NOW_MS,
    stopsAtHole,
  });
  checkStore(store);
  const lists = new Map<string, string[]>();
  store.scan(0, 1000, NOW_MS, (ref) => {
    const start = store.keyStartOf(ref);
    const key = Buffer.from(store.segmentOf(ref).subarray(start, start + store.keyLengthOf(ref))).toString();
    const elements: string[] = [];
    const cursor = store.lists.open(ref, 0, false);
    while (cursor.next())
      elements.push(Buffer.from(cursor.bytes.subarray(cursor.start, cursor.end)).toString());
    lists.set(key, elements);
  });
  return { report, lists };
}

/** A snapshot of two lists, then five frames of one change each. */
async function directory(): Promise<{ disk: MemoryDisk; frameEnds: number[]; segment: string }> {
  const disk = new MemoryDisk();
  const engine = await DurableEngine.start(disk);
  engine.lists.push('q', 'a', 'b');
  engine.lists.push('other', 'x');
  await engine.snapshot();
  const segment = [...disk.contents().keys()].filter((name) => name.endsWith('.anoj')).at(-1)!;
  const frameEnds = [disk.contents().get(segment)!.length];
  const changes = [
    () => engine.lists.push('q', 'c'),
    () => engine.lists.push('q', 'd'),
    () => engine.lists.push('other', 'y'),
    () => engine.lists.push('q', 'e'),
    () => engine.db.run((w) => encodeCopy(w, { key: bytes('q'), newKey: bytes('copy') })),
  ];
  for (const change of changes) {
    change();
    await engine.written();
    frameEnds.push(disk.contents().get(segment)!.length);
  }
  return { disk: disk.afterKill(), frameEnds, segment };
}

test('whole files lose nothing', async () => {
  const { disk } = await directory();
  const { report, lists } = salvaged(disk);
  assert.deepEqual(report.losses, []);
  assert.deepEqual(Object.fromEntries(lists), {
    q: ['a', 'b', 'c', 'd', 'e'],
    other: ['x', 'y'],
    copy: ['a', 'b', 'c', 'd', 'e'],
  });
});

test('behind a lost change a list stays as it was, and the changes that stand on it are reported by LSN', async () => {
  const { disk, frameEnds, segment } = await directory();
  const content = Buffer.from(disk.contents().get(segment)!);
  content[frameEnds[2] - 10] ^= 1; // in the frame of the second change
  disk.put(segment, content);
  const { report, lists } = salvaged(disk);
  assert.deepEqual(Object.fromEntries(lists), {
    q: ['a', 'b', 'c'],
    other: ['x', 'y'],
    copy: ['a', 'b', 'c'],
  });
  const [hole, unfit] = report.losses;
  assert.equal(report.losses.length, 2);
  assert.deepEqual([hole.firstLsn, hole.lastLsn], [4, 4]);
  assert.match(unfit.what, /changes of lists that an earlier change is missing of/);
  assert.deepEqual([unfit.firstLsn, unfit.lastLsn, unfit.offset], [6, 6, frameEnds[3]]);
});

test('up to the first hole the lists are what they were once', async () => {
  const { disk, frameEnds, segment } = await directory();
  const content = Buffer.from(disk.contents().get(segment)!);
  content[frameEnds[2] - 10] ^= 1;
  disk.put(segment, content);
  const { lists } = salvaged(disk, true);
  assert.deepEqual(Object.fromEntries(lists), { q: ['a', 'b', 'c'], other: ['x'] });
});

test.run();
