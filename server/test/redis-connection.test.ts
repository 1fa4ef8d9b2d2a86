/** Connections of the Redis door: what one is, says, may do and does to others. Real Redis: redis-differential/. */

import assert from 'node:assert/strict';
import { formatAccessKey, keyIdOf, tweetnaclCrypto } from '@anoadb/transport';
import { suite } from 'uvu';
import type { AccessKeySet } from '../src/access/access-key.js';
import { redisCommandTable } from '../src/doors/redis/generated/command-table.js';
import { createRedisDoor, type RedisDoor } from '../src/doors/redis/redis-door.js';
import { ask, runTable } from './support/redis-table.js';
import { type MemoryClient, StreamHarness, type StreamHarnessOptions } from './support/stream-harness.js';
import { hex } from './test-engine.js';

const test = suite('redis connections');

function start(options: StreamHarnessOptions = {}): { harness: StreamHarness; client: MemoryClient } {
  const harness = new StreamHarness((services) => ({ redis: createRedisDoor(services) }), options);
  return { harness, client: harness.connect() };
}

test('a pipeline is answered in order, whatever is in it', () => {
  const { client } = start();
  assert.equal(
    client.ask('*1\r\n$4\r\nPING\r\nSET a 1\r\n\r\nGET a\r\nnothing\r\n*2\r\n$3\r\nGET\r\n$1\r\nb\r\n'),
    "+PONG\r\n+OK\r\n$1\r\n1\r\n-ERR unknown command 'nothing', with args beginning with: \r\n$-1\r\n",
  );
});

test('a protocol error is answered and ends the connection, and nothing after it counts', () => {
  const { harness, client } = start();
  const before = 'SET a 1\r\n';
  assert.equal(
    client.ask(`${before}*1\r\n!x\r\nSET a 2\r\n`),
    "+OK\r\n-ERR Protocol error: expected '$', got '!'\r\n",
  );
  assert.equal(client.isClosed, true);
  assert.equal(ask(harness.connect(), 'GET', 'a'), '$1 1');
});

test('QUIT is answered and what follows it is not read', () => {
  const { harness, client } = start();
  assert.equal(client.ask('SET a 1\r\nQUIT\r\nSET a 2\r\n'), '+OK\r\n+OK\r\n');
  assert.equal(client.isClosed, true);
  assert.equal(ask(harness.connect(), 'GET', 'a'), '$1 1');
});

test('what a pipeline has behind a command that ends or holds up the connection is not seen before its time', () => {
  const { harness, client } = start();
  const wrong = '*1\r\n!x\r\n';
  assert.equal(client.ask(`QUIT\r\n${wrong}`), '+OK\r\n');
  const [waiting, pusher] = [harness.connect(), harness.connect()];
  assert.equal(waiting.ask(`*3\r\n$5\r\nBLPOP\r\n$1\r\na\r\n$1\r\n0\r\n${wrong}`), '');
  assert.equal(waiting.isClosed, false);
  pusher.ask('RPUSH a 1\r\n');
  harness.settle();
  assert.equal(
    waiting.received(),
    "*2\r\n$1\r\na\r\n$1\r\n1\r\n-ERR Protocol error: expected '$', got '!'\r\n",
  );
  assert.equal(waiting.isClosed, true);
});

test('a pipeline longer than a batch, with lines in it, cut anywhere', () => {
  const set = (i: number): string => `*3\r\n$3\r\nSET\r\n$4\r\nk${100 + i}\r\n$3\r\n${100 + i}\r\n`;
  const get = (i: number): string =>
    i % 10 === 3 ? `GET k${100 + i}\r\n` : `*2\r\n$3\r\nGET\r\n$4\r\nk${100 + i}\r\n`;
  const all = Array.from({ length: 100 }, (_, i) => set(i) + get(i)).join('');
  const expected = Array.from({ length: 100 }, (_, i) => `+OK\r\n$3\r\n${100 + i}\r\n`).join('');
  for (const pieceBytes of [7, 64, 1000, all.length]) {
    const { client } = start();
    let answers = '';
    for (let at = 0; at < all.length; at += pieceBytes) answers += client.ask(all.slice(at, at + pieceBytes));
    assert.equal(answers, expected, `in pieces of ${pieceBytes}`);
  }
});

