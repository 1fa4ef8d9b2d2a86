/** `anoa key`, as a shell sees it: before the first start, beside a running server, and what it never prints. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ServerProcess, startServerProcess, temporaryDirectory } from '@anoadb/testkit';
import { test } from 'uvu';
import { ANOA, type Anoa, anoaFor, type Outcome, run } from './anoa-process.js';

const KEY = /anoa1_[\w-]{43}/g;

let server: ServerProcess;
let beside: Anoa;
/** The secrets that were printed, once each, where they belong. */
const secrets: string[] = [];
/** Everything else that was printed. */
const printed: string[] = [];

test.before(async () => {
  server = await startServerProcess();
  beside = anoaFor(server);
});
test.after(() => server.dispose());

/** A command that prints a secret: its only line of standard output. */
function secretOf(outcome: Outcome): string {
  assert.equal(outcome.code, 0, outcome.stderr);
  const found = outcome.stdout.match(KEY) ?? [];
  assert.equal(found.length, 1);
  secrets.push(found[0]);
  printed.push(outcome.stdout.replace(found[0], ''), outcome.stderr);
  return found[0];
}

async function keep(outcome: Promise<Outcome>): Promise<Outcome> {
  const { stdout, stderr } = await outcome;
  printed.push(stdout, stderr);
  return outcome;
}

async function listed(): Promise<{ name: string; keyId: string; role: string; prefix: string }[]> {
  return JSON.parse((await keep(beside(['key', 'list', '--json']))).stdout);
}

test('before the first start: makes directory and key file, and prints one line for ANOA_URL', async () => {
  const directory = temporaryDirectory();
  const env = { ANOA_DATA_DIR: join(directory, 'data'), ANOA_KEY_FILE: join(directory, 'store.key') };
  const outcome = await run(process.execPath, [ANOA, 'key', 'create', '--port', '7001'], env);
  const key = secretOf(outcome);
  assert.equal(outcome.stdout, `anoa://${key}@127.0.0.1:7001\n`);
  assert.match(outcome.stderr, /made the key file .*Back it up/);
  assert.match(outcome.stderr, /key-1 \([0-9a-f]{16}\): role admin, all keys\. .*not shown again/);
  assert.equal(readFileSync(env.ANOA_KEY_FILE).length, 32);
});

test('an open database: says so, and that nothing was there to revoke', async () => {
  const { code, stdout, stderr } = await keep(beside(['key', 'list']));
  assert.equal(code, 0);
  assert.equal(stdout, '');
  assert.match(stderr, /No access keys: the database is open/);
  assert.equal((await keep(beside(['key', 'list', '--json']))).stdout, '[]\n');
  const revoke = await keep(beside(['key', 'revoke', 'nobody']));
  assert.equal(revoke.code, 1);
  assert.equal(revoke.stderr, 'There is no access key nobody; `anoa key list` shows them.\n');
});

test('beside a running server: create, list, rotate, revoke', async () => {
  secretOf(await beside(['key', 'create', '--name', 'ops']));
  const web = await beside(['key', 'create', '--name', 'web', '--prefix', 'app:', '--json']);
  const made = JSON.parse(web.stdout);
  secretOf(web);
  assert.deepEqual(Object.keys(made), ['name', 'keyId', 'role', 'prefix', 'url']);
  assert.equal(made.role, 'write');
  assert.ok(made.url.endsWith(`@127.0.0.1:${server.port}`));
  assert.deepEqual(
    (await listed()).map(({ name, role, prefix }) => [name, role, prefix]),
    [
      ['ops', 'admin', ''],
      ['web', 'write', 'app:'],
    ],
  );
  const table = await keep(beside(['key', 'list']));
  assert.match(table.stdout, /^NAME +KEY ID +ROLE +PREFIX +CREATED\nops +[0-9a-f]{16} +admin +\(all keys\) /);
  const rotated = secretOf(await beside(['key', 'rotate', 'web', '--grace', '10m']));
  assert.ok(!made.url.includes(rotated));
  assert.match((await keep(beside(['key', 'list']))).stdout, /replaced, works until 2/);
  const { stdout } = await keep(beside(['key', 'revoke', made.keyId]));
  assert.equal(stdout, `revoked web (${made.keyId})\n`);
  assert.equal((await keep(beside(['key', 'revoke', 'web']))).code, 0);
  assert.equal((await listed()).length, 1);
});

