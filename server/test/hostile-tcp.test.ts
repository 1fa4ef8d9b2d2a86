/** What a peer that means no good can do at the TCP port of a real server: nothing to others, and little to memory. */

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { SeededRandom } from '@anoadb/testkit';
import { suite } from 'uvu';
import { type SocketClient, type StreamServer, startStreamServer } from './support/stream-harness.js';

const test = suite('hostile TCP: error or end, memory bounded, others served');

const MEBIBYTE = 1024 * 1024;
const seed = Number(process.env['ANOA_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

let server: StreamServer;
let bystander: SocketClient;

test.before.each(async () => {
  server = await startStreamServer();
  bystander = await server.connect();
});

test.after.each(() => server.stop());

const isServed = (): Promise<void> => bystander.ask('*1\r\n$4\r\nPING\r\n', '+PONG\r\n');

function connectMany(count: number): Promise<SocketClient[]> {
  return Promise.all(Array.from({ length: count }, () => server.connect()));
}

/** Of this process after a collection, where the test was started with one, else as it is. */
function residentBytes(): number {
  (globalThis as { gc?: () => void }).gc?.();
  return process.memoryUsage().rss;
}

test('every first byte, and junk after it', async () => {
  const random = new SeededRandom(seed);
  console.log(`seed ${seed}`);
  for (let first = 0; first < 256; first++) {
    const client = await server.connect();
    const junk = random.bytes(200);
    junk[0] = first;
    client.send(junk);
    if (first % 3 === 0) client.socket.end();
    else if (first % 3 === 1) client.send('\r\n\r\nPING\r\n');
    else client.socket.resetAndDestroy();
    if (first % 32 === 0) await isServed();
  }
  await isServed();
  assert.ok(server.log.every((line) => !line.includes('"level":"error"') && !line.includes('defect')));
});

test('counts and lengths that no request has are refused before anything is kept for them', async () => {
  const requests = [
    '*1000000000\r\n',
    '*99999999999999999999\r\n',
    '*1\r\n$536870913\r\n',
    '*1\r\n$99999999999999999999\r\n',
    '*1\r\n$-2\r\n',
    '*1\r\n:1\r\n',
    '*1\r\n*1\r\n$4\r\nPING\r\n',
    `${'*1\r\n'.repeat(1000)}`,
    '*x\r\n',
    '*1\r\n$x\r\n',
    `*1\r\n$4\r\nPING${'x'.repeat(10)}`,
    `*${'1'.repeat(70_000)}`,
    `${'x'.repeat(70_000)}`,
    'set "half a quote\r\n',
  ];
  const before = residentBytes();
  for (const request of requests) {
    const client = await server.connect();
    client.send(request);
    client.socket.end();
    assert.match(await client.takeAll(), /^-|^\+PONG\r\n|^$/, request.slice(0, 40));
    await isServed();
  }
  assert.ok(residentBytes() - before < 64 * MEBIBYTE);
});

test('the same at the other doors: nothing is kept for a length that was only announced', async () => {
  const binaryHeader = Buffer.alloc(24);
  binaryHeader.set([0x80, 0x01, 0xff, 0xff, 0xff]);
  binaryHeader.writeUInt32BE(0xffff_ffff, 8);
  const requests = [
    'set k 0 0 4294967295\r\n',
    'set k 0 0 -1\r\n',
    'set k 0 0 99999999999999999999\r\n',
    'ms k 4294967295\r\n',
    `get ${'k'.repeat(251)}\r\n`,
    `get ${'k '.repeat(30_000)}\r\n`,
    `mg ${'x'.repeat(60_000)}\r\n`,
    binaryHeader.toString('latin1'),
    'PUT /v1/keys/a HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\n',
    'PUT /v1/keys/a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFF\r\n',
    `GET /${'a'.repeat(60_000)} HTTP/1.1\r\n\r\n`,
    `GET / HTTP/1.1\r\n${'A: b\r\n'.repeat(10_000)}\r\n`,
    'GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n',
  ];
  const before = residentBytes();
  for (const request of requests) {
    const client = await server.connect();
    client.send(request);
    client.send('x'.repeat(10_000));
    client.socket.end();
    const answer = await client.takeAll();
    assert.match(
      answer,
      /^(?:SERVER_ERROR|CLIENT_ERROR|ERROR|END|HTTP\/1\.1 4\d\d|\x81|$)/,
      request.slice(0, 60),
    );
    await isServed();
  }
  assert.ok(residentBytes() - before < 64 * MEBIBYTE);
});

test('bytes one at a time get the same answers', async () => {
  const client = await server.connect();
  const requests =
    '*1\r\n$4\r\nPING\r\nPING\r\n*2\r\n$4\r\nECHO\r\n$5\r\nhello\r\n*0\r\n*1\r\n$7\r\nNOTHING\r\n';
  for (const byte of requests) {
    client.send(byte);
    await new Promise((resolve) => setImmediate(resolve));
  }
  const answers =
    "+PONG\r\n+PONG\r\n$5\r\nhello\r\n-ERR unknown command 'NOTHING', with args beginning with: \r\n";
  assert.equal(await client.take(answers.length), answers);
});

test('two thousand connections with half a request each cost little, and nobody else anything', async () => {
  const before = residentBytes();
  const half = ['*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$100\r\nhalf', 'PIN', '*', 'set k 0', 'GET / HT'];
  for (let round = 0; round < 20; round++) {
    const clients = await connectMany(100);
    for (const [i, client] of clients.entries()) client.send(half[i % half.length]);
    await isServed();
  }
  const perConnection = (residentBytes() - before) / 2000;
  console.log(
    `# ${Math.round(perConnection / 1024)} KiB of the process, both ends, for each of 2000 connections`,
  );
  assert.ok(perConnection < 64 * 1024, `${perConnection} bytes per connection`);
  await isServed();
});

test('connections that never read their answers hold a bounded part of them', async () => {
  const value = 'x'.repeat(64 * 1024);
  const request = `*2\r\n$4\r\nECHO\r\n$${value.length}\r\n${value}\r\n`;
  const clients = await connectMany(10);
  const before = residentBytes();
  for (const client of clients) {
    client.socket.pause();
    // 12 MiB of requests each: the server must stop reading long before.
    for (let i = 0; i < 200; i++) client.send(request);
  }
  for (let i = 0; i < 20; i++) {
    await isServed();
    await sleep(20);
  }
  // What the test's own sockets keep unsent is most of it.
  const unsentHere = clients.reduce((sum, { socket }) => sum + socket.writableLength, 0);
  const held = residentBytes() - before - unsentHere;
  console.log(`# ${Math.round(held / MEBIBYTE)} MiB held for 10 connections that read nothing`);
  assert.ok(unsentHere > 10 * MEBIBYTE, 'the server has stopped reading');
  for (const client of clients) client.socket.resume();
  const answer = `$${value.length}\r\n${value}\r\n`;
  assert.equal((await clients[0].take(200 * answer.length)).length, 200 * answer.length);
});

test('an end in the middle: half-closed, reset, gone before the answer', async () => {
  for (let round = 0; round < 30; round++) {
    const [halfClosed, reset, gone] = await connectMany(3);
    halfClosed.send('PING\r\n*1\r\n$4\r\nPI');
    halfClosed.socket.end();
    reset.send(`*2\r\n$4\r\nECHO\r\n$100000\r\n${'x'.repeat(100_000)}\r\n*2\r\n$4\r\nECHO\r\n$9\r\nhalf`);
    reset.socket.once('drain', () => reset.socket.resetAndDestroy());
    gone.send('PING\r\n'.repeat(10_000));
    gone.destroy();
    assert.equal(await halfClosed.takeAll(), '+PONG\r\n');
  }
  await isServed();
});

test('a request of another protocol inside of one stays what it is there', async () => {
  const client = await server.connect();
  const inner = 'GET /put?a=1 HTTP/1.1\r\nHost: x\r\n\r\nset k 0 0 1\r\n1\r\n';
  await client.ask(
    `*2\r\n$4\r\nECHO\r\n$${inner.length}\r\n${inner}\r\n`,
    `$${inner.length}\r\n${inner}\r\n`,
  );
  // And behind one it is an inline command that Redis refuses, or takes for an attack and ends.
  client.send('POST / HTTP/1.1\r\nHost: localhost\r\n\r\nSET stolen 1\r\n');
  client.socket.end();
  assert.doesNotMatch(await client.takeAll(), /\+OK/);
});

test.run();
