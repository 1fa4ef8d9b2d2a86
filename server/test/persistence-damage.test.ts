import assert from 'node:assert/strict';
import { test } from 'uvu';
import { type ExitCode, PersistenceError } from '../src/persistence/persistence-error.js';
import { MemoryDisk } from './persistence-memory-disk.js';
import {
  DIRECTORY,
  KEY_FILE,
  keyOf,
  ModelStore,
  openOn,
  setValue,
  startOn,
  stateOf,
  type TestDatabaseOptions,
} from './persistence-model.js';

/** A directory with a clean stop; several small files in its snapshot where `segmentBytesMax` says so. */
async function savedDisk(
  options: TestDatabaseOptions & { entries?: number; valueBytes?: number } = {},
): Promise<MemoryDisk> {
  const disk = new MemoryDisk();
  const { database, store } = await startOn(disk, options);
  for (let i = 0; i < (options.entries ?? 3); i++) {
    setValue(store, `key ${i}`, 'v'.repeat(options.valueBytes ?? 5));
  }
  await database.snapshot(store, { isFinal: true });
  await database.close();
  return disk.afterPowerCut();
}

/** Starts as a server does; says what refused, having checked that no file was changed by it. */
async function refusalOf(
  disk: MemoryDisk,
  options: TestDatabaseOptions = {},
): Promise<PersistenceError | undefined> {
  const before = fingerprint(disk);
  try {
    const database = await openOn(disk, options);
    try {
      await database.load(new ModelStore());
    } finally {
      await database.close();
    }
    return undefined;
  } catch (error) {
    if (!(error instanceof PersistenceError)) throw error;
    assert.equal(fingerprint(disk), before, `a refused start changed files: ${error.message}`);
    assert.equal(disk.openHandles, 0);
    return error;
  }
}

function fingerprint(disk: MemoryDisk): string {
  const files = [...disk.contents()].map(
    ([path, bytes]) => `${path} ${Buffer.from(bytes).toString('base64')}`,
  );
  return files.sort().join('\n');
}

function altered(disk: MemoryDisk, path: string, alter: (bytes: Uint8Array) => Uint8Array): MemoryDisk {
  const copy = disk.afterKill();
  copy.put(path, alter(copy.contents().get(path)!.slice()));
  return copy;
}

function snapshotPaths(disk: MemoryDisk): string[] {
  return [...disk.contents().keys()].filter((path) => path.endsWith('.anos')).sort();
}

async function expectRefusal(
  disk: MemoryDisk,
  exitCode: ExitCode,
  file: string | undefined,
  options?: TestDatabaseOptions,
): Promise<PersistenceError> {
  const error = await refusalOf(disk, options);
  assert.ok(error, `accepted, though it should refuse ${file}`);
  assert.equal(error.exitCode, exitCode, error.message);
  if (file !== undefined) assert.equal(error.file, file, error.message);
  return error;
}

test('the undamaged directory is accepted: the tests below can fail', async () => {
  assert.equal(await refusalOf(await savedDisk()), undefined);
});

for (const name of ['KEYRING', 'MANIFEST']) {
  test(`every flipped bit and every truncation of ${name} is refused by name`, async () => {
    const disk = await savedDisk();
    const path = `${DIRECTORY}/${name}`;
    const length = disk.contents().get(path)!.length;
    for (let at = 0; at < length; at++) {
      const flipped = altered(disk, path, (bytes) => {
        bytes[at] ^= 1 << (at % 8);
        return bytes;
      });
      await expectRefusal(flipped, 65, path);
      await expectRefusal(
        altered(disk, path, (bytes) => bytes.slice(0, at)),
        65,
        path,
      );
    }
    await expectRefusal(
      altered(disk, path, (bytes) => Uint8Array.of(...bytes, 0)),
      65,
      path,
    );
  });
}

test('every flipped bit of a snapshot is refused by file and offset', async () => {
  const disk = await savedDisk();
  const [path] = snapshotPaths(disk);
  const length = disk.contents().get(path)!.length;
  for (let at = 0; at < length; at++) {
    const flipped = altered(disk, path, (bytes) => {
      bytes[at] ^= 1 << (at % 8);
      return bytes;
    });
    const error = await expectRefusal(flipped, 65, path);
    // A length in the header that says too much shows only where the bytes end.
    const isLengthOfHeader = at >= 12 && at < 16;
    assert.ok(
      error.offset !== undefined && (error.offset <= at || isLengthOfHeader),
      `byte ${at}: offset ${error.offset}`,
    );
  }
});

