/** Export, import and snapshots as processes: what comes out goes in again, exactly. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { connect, float, text } from '@anoadb/sdk';
import { type ServerProcess, startServerProcess, temporaryDirectory } from '@anoadb/testkit';
import { test } from 'uvu';
import { type Anoa, anoaFor } from './anoa-process.js';

const LINES = 20_000;

let server: ServerProcess;
let anoa: Anoa;
const dir = temporaryDirectory();

test.before(async () => {
  server = await startServerProcess();
  anoa = anoaFor(server);
});
test.after(() => server.dispose());

const sortedLines = (content: string): string[] => content.split('\n').filter(Boolean).sort();

test('every type comes back as it was: export, flush, import, export', async () => {
  const client = await connect(server.url);
  await Promise.all([
    client.set('null', null),
    client.set('boolean', false),
    client.set('integer', -9223372036854775808n),
    client.set('float', 1.5),
    client.set('whole float', float(3)),
    client.set('minus zero', -0),
    client.set('infinite', Number.POSITIVE_INFINITY),
    client.set('string', '042\n\u2028 "ü" \u0000'),
    client.set('json', { a: [1, 9007199254740993n, null, 1.5], __proto__x: '', b: { c: {} } }),
    client.set('bytes', new Uint8Array([0, 255, 10, 13])),
    client.set('text', text('{"kept": [1.10] }')),
    client.set('odd text', text(new Uint8Array([255, 10]))),
    client.set('expiring', 1, { expireAt: new Date('2999-01-01') }),
    client.set(new Uint8Array([255, 0]), 'odd key'),
    client.set('long', 'x'.repeat(300_000)),
  ]);
  await client.close();
  const file = join(dir, 'all.ndjson');
  const first = await anoa(['export', file]);
  assert.deepEqual([first.code, first.stdout, first.stderr], [0, '', '15 entries exported\n']);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.equal((await anoa(['flush', '--yes'])).code, 0);
  const back = await anoa(['import', file]);
  assert.deepEqual([back.code, back.stdout, back.stderr], [0, '', '15 entries imported\n']);
  const second = await anoa(['export']);
  assert.deepEqual(sortedLines(second.stdout), sortedLines(readFileSync(file, 'utf8')));
  for (const line of sortedLines(second.stdout)) JSON.parse(line);
});

test('a list goes out as an array of strings; one that is too large is left out and named', async () => {
  await anoa(['flush', '--yes']);
  const { hostname, port } = new URL(server.url);
  const redis = createConnection({ host: hostname, port: Number(port) });
  redis.write('RPUSH q 1 x true\r\n');
  for (let i = 0; i < 17; i++)
    redis.write(`*3\r\n$5\r\nRPUSH\r\n$4\r\nhuge\r\n$1048576\r\n${'x'.repeat(2 ** 20)}\r\n`);
  redis.write('SET plain v\r\nQUIT\r\n');
  redis.resume();
  await once(redis, 'close');
  const { code, stdout, stderr } = await anoa(['export']);
  assert.deepEqual(sortedLines(stdout), [
    '{"key":"plain","type":"text","value":"v"}',
    '{"key":"q","type":"json","value":["1","x","true"]}',
  ]);
  assert.equal(code, 5);
  assert.match(stderr, /1 too large to be returned as one value, left out: "huge"/);
});

test('a bad line stops an import, is named, and --from goes on behind it', async () => {
  await anoa(['flush', '--yes']);
  const file = join(dir, 'bad.ndjson');
  const good = (n: number): string => `{"key":"k${n}","value":${n}}`;
  writeFileSync(file, `\ufeff${good(1)}\r\n${good(2)}\n\n{"key":"k4"}\n${good(5)}`);
  const stopped = await anoa(['import', file]);
  assert.equal(stopped.code, 2);
  assert.equal(
    stopped.stderr,
    `error: ${file}, line 4: "value" is missing\n2 entries were stored. To go on: anoa import ${file} --from 4\n`,
  );
  const rest = await anoa(['import', file, '--from', '5', '--json']);
  assert.deepEqual([rest.code, rest.stdout], [0, '{"imported":1,"expired":0}\n']);
  assert.equal((await anoa(['count'])).stdout, '3\n');
  const late = await anoa(['import', '-', '--json'], { input: '{"key":"late","value":1,"expiresAt":1}\n' });
  assert.equal(late.stdout, '{"imported":0,"expired":1}\n');
});

test(`${LINES} lines go in and out; a pipe sees no progress bar`, async () => {
  await anoa(['flush', '--yes']);
  const lines = Array.from(
    { length: LINES },
    (_, n) => `{"key":"row:${n}","type":"json","value":{"n":${n}}}`,
  );
  const put = await anoa(['import', '-'], { input: lines.join('\n') });
  assert.equal(put.stderr, '20 000 entries imported\n');
  const got = await anoa(['export', '--prefix', 'row:']);
  assert.equal(got.stderr, '20 000 entries exported\n');
  assert.deepEqual(sortedLines(got.stdout), lines.sort());
});

test('files that cannot be read or written are named, with exit code 74', async () => {
  for (const words of [
    ['export', join(dir, 'none', 'x.ndjson')],
    ['import', dir],
  ]) {
    const { code, stderr } = await anoa(words);
    assert.equal(code, 74, stderr);
    assert.match(stderr, /^error: E[A-Z]+: /);
  }
});

test('a snapshot taken now is JSON lines for who has the key, and proven whole', async () => {
  await anoa(['flush', '--yes']);
  await anoa(['set', 'user:1', '{"name":"Ada"}']);
  const taken = await anoa(['snapshot', 'now']);
  assert.match(taken.stdout, /^snapshot \d+: 1 entries, [\d.]+ KiB, [\d.]+m?s\n$/);
  const cat = await anoa(['snapshot', 'cat']);
  assert.equal(cat.code, 0, cat.stderr);
  const lines = sortedLines(cat.stdout).map((line) => JSON.parse(line));
  const entries = lines.filter(({ op }) => op === undefined);
  assert.equal(entries.length, 1);
  assert.equal(entries[0].k, 'user:1');
  assert.ok(
    lines.some(({ op }) => op === 'session'),
    'and what its clients find again after a restart',
  );
  const whole = await anoa(['snapshot', 'verify']);
  assert.match(whole.stdout, /^whole: every byte was read and proven\n/);
  assert.equal(JSON.parse((await anoa(['snapshot', 'verify', '--json'])).stdout).entries, 1);
});

test.run();
