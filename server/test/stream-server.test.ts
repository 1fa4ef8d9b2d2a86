/** The TCP port of real servers: who may reach it, TLS, access keys, the start and the stop. */

import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { encodeStats, type JsonValue } from '@anoadb/protocol';
import { suite } from 'uvu';
import { createAccessKey, revokeAccessKey } from '../src/access/node-key-administration.js';
import { loadSettings } from '../src/config/load-settings.js';
import { TlsFiles } from '../src/doors/stream/node-tls-files.js';
import { selfSignedCertificate } from './support/self-signed-certificate.js';
import { SocketClient, type StreamServer, startStreamServer } from './support/stream-harness.js';
import { UdpClient } from './udp-client.js';

const test = suite('stream server: the TCP port of a running server');

let directory = '';
const servers = new Set<StreamServer>();

test.before.each(() => {
  directory = mkdtempSync(join(tmpdir(), 'anoadb-tls-'));
});

test.after.each(async () => {
  for (const server of servers) await server.stop();
  servers.clear();
  rmSync(directory, { recursive: true, force: true });
});

async function start(more: Record<string, string> = {}): Promise<StreamServer> {
  const server = await startStreamServer(more);
  servers.add(server);
  return server;
}

async function refusal(more: Record<string, string>): Promise<Error & { exitCode?: number }> {
  return start(more).then(
    () => assert.fail('the start was not refused'),
    (error) => error as Error & { exitCode?: number },
  );
}

/** Files of a database that has an access key, and that key's text. */
async function makeKey(
  role: 'read' | 'write' | 'admin' = 'write',
): Promise<{ flags: Record<string, string>; secret: string }> {
  const flags = { dataDir: join(directory, 'data'), keyFile: join(directory, 'store.key') };
  const { settings } = await loadSettings({ environment: {}, flags });
  const { url } = await createAccessKey({ settings }, { name: 'app', role });
  return { flags, secret: url.slice('anoa://'.length).split('@')[0] };
}

function writePair(serial = 1): { tlsCert: string; tlsKey: string; cert: string } {
  const { cert, key } = selfSignedCertificate(serial);
  const paths = { tlsCert: join(directory, 'cert.pem'), tlsKey: join(directory, 'key.pem') };
  writeFileSync(paths.tlsCert, cert);
  writeFileSync(paths.tlsKey, key, { mode: 0o600 });
  chmodSync(paths.tlsKey, 0o600);
  return { ...paths, cert };
}

async function secureClient(port: number, more: object = {}): Promise<SocketClient> {
  const socket: TLSSocket = connectTls({ port, host: '127.0.0.1', servername: 'localhost', ...more });
  await new Promise<void>((resolve, reject) => {
    socket.once('secureConnect', resolve);
    socket.once('error', reject);
  });
  return new SocketClient(socket);
}

async function tcpStatistics(server: StreamServer): Promise<Record<string, JsonValue>> {
  const client = await UdpClient.connect(server.port);
  const { value } = await client.run(encodeStats);
  await client.close();
  return (value as Record<string, Record<string, JsonValue>>)['tcp'];
}

test('UDP and TCP have one number, and STATS counts both', async () => {
  const server = await start();
  const client = await server.connect();
  await client.ask('PING\r\n', '+PONG\r\n');
  await client.ask('*1\r\n$4\r\nPING\r\n*1\r\n$4\r\nPING\r\n', '+PONG\r\n+PONG\r\n');
  const tcp = await tcpStatistics(server);
  assert.deepEqual(tcp, {
    ...tcp,
    port: 'plain',
    connected_clients: 1,
    connected_redis: 1,
    total_connections_received: 1,
    total_net_input_bytes: 34,
    total_net_output_bytes: 21,
  });
});

