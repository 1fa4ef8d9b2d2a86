/** The real adapters: disk, worker thread, lock between processes, both secretboxes. */

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import nacl from 'tweetnacl';
import { test } from 'uvu';
import {
  catSnapshot,
  openNodeDatabase,
  PersistenceError,
  type SecretSource,
  verifySnapshot,
} from '../src/persistence/index.js';
import { nodeDirectoryLock } from '../src/persistence/node-directory-lock.js';
import {
  makesSameBytes,
  nodeStorageCrypto,
  sodiumSecretbox,
  tweetnaclSecretbox,
} from '../src/persistence/node-storage-crypto.js';
import { keyOf, ModelStore, setText, setValue, stateOf } from './persistence-model.js';

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'anoadb-persistence-'));
const children = new Set<ChildProcess>();
test.after(() => {
  for (const child of children) child.kill('SIGKILL');
  fs.rmSync(root, { recursive: true, force: true });
});

let count = 0;
function freshOptions() {
  const base = path.join(root, String(++count));
  const keyFile = path.join(base, 'keys', 'anoa.key');
  const secret: SecretSource = { kind: 'key-file', path: keyFile, createIfAbsent: true };
  return { base, directory: path.join(base, 'data'), keyFile, secret, reserveBytesMax: 100_000 };
}

async function exitCodeOf(work: Promise<unknown>): Promise<number | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    if (error instanceof PersistenceError) return error.exitCode;
    throw error;
  }
}

async function saved(options: ReturnType<typeof freshOptions>, fill: (store: ModelStore) => void, more = {}) {
  const database = await openNodeDatabase({ ...options, ...more });
  const store = new ModelStore();
  store.clockMs = Date.now();
  await database.load(store);
  await database.start();
  fill(store);
  await database.snapshot(store, { isFinal: true });
  await database.close();
  return store;
}

function fillMixed(store: ModelStore): void {
  for (let i = 0; i < 5000; i++) setValue(store, `key ${i}`, { i, text: 'x'.repeat(i % 50) });
  setValue(store, Uint8Array.of(0xff, 0x00), new Uint8Array(1 << 20).fill(0xaa));
  setText(store, 'text', keyOf('042'));
}

test('save and load through the worker thread, files 0600 and directories 0700', async () => {
  const options = freshOptions();
  const events: string[] = [];
  const store = await saved(options, fillMixed, {
    segmentBytesMax: 300_000,
    log: (event: { event: string }) => events.push(event.event),
  });
  assert.deepEqual(events, ['key-file-created', 'database-created']);
  assert.equal(fs.statSync(options.directory).mode & 0o777, 0o700);
  for (const name of fs.readdirSync(options.directory)) {
    assert.equal(fs.statSync(path.join(options.directory, name)).mode & 0o777, 0o600, name);
  }
  assert.equal(fs.statSync(options.keyFile).mode & 0o777, 0o600);

  const database = await openNodeDatabase(options);
  const loaded = new ModelStore();
  const progress: number[] = [];
  const report = await database.load(loaded, ({ bytesRead, bytesTotal }) =>
    progress.push(bytesRead / bytesTotal),
  );
  assert.deepEqual(stateOf(loaded.entries.values()), stateOf(store.entries.values()));
  assert.equal(report.wasCleanStop, true);
  assert.ok(progress.length > 1 && progress.every((part, i) => part <= 1 && part >= (progress[i - 1] ?? 0)));
  await database.start();
  await database.snapshot(loaded);
  await database.snapshot(loaded);
  await database.close();
});

test('a passphrase at its full cost opens what it closed, and no other does', async () => {
  const options = { ...freshOptions(), secret: { kind: 'passphrase', passphrase: 'correct horse' } as const };
  await saved(options as never, (store) => setValue(store, 'a', 1));
  const files = fs.readdirSync(options.directory).sort();
  const wrong = { ...options, secret: { kind: 'passphrase', passphrase: 'wrong horse' } as const };
  assert.equal(await exitCodeOf(openNodeDatabase(wrong)), 66);
  assert.deepEqual(fs.readdirSync(options.directory).sort(), files);
  const database = await openNodeDatabase(options);
  assert.equal((await database.load(new ModelStore())).entries, 1);
  await database.close();
});

