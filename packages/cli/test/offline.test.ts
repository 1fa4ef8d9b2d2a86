/** Backup, restore, journal and repair, as a shell sees them: on a real server's files, sound and damaged. */
import assert from 'node:assert/strict';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ServerProcess, startServerProcess, temporaryDirectory } from '@anoadb/testkit';
import { test } from 'uvu';
import { ANOA, type Anoa, anoaFor, type Outcome, run } from './anoa-process.js';

const KEYS = 200;
let server: ServerProcess;
let beside: Anoa;
let settings: Record<string, string>;
const room = temporaryDirectory();
/** The data directory as kill -9 left it: a snapshot, and a journal behind it. */
const left = join(room, 'left');

test.before(async () => {
  server = await startServerProcess({ env: { ANOA_FSYNC: 'always' } });
  beside = anoaFor(server);
  settings = { ...server.environment };
});
test.after(() => server.dispose());

/** Without a server, on another data directory. */
function offline(directory: string, ...words: string[]): Promise<Outcome> {
  return run(process.execPath, [ANOA, ...words], { ...settings, ANOA_DATA_DIR: directory });
}

async function json(outcome: Promise<Outcome>, code = 0) {
  const { stdout, stderr, code: got } = await outcome;
  assert.equal(got, code, stderr + stdout);
  return JSON.parse(stdout);
}

/** What is in a database, by its own snapshot lines and journal lines. */
async function valuesIn(directory: string): Promise<Map<string, unknown>> {
  const values = new Map<string, unknown>();
  for (const what of ['snapshot', 'journal']) {
    const { stdout, code } = await offline(directory, what, 'cat');
    if (code !== 0) continue; // no snapshot has been taken
    for (const line of stdout.split('\n')) {
      if (line === '') continue;
      const { k, v, op } = JSON.parse(line);
      if (op === 'delete') values.delete(k);
      else if (op === undefined) values.set(k, v);
    }
  }
  return values;
}

function copyOf(name: string): string {
  const directory = join(room, name);
  cpSync(left, directory, { recursive: true });
  return directory;
}

function fileIn(directory: string, pattern: RegExp): string {
  const name = readdirSync(directory).filter((file) => pattern.test(file));
  assert.equal(name.length, 1, `${name}`);
  return join(directory, name[0] as string);
}

function flip(file: string, offset: number): void {
  const bytes = readFileSync(file);
  const at = offset < 0 ? bytes.length + offset : offset;
  bytes[at] = (bytes[at] as number) ^ 1;
  writeFileSync(file, bytes);
}

function allBytes(directory: string): string[] {
  return readdirSync(directory)
    .sort()
    .map((name) => `${name} ${readFileSync(join(directory, name), 'base64')}`);
}

test('a backup beside a running server has all that was acknowledged, and the server can be killed at once', async () => {
  const lines = Array.from({ length: KEYS }, (_, i) => JSON.stringify({ key: `k${i}`, value: { n: i } }));
  assert.equal((await beside(['import', '-'], { input: lines.join('\n') })).code, 0);
  assert.equal((await beside(['snapshot', 'now'])).code, 0);
  await beside(['set', 'after', 'the snapshot']);
  await beside(['del', 'k7']);
  const report = await json(beside(['backup', join(room, 'backup'), '--json']));
  await server.stop('SIGKILL');
  cpSync(server.dataDir, left, { recursive: true, filter: (path) => !/LOCK|RESERVE/.test(path) });
  const values = await valuesIn(join(room, 'backup'));
  assert.equal(values.get('after'), 'the snapshot');
  assert.equal(values.has('k7'), false);
  assert.equal(values.size, KEYS);
  assert.equal(report.lastLsn, (await json(offline(left, 'journal', 'verify', '--json'))).lastLsn);
});

