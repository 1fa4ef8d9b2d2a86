/**
 * A data directory with a journal, of the release that wrote the first one: it is read for ever, and its file is never
 * made anew. A format that this program does not know is refused by its version.
 */

import fs from 'node:fs';
import { crc32 } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { PersistenceError } from '../src/persistence/persistence-error.js';
import { MemoryDisk } from './persistence-memory-disk.js';
import { DIRECTORY, KEY_FILE } from './persistence-model.js';
import { beginOn } from './support/journalled-store.js';

const test = suite('golden journal');

interface Golden {
  readonly keyFile: string;
  /** By name, in base64. */
  readonly files: Readonly<Record<string, string>>;
  readonly lastLsn: number;
  /** `key in hex, type, value in hex, expiry, LSN`. */
  readonly entries: readonly string[];
  /** `identity=payload`. */
  readonly marks: readonly string[];
}

const golden = JSON.parse(
  fs.readFileSync(new URL('./journal-golden-v1.json', import.meta.url), 'utf8'),
) as Golden;

function goldenDisk(): MemoryDisk {
  const disk = new MemoryDisk();
  disk.makeDirectory(DIRECTORY, 0o700);
  disk.put(KEY_FILE, Buffer.from(golden.keyFile, 'base64'));
  for (const [name, bytes] of Object.entries(golden.files))
    disk.put(`${DIRECTORY}/${name}`, Buffer.from(bytes, 'base64'));
  return disk;
}

test('a directory of version 1 is read: snapshot, closed and open segment, entry by entry', async () => {
  assert.is(Object.keys(golden.files).filter((name) => name.endsWith('.anoj')).length, 2);
  const { lines, clients, report } = await beginOn(goldenDisk());
  assert.equal(lines, golden.entries);
  assert.equal(clients, golden.marks);
  assert.is(report.lastVersion, golden.lastLsn);
  assert.not(report.wasCleanStop);
});

test('a segment of another format version is refused by both versions, and nothing is touched', async () => {
  const disk = goldenDisk();
  const name = Object.keys(golden.files).find((file) => file.endsWith('.anoj'))!;
  const path = `${DIRECTORY}/${name}`;
  const bytes = Buffer.from(disk.contents().get(path)!);
  bytes.writeUInt16LE(7, 8);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 124)), 124);
  disk.put(path, bytes);
  const before = disk.contents();
  try {
    await beginOn(disk);
    assert.unreachable();
  } catch (error) {
    assert.instance(error, PersistenceError);
    assert.match((error as PersistenceError).message, /format version 7; this program reads versions 1 to 2/);
    assert.is((error as PersistenceError).exitCode, 65);
    assert.is((error as PersistenceError).file, path);
  }
  assert.equal([...disk.contents()], [...before]);
});

test.run();
