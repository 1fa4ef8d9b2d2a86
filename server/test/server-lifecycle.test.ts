import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  encodeCount,
  encodeGet,
  encodeIncr,
  encodeSet,
  encodeSnapshot,
  encodeStats,
  encodeTtl,
  type JsonValue,
} from '@anoadb/protocol';
import { suite } from 'uvu';
import { loadSettings, type Settings } from '../src/config/load-settings.js';
import { type Logger, openLog } from '../src/ops/log.js';
import { type RunningServer, startServer } from '../src/server.js';
import { bytes, type Encode } from './test-engine.js';
import { UdpClient } from './udp-client.js';

const test = suite('server: from start to stop');

let directory = '';
let lines: string[] = [];
let log: Logger;
const running = new Set<RunningServer>();
const clients = new Set<UdpClient>();

test.before.each(async () => {
  directory = mkdtempSync(join(tmpdir(), 'anoadb-server-'));
  lines = [];
  log = await openLog({ logLevel: 'debug', logFormat: 'json' }, { write: (line) => lines.push(line) });
});

test.after.each(async () => {
  for (const client of clients) await client.close();
  for (const server of running) await server.stop();
  clients.clear();
  running.clear();
  rmSync(directory, { recursive: true, force: true });
});

async function settingsWith(more: Record<string, string> = {}): Promise<Settings> {
  const { settings } = await loadSettings({
    environment: {},
    flags: { port: '0', dataDir: join(directory, 'data'), keyFile: join(directory, 'store.key'), ...more },
  });
  return settings;
}

async function start(more: Record<string, string> = {}): Promise<RunningServer> {
  const server = await startServer(await settingsWith(more), {
    log,
    onFatal: (error) => assert.fail(String(error)),
  });
  running.add(server);
  return server;
}

async function stop(server: RunningServer): Promise<void> {
  await server.stop();
  running.delete(server);
}

async function connect(server: RunningServer): Promise<UdpClient> {
  const client = await UdpClient.connect(server.port);
  clients.add(client);
  return client;
}

async function refusal(more: Record<string, string> = {}): Promise<Error & { exitCode?: number }> {
  try {
    await start(more);
  } catch (error) {
    return error as Error & { exitCode?: number };
  }
  throw new Error('the start was not refused');
}

const set = (key: string, value: JsonValue, more: object = {}): Encode => {
  return (w) => encodeSet(w, { key: bytes(key), value, ...more });
};
const get = (key: string): Encode => {
  return (w) => encodeGet(w, { key: bytes(key) });
};

async function statsOf(client: UdpClient): Promise<Record<string, Record<string, JsonValue>>> {
  return (await client.run(encodeStats)).value as Record<string, Record<string, JsonValue>>;
}

test('sets and gets over real UDP, one op, many ops, atomic', async () => {
  const client = await connect(await start());
  assert.equal((await client.run(set('a', { x: [1, true, null] }))).status, 'OK');
  assert.deepEqual((await client.run(get('a'))).value, { x: [1, true, null] });
  const many = await client.request(Array.from({ length: 200 }, (_, i) => set(`k${i}`, i)));
  assert.ok(many.every(({ status }) => status === 'OK'));
  assert.equal((await client.run(encodeCount)).value, 201);
  const atomic = await client.request(
    [(w) => encodeIncr(w, { key: bytes('n') }), set('a', 1, { ifAbsent: true })],
    true,
  );
  assert.deepEqual(
    atomic.map(({ status }) => status),
    ['ABORTED', 'CONDITION_FAILED'],
  );
  assert.equal((await client.run(get('n'))).status, 'NOT_FOUND');
});

test('listens on ::1 and on localhost too, where the machine has them', async () => {
  for (const host of ['::1', 'localhost']) {
    let server: RunningServer;
    try {
      server = await start({ host });
    } catch (error) {
      // A machine without IPv6 has no ::1; anything else is a failure.
      assert.match((error as Error).message, /no address of this machine|cannot be taken/);
      continue;
    }
    const client = await UdpClient.connect(server.port, server.host);
    clients.add(client);
    assert.equal((await client.run(set('a', host))).status, 'OK');
    await stop(server);
  }
});

test('a value of a mebibyte goes in and comes out', async () => {
  const client = await connect(await start());
  const large = 'x'.repeat(1_048_576);
  assert.equal((await client.run(set('large', large))).status, 'OK');
  assert.equal((await client.run(get('large'))).value, large);
  assert.equal((await client.run(set('large', `${large}x`))).status, 'VALUE_TOO_LARGE');
});