test('every truncation of a snapshot is refused by file and offset, MANIFEST or not', async () => {
  const disk = await savedDisk();
  const [path] = snapshotPaths(disk);
  const length = disk.contents().get(path)!.length;
  for (let at = 0; at < length; at++) {
    const error = await expectRefusal(
      altered(disk, path, (bytes) => bytes.slice(0, at)),
      65,
      path,
    );
    assert.equal(error.offset, at, error.message);
  }
  const longer = altered(disk, path, (bytes) => Uint8Array.of(...bytes, 0));
  assert.equal((await expectRefusal(longer, 65, path)).offset, length);
});

test('a missing snapshot file, MANIFEST or KEYRING is refused', async () => {
  const disk = await savedDisk({ segmentBytesMax: 1500, entries: 3000, valueBytes: 100 });
  const paths = snapshotPaths(disk);
  assert.ok(paths.length >= 3, `${paths.length} files`);
  for (const path of [...paths, `${DIRECTORY}/MANIFEST`, `${DIRECTORY}/KEYRING`]) {
    const copy = disk.afterKill();
    copy.remove(path);
    await expectRefusal(copy.afterKill(), 65, path);
  }
});

test('files of one snapshot swapped or doubled are refused', async () => {
  const disk = await savedDisk({ segmentBytesMax: 1500, entries: 3000, valueBytes: 100 });
  const paths = snapshotPaths(disk);
  const contents = disk.contents();
  const swapped = disk.afterKill();
  swapped.put(paths[0], contents.get(paths[1])!);
  swapped.put(paths[1], contents.get(paths[0])!);
  await expectRefusal(swapped, 65, paths[0]);
  const doubled = disk.afterKill();
  doubled.put(paths[1], contents.get(paths[0])!);
  await expectRefusal(doubled, 65, paths[1]);
});

test('a file of another database, or of another snapshot of the same one, is refused', async () => {
  const disk = await savedDisk();
  const [path] = snapshotPaths(disk);
  const foreign = new MemoryDisk();
  foreign.put(KEY_FILE, disk.contents().get(KEY_FILE)!);
  const { database, store } = await startOn(foreign);
  for (let i = 0; i < 3; i++) setValue(store, `key ${i}`, 'other');
  await database.snapshot(store);
  await database.close();
  const copy = disk.afterKill();
  copy.put(path, foreign.contents().get(snapshotPaths(foreign)[0])!);
  await expectRefusal(copy, 65, path);

  // Same database, same generation, other content: two copies of a directory that both went on.
  const fork = async (text: string, seed: number) => {
    const copied = disk.afterKill();
    copied.calls = seed; // other random numbers
    const { database, store } = await startOn(copied);
    setValue(store, 'key', text);
    await database.snapshot(store);
    await database.close();
    return copied;
  };
  const [left, right] = [await fork('aaaa', 100), await fork('bbbb', 200)];
  const [leftPath] = snapshotPaths(left);
  assert.deepEqual(snapshotPaths(left), snapshotPaths(right));
  left.put(leftPath, right.contents().get(leftPath)!);
  await expectRefusal(left, 65, leftPath);
  const manifest = `${DIRECTORY}/MANIFEST`;
  const foreignManifest = disk.afterKill();
  foreignManifest.put(manifest, foreign.contents().get(manifest)!);
  await expectRefusal(foreignManifest, 65, manifest);
});

test('a wrong key file is told from damage, and nothing is touched', async () => {
  const disk = await savedDisk();
  const other = disk.afterKill();
  other.put(KEY_FILE, new Uint8Array(32).fill(7));
  const error = await expectRefusal(other, 66, KEY_FILE);
  assert.match(error.message, /wrong key file/);
});

test('a missing key file makes no new one for an existing database', async () => {
  const disk = await savedDisk();
  disk.remove(KEY_FILE);
  const error = await expectRefusal(disk, 66, KEY_FILE);
  assert.match(error.message, /no new key was made/);
});

test('a wrong passphrase is told from damage, the right one opens, NFC or not', async () => {
  const secret = (passphrase: string) => ({ secret: { kind: 'passphrase', passphrase } as const });
  const disk = await savedDisk(secret('caf\u00e9'));
  assert.equal(await refusalOf(disk.afterKill(), secret('cafe\u0301')), undefined);
  const error = await expectRefusal(disk, 66, `${DIRECTORY}/KEYRING`, secret('cafe'));
  assert.match(error.message, /wrong passphrase/);
  await expectRefusal(disk, 66, undefined, secret(''));
  const path = `${DIRECTORY}/KEYRING`;
  for (let at = 0; at < disk.contents().get(path)!.length; at += 7) {
    const flipped = altered(disk, path, (bytes) => {
      bytes[at] ^= 1 << (at % 8);
      return bytes;
    });
    await expectRefusal(flipped, 65, path, secret('caf\u00e9'));
  }
});