test('cat and verify read a directory beside its running server, and a file alone with the secret', async () => {
  const options = freshOptions();
  await saved(options, fillMixed, { segmentBytesMax: 500_000 });
  const database = await openNodeDatabase(options);
  await database.load(new ModelStore());
  await database.start();

  const report = await verifySnapshot({ path: options.directory, secret: options.secret });
  assert.equal(report.entries, 5002);
  assert.ok(report.files.length > 1);
  assert.deepEqual([report.versionMin, report.versionMax, report.endVersion], [1, 5002, 5002]);
  assert.equal(report.databaseUuid, database.uuid);

  let text = '';
  const catted = await catSnapshot({
    path: options.directory,
    secret: options.secret,
    write: async (lines) => {
      text += Buffer.from(lines).toString('utf8');
      await new Promise((done) => setImmediate(done));
    },
  });
  assert.equal(Buffer.byteLength(text), catted.plainBytes);
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.equal(lines.length, 5002);
  const of = (key: string) => lines.find((line) => line.k === key);
  assert.deepEqual(of('key 7').v, { i: 7, text: 'xxxxxxx' });
  assert.deepEqual([of('text').t, of('text').v], ['text', '042']);

  // The files elsewhere, without KEYRING and MANIFEST.
  const elsewhere = path.join(options.base, 'elsewhere');
  fs.mkdirSync(elsewhere);
  const names = fs.readdirSync(options.directory).filter((name) => name.endsWith('.anos'));
  for (const name of names) fs.copyFileSync(path.join(options.directory, name), path.join(elsewhere, name));
  const alone = { path: path.join(elsewhere, names[0]), secret: options.secret };
  assert.deepEqual((await verifySnapshot(alone)).entries, 5002);
  assert.equal(
    await exitCodeOf(verifySnapshot({ ...alone, path: path.join(elsewhere, names[1]) })),
    undefined,
  );
  fs.rmSync(path.join(elsewhere, names.at(-1)!));
  await assert.rejects(verifySnapshot(alone), /file \d+ of this snapshot is missing/);

  const wrongKey = path.join(options.base, 'wrong.key');
  fs.writeFileSync(wrongKey, new Uint8Array(32), { mode: 0o600 });
  const wrong: SecretSource = { kind: 'key-file', path: wrongKey, createIfAbsent: true };
  assert.equal(await exitCodeOf(verifySnapshot({ ...alone, secret: wrong })), 66);
  assert.equal(await exitCodeOf(verifySnapshot({ path: options.directory, secret: wrong })), 66);
  const absent: SecretSource = {
    kind: 'key-file',
    path: path.join(options.base, 'none'),
    createIfAbsent: true,
  };
  assert.equal(await exitCodeOf(verifySnapshot({ path: options.directory, secret: absent })), 66);
  assert.equal(fs.existsSync(path.join(options.base, 'none')), false);
  assert.equal(await exitCodeOf(verifySnapshot({ path: options.base, secret: options.secret })), 65);
  assert.equal(
    await exitCodeOf(verifySnapshot({ path: path.join(root, 'nowhere'), secret: options.secret })),
    74,
  );
  await database.close();
});

test('every truncation of a file alone is refused with file and offset', async () => {
  const options = freshOptions();
  await saved(options, (store) => setValue(store, 'a', 1));
  const name = fs.readdirSync(options.directory).find((found) => found.endsWith('.anos'))!;
  const whole = fs.readFileSync(path.join(options.directory, name));
  const file = path.join(options.base, 'renamed-by-its-owner');
  for (let length = 0; length < whole.length; length += 3) {
    fs.writeFileSync(file, whole.subarray(0, length));
    try {
      await verifySnapshot({ path: file, secret: options.secret });
      assert.fail(`${length} bytes were accepted`);
    } catch (error) {
      assert.ok(
        error instanceof PersistenceError && error.exitCode === 65 && error.file === file,
        String(error),
      );
      assert.ok(error.offset !== undefined && error.offset <= length, error.message);
    }
  }
  fs.writeFileSync(file, whole);
  assert.equal((await verifySnapshot({ path: file, secret: options.secret })).entries, 1);
});

test('a second server is refused with exit 75 and the pid, and changes nothing', async () => {
  const options = freshOptions();
  const database = await openNodeDatabase(options);
  const names = fs.readdirSync(options.directory).sort();
  for (let i = 0; i < 3; i++) {
    try {
      await openNodeDatabase(options);
      assert.fail('two servers in one directory');
    } catch (error) {
      assert.ok(error instanceof PersistenceError && error.exitCode === 75);
      assert.match(error.message, new RegExp(`process ${process.pid}`));
    }
  }
  assert.deepEqual(fs.readdirSync(options.directory).sort(), names);
  assert.equal(JSON.parse(fs.readFileSync(path.join(options.directory, 'LOCK'), 'utf8')).pid, process.pid);
  await database.close();
  assert.equal(fs.existsSync(path.join(options.directory, 'LOCK')), false);
  await (await openNodeDatabase(options)).close();
});

