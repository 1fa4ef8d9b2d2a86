/** Clients that are slow, by each of the times they have: without sockets, with node:http and its real timers. */

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'uvu';
import { createHttpDoor } from '../src/doors/http/node-http-bridge.js';
import { type MemoryClient, StreamHarness } from './support/stream-harness.js';

const HOST = 'Host: 127.0.0.1\r\n';
const DEADLINE_MS = 20_000;
/** None of these comes to bear in a test that is about another one. */
const LONG_MS = 60_000;
const times = {
  headersTimeoutMs: LONG_MS,
  requestTimeoutMs: LONG_MS,
  keepAliveTimeoutMs: LONG_MS,
  silenceMsMax: LONG_MS,
  checkIntervalMs: 20,
};

function harnessWith(more: Partial<typeof times>): StreamHarness {
  return new StreamHarness((services) => ({
    http: createHttpDoor(services, { redis: undefined, memcached: undefined }, { ...times, ...more }),
  }));
}

/** Goes on with `meanwhile` until the server has closed; gives what it said, without the dates. */
async function untilClosed(client: MemoryClient, meanwhile: () => void = () => {}): Promise<string> {
  const deadline = Date.now() + DEADLINE_MS;
  while (!client.isClosed) {
    assert.ok(Date.now() < deadline, 'the connection stays open');
    meanwhile();
    await sleep(20);
  }
  return client.received();
}

test('a head that comes byte by byte ends with 408', async () => {
  const client = harnessWith({ headersTimeoutMs: 200 }).connect();
  client.send(`GET /livez HTTP/1.1\r\n${HOST}X: `);
  const answer = await untilClosed(client, () => client.send('a'));
  assert.match(answer, /^HTTP\/1\.1 408 Request Timeout\r\n/);
  assert.match(answer, /application\/problem\+json/);
});

test('a body that comes byte by byte ends with 408, and nothing of it is written', async () => {
  const harness = harnessWith({ headersTimeoutMs: 150, requestTimeoutMs: 300 });
  const client = harness.connect();
  client.send(`PUT /v1/keys/slow HTTP/1.1\r\n${HOST}Content-Length: 100000\r\n\r\n`);
  assert.match(await untilClosed(client, () => client.send('a')), /^HTTP\/1\.1 408 /);
  assert.equal(harness.engine.store.count, 0);
});

test('a connection without requests ends by itself, one that asks now and then stays', async () => {
  const harness = harnessWith({ keepAliveTimeoutMs: 300 });
  const idle = harness.connect();
  const busy = harness.connect();
  let answers = 0;
  idle.send(`GET /livez HTTP/1.1\r\n${HOST}\r\n`);
  const ended = await untilClosed(idle, () => {
    busy.send(`GET /livez HTTP/1.1\r\n${HOST}\r\n`);
    answers += busy.received().split('200 OK').length - 1;
  });
  assert.match(ended, /200 OK/);
  assert.ok(answers > 2 && !busy.isClosed, `${answers} answers`);
});

test('who says nothing more in the middle of a body is let go', async () => {
  const client = harnessWith({ silenceMsMax: 200 }).connect();
  client.send(`PUT /v1/keys/silent HTTP/1.1\r\n${HOST}Content-Length: 10\r\n\r\n123`);
  await untilClosed(client);
});

test('who does not read is asked for no more, and gets all once he does', async () => {
  const harness = harnessWith({});
  const client = harness.connect();
  const value = 'x'.repeat(100_000);
  client.send(`PUT /v1/keys/v HTTP/1.1\r\n${HOST}Content-Length: ${value.length}\r\n\r\n${value}`);
  await sleep(50);
  assert.match(client.received(), /201 Created/);
  client.isReading = false;
  client.send(`GET /get/v HTTP/1.1\r\n${HOST}\r\n`.repeat(100));
  await sleep(200);
  assert.ok(client.unsentBytes < 1_000_000, `${client.unsentBytes} bytes wait`);
  assert.ok(client.unsentBytes >= 100_000);
  let text = '';
  const deadline = Date.now() + DEADLINE_MS;
  while (text.split('200 OK').length <= 100) {
    assert.ok(Date.now() < deadline, `${text.length} bytes came`);
    client.readAgain();
    text += client.received();
    await sleep(1);
  }
  assert.equal(text.split(value).length, 101);
});

test.run();