test('a secret of the other kind is refused and says which is meant', async () => {
  const disk = await savedDisk();
  const error = await expectRefusal(disk, 66, `${DIRECTORY}/KEYRING`, {
    secret: { kind: 'passphrase', passphrase: 'x' },
  });
  assert.match(error.message, /locked with a key-file/);
});

test('a key file that others may read, of another length, or inside the data directory is refused', async () => {
  for (const mode of [0o640, 0o604, 0o660, 0o666]) {
    const disk = await savedDisk();
    disk.put(KEY_FILE, disk.contents().get(KEY_FILE)!, mode);
    assert.match((await expectRefusal(disk, 66, KEY_FILE)).message, /chmod 600/);
  }
  for (const length of [0, 31, 33, 64]) {
    const disk = await savedDisk();
    disk.put(KEY_FILE, new Uint8Array(length));
    await expectRefusal(disk, 66, KEY_FILE);
  }
  const path = `${DIRECTORY}/anoa.key`;
  const inside = { secret: { kind: 'key-file', path, createIfAbsent: true } as const };
  await expectRefusal(await savedDisk(), 66, path, inside);
});

test('an empty directory is closed to others, one in use is warned about, one that others may change refused', async () => {
  const empty = new MemoryDisk(new Map(), new Map([[DIRECTORY, 0o777]]));
  await (await openOn(empty)).close();
  assert.equal(empty.modeOf(DIRECTORY), 0o700);

  const events: string[] = [];
  empty.setMode(DIRECTORY, 0o755);
  await (await openOn(empty, { log: (event) => events.push(event.event) })).close();
  assert.deepEqual(events, ['directory-open']);

  empty.setMode(DIRECTORY, 0o775);
  assert.match((await expectRefusal(empty, 74, DIRECTORY)).message, /chmod 700/);
  const notOurs = new MemoryDisk(new Map(), new Map([[DIRECTORY, 0o777]]));
  notOurs.plan = (call) => (call.name === 'setMode' ? 'EPERM' : undefined);
  await expectRefusal(notOurs, 74, DIRECTORY);
});

test('an unknown format version is refused and names both versions', async () => {
  const disk = await savedDisk();
  for (const path of [`${DIRECTORY}/KEYRING`, `${DIRECTORY}/MANIFEST`, snapshotPaths(disk)[0]]) {
    const newer = altered(disk, path, (bytes) => {
      bytes[8] = 9;
      return bytes;
    });
    const error = await expectRefusal(newer, 65, path);
    assert.match(error.message, /version 9; this program reads versions? 1/);
    assert.equal(error.offset, 8);
  }
});

test('leftovers of crashes are cleared at the start that follows, and only there', async () => {
  const disk = await savedDisk();
  const listed = snapshotPaths(disk)[0];
  disk.put(`${DIRECTORY}/snap-1-001.anos`, keyOf('older, replaced'));
  disk.put(`${DIRECTORY}/snap-900-001.anos.part`, keyOf('never complete'));
  disk.put(`${DIRECTORY}/snap-900-001.anos`, keyOf('never published'));
  disk.put(`${DIRECTORY}/MANIFEST.new`, keyOf('never published'));
  disk.put(`${DIRECTORY}/note.txt`, keyOf('the owner put this here'));
  const events: string[] = [];
  const before = fingerprint(disk);
  const database = await openOn(disk, { log: (event) => events.push(event.event) });
  const loaded = new ModelStore();
  await database.load(loaded);
  assert.equal(fingerprint(disk), before);
  await database.start();
  const report = await database.snapshot(loaded);
  await database.close();
  assert.ok(report.generation > 900, 'a generation that stands in quarantine is not given again');
  assert.deepEqual(events.sort(), [
    'leftover-quarantined',
    'leftover-removed',
    'leftover-removed',
    'leftover-removed',
  ]);
  const names = [...disk.contents().keys()].map((path) => path.slice(DIRECTORY.length + 1)).sort();
  assert.ok(names.includes('quarantine/snap-900-001.anos'));
  assert.ok(names.includes('note.txt'));
  assert.equal(names.includes('snap-1-001.anos'), false);
  assert.equal(names.includes('MANIFEST.new'), false);
  assert.equal(disk.contents().has(listed), false, 'replaced by the new snapshot');
  assert.equal(stateOf(loaded.entries.values()).length, 3);
});

test.run();
