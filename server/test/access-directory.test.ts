/** Access keys on the real disk: many writers at once, directories that are not there yet, wrong and lost secrets. */

import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { temporaryDirectory } from '@anoadb/testkit';
import { keyIdOf, parseAccessKey, tweetnaclCrypto } from '@anoadb/transport';
import { test } from 'uvu';
import { AccessWatch } from '../src/access/node-access-watch.js';
import {
  createAccessKey,
  type KeyAdministrationOptions,
  listAccessKeys,
  revokeAccessKey,
  rotateAccessKey,
} from '../src/access/node-key-administration.js';
import { openNodeDatabase } from '../src/persistence/index.js';

const WRITER = fileURLToPath(new URL('./support/create-access-keys.ts', import.meta.url));

let directory: string;
let options: KeyAdministrationOptions;
let events: string[];

test.before.each(() => {
  directory = temporaryDirectory();
  events = [];
  options = {
    settings: {
      dataDir: join(directory, 'deep', 'data'),
      keyFile: join(directory, 'secret', 'store.key'),
      passphrase: undefined,
      host: '127.0.0.1',
      port: 7000,
    },
    log: ({ event }) => events.push(event),
  };
});
test.after.each(() => rmSync(directory, { recursive: true, force: true }));

async function names(): Promise<string[]> {
  return (await listAccessKeys(options)).keys.map(({ name }) => name).sort();
}

async function refusal(promise: Promise<unknown>): Promise<Error & { exitCode?: number }> {
  return promise.then(
    () => assert.fail('it was not refused'),
    (error) => error as Error & { exitCode?: number },
  );
}

test('the first key makes directory, key file and KEYRING, and a server then opens them', async () => {
  const { url, role } = await createAccessKey(options);
  assert.match(url, /^anoa:\/\/anoa1_[\w-]{43}@127\.0\.0\.1:7000$/);
  assert.equal(role, 'admin');
  assert.deepEqual(events, ['key-file-created', 'database-created']);
  const { dataDir, keyFile } = options.settings;
  assert.equal(statSync(dataDir).mode & 0o777, 0o700);
  assert.equal(statSync(join(dataDir, 'ACCESS')).mode & 0o777, 0o600);
  assert.ok(!existsSync(join(dataDir, 'MANIFEST')));
  const database = await openNodeDatabase({
    directory: dataDir,
    secret: { kind: 'key-file', path: keyFile, createIfAbsent: true },
  });
  try {
    assert.deepEqual(await names(), ['key-1'], 'listed beside a server');
    await createAccessKey(options, { name: 'beside' });
    assert.deepEqual(await names(), ['beside', 'key-1']);
  } finally {
    await database.close();
  }
});

test('twenty at once, interleaved in one process: all are there, each with a secret of its own', async () => {
  const made = await Promise.all(
    Array.from({ length: 20 }, (_, i) => createAccessKey(options, { name: `n${i}` })),
  );
  assert.equal(new Set(made.map(({ url }) => url)).size, 20);
  assert.equal((await names()).length, 20);
  assert.equal(made.filter(({ role }) => role === 'admin').length, 1, 'only one was the first');
});

test('processes that make keys at once, from an empty place on: all are there', async () => {
  const { dataDir, keyFile } = options.settings;
  const processes = Array.from({ length: 6 }, (_, i) =>
    promisify(execFile)(process.execPath, [
      ...['--import', 'tsx', '--conditions=@anoadb/source'],
      ...[WRITER, dataDir, keyFile, '4', `p${i}`],
    ]),
  );
  const urls = (await Promise.all(processes)).flatMap(({ stdout }) => stdout.trim().split('\n'));
  assert.equal(new Set(urls).size, 24);
  const expected = Array.from({ length: 24 }, (_, i) => `p${i >> 2}-${i & 3}`);
  assert.deepEqual(await names(), expected.sort());
});

test('writers killed at any moment: each key that was printed is there, and the next writer is not kept out', async () => {
  const { dataDir, keyFile } = options.settings;
  const printed: string[] = [];
  for (let round = 0; round < 5; round++) {
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', '--conditions=@anoadb/source', WRITER, dataDir, keyFile, '1000', `r${round}`],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let output = '';
    child.stdout.on('data', (chunk) => {
      // The first key is there: from now on it is in the middle of another one.
      if (output === '') setTimeout(() => child.kill('SIGKILL'), round * 7);
      output += chunk;
    });
    await once(child, 'close');
    printed.push(...output.split('\n').slice(0, -1));
  }
  await createAccessKey(options, { name: 'after' });
  const kept = new Set((await listAccessKeys(options)).keys.map(({ keyId }) => keyId));
  assert.ok(printed.length >= 5);
  for (const url of printed) {
    const psk = parseAccessKey(url.slice('anoa://'.length).split('@')[0]);
    assert.ok(psk !== undefined && kept.has(Buffer.from(keyIdOf(psk, tweetnaclCrypto)).toString('hex')));
  }
});

test('where the file system gives no notice, a look now and then finds the change', async () => {
  await createAccessKey(options);
  const { dataDir, keyFile } = options.settings;
  const database = await openNodeDatabase({
    directory: dataDir,
    secret: { kind: 'key-file', path: keyFile, createIfAbsent: false },
  });
  const watch = new AccessWatch({
    directory: dataDir,
    keyring: database.keyring,
    nowMs: Date.now,
    watch: () => {
      throw new Error('ENOSPC: no watches left');
    },
  });
  try {
    const noticed = new Promise<number>((resolve) => {
      watch.start({ onKeys: ({ keys }) => resolve(keys.length), onProblem: assert.fail });
    });
    await createAccessKey(options);
    assert.equal(await noticed, 2);
  } finally {
    watch.stop();
    await database.close();
  }
});

