/** redis-cli, as a person uses it: commands, its scans, its bulk loading, its TLS. */

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import { selfSignedCertificate } from '../support/self-signed-certificate.js';
import { type StreamServer, startStreamServer } from '../support/stream-harness.js';
import { runProgram } from './run-program.js';

const test = suite('client: redis-cli');

const isThere = (await runProgram('redis-cli', ['--version'])) !== undefined;
if (!isThere) console.log('# skip redis-cli: it is not installed');
const testWithCli = isThere ? test : test.skip;

let server: StreamServer;
test.before(async () => {
  server = await startStreamServer();
});
test.after(() => server.stop());

async function cli(args: readonly string[], input = ''): Promise<string> {
  const run = await runProgram('redis-cli', ['-p', String(server.port), ...args], { input });
  assert.ok(run !== undefined);
  return run.output + run.errors;
}

testWithCli('runs commands from arguments, from standard input, with RESP 2 and 3', async () => {
  assert.equal(await cli(['ping']), 'PONG\n');
  assert.equal(await cli(['set', 'user:1', 'Ada', 'EX', '100']), 'OK\n');
  assert.equal(await cli(['-3', 'get', 'user:1']), 'Ada\n');
  assert.equal(await cli(['--no-raw', 'ttl', 'user:1']), '(integer) 100\n');
  assert.equal(await cli(['--no-raw', 'get', 'absent']), '(nil)\n');
  assert.equal(await cli([], 'incr n\nincrby n 41\nget n\n'), '1\n42\n42\n');
  assert.equal(await cli(['-x', 'set', 'piped'], 'from standard input'), 'OK\n');
  assert.equal(await cli(['get', 'piped']), 'from standard input\n');
  assert.match(await cli(['get']), /ERR wrong number of arguments for 'get' command/);
  assert.equal(await cli(['-r', '3', 'incr', 'repeated']), '1\n2\n3\n');
});

testWithCli('shows lists, transactions and errors as it does for Redis', async () => {
  assert.equal(await cli(['rpush', 'l', 'a', 'b', 'c']), '3\n');
  assert.equal(await cli(['--no-raw', 'lrange', 'l', '0', '-1']), '1) "a"\n2) "b"\n3) "c"\n');
  assert.equal(await cli(['--csv', 'lrange', 'l', '0', '1']), '"a","b"\n');
  assert.equal(await cli(['--json', '-3', 'lrange', 'l', '0', '1']), '["a","b"]\n');
  assert.equal(await cli([], 'multi\nincr t\nlpop l\nexec\n'), 'OK\nQUEUED\nQUEUED\n1\na\n');
  assert.match(await cli(['incr', 'l']), /WRONGTYPE/);
  assert.equal(await cli(['blpop', 'l', '1']), 'l\nb\n');
  assert.equal(await cli(['--no-raw', 'blpop', 'nothing', '0.05']), '(nil)\n');
});

testWithCli('scans keys, and finds the large ones', async () => {
  for (let i = 0; i < 30; i++) await cli(['mset', `scan:${i}`, 'x'.repeat(i), `other:${i}`, '1']);
  const found = await cli(['--scan', '--pattern', 'scan:*']);
  assert.equal(new Set(found.trim().split('\n')).size, 30);
  assert.match(await cli(['--bigkeys']), /Biggest string found '"?scan:29"?' has 29 bytes/);
  assert.match(await cli(['--memkeys']), /Biggest string found/);
  assert.match(await cli(['info', 'server']), /redis_version:7\./);
  assert.match(await cli(['command', 'docs', 'get']), /summary/);
});

testWithCli('loads many commands by --pipe', async () => {
  let commands = '';
  for (let i = 0; i < 20_000; i++)
    commands += `*3\r\n$3\r\nSET\r\n$9\r\nbulk${String(i).padStart(5, '0')}\r\n$1\r\n1\r\n`;
  assert.match(await cli(['--pipe'], commands), /errors: 0, replies: 20000/);
  assert.equal(await cli(['get', 'bulk19999']), '1\n');
});

testWithCli('speaks TLS', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'anoadb-cli-tls-'));
  const { cert, key } = selfSignedCertificate();
  const [tlsCert, tlsKey] = [join(directory, 'cert.pem'), join(directory, 'key.pem')];
  writeFileSync(tlsCert, cert);
  writeFileSync(tlsKey, key, { mode: 0o600 });
  const secure = await startStreamServer({ tlsCert, tlsKey });
  try {
    const args = [
      '-h',
      '127.0.0.1',
      '-p',
      String(secure.port),
      '--tls',
      '--cacert',
      tlsCert,
      '--sni',
      'localhost',
    ];
    const run = await runProgram('redis-cli', [...args, 'ping']);
    if (/Unrecognized option|TLS/.test(run!.errors) && run!.output === '')
      console.log('# skip TLS: redis-cli was built without it');
    else assert.equal(run!.output, 'PONG\n', run!.errors);
  } finally {
    await secure.stop();
    rmSync(directory, { recursive: true, force: true });
  }
});

test.run();
