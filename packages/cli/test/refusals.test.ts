/** What `anoa` says, and ends with, where it cannot do what was asked. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, type ServerProcess, startServerProcess, temporaryDirectory } from '@anoadb/testkit';
import { test } from 'uvu';
import { type Anoa, anoaFor } from './anoa-process.js';

let server: ServerProcess;
let anoa: Anoa;
let deadUrl: string;

test.before(async () => {
  server = await startServerProcess();
  anoa = anoaFor(server);
  deadUrl = `anoa://127.0.0.1:${await freePort()}`;
});
test.after(() => server.dispose());

const WRONG: [words: string[], stderr: RegExp][] = [
  [['exprot'], /^error: unknown command 'exprot'\n\(Did you mean export\?\)\n`anoa help` lists/],
  [['get'], /^error: missing required argument 'key'\n`anoa help get` shows how\.\n$/],
  [['get', 'a', 'b'], /too many arguments for 'get'/],
  [['set', 'a', 'b', '--tl', '5m'], /unknown option '--tl'\n\(Did you mean --ttl\?\)/],
  [['set', 'a', 'b', '--ttl', 'soon'], /'soon' is invalid\. A duration looks like 250ms, 30s/],
  [['set', 'a', 'b', '--type', 'hash'], /Allowed choices are text, string/],
  [['set', 'a', 'b', '--if-absent', '--if-present'], /cannot be used with/],
  [['set', 'a', 'b', '--if-version', 'x'], /^error: --if-version x: a version is a whole number\n/],
  [['scan', '--limit', '0'], /It takes a whole number above 0/],
  [['snapshot', 'tomorrow'], /unknown command 'tomorrow'\n`anoa help snapshot` shows how/],
  [['help', 'nothing'], /^error: there is no help on nothing\nThere is on: serve, get/],
  [['import', '/nowhere.ndjson'], /^error: \/nowhere\.ndjson: there is no such file\n$/],
  [['get', 'a', '--url', 'http://x'], /^error: The connection URL cannot be read: its scheme is http/],
  [['serve', '--port', 'many'], /^error: Setting port: "many" from flag --port cannot be used/],
];

for (const [words, stderr] of WRONG) {
  test(`wrong usage, exit code 2: anoa ${words.join(' ')}`, async () => {
    const outcome = await anoa(words);
    assert.equal(outcome.code, 2, outcome.stderr);
    assert.equal(outcome.stdout, '');
    assert.match(outcome.stderr, stderr);
    assert.ok(!outcome.stderr.includes('\u001b'), 'no colour in a pipe');
  });
}

test('no server: exit code 3, with the address and what to do', async () => {
  const { code, stdout, stderr } = await anoa(['get', 'a', '--url', deadUrl, '--timeout', '2s']);
  assert.equal(code, 3);
  assert.equal(stdout, '');
  const address = deadUrl.slice('anoa://'.length);
  assert.match(
    stderr,
    new RegExp(`^error: no (server at|answer from) ${address} \\(UDP\\).*\nStart one with`),
  );
});

test('an access key in the URL is in no message', async () => {
  const { stderr } = await anoa(['get', 'a', '--url', deadUrl.replace('://', '://hunter2@')]);
  assert.doesNotMatch(stderr, /hunter2/);
});

test('a second server on the same data is refused with exit code 75', async () => {
  const { code, stderr } = await anoa(['serve', '--port', '0']);
  assert.equal(code, 75);
  assert.match(stderr, /^error: .*in use by the process \d+/);
});

test('a port that is taken is refused with exit code 69, and another key with 66', async () => {
  const dir = temporaryDirectory();
  const keyFile = join(dir, 'other.key');
  const taken = await anoa(['serve', '--data-dir', join(dir, 'data'), '--key-file', keyFile]);
  assert.equal(taken.code, 69, taken.stderr);
  assert.match(taken.stderr, new RegExp(`${server.port}`));
  assert.equal((await anoa(['snapshot', 'now'])).code, 0);
  const other = await anoa(['snapshot', 'verify', '--key-file', keyFile]);
  assert.equal(other.code, 66, other.stderr);
  const none = await anoa(['snapshot', 'cat', '--key-file', join(dir, 'none.key')]);
  assert.equal(none.code, 66, none.stderr);
  assert.equal(none.stdout, '');
});

test('config shows each setting with its origin, and no secret', async () => {
  const dir = temporaryDirectory();
  const file = join(dir, 'anoa.json');
  writeFileSync(file, JSON.stringify({ passphrase: 'correct horse battery', maxMemory: '64mb' }));
  const env = { ANOA_KEY_FILE: '', ANOA_PORT: '7001', ANOA_CONFIG: file };
  const { code, stdout, stderr } = await anoa(['config', '--host', '::1'], { env });
  assert.equal(code, 0, stderr);
  const shown = Object.fromEntries(
    stdout
      .split('\n')
      .map((line) => line.split(/ {2,}/) as never)
      .map(([name, ...rest]: string[]) => [name, rest]),
  );
  assert.deepEqual(shown['host'], ['::1', 'flag --host']);
  assert.deepEqual(shown['port'], ['7001', 'environment ANOA_PORT']);
  assert.deepEqual(shown['maxMemory'], ['64mb', `config file ${file}`]);
  assert.deepEqual(shown['passphrase'], ['********', `config file ${file}`]);
  assert.deepEqual(shown['eviction'], ['refuse', 'default']);
  const json = JSON.parse((await anoa(['config', '--json'], { env })).stdout);
  assert.deepEqual(json.passphrase, { value: '********', origin: `config file ${file}` });
});

test('help lists every command; that of a command has examples and what the protocol says', async () => {
  const { stdout } = await anoa(['help']);
  for (const name of [
    'serve',
    'get',
    'set',
    'incr',
    'ttl',
    'expire',
    'del',
    'scan',
    'type',
    'count',
    'flush',
    'ping',
    'stats',
    'import',
    'export',
    'snapshot',
    'config',
  ])
    assert.match(stdout, new RegExp(`\n {2}${name}[ |]`));
  const get = (await anoa(['help', 'get'])).stdout;
  assert.match(get, /^Usage: anoa get /);
  assert.match(get, /\nExamples:\n {2}anoa get user:1/);
  assert.match(get, /GET: Read a value\./);
  assert.match((await anoa(['help', 'snapshot', 'cat'])).stdout, /^Usage: anoa snapshot cat /);
  assert.match((await anoa(['help', 'exit-codes'])).stdout, /\n {2}3 {2}no server answered in time\n/);
});

test('a snapshot whose server goes away meanwhile is not waited for: exit code 3', async () => {
  const mortal = await startServerProcess();
  const anoaThere = anoaFor(mortal);
  const lines = Array.from({ length: 60 }, (_, i) =>
    JSON.stringify({ key: `k${i}`, value: 'v'.repeat(1e6) }),
  );
  assert.equal((await anoaThere(['import', '-'], { input: lines.join('\n') })).code, 0);
  const outcome = anoaThere(['snapshot', 'now', '--timeout', '1s']);
  while (!readdirSync(mortal.dataDir).some((name) => name.endsWith('.part'))) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await mortal.stop('SIGKILL');
  const { code, stdout, stderr } = await outcome;
  assert.equal(code, 3, stderr);
  assert.equal(stdout, '');
  assert.match(stderr, /went away before the snapshot was done/);
  await mortal.dispose();
});

test('a snapshot file that somebody removed does not end the server at the next snapshot', async () => {
  assert.equal((await anoa(['snapshot', 'now'])).code, 0);
  for (const name of readdirSync(server.dataDir)) {
    if (name.startsWith('snap-')) rmSync(join(server.dataDir, name));
  }
  const { code, stderr } = await anoa(['snapshot', 'now']);
  assert.equal(code, 0, stderr);
  assert.equal((await anoa(['ping'])).code, 0);
});

test('the version is that of the package', async () => {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  assert.equal((await anoa(['--version'])).stdout, `${version}\n`);
});

test.run();
