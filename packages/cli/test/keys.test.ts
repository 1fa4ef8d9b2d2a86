/** Commands on keys and on the server, as processes. */
import assert from 'node:assert/strict';
import { connect } from '@anoadb/sdk';
import { type ServerProcess, startServerProcess } from '@anoadb/testkit';
import { test } from 'uvu';
import { type Anoa, anoaFor, type Outcome, shellFor } from './anoa-process.js';

let server: ServerProcess;
let anoa: Anoa;
let shell: (line: string) => Promise<Outcome>;

test.before(async () => {
  server = await startServerProcess();
  anoa = anoaFor(server);
  shell = shellFor(server);
  const client = await connect(server.url);
  await client.setMany({
    'user:1': { name: 'Ada' },
    'user:2': 'Bob',
    'user:3': 3,
    'tmp:1': 1.5,
    'tmp:2': true,
  });
  await client.set(new Uint8Array([0x62, 0xff]), 'odd');
  await client.close();
});
test.after(() => server.dispose());

async function lines(...words: string[]): Promise<string[]> {
  const { code, stdout, stderr } = await anoa(words);
  assert.equal(code, 0, stderr);
  return stdout.split('\n').slice(0, -1).sort();
}

test('scan lists by prefix, pattern and type, and stops at a limit', async () => {
  assert.deepEqual(await lines('scan'), ['b\\xff', 'tmp:1', 'tmp:2', 'user:1', 'user:2', 'user:3']);
  assert.deepEqual(await lines('scan', 'user:'), ['user:1', 'user:2', 'user:3']);
  assert.deepEqual(await lines('scan', '--pattern', '*:[12]'), ['tmp:1', 'tmp:2', 'user:1', 'user:2']);
  assert.deepEqual(await lines('scan', 'user:', '--type', 'json'), ['user:1']);
  assert.equal((await lines('scan', '--limit', '2')).length, 2);
  assert.deepEqual(await lines('scan', 'nobody:'), []);
});

test('scan shows values beside keys, for people and for programs', async () => {
  assert.deepEqual(await lines('scan', 'user:', '--values'), [
    'user:1\t{"name":"Ada"}',
    'user:2\t"Bob"',
    'user:3\t3',
  ]);
  assert.deepEqual(await lines('scan', 'user:', '--values', '--json'), [
    '{"key":"user:1","value":{"name":"Ada"}}',
    '{"key":"user:2","value":"Bob"}',
    '{"key":"user:3","value":3}',
  ]);
});

test('a key that is no text is base64 in JSON', async () => {
  assert.deepEqual(await lines('scan', 'b', '--json'), ['{"base64":"Yv8="}']);
});

test('a pipe that closes early is no error', async () => {
  const { code, stdout, stderr } = await shell(
    'anoa scan user: | head -n 1; anoa export | head -c 1 >/dev/null',
  );
  assert.equal(code, 0);
  assert.match(stdout, /^user:\d\n$/);
  assert.doesNotMatch(stderr, /EPIPE|Error/);
});

test('type, count, ttl and expire answer, in words and in JSON', async () => {
  assert.deepEqual(await lines('type', 'user:1'), ['json']);
  assert.deepEqual(await lines('type', 'user:1', '--json'), ['"json"']);
  assert.deepEqual(await lines('count'), ['6']);
  assert.deepEqual(await lines('ttl', 'user:2'), ['no expiry']);
  assert.deepEqual(await lines('ttl', 'user:2', '--json'), ['null']);
  assert.deepEqual(await lines('expire', 'user:2', '1d', '--json'), ['true']);
  assert.match((await lines('ttl', 'user:2'))[0] as string, /^(1d|23h 59m)$/);
  const ms = Number((await lines('ttl', 'user:2', '--json'))[0]);
  assert.ok(ms > 86_000_000 && ms <= 86_400_000);
  await lines('expire', 'user:2', '2999-01-01T00:00:00Z');
  assert.match((await lines('ttl', 'user:2'))[0] as string, /^35\d{4}d( \d{1,2}h)?$/);
  await lines('expire', 'user:2', 'never');
  assert.deepEqual(await lines('ttl', 'user:2'), ['no expiry']);
  const wrong = await anoa(['expire', 'user:2', 'soon']);
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /^error: WHEN is soon; it takes a duration \(5m\)/);
});

test('ping answers as often as asked', async () => {
  const shown = await lines('ping', '--count', '3');
  assert.equal(shown.length, 3);
  for (const line of shown) assert.match(line, /^PONG \d+\.\d\d ms$/);
  assert.equal(typeof JSON.parse((await anoa(['ping', '--json'])).stdout).ms, 'number');
});

test('stats has titled sections; names of things are not grouped like counts', async () => {
  const { stdout } = await anoa(['stats']);
  assert.match(stdout, /^server\n {2}anoadb version +\d/);
  assert.match(stdout, new RegExp(`udp port +${server.port}\n`));
  assert.match(stdout, new RegExp(`process id +${server.pid}\n`));
  assert.match(stdout, /\nkeyspace\n {2}keys +6\n/);
  assert.ok(!stdout.includes('\u001b'), 'no colour in a pipe');
  assert.match((await anoa(['stats', 'memory'])).stdout, /^memory\n {2}used memory +[\d.]+ MiB\n/);
  assert.equal(JSON.parse((await anoa(['stats', 'keyspace', '--json'])).stdout).keys, 6);
  assert.equal(JSON.parse((await anoa(['stats', '--json'])).stdout).keyspace.keys, 6);
  const wrong = await anoa(['stats', 'nothing']);
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /^error: there is no section nothing\nThere are: server, /);
});

test('del says how many went, and is exit code 1 where none did', async () => {
  const some = await anoa(['del', 'tmp:1', 'tmp:2', 'tmp:3']);
  assert.deepEqual([some.code, some.stdout, some.stderr], [0, '', '2 deleted\n']);
  const none = await anoa(['del', 'tmp:1', 'tmp:2']);
  assert.deepEqual([none.code, none.stdout, none.stderr], [1, '', 'none of the keys: not found\n']);
  const json = await anoa(['delete', 'tmp:1', '--json']);
  assert.deepEqual([json.code, json.stdout], [1, '{"deleted":0}\n']);
});

test('flush asks for --yes and says how much it would delete', async () => {
  const refused = await anoa(['flush']);
  assert.deepEqual(
    [refused.code, refused.stderr],
    [2, 'error: flush deletes all 4 keys\nIf that is meant: anoa flush --yes\n'],
  );
  assert.deepEqual(await lines('count'), ['4']);
  assert.deepEqual(await lines('flush', '--yes', '--json'), ['{"deleted":4}']);
  assert.deepEqual(await lines('count'), ['0']);
});

test.run();