test('a port that another program has on TCP alone is refused with what helps; with --tcp off it does', async () => {
  const other: Server = createServer();
  const port = await new Promise<number>((resolve) => {
    other.listen(0, '127.0.0.1', () => resolve((other.address() as { port: number }).port));
  });
  try {
    const error = await refusal({ port: String(port) });
    assert.equal(error.exitCode, 69);
    assert.match(error.message, /TCP 127\.0\.0\.1 port \d+ is in use .*--port.*--tcp off/);
    const server = await start({ port: String(port), tcp: 'off' });
    assert.deepEqual([server.server.tcpKind, server.port], ['off', port]);
  } finally {
    other.close();
  }
});

test('beyond loopback: not without a key; with one by TLS, or where somebody says plain', async () => {
  const error = await refusal({ host: '0.0.0.0' });
  assert.match(error.message, /no access key/);

  const { flags, secret } = await makeKey();
  const closed = await start({ ...flags, host: '0.0.0.0' });
  assert.equal(closed.server.tcpKind, 'off');
  assert.match(closed.log.join(''), /TCP port stays closed.*ANOA_TLS_CERT.*--tcp plain/);
  await assert.rejects(SocketClient.connect(closed.port), /ECONNREFUSED/);
  await closed.server.stop();

  const plain = await start({ ...flags, host: '0.0.0.0', tcp: 'plain' });
  assert.equal(plain.server.tcpKind, 'plain');
  await (await SocketClient.connect(plain.port)).ask(`AUTH ${secret}\r\n`, '+OK\r\n');
  await plain.server.stop();

  const { tlsCert, tlsKey } = writePair();
  const tls = await start({ ...flags, host: '0.0.0.0', tlsCert, tlsKey });
  assert.equal(tls.server.tcpKind, 'tls');
});

test('TLS: commands of any size, versions from 1.2 on, and nothing in plain text', async () => {
  const { cert, ...paths } = writePair();
  const server = await start(paths);
  const client = await secureClient(server.port, { ca: cert });
  await client.ask('PING\r\n', '+PONG\r\n');
  const long = 'x'.repeat(300_000);
  await client.ask(`*2\r\n$4\r\nECHO\r\n$${long.length}\r\n${long}\r\n`, `$${long.length}\r\n${long}\r\n`);
  client.destroy();
  const old = await secureClient(server.port, { ca: cert, maxVersion: 'TLSv1.2' });
  await old.ask('PING\r\n', '+PONG\r\n');
  old.destroy();
  await assert.rejects(
    secureClient(server.port, {
      ca: cert,
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    }),
  );
  for (const text of ['PING\r\n', '*1\r\n$4\r\nPING\r\n', 'GET / HTTP/1.1\r\n\r\n', '\x80']) {
    const plain = await server.connect();
    plain.send(text.padEnd(20));
    assert.doesNotMatch(await plain.takeAll(), /PONG|HTTP/);
  }
});

test('TLS: connections without a handshake are bounded, and end when the server does', async () => {
  const { cert, ...paths } = writePair();
  const server = await start({ ...paths, maxClients: '2' });
  const silent = await Promise.all(Array.from({ length: 60 }, () => server.connect()));
  const secure = await secureClient(server.port, { ca: cert }).catch(() => undefined);
  assert.equal(secure, undefined, 'no room for one more');
  // Of 60 only 34 were let in: the others are closed already.
  const closed = (): number => silent.filter(({ isClosed }) => isClosed).length;
  for (let i = 0; i < 500 && closed() < 26; i++) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.equal(closed(), 26);
  await server.server.stop();
  for (const client of silent) assert.equal(await client.takeAll(), '');
});

test('TLS: a client that speaks TLS to a port without it is closed at once', async () => {
  const server = await start();
  await assert.rejects(secureClient(server.port));
});