test('a backup is restored into a new directory, from which a server starts with all of it', async () => {
  const restored = join(room, 'restored');
  const outcome = await offline(restored, 'restore', join(room, 'backup'));
  assert.equal(outcome.code, 0, outcome.stderr);
  assert.match(outcome.stdout, /restore: \d+ files, .* every byte proven/);
  const again = await startServerProcess({ dataDir: restored, keyFile: server.keyFile });
  try {
    const anoa = anoaFor(again);
    assert.equal((await anoa(['count'])).stdout.trim(), String(KEYS));
    assert.deepEqual(await json(anoa(['get', 'k9', '--json'])), { n: 9 });
  } finally {
    await again.dispose();
  }
});

test('backup and restore refuse a directory that has something in it, and leave it as it is', async () => {
  const before = allBytes(left);
  for (const words of [
    ['backup', left],
    ['restore', join(room, 'backup')],
  ]) {
    const { code, stderr } = await offline(left, ...words);
    assert.equal(code, 74);
    assert.match(stderr, /this directory is not empty.*\n?.*Name a directory that does not exist yet/);
  }
  assert.deepEqual(allBytes(left), before);
});

test('a damaged backup is not restored, and nothing of it is left behind', async () => {
  const damagedBackup = join(room, 'damaged-backup');
  cpSync(join(room, 'backup'), damagedBackup, { recursive: true });
  flip(fileIn(damagedBackup, /\.anos$/), -100);
  const target = join(room, 'from-damaged');
  const { code, stderr } = await offline(target, 'restore', damagedBackup);
  assert.equal(code, 65);
  assert.match(stderr, /snap-.*\.anos/);
  assert.deepEqual(readdirSync(target), []);
});

test('journal verify says what a start would say, of a whole journal and of a damaged one', async () => {
  const whole = await offline(left, 'journal', 'verify');
  assert.equal(whole.code, 0, whole.stderr);
  assert.match(whole.stdout, /^whole: every byte was read and proven\n/);
  const damaged = copyOf('journal-damaged');
  flip(fileIn(damaged, /\.anoj$/), 200);
  const { code, stderr } = await offline(damaged, 'journal', 'verify');
  assert.equal(code, 65);
  assert.match(stderr, /jour-.*\.anoj.*LSN \d+/s);
  assert.match(stderr, /anoa repair/);
});

test('journal cat has the changes behind the snapshot, in their order', async () => {
  const { stdout } = await offline(left, 'journal', 'cat');
  const changes = stdout
    .split('\n')
    .filter((line) => line !== '' && !/"op":"(mark|session)"/.test(line))
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    changes.map(({ k, op, v }) => [k, op ?? v]),
    [
      ['after', 'the snapshot'],
      ['k7', 'delete'],
    ],
  );
  const [name] = readdirSync(left).filter((file) => file.endsWith('.anoj'));
  const file = await offline(left, 'journal', 'cat', join(left, name as string));
  assert.equal(file.stdout, stdout);
});

test('repair finds nothing lost in what kill -9 left, and changes nothing', async () => {
  const before = allBytes(left);
  const report = await json(offline(left, 'repair', '--json'));
  assert.equal(report.isWhole, true);
  assert.equal(report.keys, KEYS);
  assert.equal(report.writtenTo, undefined);
  assert.deepEqual(allBytes(left), before);
});

test('repair of a journal with a hole says which LSNs are lost and keeps the rest in a new directory', async () => {
  const damaged = copyOf('hole');
  // The first frame with records: at the segment's beginning.
  flip(fileIn(damaged, /\.anoj$/), 128 + 80);
  const before = allBytes(damaged);
  const seen = await json(offline(damaged, 'repair', '--json'), 65);
  assert.equal(seen.losses.length, 1);
  const { firstLsn, lastLsn, offset, file } = seen.losses[0];
  assert.match(file, /\.anoj$/);
  assert.equal(offset, 128);
  assert.ok(firstLsn === undefined || lastLsn >= firstLsn);
  const to = join(room, 'repaired');
  const written = await json(offline(damaged, 'repair', '--to', to, '--json'));
  assert.equal(written.writtenTo, to);
  assert.deepEqual(allBytes(damaged), before);
  const values = await valuesIn(to);
  assert.equal(values.size, seen.keys);
  assert.deepEqual(values.get('k100'), { n: 100 });
});

