/** A crash at every single call that changes the disk: of writing, rotation, snapshot, clean stop and of recovery itself. */

import { SeededRandom } from '@anoadb/testkit';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { JournalLink } from '../src/persistence/journal/journal-link.js';
import { Crash, MemoryDisk } from './persistence-memory-disk.js';
import { stateOf } from './persistence-model.js';
import { beginOn, type JournalledStore, journalOn, written } from './support/journalled-store.js';

const test = suite('journal crashes');

/** A crash before or after any other call is one before or after one of these. */
const CHANGING = new Set<string>([
  'createToWrite',
  'write',
  'sync',
  'syncData',
  'syncDirectory',
  'rename',
  'link',
  'remove',
  'makeDirectory',
]);

interface Watched {
  /** States by LSN. */
  readonly states: Map<number, string>;
  written: number;
  durable: number;
}

const OPTIONS = { ...journalOn('everysec', 600), reserveBytesMax: 0 };

/** Writes, syncs, rotates, takes a snapshot, ends; throws Crash where the disk does. */
async function work(disk: MemoryDisk, watched: Watched): Promise<void> {
  const { store, database } = await beginOn(disk, OPTIONS);
  const link = database.journal as JournalLink;
  watched.states.set(store.lastVersion(), stateOf(store.entries.values()).join());
  link.listen({
    onWritten: (lsn) => {
      watched.written = lsn;
    },
    onDurable: (lsn) => {
      watched.durable = lsn;
    },
    onBuffer: () => undefined,
    onFull: () => undefined,
    onRoom: () => undefined,
    onFatal: () => undefined,
  });
  const write = async (store: JournalledStore, i: number) => {
    store.setText(`key ${i % 4}`, `value ${i} ${store.lastVersion()}`);
    store.noteMark('client', `rid ${i}`);
    watched.states.set(store.lastVersion(), stateOf(store.entries.values()).join());
    store.commit();
    while (watched.written < store.lastVersion()) {
      if (link.fatal !== undefined || disk.isCrashed) throw new Crash('seen');
      await new Promise((done) => setImmediate(done));
    }
  };
  for (let i = 0; i < 5; i++) await write(store, i);
  await database.snapshot(store);
  for (let i = 5; i < 7; i++) await write(store, i);
  if (disk.isCrashed) throw new Crash('seen');
  await database.close();
}

async function crashedAt(start: MemoryDisk, call: number, how: How) {
  const disk = start.afterKill();
  const watched: Watched = { states: new Map(), written: 0, durable: 0 };
  let changes = 0;
  disk.plan = ({ name }) => (CHANGING.has(name) && ++changes === call ? how : undefined);
  try {
    await work(disk, watched);
  } catch {
    // As the process would: gone.
  }
  return { disk, watched };
}

type How = 'crash-before' | 'crash-after' | 'crash-torn';

/** A process that was killed: whole frames that nobody synced, and a torn one behind them. */
async function tornEnd(): Promise<MemoryDisk> {
  const disk = new MemoryDisk();
  const { store, database } = await beginOn(disk, OPTIONS);
  for (let i = 0; i < 3; i++) {
    store.setText(`key ${i}`, `before ${i}`);
    store.commit();
    await written(database, store.lastVersion());
  }
  const killed = disk.afterKill();
  const [path, bytes] = [...killed.contents()].find(([name]) => name.endsWith('.anoj'))!;
  const torn = new Uint8Array(bytes.length + 60).fill(3);
  torn.set(bytes);
  killed.put(path, torn);
  return killed;
}

for (const how of ['crash-before', 'crash-after', 'crash-torn'] as const) {
  test(`${how} at every call that changes the disk: a restart finds what was promised, and one state that was`, async () => {
    const started = await tornEnd();
    for (let call = 1; call < 400; call++) {
      const { disk, watched } = await crashedAt(started, call, how);
      if (!disk.isCrashed) {
        assert.ok(call > 50, `only ${call} calls`);
        return;
      }
      const random = new SeededRandom(call);
      const ends = [
        disk.afterKill(),
        disk.afterPowerCut(),
        disk.afterPowerCut(random),
        disk.afterPowerCut(random),
      ];
      for (const [which, end] of ends.entries()) {
        const where = `${how} ${call} ${which === 0 ? 'kill' : `power ${which}`}`;
        const { lines, report, database } = await beginOn(end, OPTIONS).catch((error) => {
          throw new Error(`${where}: ${(error as Error).stack}`);
        });
        const state = watched.states.get(report.lastVersion);
        if (watched.states.size > 0) {
          assert.is(
            lines.join(),
            state ?? [...watched.states.values()][0],
            `${where}: LSN ${report.lastVersion}`,
          );
          const promised = which === 0 ? watched.written : watched.durable;
          assert.ok(report.lastVersion >= promised, `${where}: ${report.lastVersion} < ${promised}`);
        }
        await database.close();
      }
    }
  });
}

test.run();