test('a lock left by kill -9 is replaced; while the process lived it held', async () => {
  const options = freshOptions();
  const child = spawn(
    process.execPath,
    [
      ...process.execArgv,
      '--input-type=module',
      '-e',
      `const { openNodeDatabase } = await import(${JSON.stringify(new URL('../src/persistence/index.ts', import.meta.url).href)});
       await openNodeDatabase(${JSON.stringify({ directory: options.directory, secret: options.secret })});
       console.log('open'); setInterval(() => {}, 1000);`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'], cwd: new URL('..', import.meta.url) },
  );
  children.add(child);
  await new Promise((done) => child.stdout!.once('data', done));
  await assert.rejects(openNodeDatabase(options), new RegExp(`in use by the process ${child.pid}`));
  const exited = new Promise((done) => child.once('exit', done));
  child.kill('SIGKILL');
  await exited;
  const events: string[] = [];
  const database = await openNodeDatabase({ ...options, log: (event) => events.push(event.event) });
  assert.deepEqual(events, ['stale-lock-replaced']);
  await database.close();
});

test('of ten starters at once exactly one gets the directory, with a dead lock in it or without', async () => {
  for (const hasDeadLock of [false, true]) {
    const directory = fs.mkdtempSync(path.join(root, 'lock-'));
    if (hasDeadLock) {
      const socket = net.createServer().listen(path.join(directory, 'dead'));
      await new Promise((done) => socket.once('listening', done));
      fs.linkSync(path.join(directory, 'dead'), path.join(directory, 'LOCK.socket'));
      await new Promise((done) => socket.close(done));
    }
    const tries = await Promise.allSettled(
      Array.from({ length: 10 }, () => nodeDirectoryLock().acquire(directory)),
    );
    const held = tries.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    assert.equal(held.length, 1);
    assert.equal(held[0].replacedStale, hasDeadLock);
    held[0].confirm();
    for (const result of tries) {
      if (result.status === 'rejected') assert.equal(result.reason.exitCode, 75, String(result.reason));
    }
    fs.rmSync(path.join(directory, 'LOCK.socket'));
    assert.throws(() => held[0].confirm(), /taken away/);
    await held[0].release();
  }
});

test('a very long path to the directory is no hindrance', async () => {
  const base = freshOptions();
  const deep = path.join(base.base, 'd'.repeat(120), 'e'.repeat(120));
  const database = await openNodeDatabase({ ...base, directory: deep });
  await assert.rejects(openNodeDatabase({ ...base, directory: deep }), /in use by the process/);
  await database.close();
});

test('tweetnacl through its low-level functions makes the bytes of nacl.secretbox', () => {
  const secretbox = tweetnaclSecretbox();
  const key = nacl.randomBytes(32);
  const nonce = nacl.randomBytes(24);
  for (const length of [0, 1, 100, 5000, 31]) {
    const plain = nacl.randomBytes(length);
    const box = new Uint8Array(length + 16);
    secretbox.seal(box, plain, nonce, key);
    assert.deepEqual(box, nacl.secretbox(plain, nonce, key));
    const opened = new Uint8Array(length);
    assert.equal(secretbox.open(opened, box, nonce, key), true);
    assert.deepEqual(opened, plain);
    box[length] ^= 4;
    assert.equal(secretbox.open(opened, box, nonce, key), false);
  }
});

test('sodium-native, where it loads, makes the same bytes; a library that does not is found out', () => {
  const sodium = sodiumSecretbox();
  if (sodium === undefined) console.log('sodium-native does not load here: only the refusal is tested');
  else assert.equal(makesSameBytes(sodium, tweetnaclSecretbox()), true);
  const reference = tweetnaclSecretbox();
  const broken = [
    { ...reference, seal: (box: Uint8Array) => void box.fill(1) },
    { ...reference, open: () => true },
    { ...reference, open: () => false },
  ];
  for (const secretbox of broken) assert.equal(makesSameBytes(secretbox, tweetnaclSecretbox()), false);
});

test('what one secretbox sealed the other opens, and wrong lengths are a programming error', () => {
  const crypto = nodeStorageCrypto();
  assert.throws(() =>
    crypto.seal(new Uint8Array(3), new Uint8Array(3), new Uint8Array(24), new Uint8Array(32)),
  );
  assert.ok(['sodium-native', 'tweetnacl'].includes(crypto.implementation));
});

test.run();