test('HELLO chooses the version of the protocol, for this connection', () => {
  const { harness, client } = start();
  const introduction =
    '$6 server $5 redis $7 version $6 7.0.15 $5 proto :3 $2 id :1 $4 mode $10 standalone $4 role $6 master $7 modules *0';
  runTable(client, [
    ['HELLO 3', `%7 ${introduction}`],
    ['GET nothing', '_'],
    ['CONFIG GET databases', '%1 $9 databases $1 1'],
    ['HELLO', `%7 ${introduction}`],
    ['HELLO 2', `*14 ${introduction.replace(':3', ':2')}`],
    ['GET nothing', '$-1'],
    ['HELLO 4', '-NOPROTO unsupported protocol version'],
    ['HELLO 3 SETNAME me', `%7 ${introduction}`],
    ['CLIENT GETNAME', '$2 me'],
    ['RESET', '+RESET'],
    ['CLIENT GETNAME', '$-1'],
  ]);
  assert.equal(ask(harness.connect(), 'GET', 'nothing'), '$-1');
});

test('CLIENT REPLY leaves out answers and nothing else', () => {
  const { client } = start();
  assert.equal(
    client.ask('CLIENT REPLY OFF\r\nSET a 1\r\nGET a\r\nCLIENT REPLY SKIP\r\nGET a\r\nnothing\r\n'),
    '',
  );
  assert.equal(client.ask('CLIENT REPLY ON\r\nGET a\r\n'), '+OK\r\n$1\r\n1\r\n');
  assert.equal(client.ask('CLIENT REPLY SKIP\r\nSET a 2\r\nGET a\r\n'), '$1\r\n2\r\n');
  assert.equal(client.ask('CLIENT REPLY SKIP\r\n'), '');
  assert.equal(client.ask('GET a\r\n'), '');
  assert.equal(client.ask('GET a\r\n'), '$1\r\n2\r\n');
});

test('CLIENT REPLY SKIP leaves out the answer of a command that is answered later, and no other', async () => {
  const { harness, client } = start();
  assert.equal(client.ask('CLIENT REPLY SKIP\r\nDEBUG SLEEP 2\r\nPING\r\n'), '');
  harness.pass(2001);
  assert.equal(client.received(), '+PONG\r\n');
  assert.equal(client.ask('CLIENT REPLY SKIP\r\nSAVE\r\nPING\r\n'), '');
  await new Promise((resolve) => setImmediate(resolve));
  harness.settle();
  assert.equal(client.received(), '+PONG\r\n');
  client.ask('DEBUG SLEEP 2\r\n');
  harness.pass(2001);
  assert.equal(client.received(), '+OK\r\n');
});

test('what large answers needed that nobody wanted is given back', () => {
  let door: RedisDoor | undefined;
  const harness = new StreamHarness((services) => {
    door = createRedisDoor(services);
    return { redis: door };
  });
  const client = harness.connect();
  client.ask(`SET a ${'x'.repeat(60_000)}\r\n`);
  assert.equal(client.ask(`CLIENT REPLY OFF\r\nMGET${' a'.repeat(100)}\r\n`), '');
  const [{ reply }] = door!.server.clients.values();
  assert.ok(reply.out.bytes.length <= 64 * 1024, `${reply.out.bytes.length} bytes`);
  assert.equal(client.ask('CLIENT REPLY ON\r\nSTRLEN a\r\n'), '+OK\r\n:60000\r\n');
});