test('TLS: a new certificate is used for new connections, a bad one changes nothing but the log', async () => {
  const first = writePair(1);
  const files = new TlsFiles({ certFile: first.tlsCert, keyFile: first.tlsKey });
  const said: string[] = [];
  const around = {
    onReloaded: () => said.push('reloaded'),
    onProblem: (message: string) => said.push(message),
  };
  let secured = 0;
  files.onChange(() => secured++);
  files.check(around);
  assert.deepEqual([said, secured], [[], 0]);
  writeFileSync(first.tlsCert, 'half a cert');
  files.check(around);
  files.check(around);
  assert.equal(said.length, 1, 'said once');
  assert.match(said[0], /cert\.pem holds no certificate/);
  // One file after the other, as tools do it.
  const pair = selfSignedCertificate(2);
  writeFileSync(first.tlsCert, pair.cert);
  files.check(around);
  assert.match(said[1], /is not that of the certificate/);
  writeFileSync(first.tlsKey, pair.key);
  files.check(around);
  assert.deepEqual([said[2], secured], ['reloaded', 1]);
  assert.equal(String(files.secureOptions().cert), pair.cert);
});

test('TLS: files that cannot be used are refused, each with its reason', async () => {
  const { tlsCert, tlsKey } = writePair();
  const other = join(directory, 'other.pem');
  writeFileSync(other, selfSignedCertificate().key, { mode: 0o600 });
  const cases: [Record<string, string>, RegExp][] = [
    [
      { tlsCert: join(directory, 'nothing'), tlsKey },
      /nothing, which tlsCert names, cannot be read \(ENOENT\)/,
    ],
    [{ tlsCert: tlsKey, tlsKey }, /holds no certificate/],
    [{ tlsCert, tlsKey: tlsCert }, /can be read by everybody|holds no private key/],
    [{ tlsCert, tlsKey: other }, /is not that of the certificate/],
    [{ tlsCert }, /set without tlsKey/],
  ];
  for (const [more, expected] of cases) {
    const error = await refusal(more);
    assert.equal(error.exitCode, 2);
    assert.match(error.message, expected);
  }
  chmodSync(tlsKey, 0o644);
  assert.match((await refusal({ tlsCert, tlsKey })).message, /can be read by everybody.*chmod 600/);
});

test('sealed: a connection may do nothing before it has a key, and ends when that key does', async () => {
  const { flags, secret } = await makeKey();
  const server = await start(flags);
  const client = await server.connect();
  await client.ask('PING\r\n', '-NOAUTH Authentication required.\r\n');
  await client.ask(`AUTH app ${secret}\r\nPING\r\n`, '+OK\r\n+PONG\r\n');
  const { settings } = await loadSettings({ environment: {}, flags });
  await revokeAccessKey({ settings }, 'app');
  assert.equal(await client.takeAll(), '');
});

test('the first access key ends open connections', async () => {
  const server = await start({ dataDir: join(directory, 'data'), keyFile: join(directory, 'store.key') });
  const client = await server.connect();
  await client.ask('PING\r\n', '+PONG\r\n');
  await makeKey();
  assert.equal(await client.takeAll(), '');
  await (await server.connect()).ask('PING\r\n', '-NOAUTH Authentication required.\r\n');
});

test('a stop ends every connection, and what was answered before it arrives', async () => {
  const server = await start();
  const [busy, idle, silent] = [await server.connect(), await server.connect(), await server.connect()];
  await idle.ask('PING\r\n', '+PONG\r\n');
  busy.send('PING\r\n'.repeat(1000));
  await busy.take(7);
  await server.server.stop();
  assert.equal((await busy.takeAll()).length % 7, 0);
  assert.equal(await idle.takeAll(), '');
  assert.equal(await silent.takeAll(), '');
});

test('more connections than --max-clients are told so', async () => {
  const server = await start({ maxClients: '2' });
  const first = await server.connect();
  await first.ask('PING\r\n', '+PONG\r\n');
  await (await server.connect()).ask('PING\r\n', '+PONG\r\n');
  assert.equal(await (await server.connect()).takeAll(), '-ERR max number of clients reached\r\n');
  await first.ask('PING\r\n', '+PONG\r\n');
});

test.run();