test('changes of all sorts at once leave what each of them said', async () => {
  for (let i = 0; i < 4; i++) await createAccessKey(options, { name: `n${i}` });
  await Promise.all([
    revokeAccessKey(options, 'n0'),
    rotateAccessKey(options, 'n1'),
    createAccessKey(options, { name: 'n4' }),
    revokeAccessKey(options, 'n2'),
    rotateAccessKey(options, 'n3', 60_000),
  ]);
  assert.deepEqual(await names(), ['n1', 'n3', 'n3', 'n4']);
});

test('a writer that was killed does not lock out the next', async () => {
  await createAccessKey(options);
  const lockDirectory = join(options.settings.dataDir, 'access-lock');
  const dead = { pid: 2 ** 22 + 1, bootId: 'another', startTime: '1' };
  writeFileSync(join(lockDirectory, 'LOCK'), JSON.stringify(dead));
  writeFileSync(join(options.settings.dataDir, 'ACCESS.new'), 'half a fi');
  await createAccessKey(options);
  assert.equal((await names()).length, 2);
});

test('looking and taking away make nothing where there is nothing', async () => {
  assert.deepEqual(await listAccessKeys(options), { isSealed: false, keys: [] });
  assert.equal((await refusal(revokeAccessKey(options, 'x'))).exitCode, 1);
  assert.equal((await refusal(rotateAccessKey(options, 'x'))).exitCode, 1);
  assert.deepEqual(readdirSync(directory), []);
});

test('another key file, a lost one, a lost KEYRING: refused by name, nothing is changed', async () => {
  await createAccessKey(options, { name: 'a' });
  const { dataDir, keyFile } = options.settings;
  const files = () => ['ACCESS', 'KEYRING'].map((name) => readFileSync(join(dataDir, name), 'hex'));
  const before = files();
  const other = join(directory, 'other.key');
  writeFileSync(other, new Uint8Array(32).fill(9), { mode: 0o600 });
  for (const path of [other, join(directory, 'lost.key')]) {
    const wrong = { ...options, settings: { ...options.settings, keyFile: path } };
    for (const attempt of [createAccessKey(wrong), listAccessKeys(wrong), revokeAccessKey(wrong, 'a')]) {
      const { exitCode, message } = await refusal(attempt);
      assert.equal(exitCode, 66, message);
    }
  }
  assert.deepEqual(files(), before);
  assert.ok(!existsSync(join(directory, 'lost.key')));
  rmSync(join(dataDir, 'KEYRING'));
  for (const attempt of [createAccessKey(options), listAccessKeys(options)]) {
    const { exitCode, message } = await refusal(attempt);
    assert.equal(exitCode, 65);
    assert.match(message, /KEYRING: it is missing/);
  }
  assert.ok(!existsSync(join(dataDir, 'KEYRING')));
  assert.ok(existsSync(keyFile));
});

test('a damaged file is refused by name and left as it is', async () => {
  await createAccessKey(options);
  const file = join(options.settings.dataDir, 'ACCESS');
  const bytes = readFileSync(file);
  bytes[100] ^= 4;
  writeFileSync(file, bytes);
  for (const attempt of [
    createAccessKey(options),
    listAccessKeys(options),
    rotateAccessKey(options, 'key-1'),
  ]) {
    const { exitCode, message } = await refusal(attempt);
    assert.equal(exitCode, 65);
    assert.match(message, /ACCESS at byte 0/);
  }
  assert.deepEqual(readFileSync(file), bytes);
});

test('no secret, name or prefix stands in any file in clear, and none in what list returns', async () => {
  const { url, name } = await createAccessKey(options, { name: 'findable-name', prefix: 'findable-prefix' });
  const psk = parseAccessKey(url.slice('anoa://'.length).split('@')[0]);
  assert.ok(psk !== undefined);
  const { dataDir } = options.settings;
  for (const file of readdirSync(dataDir, { recursive: true }) as string[]) {
    const path = join(dataDir, file);
    if (statSync(path).isDirectory()) continue;
    const bytes = readFileSync(path);
    for (const secret of [Buffer.from(psk), Buffer.from(psk).toString('base64').slice(0, 20), 'findable'])
      assert.ok(!bytes.includes(secret), file);
  }
  const listed = JSON.stringify(await listAccessKeys(options));
  assert.ok(listed.includes(name));
  assert.ok(!listed.includes('anoa1_') && !listed.includes('psk'));
});

test('the connection string has the host that clients can use', async () => {
  const hosts: [host: string, shown: RegExp][] = [
    ['0.0.0.0', /@(?!0\.0)[^@:]+:7000$/],
    ['::', /@[^@:[\]]+:7000$/],
    ['[::]', /@[^@:[\]]+:7000$/],
    ['::1', /@\[::1\]:7000$/],
    ['db.example.org', /@db\.example\.org:7000$/],
  ];
  for (const [host, shown] of hosts) {
    const { url } = await createAccessKey({ ...options, settings: { ...options.settings, host } });
    assert.match(url.replace(/anoa1_[\w-]{43}/, 'KEY'), shown, host);
  }
});

test('a key file inside the data directory, or a directory others may write to, is refused', async () => {
  const { dataDir } = options.settings;
  const inside = { ...options, settings: { ...options.settings, keyFile: join(dataDir, 'store.key') } };
  assert.equal((await refusal(createAccessKey(inside))).exitCode, 66);
  mkdirSync(dataDir, { recursive: true });
  writeFileSync(join(dataDir, 'something'), '');
  await promisify(execFile)('chmod', ['777', dataDir]);
  assert.match((await refusal(createAccessKey(options))).message, /others may write/);
});

test.run();