test('CLIENT LIST and INFO tell about connections', () => {
  const { harness, client } = start();
  client.ask('PING\r\n');
  const other = harness.connect();
  other.ask('CLIENT SETNAME app\r\nCLIENT SETINFO LIB-NAME lib\r\nMULTI\r\nPING\r\n');
  harness.pass(3000);
  const lines = client.ask('CLIENT LIST\r\n').split('\n').slice(1, -2);
  assert.match(
    lines[0],
    /^id=1 addr=127\.0\.0\.1:40001 laddr=127\.0\.0\.1:2662 .* cmd=client\|list user=default /,
  );
  assert.match(
    lines[1],
    /^id=2 .* name=app age=3 idle=3 flags=x db=0 .* multi=1 .* cmd=multi .* lib-name=lib /,
  );
  assert.match(client.ask('CLIENT LIST ID 2 7\r\n'), /\nid=2 [^\n]*\n\r\n$/);
  assert.equal(ask(client, 'CLIENT', 'LIST', 'TYPE', 'replica'), '$0');
  assert.equal(ask(client, 'CLIENT', 'SETINFO', 'LIB-VER', '1 0').slice(0, 19), '-ERR lib-ver cannot');
  assert.equal(ask(client, 'CLIENT', 'SETINFO', 'other', 'x'), "-ERR Unrecognized option 'other'");
});

test('CLIENT KILL ends other connections at once, its own after the answer', () => {
  const { harness, client } = start();
  const [one, two, three] = [harness.connect(), harness.connect(), harness.connect()];
  for (const other of [one, two, three]) other.ask('PING\r\n');
  runTable(client, [
    ['CLIENT KILL 127.0.0.1:40002', '+OK'],
    ['CLIENT KILL 127.0.0.1:40002', '-ERR No such client'],
    ['CLIENT KILL ID 3', ':1'],
    ['CLIENT KILL ID 3', ':0'],
    ['CLIENT KILL TYPE normal', ':1'],
  ]);
  assert.deepEqual(
    [one, two, three].map(({ isClosed }) => isClosed),
    [true, true, true],
  );
  assert.equal(ask(client, 'CLIENT', 'KILL', 'SKIPME', 'no', 'USER', 'default'), ':1');
  assert.equal(client.isClosed, true);
});

test('CLIENT PAUSE holds up writes, or all, until it ends or is ended', () => {
  const { harness, client } = start();
  const other = harness.connect();
  runTable(client, [['CLIENT PAUSE 100 WRITE', '+OK']]);
  assert.equal(other.ask('GET a\r\nSET a 1\r\nGET a\r\n'), '$-1\r\n');
  harness.pass(90);
  assert.equal(other.received(), '');
  harness.pass(20);
  assert.equal(other.received(), '+OK\r\n$1\r\n1\r\n');
  runTable(client, [['CLIENT PAUSE 1000', '+OK']]);
  assert.equal(other.ask('PING\r\n'), '');
  harness.pass(1001);
  assert.equal(other.received(), '+PONG\r\n');
  runTable(client, [
    ['CLIENT PAUSE 100000 WRITE', '+OK'],
    ['MULTI', '+OK'],
    ['GET a', '+QUEUED'],
    ['EXEC', '*1 $1 1'],
  ]);
  assert.equal(other.ask('MULTI\r\nPING\r\n'), '+OK\r\n+QUEUED\r\n');
  assert.equal(other.ask('SET a 2\r\n'), '');
  other.reset();
  const third = harness.connect();
  assert.equal(third.ask('SET a 3\r\n'), '');
  runTable(client, [
    ['GET a', '$1 1'],
    ['CLIENT UNPAUSE', '+OK'],
  ]);
  harness.settle();
  assert.equal(third.received(), '+OK\r\n');
  assert.equal(ask(client, 'GET', 'a'), '$1 3');
});

test('DEBUG SLEEP and SAVE hold up their own connection only', async () => {
  const { harness, client } = start();
  const other = harness.connect();
  assert.equal(client.ask('DEBUG SLEEP 2\r\nPING\r\n'), '');
  assert.equal(ask(other, 'PING'), '+PONG');
  harness.pass(2001);
  assert.equal(client.received(), '+OK\r\n+PONG\r\n');

  let done = (): void => {};
  harness.snapshotTaken = () =>
    new Promise((resolve) => {
      done = () => resolve({});
    });
  assert.equal(client.ask('SAVE\r\nPING\r\n'), '');
  assert.equal(ask(other, 'PING'), '+PONG');
  done();
  await new Promise((resolve) => setImmediate(resolve));
  harness.settle();
  assert.equal(client.received(), '+OK\r\n+PONG\r\n');
});

