/** A server and its access keys, over real sockets: what changes while it runs, and what a restart finds. */

import assert from 'node:assert/strict';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  encodeCount,
  encodeFlush,
  encodeGet,
  encodeIncr,
  encodeSet,
  encodeStats,
  type JsonValue,
} from '@anoadb/protocol';
import { answersHello, temporaryDirectory } from '@anoadb/testkit';
import { parseAccessKey } from '@anoadb/transport';
import { suite } from 'uvu';
import type { NewKeyOptions } from '../src/access/access-key.js';
import {
  createAccessKey,
  listAccessKeys,
  revokeAccessKey,
  rotateAccessKey,
} from '../src/access/node-key-administration.js';
import { loadSettings, type Settings } from '../src/config/load-settings.js';
import { type Logger, openLog } from '../src/ops/log.js';
import { type RunningServer, startServer } from '../src/server.js';
import { bytes, type Encode } from './test-engine.js';
import { UdpClient } from './udp-client.js';

const test = suite('server: access keys');

let directory = '';
let settings: Settings;
let lines: string[] = [];
let log: Logger;
/** Every secret that was made: none may ever be logged. */
let secrets: string[] = [];
const running = new Set<RunningServer>();
const clients = new Set<UdpClient>();

test.before.each(async () => {
  directory = temporaryDirectory();
  lines = [];
  secrets = [];
  log = await openLog({ logLevel: 'trace', logFormat: 'json' }, { write: (line) => lines.push(line) });
  settings = await settingsWith();
});