test('repair of a damaged snapshot keeps what other chunks and the journal have', async () => {
  const damaged = copyOf('snapshot-damaged');
  const file = fileIn(damaged, /\.anos$/);
  flip(file, -300);
  const report = await json(offline(damaged, 'repair', '--to', join(room, 'repaired-2'), '--json'));
  assert.equal(report.isWhole, false);
  assert.ok(report.losses.every((loss: { file: string }) => file.endsWith(loss.file)));
  const values = await valuesIn(join(room, 'repaired-2'));
  assert.equal(values.get('after'), 'the snapshot');
  assert.equal(values.size, report.keys);
});

test('repair does without KEYRING and MANIFEST where a snapshot is there', async () => {
  const damaged = copyOf('no-lists');
  rmSync(join(damaged, 'KEYRING'));
  rmSync(join(damaged, 'MANIFEST'));
  const to = join(room, 'repaired-3');
  const report = await json(offline(damaged, 'repair', '--to', to, '--json'));
  assert.deepEqual(
    report.losses.map((loss: { file: string }) => loss.file),
    ['KEYRING', 'MANIFEST'],
  );
  assert.equal(report.keys, KEYS);
  assert.equal((await valuesIn(to)).size, KEYS);
});

test('repair knows the torn end of a crash from damage', async () => {
  const torn = copyOf('torn');
  const file = fileIn(torn, /\.anoj$/);
  const bytes = readFileSync(file);
  writeFileSync(file, Buffer.concat([bytes, Buffer.from('JFRM and what was not written any more')]));
  const report = await json(offline(torn, 'repair', '--json'));
  assert.equal(report.isWhole, true);
  assert.match(report.torn.file, /\.anoj$/);
  assert.equal(report.torn.bytes >= 38, true);
  const cut = copyOf('cut');
  const closed = fileIn(cut, /\.anoj$/);
  truncateSync(closed, 140);
  const { stdout, code } = await offline(cut, 'repair', '--json');
  assert.equal(existsSync(closed), true);
  assert.equal(JSON.parse(stdout).keys >= KEYS - 1, true);
  assert.ok(code === 0 || code === 65);
});

test('repair needs the right secret and a directory that no server has', async () => {
  const wrong = join(room, 'wrong.key');
  writeFileSync(wrong, Buffer.alloc(32, 7), { mode: 0o600 });
  const outcome = await offline(left, 'repair', '--key-file', wrong);
  assert.equal(outcome.code, 66);
});

test('secret rotate: another key file and another data key, and everything is there with them', async () => {
  const rotated = copyOf('rotated');
  const nothing = await offline(rotated, 'secret', 'rotate');
  assert.equal(nothing.code, 2);
  assert.match(nothing.stderr, /nothing to rotate/);
  assert.equal((await offline(rotated, 'key', 'create', '--name', 'web')).code, 0);
  const newKeyFile = join(room, 'new.key');
  const words = ['secret', 'rotate', '--new-key-file', newKeyFile, '--data-key', '--json'];
  const report = await json(offline(rotated, ...words));
  assert.deepEqual(report.keyIds, [1, 2]);
  assert.equal(report.madeKeyFile, newKeyFile);
  const old = await offline(rotated, 'journal', 'verify');
  assert.equal(old.code, 66);
  const access = await json(offline(rotated, 'key', 'list', '--json', '--key-file', newKeyFile));
  assert.equal(access[0].name, 'web');
  const again = await startServerProcess({ dataDir: rotated, keyFile: newKeyFile });
  await again.stop();
  const { stdout } = await offline(rotated, 'snapshot', 'cat', '--key-file', newKeyFile);
  assert.equal(stdout.split('\n').filter((line) => line.includes('"k":')).length, KEYS);
  const keyring = JSON.parse(readFileSync(join(rotated, 'KEYRING')).subarray(16, -32).toString());
  assert.deepEqual(
    keyring.keys.map((key: { id: number }) => key.id),
    [2],
  );
  await again.dispose();
});

test.run();