test('a prefix with control characters does not reach the terminal raw', async () => {
  secretOf(await beside(['key', 'create', '--name', 'sly', '--prefix', 'a\u001b[31m:']));
  const { stdout } = await keep(beside(['key', 'list']));
  assert.match(stdout, /a\\x1b\[31m:/);
  assert.ok(!stdout.includes('\u001b'));
});

test('a client gets in by URL, by a file with the URL, by a file with the key, and by nothing else', async () => {
  const created = await beside(['key', 'create', '--name', 'client']);
  const key = secretOf(created);
  const url = created.stdout.trim();
  const directory = temporaryDirectory();
  const [urlFile, keyFile, emptyFile] = ['url', 'key', 'empty'].map((name) => join(directory, name));
  writeFileSync(urlFile, created.stdout);
  writeFileSync(keyFile, `${key}\n`);
  writeFileSync(emptyFile, '');
  assert.equal((await keep(beside(['set', 'app:1', 'hello'], { env: { ANOA_URL: url } }))).code, 0);
  for (const file of [urlFile, keyFile]) {
    const { stdout, stderr } = await keep(beside(['get', 'app:1'], { env: { ANOA_KEY: file } }));
    assert.equal(stdout, 'hello\n', stderr);
  }
  assert.equal((await keep(beside(['get', 'app:1'], { env: { ANOA_KEY: emptyFile } }))).code, 2);
  assert.equal(
    (await keep(beside(['get', 'app:1', '--timeout', '1s']))).code,
    3,
    'open clients hear nothing',
  );
  const other = url.replace(/anoa1_.{4}/, 'anoa1_AAAA');
  const refused = await keep(beside(['get', 'app:1'], { env: { ANOA_URL: other } }));
  assert.ok(refused.code === 3 || refused.code === 4, refused.stderr);
});

test('what a role or prefix does not allow ends with 4', async () => {
  const created = await beside(['key', 'create', '--name', 'reader', '--role', 'read', '--prefix', 'app:']);
  secretOf(created);
  const env = { ANOA_URL: created.stdout.trim() };
  assert.equal((await keep(beside(['get', 'app:1'], { env }))).stdout, 'hello\n');
  assert.equal((await keep(beside(['scan'], { env }))).stdout, 'app:1\n');
  for (const words of [['set', 'app:1', 'x'], ['get', 'other'], ['count'], ['stats'], ['flush', '--yes']]) {
    const { code, stderr } = await keep(beside(words, { env }));
    assert.equal(code, 4, `${words}: ${stderr}`);
  }
  assert.equal((await keep(beside(['key', 'revoke', 'reader']))).code, 0);
});

const WRONG: [words: string[], code: number, stderr: RegExp][] = [
  [['create', '--role', 'boss'], 2, /Allowed choices are read, write, admin/],
  [['create', '--name', 'ops'], 1, /^There is an access key named ops already/],
  [['create', '--name', ' '], 2, /^error: A name of an access key has 1 to 64 printable characters/],
  [['create', '--prefix', 'p'.repeat(1025)], 2, /at most 1024 bytes/],
  [
    ['create', '--key-file', '/nowhere/store.key'],
    66,
    /store\.key: the key file of this database is missing/,
  ],
  [['rotate', 'ops', '--grace', 'soon'], 2, /A duration looks like/],
  [['revoke'], 2, /missing required argument/],
  [['forget', 'ops'], 2, /unknown command 'forget'/],
];
for (const [words, code, stderr] of WRONG) {
  test(`refused with ${code}: anoa key ${words.join(' ').slice(0, 60)}`, async () => {
    const outcome = await keep(beside(['key', ...words]));
    assert.equal(outcome.code, code, outcome.stderr);
    assert.equal(outcome.stdout, '');
    assert.match(outcome.stderr, stderr);
  });
}

test('a secret given where a name belongs is not repeated', async () => {
  for (const words of [['revoke'], ['rotate'], ['create', '--name']]) {
    const { code, stderr } = await keep(beside(['key', ...words, secrets[0]]));
    assert.ok(code === 1 || code === 2, stderr);
  }
});

test('the server starts again sealed and says so', async () => {
  await server.stop();
  await server.start();
  assert.match(server.output, /"mode":"sealed","accessKeys":3/);
});

test('what each key was printed with is its only trace: not in lists, messages, logs or process titles', async () => {
  const titleFile = `/proc/${server.pid}/cmdline`;
  const title = existsSync(titleFile) ? readFileSync(titleFile, 'utf8') : '';
  const everything = [...printed, server.output, title].join('\n');
  assert.ok(secrets.length >= 5 && new Set(secrets).size === secrets.length);
  for (const secret of secrets) {
    const text = secret.slice('anoa1_'.length);
    const forms = [
      text,
      Buffer.from(text, 'base64url').toString('base64'),
      Buffer.from(text, 'base64url').toString('hex'),
    ];
    for (const form of forms) assert.ok(!everything.includes(form.slice(2, 24)));
  }
});

test.run();
