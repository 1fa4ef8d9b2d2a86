/** The HTTP door over real sockets: what llhttp, node:http and the TCP port make of it together. */

import assert from 'node:assert/strict';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SeededRandom } from '@anoadb/testkit';
import { test } from 'uvu';
import { createAccessKey, revokeAccessKey } from '../src/access/node-key-administration.js';
import { type StreamServer, startStreamServer } from './support/stream-harness.js';

const SEED = Number(process.env['ANOA_TEST_SEED'] ?? 20_261_121);
const HOST = 'Host: 127.0.0.1\r\n';
let server: StreamServer;

test.before(async () => {
  server = await startStreamServer();
});
test.after(() => server.stop());

/** Sends, ends its side, and gives everything that came back, but for the dates. */
async function converse(raw: string | readonly string[], to: StreamServer = server): Promise<string> {
  const client = await to.connect();
  for (const part of typeof raw === 'string' ? [raw] : raw) {
    client.send(part);
    // One segment of its own.
    await sleep(1);
  }
  client.socket.end();
  const answer = await client.takeAll();
  return answer.replaceAll(/Date: [^\r]*\r\n/g, '');
}

function statuses(answer: string): number[] {
  return [...answer.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
}

test('pipelined requests are answered in their order, whatever takes longer', async () => {
  const answer = await converse(
    `PUT /v1/keys/p HTTP/1.1\r\n${HOST}Content-Length: 3\r\n\r\noneGET /get/p HTTP/1.1\r\n${HOST}\r\nPUT /v1/keys/p HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n2\r\ntw\r\n1\r\no\r\n0\r\n\r\nGET /get/p HTTP/1.1\r\n${HOST}\r\nHEAD /get/p HTTP/1.1\r\n${HOST}\r\nGET /delete/p HTTP/1.1\r\n${HOST}\r\n`,
  );
  assert.deepEqual(statuses(answer), [201, 200, 204, 200, 200, 200]);
  assert.match(answer, /\r\n\r\noneHTTP[\s\S]*\r\n\r\ntwoHTTP/);
});

test('a conversation cut at any place gets the same answers as whole', async () => {
  const random = new SeededRandom(SEED);
  const raw = `PUT /v1/keys/cut HTTP/1.1\r\n${HOST}Content-Length: 5\r\n\r\nvalueGET /v1/keys/cut HTTP/1.1\r\n${HOST}\r\nGET /nothing HTTP/1.1\r\n${HOST}\r\nGET /delete/cut HTTP/1.1\r\n${HOST}\r\n`;
  const withoutVersions = (answer: string): string => answer.replaceAll(/etag: "\d+"/g, 'etag');
  const whole = withoutVersions(await converse(raw));
  assert.deepEqual(statuses(whole), [201, 200, 404, 200]);
  for (let run = 0; run < 40; run++) {
    const cuts = Array.from({ length: 1 + random.int(0, 3) }, () => random.int(0, raw.length - 1)).sort(
      (a, b) => a - b,
    );
    const parts = [0, ...cuts]
      .map((cut, i) => raw.slice(cut, [...cuts, raw.length][i]))
      .filter((part) => part !== '');
    assert.equal(withoutVersions(await converse(parts)), whole, `seed ${SEED}, cut at ${cuts.join(', ')}`);
  }
});

test('a connection is kept, or closed where the client says so', async () => {
  const kept = await converse(
    `GET /livez HTTP/1.1\r\n${HOST}\r\nGET /livez HTTP/1.1\r\n${HOST}Connection: close\r\n\r\nGET /livez HTTP/1.1\r\n${HOST}\r\n`,
  );
  assert.deepEqual(statuses(kept), [200, 200]);
  assert.deepEqual(statuses(await converse('GET /livez HTTP/1.0\r\n\r\nGET /livez HTTP/1.0\r\n\r\n')), [200]);
});

test('requests that two readers could read in two ways end the connection, and what follows is not executed', async () => {
  const follow = `GET /put?smuggled=1 HTTP/1.1\r\n${HOST}\r\n`;
  const table: [string, string][] = [
    ['two lengths', `PUT /v1/keys/s HTTP/1.1\r\n${HOST}Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx`],
    [
      'two equal lengths',
      `PUT /v1/keys/s HTTP/1.1\r\n${HOST}Content-Length: 1\r\nContent-Length: 1\r\n\r\nx`,
    ],
    ['a list of lengths', `PUT /v1/keys/s HTTP/1.1\r\n${HOST}Content-Length: 1, 1\r\n\r\nx`],
    [
      'length and chunked',
      `PUT /v1/keys/s HTTP/1.1\r\n${HOST}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    ],
    [
      'chunked and length',
      `PUT /v1/keys/s HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n0\r\n\r\n`,
    ],
    [
      'chunked is not last',
      `PUT /v1/keys/s HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n`,
    ],
    ['chunked in disguise', `PUT /v1/keys/s HTTP/1.1\r\n${HOST}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`],
    ['space before the colon', `PUT /v1/keys/s HTTP/1.1\r\n${HOST}Content-Length : 1\r\n\r\nx`],
    ['a signed length', `PUT /v1/keys/s HTTP/1.1\r\n${HOST}Content-Length: +1\r\n\r\nx`],
    ['a negative length', `PUT /v1/keys/s HTTP/1.1\r\n${HOST}Content-Length: -1\r\n\r\nx`],
    ['a huge length', `PUT /v1/keys/s HTTP/1.1\r\n${HOST}Content-Length: 99999999999999999999\r\n\r\nx`],
    [
      'a folded header',
      `PUT /v1/keys/s HTTP/1.1\r\n${HOST}X: a\r\n b\r\nContent-Length: 1\r\nContent-Length: 9\r\n\r\nx`,
    ],
    ['a bare carriage return', `PUT /v1/keys/s HTTP/1.1\r\n${HOST}X: a\rContent-Length: 9\r\n\r\n`],
    ['a bad chunk size', `PUT /v1/keys/s HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\nzz\r\n`],
    [
      'a chunk longer than it says',
      `PUT /v1/keys/s HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n`,
    ],
    ['two hosts', `GET /put?s=1 HTTP/1.1\r\n${HOST}Host: evil.example\r\nConnection: close\r\n\r\n`],
    ['no host', 'GET /put?s=1 HTTP/1.1\r\nConnection: close\r\n\r\n'],
    ['a null byte', `GET /put?s=\u0000 HTTP/1.1\r\n${HOST}\r\n`],
    ['another protocol', `GET /put?s=1 HTTP/9.9\r\n${HOST}\r\n`],
    ['a prior-knowledge preface', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    [
      'a body for a route that takes none',
      `GET /get/s HTTP/1.1\r\n${HOST}Content-Length: ${follow.length}\r\n\r\n`,
    ],
    [
      'a chunked body for a route that takes none',
      `GET /get/s HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    ],
  ];
  for (const [name, raw] of table) {
    const answer = await converse(raw + follow);
    assert.ok(
      statuses(answer).every((status) => status >= 400),
      `${name}: ${answer}`,
    );
    assert.ok(statuses(answer).length <= 1, `${name}: ${answer}`);
  }
  const read = await converse(`GET /get/smuggled HTTP/1.1\r\n${HOST}\r\nGET /get/s HTTP/1.1\r\n${HOST}\r\n`);
  assert.deepEqual(statuses(read), [404, 404]);
});

test('an upgrade is not made and ends the connection, CONNECT and TRACE lead nowhere', async () => {
  const upgrade = `Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n`;
  const follow = `GET /get/none HTTP/1.1\r\n${HOST}\r\n`;
  assert.deepEqual(statuses(await converse(`GET /livez HTTP/1.1\r\n${HOST}${upgrade}\r\n${follow}`)), [200]);
  assert.deepEqual(statuses(await converse(`CONNECT 127.0.0.1:2662 HTTP/1.1\r\n${HOST}\r\n${follow}`)), []);
  assert.deepEqual(statuses(await converse(`TRACE /livez HTTP/1.1\r\n${HOST}\r\n${follow}`)), [405, 404]);
});

test('values and keys cannot put headers or answers into an answer', async () => {
  const evil = 'a%0d%0aSet-Cookie:%20x=1%0d%0a%0d%0aHTTP/1.1%20200%20OK';
  const answer = await converse(
    `GET /put?${evil}=${evil} HTTP/1.1\r\n${HOST}\r\nGET /v1/keys?prefix=a%0d HTTP/1.1\r\n${HOST}\r\nGET /v1/keys/none%0d%0aX:%20y HTTP/1.1\r\n${HOST}If-Match: "1"\r\n\r\n`,
  );
  assert.deepEqual(statuses(answer), [200, 200, 412]);
  assert.ok(!/^Set-Cookie/im.test(answer), answer);
  await converse(`GET /delete/${evil} HTTP/1.1\r\n${HOST}\r\n`);
});

test('heads that are too large are refused with 414 and 431', async () => {
  assert.deepEqual(statuses(await converse(`GET /get/${'a'.repeat(8_200)} HTTP/1.1\r\n${HOST}\r\n`)), [414]);
  assert.deepEqual(
    statuses(await converse(`GET /get/${'a'.repeat(100_000)} HTTP/1.1\r\n${HOST}\r\n`)),
    [431],
  );
  assert.deepEqual(
    statuses(await converse(`GET /livez HTTP/1.1\r\n${HOST}X: ${'a'.repeat(20_000)}\r\n\r\n`)),
    [431],
  );
  const many = Array.from({ length: 5_000 }, (_, i) => `X${i}: y\r\n`).join('');
  assert.deepEqual(statuses(await converse(`GET /livez HTTP/1.1\r\n${HOST}${many}\r\n`)), [431]);
});

test('a body is refused by its head where it is too large, and by its bytes where its head does not say', async () => {
  const announced = await converse(
    `PUT /v1/keys/big HTTP/1.1\r\n${HOST}Content-Length: 999999999\r\n\r\nstart`,
  );
  assert.deepEqual(statuses(announced), [413]);
  assert.match(announced, /connection: close/);
  const chunk = `10000\r\n${'x'.repeat(65_536)}\r\n`;
  const chunked = await converse(
    `PUT /v1/keys/big HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n${chunk.repeat(40)}`,
  );
  assert.deepEqual(statuses(chunked), [413]);
  const value = 'x'.repeat(1_048_576);
  const fits = await converse(
    `PUT /v1/keys/big HTTP/1.1\r\n${HOST}Content-Length: ${value.length}\r\n\r\n${value}GET /delete/big HTTP/1.1\r\n${HOST}\r\n`,
  );
  assert.deepEqual(statuses(fits), [201, 200]);
  const over = await converse(
    `PUT /v1/keys/big HTTP/1.1\r\n${HOST}Content-Length: ${value.length + 1}\r\n\r\n${value}x`,
  );
  assert.deepEqual(statuses(over), [413]);
});

test('Expect: 100-continue is answered before the body, or refused before it', async () => {
  const client = await server.connect();
  client.send(`PUT /v1/keys/e HTTP/1.1\r\n${HOST}Expect: 100-continue\r\nContent-Length: 2\r\n\r\n`);
  assert.equal(await client.take(25), 'HTTP/1.1 100 Continue\r\n\r\n');
  client.send('ok');
  assert.equal(await client.take(20), 'HTTP/1.1 201 Created');
  client.destroy();
  const tooLarge = `PUT /v1/keys/e HTTP/1.1\r\n${HOST}Expect: 100-continue\r\nContent-Length: 999999999\r\n\r\n`;
  assert.deepEqual(statuses(await converse(tooLarge)), [413]);
  const unknown = `PUT /v1/keys/e HTTP/1.1\r\n${HOST}Expect: tea\r\nContent-Length: 2\r\n\r\n`;
  assert.deepEqual(statuses(await converse(unknown)), [417]);
  await converse(`GET /delete/e HTTP/1.1\r\n${HOST}\r\n`);
});

test('a client that goes away in the middle leaves nothing behind', async () => {
  const raw = `PUT /v1/keys/gone HTTP/1.1\r\n${HOST}Content-Length: 10\r\n\r\n12345`;
  for (let end = 1; end <= raw.length; end += 7) {
    const client = await server.connect();
    client.send(raw.slice(0, end));
    await sleep(1);
    client.socket.resetAndDestroy();
  }
  assert.deepEqual(statuses(await converse(raw)), [400]);
  assert.deepEqual(statuses(await converse(`GET /get/gone HTTP/1.1\r\n${HOST}\r\n`)), [404]);
});

test('who asks for much and reads nothing costs little, and others are served', async () => {
  const value = 'x'.repeat(1_000_000);
  await converse(`PUT /v1/keys/large HTTP/1.1\r\n${HOST}Content-Length: ${value.length}\r\n\r\n${value}`);
  const before = process.memoryUsage().arrayBuffers;
  const lazy = await server.connect();
  lazy.socket.pause();
  lazy.send(`GET /get/large HTTP/1.1\r\n${HOST}\r\n`.repeat(500));
  for (let i = 0; i < 20; i++) {
    assert.deepEqual(statuses(await converse(`GET /livez HTTP/1.1\r\n${HOST}\r\n`)), [200]);
    await sleep(10);
  }
  const grownBytes = process.memoryUsage().arrayBuffers - before;
  assert.ok(grownBytes < 100e6, `${grownBytes} bytes more`);
  lazy.destroy();
});

test('Bearer keys: roles, prefixes, and nothing that stays on the connection', async () => {
  const sealed = await startStreamServer();
  try {
    const settings = {
      dataDir: sealed.dataDir,
      keyFile: join(dirname(sealed.dataDir), 'store.key'),
      passphrase: undefined,
      host: '127.0.0.1',
      port: sealed.port,
    };
    const open = await sealed.connect();
    open.send(`GET /put?a=1&u:1=2 HTTP/1.1\r\n${HOST}\r\n`);
    assert.match(await open.take(15), /200 OK/);
    const keyOf = (url: string): string => /anoa:\/\/([^@]+)@/.exec(url)![1];
    const admin = keyOf((await createAccessKey({ settings }, { name: 'root', role: 'admin' })).url);
    const reader = keyOf((await createAccessKey({ settings }, { name: 'reader', role: 'read' })).url);
    const scoped = keyOf(
      (await createAccessKey({ settings }, { name: 'scoped', role: 'write', prefix: 'u:' })).url,
    );
    const deadline = Date.now() + 10_000;
    const ask = (request: string, authorization?: string, more = ''): Promise<string> =>
      converse(
        `${request} HTTP/1.1\r\nHost: db.example\r\n${authorization === undefined ? '' : `Authorization: ${authorization}\r\n`}${more}\r\n`,
        sealed,
      );
    while (statuses(await ask('GET /get/u:1', `Bearer ${scoped}`))[0] !== 200) {
      assert.ok(Date.now() < deadline, 'the keys are not in use');
      await sleep(50);
    }
    assert.ok(open.isClosed, 'connections without a key end with the first key');
    const table: [string, string | undefined, number][] = [
      ['GET /get/a', undefined, 401],
      ['GET /get/a', '', 401],
      ['GET /get/a', `Basic ${admin}`, 401],
      ['GET /get/a', 'Bearer anoa1_nonsense', 401],
      ['GET /get/a', `Bearer ${admin.slice(0, -1)}`, 401],
      ['GET /get/a', `bearer ${admin}`, 200],
      ['GET /get/a', `Bearer ${reader}`, 200],
      ['GET /put?a=2', `Bearer ${reader}`, 403],
      ['GET /delete/a', `Bearer ${reader}`, 403],
      ['GET /get/a', `Bearer ${scoped}`, 403],
      ['GET /get/none', `Bearer ${scoped}`, 403],
      ['GET /put?a=2', `Bearer ${scoped}`, 403],
      ['GET /put?u:2=1&a=2', `Bearer ${scoped}`, 403],
      ['GET /put?u:2=1', `Bearer ${scoped}`, 200],
      ['GET /v1/keys', `Bearer ${scoped}`, 200],
      ['GET /v1/keys?prefix=a', `Bearer ${scoped}`, 403],
      ['GET /v1/keys/a', `Bearer ${scoped}`, 403],
      ['HEAD /v1/keys/a', `Bearer ${scoped}`, 403],
      ['DELETE /v1/keys/a', `Bearer ${scoped}`, 403],
      ['GET /metrics', undefined, 401],
      ['GET /metrics', `Bearer ${reader}`, 200],
      ['GET /metrics', `Bearer ${scoped}`, 403],
      ['GET /livez', undefined, 200],
      ['GET /readyz', undefined, 200],
      ['GET /openapi.json', undefined, 200],
    ];
    for (const [request, authorization, status] of table) {
      const answer = await ask(request, authorization);
      assert.deepEqual(statuses(answer), [status], `${request} ${authorization?.slice(0, 12)}: ${answer}`);
      if (status === 401) assert.match(answer, /www-authenticate: Bearer/);
    }
    const listed = await ask('GET /v1/keys', `Bearer ${scoped}`);
    assert.match(listed, /"keys":\["u:[12]","u:[12]"\]/);
    // Preconditions tell nothing of keys beyond the prefix.
    assert.deepEqual(statuses(await ask('GET /v1/keys/a', `Bearer ${scoped}`, 'If-Match: "1"\r\n')), [403]);
    // On one connection each request stands for itself, also where the next is read before this one's body.
    const mixed = await converse(
      `GET /get/a HTTP/1.1\r\n${HOST}Authorization: Bearer ${admin}\r\n\r\nGET /get/a HTTP/1.1\r\n${HOST}\r\nPUT /v1/keys/a HTTP/1.1\r\n${HOST}Authorization: Bearer ${reader}\r\nContent-Length: 1\r\n\r\n9GET /get/a HTTP/1.1\r\n${HOST}Authorization: Bearer ${admin}\r\n\r\n`,
      sealed,
    );
    assert.deepEqual(statuses(mixed), [200, 401, 403, 200]);
    await revokeAccessKey({ settings }, 'reader');
    while (statuses(await ask('GET /get/a', `Bearer ${reader}`))[0] !== 401) {
      assert.ok(Date.now() < deadline, 'the revoked key is still good');
      await sleep(50);
    }
  } finally {
    await sealed.stop();
  }
});

test.run();