test('everything is back after a restart: values, types, expiries, versions go on', async () => {
  const first = await start();
  const client = await connect(first);
  await client.run(set('kept', { deep: { n: 1 } }));
  await client.run(set('text', 'hello', { ttlMs: 3_600_000 }));
  await client.run(set('brief', 1, { ttlMs: 1 }));
  const { version } = await client.run(set('last', 5));
  await stop(first);

  const second = await start();
  assert.equal(second.loaded.wasCleanStop, true);
  const again = await connect(second);
  assert.deepEqual((await again.run(get('kept'))).value, { deep: { n: 1 } });
  assert.equal((await again.run(get('text'))).value, 'hello');
  const ttl = (await again.run((w) => encodeTtl(w, { key: bytes('text') }))).value as number;
  assert.ok(ttl > 3_500_000 && ttl <= 3_600_000);
  assert.equal((await again.run(get('brief'))).status, 'NOT_FOUND');
  assert.ok(((await again.run(set('new', 1))).version ?? 0) > (version ?? 0));
});

test('no key and no value is readable in any file', async () => {
  const server = await start();
  const client = await connect(server);
  await client.run(set('findable-key', 'findable-value'));
  assert.equal((await client.run(encodeSnapshot)).status, 'OK');
  await stop(server);
  for (const name of readdirSync(join(directory, 'data'), { recursive: true }) as string[]) {
    const path = join(directory, 'data', name);
    if (statSync(path).isDirectory()) continue;
    assert.ok(!readFileSync(path).includes('findable'), name);
  }
  assert.ok(!lines.join('').includes('findable'), 'nor in the log');
});

test('SNAPSHOT answers with its report when it is on disk', async () => {
  const client = await connect(await start());
  await client.run(set('a', 1));
  const report = (await client.run(encodeSnapshot)).value as Record<string, number>;
  assert.equal(report['entries'], 1);
  assert.ok(report['generation'] > 0);
  const { persistence } = await statsOf(client);
  assert.equal(persistence['rdb_changes_since_last_save'], 0);
  assert.equal(persistence['rdb_last_bgsave_status'], 'ok');
});

test('snapshots are taken by themselves where something changed, and only then', async () => {
  const client = await connect(await start({ snapshotInterval: '1s' }));
  await client.run(set('a', 1));
  const deadline = Date.now() + 20_000;
  let saves = 0;
  while (saves === 0 && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    saves = (await statsOf(client))['persistence']['rdb_saves'] as number;
  }
  assert.equal(saves, 1);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  assert.equal((await statsOf(client))['persistence']['rdb_saves'], 1);
});

test('an expired entry gives its memory back without a read', async () => {
  const client = await connect(await start());
  const ops = Array.from({ length: 200 }, (_, i) => set(`k${i}`, 'x'.repeat(500), { ttlMs: 1 }));
  await client.request(ops);
  const deadline = Date.now() + 20_000;
  let stats = await statsOf(client);
  while (stats['keyspace']['keys'] !== 0 && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    stats = await statsOf(client);
  }
  assert.equal(stats['keyspace']['keys'], 0);
  assert.equal(stats['stats']['expired_keys'], 200);
  assert.equal(stats['memory']['used_memory_dataset'], 0);
});

test('STATS tells what runs and counts what happened', async () => {
  const client = await connect(await start());
  await client.run(set('a', 1));
  await client.run(get('a'));
  await client.run(get('b'));
  const stats = await statsOf(client);
  assert.equal(stats['server']['mode'], 'open');
  assert.ok(['recvmmsg', 'node:dgram'].includes(String(stats['server']['udp'])));
  const crypto = stats['server']['crypto'] as Record<string, unknown>;
  assert.deepEqual(Object.keys(crypto).sort(), ['hashes', 'secretbox', 'x25519']);
  assert.ok(['sodium-native', 'tweetnacl'].includes(String(crypto['secretbox'])));
  assert.equal(stats['stats']['keyspace_hits'], 1);
  assert.equal(stats['stats']['keyspace_misses'], 1);
  assert.deepEqual(stats['commands']['GET'], { calls: 2, failed_calls: 0 });
  assert.equal(stats['clients']['connected_clients'], 1);
  assert.ok((stats['memory']['used_memory_rss'] as number) > 1_000_000);
  const datagrams = stats['datagrams'] as { transport: { dropped: Record<string, number> } };
  assert.ok(Object.keys(datagrams.transport.dropped).length > 5, 'every reason of a drop is there');
});

test('the key file is made at the first start, private and outside the data', async () => {
  await stop(await start());
  assert.equal(statSync(join(directory, 'store.key')).mode & 0o777, 0o600);
  assert.ok(lines.some((line) => line.includes('Back it up')));
});