test('a SAVE that fails says so', async () => {
  const { harness, client } = start();
  harness.snapshotTaken = () => Promise.reject(new Error('disk'));
  assert.equal(client.ask('SAVE\r\n'), '');
  await new Promise((resolve) => setImmediate(resolve));
  harness.settle();
  assert.match(client.received(), /^-ERR The snapshot failed/);
});

test('while the server loads only what needs no data is answered', () => {
  const { harness, client } = start();
  harness.loadingPercent = 42;
  const loading = '-LOADING Redis is loading the dataset in memory';
  runTable(client, [
    ['PING', loading],
    ['GET a', loading],
    ['SET a 1', loading],
    ['CLIENT ID', ':1'],
    ['MULTI', '+OK'],
    ['GET a', loading],
    ['EXEC', '-EXECABORT Transaction discarded because of previous errors.'],
  ]);
  assert.match(client.ask('INFO persistence\r\n'), /\r\nloading:1\r\nloading_loaded_perc:42\.00\r\n/);
  harness.loadingPercent = undefined;
  assert.equal(ask(client, 'GET', 'a'), '$-1');
});

test('when the disk is full writes are refused, also in EXEC, and reads are not', () => {
  const { harness, client } = start();
  client.ask('MULTI\r\nSET a 1\r\n');
  harness.engine.refusesWrites = true;
  assert.match(ask(client, 'EXEC'), /^-EXECABORT Transaction discarded because of: MISCONF /);
  assert.match(ask(client, 'SET', 'a', '1'), /^-MISCONF Errors writing to the journal: the disk is full/);
  assert.equal(ask(client, 'GET', 'a'), '$-1');
  assert.equal(ask(client, 'BGSAVE'), '+Background saving started');
});

test('SHUTDOWN asks the process to stop and gives no answer', () => {
  const { harness, client } = start();
  assert.equal(client.ask('SHUTDOWN\r\n'), '');
  assert.equal(client.ask('SHUTDOWN NOSAVE\r\n'), '');
  assert.deepEqual(harness.shutdowns, [true, false]);
  runTable(client, [
    ['SHUTDOWN SAVE NOSAVE', '-ERR syntax error'],
    ['SHUTDOWN ABORT', '-ERR No shutdown in progress.'],
    ['SHUTDOWN x', '-ERR syntax error'],
  ]);
});

test('the slow log has what took long, shortened', () => {
  const { client } = start();
  runTable(client, [
    ['CONFIG SET slowlog-log-slower-than 0 slowlog-max-len 2', '+OK'],
    ['SLOWLOG RESET', '+OK'],
    ['CLIENT SETNAME me', '+OK'],
    ['GET a', '$-1'],
    [`SET a ${'x'.repeat(200)}`, '+OK'],
    ['SLOWLOG LEN', ':2'],
    ['CONFIG SET slowlog-max-len 10', '+OK'],
    [`SET a ${'x'.repeat(200)}`, '+OK'],
  ]);
  client.ask(`MGET${' k'.repeat(40)}\r\n`);
  const [entry] = client.ask('SLOWLOG GET 1\r\n').split('$15\r\n127.0.0.1:40001');
  assert.match(entry, /\r\n\*32\r\n\$4\r\nMGET\r\n/);
  assert.match(entry, /\r\n\$23\r\n\.\.\. \(10 more arguments\)\r\n/);
  runTable(client, [['CONFIG SET slowlog-log-slower-than -1', '+OK']]);
  const all = client.ask('SLOWLOG GET -1\r\n');
  assert.match(all, new RegExp(`\\$147\r\n${'x'.repeat(128)}\\.\\.\\. \\(72 more bytes\\)\r\n`));
  assert.match(all, /\$2\r\nme\r\n/);
});