test.after.each(async () => {
  for (const client of clients) await client.close();
  for (const server of running) await server.stop();
  clients.clear();
  running.clear();
  rmSync(directory, { recursive: true, force: true });
  const logged = lines.join('');
  for (const secret of secrets) assert.ok(!logged.includes(secret.slice(6, 26)), 'a secret in the log');
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

async function refusal(more: Record<string, string> = {}): Promise<Error & { exitCode?: number }> {
  return start(more).then(
    () => assert.fail('the start was not refused'),
    (error) => error as Error & { exitCode?: number },
  );
}

/** The secret of the key in a connection string. */
function pskOf(url: string): Uint8Array {
  const text = url.slice('anoa://'.length).split('@')[0];
  secrets.push(text);
  const psk = parseAccessKey(text);
  assert.ok(psk !== undefined);
  return psk;
}

async function create(options: NewKeyOptions = {}): Promise<{ psk: Uint8Array; keyId: string }> {
  const { url, keyId } = await createAccessKey({ settings }, options);
  return { psk: pskOf(url), keyId };
}

async function connect(server: RunningServer, psk?: Uint8Array): Promise<UdpClient> {
  const client = await UdpClient.connect(server.port, '127.0.0.1', psk);
  clients.add(client);
  return client;
}

async function eventually(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadlineMs = performance.now() + 10_000;
  while (!(await holds())) {
    assert.ok(performance.now() < deadlineMs, `in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const set = (key: string, value: JsonValue): Encode => {
  return (w) => encodeSet(w, { key: bytes(key), value });
};
const get = (key: string): Encode => {
  return (w) => encodeGet(w, { key: bytes(key) });
};

async function serverStats(client: UdpClient): Promise<Record<string, JsonValue>> {
  const stats = (await client.run(encodeStats)).value as Record<string, Record<string, JsonValue>>;
  return stats['server'];
}

test('the first key seals a running server: data stays, open sessions end, open clients hear nothing', async () => {
  const server = await start();
  const open = await connect(server);
  await open.run(set('a', 1));
  assert.equal((await serverStats(open))['mode'], 'open');
  const { psk } = await create();
  await eventually('sealed', () => server.mode === 'sealed');
  await eventually('the open session ended', () => open.disconnects > 0 || open.fatal !== undefined);
  const sealed = await connect(server, psk);
  assert.equal((await sealed.run(get('a'))).value, 1);
  assert.equal((await sealed.run(set('b', 2))).status, 'OK');
  const stats = await serverStats(sealed);
  assert.equal(stats['mode'], 'sealed');
  assert.equal(stats['access_keys'], 1);
  assert.match((await answersHello('127.0.0.1', server.port, 300)) ?? 'answered', /did not answer/);
  assert.ok(lines.some((line) => line.includes('first access key')));
});

test('a restart keeps it sealed, with the same keys and data', async () => {
  const first = await start();
  const { psk } = await create();
  await eventually('sealed', () => first.mode === 'sealed');
  await (await connect(first, psk)).run(set('a', 1));
  await stop(first);
  const second = await start();
  assert.equal(second.mode, 'sealed');
  assert.equal((await (await connect(second, psk)).run(get('a'))).value, 1);
});

test('keys made before the first start: sealed from the first datagram on', async () => {
  const { psk } = await create();
  const server = await start();
  assert.equal(server.mode, 'sealed');
  assert.equal((await (await connect(server, psk)).run(encodeCount)).value, 0);
});

test('first start and first key at the same moment: both succeed, and it ends sealed', async () => {
  for (let round = 0; round < 6; round++) {
    settings = await settingsWith({
      dataDir: join(directory, `data-${round}`),
      keyFile: join(directory, `${round}.key`),
    });
    const starting = { dataDir: settings.dataDir, keyFile: settings.keyFile };
    let server: RunningServer;
    let psk: Uint8Array;
    // Whoever is called first is a step ahead.
    if (round % 2 === 0) [server, { psk }] = await Promise.all([start(starting), create()]);
    else [{ psk }, server] = await Promise.all([create(), start(starting)]);
    await eventually('sealed', () => server.mode === 'sealed');
    assert.equal((await (await connect(server, psk)).run(encodeCount)).value, 0);
  }
});

test('a key made while it runs is good soon, a revoked one ends its sessions and no others', async () => {
  const { psk } = await create();
  const server = await start();
  const stays = await connect(server, psk);
  await stays.run(set('n', 0));
  const other = await create({ name: 'other' });
  await eventually('two keys', () => server.accessKeyCount === 2);
  const goes = await connect(server, other.psk);
  assert.equal((await goes.run(get('n'))).status, 'OK');
  await revokeAccessKey({ settings }, 'other');
  await eventually('its session ended', () => goes.disconnects > 0 || goes.fatal !== undefined);
  assert.equal(server.accessKeyCount, 1);
  assert.equal((await stays.run((w) => encodeIncr(w, { key: bytes('n') }))).value, 1);
  assert.equal(stays.disconnects, 0);
  const again = await connect(server, other.psk);
  const answer = again.run(get('n')).then(
    () => 'let in',
    () => 'refused',
  );
  await eventually('refused', () => again.fatal !== undefined);
  assert.equal(await answer, 'refused');
});

test('after the last key was revoked it stays sealed, running and after a restart; a new key opens it', async () => {
  const { keyId } = await create();
  const server = await start();
  await revokeAccessKey({ settings }, keyId);
  await eventually('no key', () => server.accessKeyCount === 0);
  assert.equal(server.mode, 'sealed');
  await stop(server);
  const again = await start();
  assert.equal(again.mode, 'sealed');
  assert.match((await answersHello('127.0.0.1', again.port, 300)) ?? 'answered', /did not answer/);
  const { psk } = await create();
  await eventually('a key', () => again.accessKeyCount === 1);
  assert.equal((await (await connect(again, psk)).run(encodeCount)).value, 0);
});

test('roles and prefixes hold over the network, in atomic requests too', async () => {
  const admin = await create();
  const reader = await create({ role: 'read' });
  const app = await create({ role: 'write', prefix: 'app:' });
  const server = await start();
  const byAdmin = await connect(server, admin.psk);
  await byAdmin.run(set('app:1', 'inside'));
  await byAdmin.run(set('other', 'outside'));
  const byReader = await connect(server, reader.psk);
  assert.equal((await byReader.run(get('other'))).value, 'outside');
  assert.equal((await byReader.run(set('other', 1))).status, 'DENIED');
  assert.equal((await byReader.run(encodeFlush)).status, 'DENIED');
  const byApp = await connect(server, app.psk);
  assert.equal((await byApp.run(get('app:1'))).value, 'inside');
  assert.equal((await byApp.run(get('other'))).status, 'DENIED');
  assert.equal((await byApp.run(encodeCount)).status, 'DENIED');
  assert.deepEqual(
    (await byApp.request([set('app:2', 1), set('other', 1)], true)).map(({ status }) => status),
    ['ABORTED', 'DENIED'],
  );
  assert.equal((await byAdmin.run(encodeFlush)).value, 2);
});

test('a rotated key: the old secret ends at once, or when its grace is over', async () => {
  const old = await create({ name: 'app' });
  const server = await start();
  const before = await connect(server, old.psk);
  await before.run(set('a', 1));
  const second = pskOf((await rotateAccessKey({ settings }, 'app')).url);
  await eventually('the old session ended', () => before.disconnects > 0 || before.fatal !== undefined);
  const client = await connect(server, second);
  assert.equal((await client.run(get('a'))).value, 1);
  const third = pskOf((await rotateAccessKey({ settings }, 'app', 1500)).url);
  await eventually('both', () => server.accessKeyCount === 2);
  assert.equal((await client.run(get('a'))).value, 1, 'in its grace');
  await eventually('its grace is over', () => client.disconnects > 0 || client.fatal !== undefined);
  assert.equal(server.accessKeyCount, 1);
  assert.equal((await (await connect(server, third)).run(get('a'))).value, 1);
});

test('beyond loopback it starts only with a key, and says how to make one', async () => {
  // An address no machine has: with a key the refusal is the port's.
  const elsewhere = { host: '192.0.2.1' };
  const open = await refusal(elsewhere);
  assert.equal(open.exitCode, 2);
  assert.match(open.message, /anoa key create/);
  const { keyId } = await create();
  assert.equal((await refusal(elsewhere)).exitCode, 69);
  await revokeAccessKey({ settings }, keyId);
  const keyless = await refusal(elsewhere);
  assert.equal(keyless.exitCode, 2);
  assert.match(keyless.message, /anoa key create/);
});

test('a damaged ACCESS stops the start by name, and changes nothing in a server that runs', async () => {
  const { psk } = await create();
  const server = await start();
  const client = await connect(server, psk);
  await client.run(set('a', 1));
  const file = join(settings.dataDir, 'ACCESS');
  const good = readFileSync(file);
  const damaged = Buffer.from(good);
  damaged[damaged.length >> 1] ^= 1;
  writeFileSync(file, damaged);
  await eventually('it is logged', () => lines.some((line) => /ACCESS.*does not match/.test(line)));
  assert.equal((await client.run(get('a'))).value, 1);
  rmSync(file);
  await eventually('it is logged', () => lines.some((line) => /ACCESS.*was removed/.test(line)));
  assert.equal(server.mode, 'sealed');
  assert.equal((await client.run(get('a'))).value, 1);
  assert.equal(client.disconnects, 0);
  writeFileSync(file, damaged, { mode: 0o600 });
  await stop(server);
  const refused = await refusal();
  assert.equal(refused.exitCode, 65);
  assert.match(refused.message, /ACCESS/);
  writeFileSync(file, good, { mode: 0o600 });
  assert.equal((await start()).accessKeyCount, 1);
});

test('a sealed database whose ACCESS is lost does not start open: it is refused until there is a key', async () => {
  const first = await start();
  await create();
  await eventually('sealed', () => first.mode === 'sealed');
  await stop(first);
  rmSync(join(settings.dataDir, 'ACCESS'));
  const refused = await refusal();
  assert.equal(refused.exitCode, 65);
  assert.match(refused.message, /ACCESS: it is missing.*anoa key create/);
  const { psk } = await create();
  assert.equal((await (await connect(await start(), psk)).run(encodeCount)).value, 0);
});

test('an older ACCESS put back while it runs does not bring revoked keys back', async () => {
  await create({ name: 'stays' });
  await create({ name: 'goes' });
  const server = await start();
  const file = join(settings.dataDir, 'ACCESS');
  const older = readFileSync(file);
  await revokeAccessKey({ settings }, 'goes');
  await eventually('one key', () => server.accessKeyCount === 1);
  writeFileSync(`${file}.restored`, older, { mode: 0o600 });
  renameSync(`${file}.restored`, file);
  await eventually('it is logged', () =>
    lines.some((line) => line.includes('is older than the keys in use')),
  );
  assert.equal(server.accessKeyCount, 1);
});

test('keys that come and go quickly are all noticed', async () => {
  await create({ name: 'first' });
  const server = await start();
  for (let i = 0; i < 5; i++) {
    await create({ name: `n${i}` });
    if (i % 2 === 0) await revokeAccessKey({ settings }, `n${i}`);
  }
  const { keys } = await listAccessKeys({ settings });
  assert.deepEqual(
    keys.map(({ name }) => name),
    ['first', 'n1', 'n3'],
  );
  await eventually('as the file says', () => server.accessKeyCount === 3);
});

test.run();