test('another key is refused with 66, a missing one too, and nothing is changed', async () => {
  const server = await start();
  await (await connect(server)).run(set('a', 1));
  await stop(server);
  const before = readdirSync(join(directory, 'data')).sort();
  const other = join(directory, 'other.key');
  writeFileSync(other, new Uint8Array(32).fill(7), { mode: 0o600 });
  assert.equal((await refusal({ keyFile: other })).exitCode, 66);
  assert.equal((await refusal({ keyFile: join(directory, 'missing.key') })).exitCode, 66);
  assert.equal(existsSync(join(directory, 'missing.key')), false);
  assert.deepEqual(readdirSync(join(directory, 'data')).sort(), before);
  const again = await start();
  assert.equal((await (await connect(again)).run(get('a'))).value, 1);
});

test('a damaged snapshot is refused with 65, naming the file', async () => {
  await stop(await start());
  const name = readdirSync(join(directory, 'data')).find((file) => file.endsWith('.anos')) ?? '';
  const path = join(directory, 'data', name);
  const data = readFileSync(path);
  data[data.length - 20] ^= 1;
  writeFileSync(path, data);
  const error = await refusal();
  assert.equal(error.exitCode, 65);
  assert.ok(error.message.includes(name), error.message);
});

test('a data directory in use is refused with 75', async () => {
  await start();
  assert.equal((await refusal()).exitCode, 75);
});

test('a port in use is refused with what helps, and the directory is free again', async () => {
  const first = await start();
  const elsewhere = { dataDir: join(directory, 'other') };
  const error = await refusal({ ...elsewhere, port: String(first.port) });
  assert.equal(error.exitCode, 69);
  assert.match(error.message, /in use.*--port/);
  await start(elsewhere);
});

test('an open server does not bind where others could reach it', async () => {
  for (const host of ['0.0.0.0', '::', '192.0.2.1']) {
    const error = await refusal({ host });
    assert.equal(error.exitCode, 2);
    assert.match(error.message, /--host 127\.0\.0\.1/);
  }
  assert.equal(existsSync(join(directory, 'data')), false, 'nothing was made');
});

test('a memory limit refuses or evicts, as it is told', async () => {
  const value = 'x'.repeat(10_000);
  const fill = async (client: UdpClient): Promise<Set<string>> => {
    const statuses = new Set<string>();
    for (let i = 0; i < 1500; i += 50) {
      const ops = Array.from({ length: 50 }, (_, j) => set(`k${i + j}`, value));
      for (const { status } of await client.request(ops)) statuses.add(status);
    }
    return statuses;
  };
  const refusing = await start({ maxMemory: '8mb' });
  assert.deepEqual(await fill(await connect(refusing)), new Set(['OK', 'OUT_OF_MEMORY']));
  await stop(refusing);
  const evicting = await start({ maxMemory: '8mb', eviction: 'sieve' });
  const client = await connect(evicting);
  assert.deepEqual(await fill(client), new Set(['OK']));
  assert.ok(((await statsOf(client))['stats']['evicted_keys'] as number) > 0);
});

test('a full server starts again with everything, also under a lower limit', async () => {
  const full = await start({ maxMemory: '8mb' });
  const client = await connect(full);
  let entries = 0;
  for (let isFull = false; !isFull; ) {
    const ops = Array.from({ length: 200 }, (_, i) => set(`k${entries + i}`, 'x'.repeat(100)));
    const answers = await client.request(ops);
    entries += answers.filter(({ status }) => status === 'OK').length;
    isFull = answers.some(({ status }) => status === 'OUT_OF_MEMORY');
  }
  const kept = (await client.run(encodeCount)).value;
  await stop(full);
  for (const maxMemory of ['8mb', '4mb']) {
    const again = await start({ maxMemory });
    const back = await connect(again);
    assert.equal((await back.run(encodeCount)).value, kept);
    assert.equal((await back.run(get('k0'))).value, 'x'.repeat(100));
    if (maxMemory === '4mb') {
      assert.equal((await back.run(set('new', 'x'.repeat(50_000)))).status, 'OUT_OF_MEMORY');
      assert.ok(lines.some((line) => line.includes('more than maxMemory')));
    }
    await stop(again);
  }
});

test('values of 16 MiB where the server is set up for them', async () => {
  const client = await connect(await start({ maxValue: '16mb' }));
  const large = 'x'.repeat(16 * 1024 * 1024);
  const answer = await client.run(set('large', large));
  assert.equal(answer.status, 'OK');
  assert.equal((await client.run(get('large'))).value, large);
});

test('clients come back by themselves after a restart on the same port', async () => {
  const first = await start();
  const client = await connect(first);
  await client.run(set('a', 1));
  const port = String(first.port);
  await stop(first);
  await start({ port });
  assert.equal((await client.run(get('a'))).value, 1);
});

test.run();