test('INFO counts what happened', () => {
  const { client } = start();
  client.ask(
    'SET a 1\r\nGET a\r\nGET b\r\nINCR a b\r\nnothing\r\nLPUSHX\r\nAPPEND a 1\r\nSETRANGE a x 1\r\n',
  );
  const stats = client.ask('INFO stats commandstats\r\n');
  assert.match(stats, /\r\nkeyspace_hits:1\r\nkeyspace_misses:1\r\n/);
  assert.match(
    stats,
    /\r\ncmdstat_get:calls=2,usec=\d+,usec_per_call=[\d.]+,rejected_calls=0,failed_calls=0\r\n/,
  );
  assert.match(
    stats,
    /\r\ncmdstat_incr:calls=0,usec=0,usec_per_call=0\.00,rejected_calls=1,failed_calls=0\r\n/,
  );
  assert.match(stats, /\r\ncmdstat_setrange:calls=1,[^\r]*rejected_calls=0,failed_calls=1\r\n/);
  assert.match(stats, /\r\ntotal_error_replies:4\r\n/);
  assert.match(client.ask('INFO errorstats\r\n'), /# Errorstats\r\nerrorstat_ERR:count=4\r\n/);
  assert.match(client.ask('INFO keyspace\r\n'), /db0:keys=1,expires=0,avg_ttl=0\r\n/);
  assert.equal(client.ask('INFO nothing\r\n'), '$0\r\n\r\n');
  assert.equal(client.ask('CONFIG RESETSTAT\r\n'), '+OK\r\n');
  assert.match(client.ask('INFO stats\r\n'), /\r\ntotal_commands_processed:1\r\n/);
});

test('INFO stats tells commands and KiB per second since it was last asked', () => {
  const { harness, client } = start();
  const rates = (): number[] => {
    const text = client.ask('INFO stats\r\n');
    return ['ops_per_sec', 'input_kbps', 'output_kbps'].map((name) =>
      Number(new RegExp(`\r\ninstantaneous_${name}:([\\d.]+)\r\n`).exec(text)?.[1]),
    );
  };
  harness.pass(1000);
  rates();
  for (let i = 0; i < 9; i++) client.ask(`ECHO ${'x'.repeat(2042)}\r\n`);
  harness.pass(2000);
  const [operations, input, output] = rates();
  assert.equal(operations, 5);
  // 9 of 2 KiB and 1 byte; what asked the last time was answered since.
  assert.ok(input > 9 && input < 9.1, `${input}`);
  assert.ok(output > 9 && output < 11, `${output}`);
  harness.pass(2000);
  const [none] = rates();
  assert.ok(none <= 1);
});

test('INFO memory tells the most there was, FLUSHALL or not', () => {
  const { harness, client } = start();
  const { store } = harness.engine;
  const number = (name: string): number =>
    Number(new RegExp(`\r\n${name}:(\\d+)\r\n`).exec(client.ask('INFO memory\r\n'))?.[1]);
  assert.equal(number('used_memory_peak'), number('used_memory'));
  for (let i = 0; i < 20; i++) client.ask(`SET k${i} ${'x'.repeat(60_000)}\r\nSETRANGE k${i} 500000 x\r\n`);
  const most = store.memory().usedBytes;
  assert.ok(most > 10_000_000);
  client.ask('FLUSHALL\r\nSET a 1\r\n');
  const { usedBytes } = store.memory();
  assert.ok(usedBytes < most / 2);
  const text = client.ask('INFO memory\r\n');
  assert.equal(number('used_memory_peak'), most);
  assert.match(text, /\r\nused_memory_peak_human:\d+\.\d\dM\r\n/);
  assert.ok(text.includes(`\r\nused_memory_peak_perc:${((100 * usedBytes) / most).toFixed(2)}%\r\n`));
  assert.match(client.ask('MEMORY STATS\r\n'), new RegExp(`peak.allocated\r\n:${most}\r\n`));
});

test('INFO without a section has all but the long ones', () => {
  const { client } = start();
  const titles = (text: string): string[] => [...text.matchAll(/# (\w+)\r\n/g)].map(([, title]) => title);
  const short = titles(client.ask('INFO\r\n'));
  const long = titles(client.ask('INFO everything\r\n'));
  assert.deepEqual(
    long.filter((title) => !short.includes(title)),
    ['Commandstats', 'Latencystats'],
  );
  assert.deepEqual(titles(client.ask('INFO cpu Memory\r\n')), ['Memory', 'CPU']);
});

// ---- access keys

const PSK = [1, 2, 3].map((seed) => new Uint8Array(32).fill(seed));
const SECRETS = PSK.map((psk) => formatAccessKey(psk));

/** `reader` reads under `app:`, `writer` writes there, `boss` may do all. */
const KEYS: AccessKeySet = {
  generation: 1,
  isSealed: true,
  keys: (
    [
      ['reader', 'read', 'app:'],
      ['writer', 'write', 'app:'],
      ['boss', 'admin', ''],
    ] as const
  ).map(([name, role, prefix], i) => ({
    name,
    role,
    prefix,
    createdMs: 0,
    keyId: hex(keyIdOf(PSK[i], tweetnaclCrypto)),
    psk: PSK[i],
    untilMs: undefined,
  })),
};

const NO_AUTH = '-NOAUTH Authentication required.';
const NO_KEY = '-NOPERM this user has no permissions to access one of the keys used as arguments';
const noCommand = (name: string): string =>
  `-NOPERM this user has no permissions to run the '${name}' command`;

test('a sealed server asks for an access key, by AUTH or HELLO', () => {
  const { harness, client } = start({ keys: KEYS });
  runTable(client, [
    ['PING', NO_AUTH],
    ['GET app:1', NO_AUTH],
    ['nothing', "-ERR unknown command 'nothing', with args beginning with:"],
    ['GET', "-ERR wrong number of arguments for 'get' command"],
    ['AUTH wrong', '-WRONGPASS invalid username-password pair or user is disabled.'],
    [`AUTH boss ${SECRETS[1]}`, '-WRONGPASS invalid username-password pair or user is disabled.'],
    [`AUTH ${SECRETS[1]}`, '+OK'],
    ['ACL WHOAMI', '$6 writer'],
    [`AUTH default ${SECRETS[2]}`, '+OK'],
    ['ACL WHOAMI', '$4 boss'],
    ['RESET', '+RESET'],
    ['PING', NO_AUTH],
    [`AUTH boss ${SECRETS[2]}`, '+OK'],
    ['PING', '+PONG'],
  ]);
  const other = harness.connect();
  assert.match(
    ask(other, 'HELLO', '3'),
    /^-NOAUTH HELLO must be called with the client already authenticated/,
  );
  assert.match(ask(other, 'HELLO', '3', 'AUTH', 'boss', SECRETS[2], 'SETNAME', 'x'), /^%7 /);
  assert.equal(harness.connect().ask('QUIT\r\n'), '+OK\r\n');
});

test('before authentication a request is small', () => {
  const { harness } = start({ keys: KEYS });
  const error = (text: string): string => `-ERR Protocol error: ${text}\r\n`;
  assert.equal(harness.connect().ask('*11\r\n'), error('unauthenticated multibulk length'));
  assert.equal(harness.connect().ask('*2\r\n$16385\r\n'), error('unauthenticated bulk length'));
});

test('behind an AUTH of the same pipeline a request may be large', () => {
  const { client } = start({ keys: KEYS });
  const value = 'v'.repeat(20_000);
  const set = `*3\r\n$3\r\nSET\r\n$1\r\na\r\n$${value.length}\r\n${value}\r\n`;
  assert.equal(client.ask(`AUTH ${SECRETS[2]}\r\n${set}GET b\r\n`), '+OK\r\n+OK\r\n$-1\r\n');
});

test('roles and prefixes bind every command', () => {
  const { harness } = start({ keys: KEYS });
  const [reader, writer, boss] = SECRETS.map((secret) => {
    const client = harness.connect();
    client.ask(`AUTH ${secret}\r\n`);
    return client;
  });
  runTable(boss, [['MSET app:1 a other b', '+OK']]);
  runTable(reader, [
    ['GET app:1', '$1 a'],
    ['GET other', NO_KEY],
    ['GET ap', NO_KEY],
    ['MGET app:1 other', NO_KEY],
    ['SET app:1 x', noCommand('set')],
    ['CONFIG GET *', noCommand('config|get')],
    ['DBSIZE', noCommand('dbsize')],
    ['INFO', noCommand('info')],
    ['KEYS *', '*1 $5 app:1'],
    ['SCAN 0', '*2 $1 0 *1 $5 app:1'],
    ['CLIENT ID', ':2'],
    ['CLIENT LIST', noCommand('client|list')],
    ['COMMAND COUNT', `:${redisCommandTable.filter(({ name }) => !name.includes('|')).length}`],
  ]);
  for (let i = 0; i < 20; i++) assert.equal(ask(reader, 'RANDOMKEY'), '$5 app:1');
  runTable(writer, [
    ['SET app:2 x', '+OK'],
    ['RENAME app:2 other', NO_KEY],
    ['COPY other app:3', NO_KEY],
    ['BITOP AND app:3 app:1 other', NO_KEY],
    ['FLUSHALL', noCommand('flushall')],
    ['SAVE', noCommand('save')],
    ['DEBUG SLEEP 0', noCommand('debug')],
    ['MULTI', '+OK'],
    ['SET app:2 y', '+QUEUED'],
    ['SET other y', NO_KEY],
    ['EXEC', '-EXECABORT Transaction discarded because of previous errors.'],
    ['GET app:2', '$1 x'],
  ]);
  // Rights that were lost since a command was queued.
  runTable(writer, [
    ['MULTI', '+OK'],
    ['SET app:2 y', '+QUEUED'],
    [`AUTH ${SECRETS[0]}`, '+QUEUED'],
    ['SET app:2 z', '+QUEUED'],
    ['EXEC', `*3 +OK +OK ${noCommand('set')}`],
    ['GET app:2', '$1 y'],
  ]);
  runTable(boss, [
    ['DBSIZE', ':3'],
    ['FLUSHALL', '+OK'],
  ]);
});

test('every command of the table is refused to a key without its right, and no key reaches beyond its prefix', () => {
  const { harness } = start({ keys: KEYS });
  const client = harness.connect();
  client.ask(`AUTH ${SECRETS[0]}\r\n`);
  const containers = new Set(
    redisCommandTable.flatMap(({ name }) => (name.includes('|') ? [name.split('|')[0]] : [])),
  );
  for (const { name, arity, kind, reach } of redisCommandTable) {
    // A number of keys that makes no sense is refused by the command itself.
    if (containers.has(name) || ['quit', 'reset', 'lmpop', 'blmpop', 'client|reply'].includes(name)) continue;
    const words = name.split('|');
    while (words.length < Math.abs(arity)) words.push('1');
    const answer = ask(client, ...words);
    const isRefused = answer.startsWith('-NOPERM');
    const mustBe = kind === 'write' || kind === 'admin' || reach === 'all' || reach === 'keys';
    assert.equal(isRefused, mustBe, `${name}: ${answer}`);
  }
});

test('keys that this server cannot have are refused in words of their own', () => {
  const { client } = start();
  const long = 'k'.repeat(1025);
  runTable(client, [
    [`SET ${long.slice(1)} 1`, '+OK'],
    [`SET ${long} 1`, '-ERR the key is too long: keys of this server have 1 to 1024 bytes'],
    ["GET ''", '-ERR the key is empty: keys of this server have 1 to 1024 bytes'],
    [`MGET a ${long}`, '-ERR the key is too long: keys of this server have 1 to 1024 bytes'],
  ]);
});

test.run();
