/**
 * Fault 18: a whole data directory of each format version, as its release wrote it, is still read; one of a version
 * to come is refused, and the refusal names both versions.
 *
 * golden-directory-v1.json is never made anew once released; ANOA_WRITE_GOLDEN=1 makes it where it is missing.
 */

import * as assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'uvu';
import { PersistenceError } from '../src/persistence/persistence-error.js';
import { MemoryDisk } from './persistence-memory-disk.js';
import { DIRECTORY, KEY_FILE } from './persistence-model.js';
import { beginOn, journalOn, written } from './support/journalled-store.js';

interface Golden {
  readonly note: string;
  /** Base64 by path. */
  readonly files: Readonly<Record<string, string>>;
  /** Entries and clients that a start finds. */
  readonly lines: readonly string[];
  readonly clients: readonly string[];
}

const path = new URL('./golden-directory-v1.json', import.meta.url);
const VERSION_AT = 8;

if (!existsSync(path) && process.env['ANOA_WRITE_GOLDEN'] === '1') await writeGolden();
const golden = JSON.parse(readFileSync(path, 'utf8')) as Golden;

function goldenDisk(): MemoryDisk {
  const disk = new MemoryDisk(
    new Map(),
    new Map([
      ['/', 0o755],
      ['/srv', 0o755],
      [DIRECTORY, 0o700],
    ]),
  );
  for (const [file, bytes] of Object.entries(golden.files)) disk.put(file, Buffer.from(bytes, 'base64'));
  return disk;
}

test('the golden directory of format version 1, a snapshot and segments behind it, is read as it was written', async () => {
  const disk = goldenDisk();
  const { lines, clients, database } = await beginOn(disk);
  await database.close();
  assert.deepEqual(lines, golden.lines);
  assert.deepEqual(clients, golden.clients);
});

const names = Object.keys(golden.files).filter((file) => file.startsWith(DIRECTORY));
for (const file of names) {
  test(`${file.slice(DIRECTORY.length + 1)} of a version to come is refused: both versions are named, nothing is changed`, async () => {
    const disk = goldenDisk();
    const bytes = disk.contents().get(file)!;
    bytes[VERSION_AT] = 9;
    disk.put(file, bytes);
    const before = [...disk.contents()];
    const error = await beginOn(disk).then(
      () => undefined,
      (failure: unknown) => failure,
    );
    assert.ok(error instanceof PersistenceError, String(error));
    assert.equal(error.exitCode, 65);
    assert.equal(error.file, file);
    assert.match(error.message, /version 9; this program reads versions? 1/);
    assert.deepEqual([...disk.contents()], before);
  });
}

/** A snapshot, closed segments and an open one with frames never proven synced. */
async function writeGolden(): Promise<void> {
  const disk = new MemoryDisk();
  const options = { ...journalOn('everysec', 700), reserveBytesMax: 0 };
  const first = await beginOn(disk, options);
  const write = async ({ store, database }: typeof first, i: number): Promise<void> => {
    store.setText(`key ${i}`, `value ${i} ☃`);
    if (i % 3 === 0) store.removeText(`key ${i - 2}`);
    store.noteMark('a client id, 16 b', `rid ${i}`);
    store.commit();
    await written(database, store.lastVersion());
  };
  for (let i = 0; i < 5; i++) await write(first, i);
  await first.database.snapshot(first.store);
  for (let i = 5; i < 8; i++) await write(first, i);
  const killed = disk.afterKill();
  const second = await beginOn(killed, options);
  for (let i = 8; i < 11; i++) await write(second, i);
  const files = killed.afterKill().contents();
  const found = await beginOn(killed.afterKill(), options);
  const names = [...files.keys()].filter((file) => file === KEY_FILE || file.startsWith(`${DIRECTORY}/`));
  const golden: Golden = {
    note: 'A data directory of format version 1 with its key file, from the first release. Never made anew.',
    files: Object.fromEntries(names.map((name) => [name, Buffer.from(files.get(name)!).toString('base64')])),
    lines: found.lines,
    clients: found.clients,
  };
  writeFileSync(path, `${JSON.stringify(golden, null, 2)}\n`);
}

test.run();
