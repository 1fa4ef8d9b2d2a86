/** The journal through a database on a disk in memory: what was appended is there again, and nothing else. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MemoryDisk } from './persistence-memory-disk.js';
import { stateOf } from './persistence-model.js';
import { beginOn, journalOn, written } from './support/journalled-store.js';

const test = suite('journal round trip');

test('what was written is there after the process is gone, in order, with its marks', async () => {
  const disk = new MemoryDisk();
  const { store, database } = await beginOn(disk);
  store.setText('a', 'one');
  store.noteMark('client', 'rid 1');
  store.commit();
  store.setText('b', 'two');
  store.setText('a', 'three');
  store.commit();
  store.removeText('b');
  store.commit();
  await written(database, store.lastVersion());
  const again = await beginOn(disk.afterKill());
  assert.equal(again.lines, stateOf(store.entries.values()));
  assert.equal(again.clients, ['client=rid 1']);
  assert.is(again.report.lastVersion, store.lastVersion());
  assert.is(again.report.wasCleanStop, false);
});

test('segments, snapshots and restarts follow each other; a snapshot takes the older segments away', async () => {
  let disk = new MemoryDisk();
  for (let round = 0; round < 6; round++) {
    const { store, database, lines } = await beginOn(disk, journalOn('everysec', 2_000));
    assert.ok(round === 0 || lines.length > 0);
    for (let i = 0; i < 60; i++) {
      store.setText(`key ${(round * 7 + i) % 41}`, `value ${round} ${i}`);
      if (i % 3 === 0) store.noteMark('c', `${round} ${i}`);
      if (i % 5 === 0) store.removeText(`key ${i}`);
      store.commit();
      if (i === 30 && round % 2 === 1) await database.snapshot(store);
    }
    await written(database, store.lastVersion());
    if (round % 3 === 2) {
      await database.snapshot(store, { isFinal: true });
      assert.is(disk.list('/srv/data')!.filter((name) => name.endsWith('.anoj')).length, 0);
    }
    if (round % 3 === 1) await database.close();
    const expected = stateOf(store.entries.values());
    disk = disk.afterKill();
    const again = await beginOn(disk, journalOn('everysec', 2_000));
    assert.equal(again.lines, expected, `round ${round}`);
    assert.is(again.report.wasCleanStop, round % 3 > 0, `round ${round}`);
    assert.is(again.clients.at(-1), `c=${round} 57`);
    await again.database.close();
  }
});

test('under always everything told as durable is there after a power cut', async () => {
  const disk = new MemoryDisk();
  const { store, database } = await beginOn(disk, journalOn('always'));
  for (let i = 0; i < 20; i++) {
    store.setText(`key ${i}`, `value ${i}`);
    store.commit();
  }
  while (database.journal.durableLsn < store.lastVersion()) await new Promise((done) => setImmediate(done));
  const again = await beginOn(disk.afterPowerCut(), journalOn('always'));
  assert.equal(again.lines, stateOf(store.entries.values()));
});

test.run();
