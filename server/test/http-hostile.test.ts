/** The HTTP door under requests that random damage has made, behind TLS, and where answers wait for a sync. */

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SeededRandom } from '@anoadb/testkit';
import { test } from 'uvu';
import { selfSignedCertificate } from './support/self-signed-certificate.js';
import { type StreamServer, startStreamServer } from './support/stream-harness.js';

const SEED = Number(process.env['ANOA_TEST_SEED'] ?? 20_261_121);
const RUNS = 400;
const HOST = 'Host: 127.0.0.1\r\n';

const GOOD: readonly string[] = [
  `GET /get/a HTTP/1.1\r\n${HOST}Accept: application/json;q=0.5, */*\r\n\r\n`,
  `GET /put?a=1&b=%20x HTTP/1.1\r\n${HOST}\r\n`,
  `PUT /v1/keys/a%2Fb?ttl=5m HTTP/1.1\r\n${HOST}If-Match: "1", W/"2"\r\nContent-Type: application/json\r\nContent-Length: 13\r\n\r\n{"a":[1,2.5]}`,
  `PUT /v1/keys/a HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`,
  `POST /v1/batch HTTP/1.1\r\n${HOST}Content-Type: application/json\r\nContent-Length: 70\r\n\r\n{"ops":[{"op":"incr","key":"n","amount":-2},{"op":"count"}]}          `,
  `GET /v1/keys?prefix=a&limit=10&match=*&type=text&cursor=0 HTTP/1.1\r\n${HOST}\r\n`,
  `GET /metrics HTTP/1.1\r\n${HOST}Origin: http://127.0.0.1\r\n\r\n`,
];
const PIECES = [
  '\r\n',
  '\n',
  ' ',
  ':',
  '%',
  '%00',
  '\u0000',
  '\u00ff',
  '{',
  '"',
  '[',
  '..',
  '-1',
  '9'.repeat(30),
  'Content-Length: 5\r\n',
];

/** Bytes changed, taken out, doubled or put in, in a few places. */
function damaged(text: string, random: SeededRandom): string {
  let result = text;
  for (let times = random.int(1, 4); times > 0; times--) {
    const at = random.int(0, result.length);
    const end = Math.min(result.length, at + random.int(0, 8));
    const piece = PIECES[random.int(0, PIECES.length - 1)];
    const kind = random.int(0, 3);
    if (kind === 0)
      result = result.slice(0, at) + String.fromCharCode(random.int(0, 255)) + result.slice(at + 1);
    else if (kind === 1) result = result.slice(0, at) + result.slice(end);
    else if (kind === 2) result = result.slice(0, end) + result.slice(at);
    else result = result.slice(0, at) + piece + result.slice(at);
  }
  return result;
}

test('damaged requests are answered or end, nothing is a defect, and others are served', async () => {
  const server = await startStreamServer();
  try {
    const random = new SeededRandom(SEED);
    for (let run = 0; run < RUNS; run++) {
      const raw = GOOD.map((text) => (random.chance(0.4) ? damaged(text, random) : text)).join('');
      const client = await server.connect();
      client.send(raw);
      client.socket.end();
      const where = `seed ${SEED}, run ${run}: ${JSON.stringify(raw)}`;
      const answer = await client
        .takeAll()
        .catch(({ message }: Error) => assert.fail(`${message} (${where})`));
      for (const [, status] of answer.matchAll(/HTTP\/1\.1 (\d+) /g)) assert.notEqual(status, '500', where);
      if (run % 50 === 0)
        assert.match(await ask(server, `GET /livez HTTP/1.1\r\n${HOST}\r\n`), /200 OK/, where);
    }
    const errors = server.log.filter((line) => JSON.parse(line).level === 'error');
    assert.deepEqual(errors, []);
  } finally {
    await server.stop();
  }
});

test('behind TLS it is the same door', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'anoadb-https-'));
  const { cert, key } = selfSignedCertificate();
  const [tlsCert, tlsKey] = [join(directory, 'cert.pem'), join(directory, 'key.pem')];
  writeFileSync(tlsCert, cert);
  writeFileSync(tlsKey, key, { mode: 0o600 });
  const server = await startStreamServer({ tlsCert, tlsKey });
  try {
    const over = (method: string, path: string, body?: string): Promise<string> =>
      new Promise((resolve, reject) => {
        const options = { host: '127.0.0.1', port: server.port, method, path, rejectUnauthorized: false };
        const outgoing = request(options, (response) => {
          let text = `${response.statusCode} `;
          response.setEncoding('utf8').on('data', (chunk) => (text += chunk));
          response.on('end', () => resolve(text));
        });
        outgoing.on('error', reject).end(body);
      });
    assert.equal(await over('PUT', '/v1/keys/a', 'secret'), '201 ');
    assert.equal(await over('GET', '/get/a'), '200 secret');
  } finally {
    await server.stop();
    rmSync(directory, { recursive: true });
  }
});

test('with a sync for each answer, pipelined writes are answered in order and survive a stop', async () => {
  const server = await startStreamServer({ fsync: 'always' });
  try {
    const writes = Array.from(
      { length: 20 },
      (_, i) => `PUT /v1/keys/n HTTP/1.1\r\n${HOST}Content-Length: 2\r\n\r\n${String(i).padStart(2, '0')}`,
    ).join('');
    const answer = await ask(server, `${writes}GET /get/n HTTP/1.1\r\n${HOST}\r\n`);
    assert.equal(answer.match(/HTTP\/1\.1 20[14]/g)?.length, 20);
    assert.match(answer, /\r\n\r\n19$/);
    const versions = [...answer.matchAll(/etag: "(\d+)"/g)].map(([, version]) => Number(version));
    assert.deepEqual(
      versions,
      [...versions].sort((a, b) => a - b),
    );
  } finally {
    await server.stop();
  }
});

async function ask(server: StreamServer, raw: string): Promise<string> {
  const client = await server.connect();
  client.send(raw);
  await sleep(1);
  client.socket.end();
  return client.takeAll();
}

test.run();
