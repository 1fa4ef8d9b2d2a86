/**
 * A data directory of format version 2, with lists and client flags in snapshot and journal: it is read for ever.
 *
 * golden-directory-v2.json is never made anew once released; ANOA_WRITE_GOLDEN=1 makes it where it is missing.
 */

import * as assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { encodeCopy, encodeExpire, encodeRename, encodeSet } from '@anoadb/protocol';
import { test } from 'uvu';
import { MemoryDisk } from './persistence-memory-disk.js';
import { DIRECTORY, KEY_FILE } from './persistence-model.js';
import { DurableEngine } from './support/durable-engine.js';
import { bytes } from './test-engine.js';

interface Golden {
  readonly note: string;
  /** Base64 by path. */
  readonly files: Readonly<Record<string, string>>;
  readonly lastLsn: number;
  /** Key in hex, `type/value/expiry/version/flags`; of a list its elements. */
  readonly entries: Readonly<Record<string, string>>;
}

const path = new URL('./golden-directory-v2.json', import.meta.url);
const VERSION_AT = 8;

if (!existsSync(path) && process.env['ANOA_WRITE_GOLDEN'] === '1') await writeGolden();
const golden = JSON.parse(readFileSync(path, 'utf8')) as Golden;

function goldenDisk(): MemoryDisk {
  const directories: [string, number][] = [
    ['/', 0o755],
    ['/srv', 0o755],
    [DIRECTORY, 0o700],
  ];
  const disk = new MemoryDisk(new Map(), new Map(directories));
  for (const [file, content] of Object.entries(golden.files)) disk.put(file, Buffer.from(content, 'base64'));
  return disk;
}

test('the golden directory of format version 2 is read as it was written', async () => {
  const { db, loaded, database } = await DurableEngine.start(goldenDisk());
  await database.close();
  assert.equal(loaded.lastVersion, golden.lastLsn);
  assert.deepEqual(Object.fromEntries([...db.contents()].sort()), golden.entries);
});

test('snapshot and journal say version 2, which a program that knows no lists refuses', () => {
  for (const [file, content] of Object.entries(golden.files)) {
    if (!/\.(anos|anoj)$/.test(file)) continue;
    assert.equal(Buffer.from(content, 'base64').readUInt16LE(VERSION_AT), 2, file);
  }
});

async function writeGolden(): Promise<void> {
  const disk = new MemoryDisk();
  const durable = await DurableEngine.start(disk);
  const { db, lists, journal } = durable;
  const flagged = (key: string, text: string, flags: number): void => {
    const [k, value] = [bytes(key), bytes(text)];
    db.engine.startRequest();
    const ref = db.engine.findKey(k, 0, k.length);
    db.engine.put(db.engine.keyHash, ref, k, 0, k.length, 9, value, 0, value.length, 0, flags);
    db.engine.commit();
  };
  flagged('flagged', '42', 0xdead_beef);
  lists.push('queue', 'first', '☃', Uint8Array.of(0xff, 0, 1), '', '7');
  lists.push('expiring', 'a', 'b');
  db.run((w) => encodeExpire(w, { key: bytes('expiring'), timeMs: 3_000_000_000_000, absolute: true }));
  lists.push('to be renamed', 'x', 'y', 'x', 'z', 'x');
  db.run((w) => encodeSet(w, { key: bytes('plain'), value: 'text' }));
  await durable.written();
  await durable.snapshot();
  lists.push('queue', 'last');
  lists.insert('queue', 1, ['three', 'two'], true);
  lists.remove('queue', 0, 1);
  lists.replace('queue', 2, 'replaced');
  lists.push('expiring', 'c');
  db.run((w) => encodeCopy(w, { key: bytes('queue'), newKey: bytes('copy') }));
  db.run((w) => encodeRename(w, { key: bytes('to be renamed'), newKey: bytes('renamed') }));
  lists.removeEqual('renamed', 'x', 2, true);
  lists.push('new', 'n');
  flagged('flagged', '43', 1);
  await durable.written();
  const files = disk.afterKill().contents();
  const names = [...files.keys()].filter((file) => file === KEY_FILE || file.startsWith(`${DIRECTORY}/`));
  const written: Golden = {
    note: 'A data directory of format version 2 with its key file, lists and client flags in it. Never made anew.',
    files: Object.fromEntries(names.map((name) => [name, Buffer.from(files.get(name)!).toString('base64')])),
    lastLsn: journal.lastLsn,
    entries: Object.fromEntries([...db.contents()].sort()),
  };
  writeFileSync(path, `${JSON.stringify(written, null, 2)}\n`);
}

test.run();
