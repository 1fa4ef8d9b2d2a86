/** Access keys made on disk, of a server that runs: what one that may only read may do at each of the TCP doors. */

import assert from 'node:assert/strict';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'uvu';
import { createAccessKey } from '../src/access/node-key-administration.js';
import { type SocketClient, type StreamServer, startStreamServer } from './support/stream-harness.js';

const IN_USE_WITHIN_MS = 10_000;
const TRY_AGAIN_MS = 50;
/** Of what is read; each door has it under both keys. */
const VALUE = 'value';
const INSIDE = 'app:k';
const OUTSIDE = 'other';
const SET_EXTRAS = '\0'.repeat(8);

interface ReadKey {
  readonly name: string;
  readonly secret: string;
  readonly prefix: string;
}

let server: StreamServer;
let readKeys: readonly ReadKey[];

test.before(async () => {
  server = await startStreamServer();
  const open = await server.connect();
  for (const key of [INSIDE, OUTSIDE]) await open.ask(`SET ${key} ${VALUE}\r\n`, '+OK\r\n');
  readKeys = [await readKey('reader', ''), await readKey('scoped', 'app:')];
  const deadline = Date.now() + IN_USE_WITHIN_MS;
  for (const { secret } of readKeys) {
    while (!(await isInUse(secret))) {
      assert.ok(Date.now() < deadline, 'the keys are not in use');
      await sleep(TRY_AGAIN_MS);
    }
  }
});
test.after(() => server.stop());

async function readKey(name: string, prefix: string): Promise<ReadKey> {
  const settings = {
    dataDir: server.dataDir,
    keyFile: join(dirname(server.dataDir), 'store.key'),
    passphrase: undefined,
    host: '127.0.0.1',
    port: server.port,
  };
  const { url } = await createAccessKey({ settings }, { name, role: 'read', prefix });
  return { name, prefix, secret: /anoa:\/\/([^@]+)@/.exec(url)![1] };
}

async function isInUse(secret: string): Promise<boolean> {
  const client = await server.connect();
  client.send(`AUTH ${secret}\r\nQUIT\r\n`);
  return (await client.takeAll()).startsWith('+OK');
}

/** What a door says to one that may and to one that may not, by how it was asked. */
interface Door {
  readonly name: string;
  login(client: SocketClient, key: ReadKey): Promise<void>;
  /** Each says whether it was done; anything but that and a refusal for want of rights throws. */
  read(client: SocketClient, key: ReadKey, name: string): Promise<boolean>;
  readonly writes: readonly ((client: SocketClient, key: ReadKey, name: string) => Promise<boolean>)[];
}

const redisWrite = (command: string) => async (client: SocketClient, _: ReadKey, name: string) => {
  client.send(`${command.replace('KEY', name)}\r\n`);
  return isAllowed(await client.takeLine(), /^[+:$]/, /^-NOPERM /);
};

const textWrite = (request: string) => async (client: SocketClient, _: ReadKey, name: string) => {
  client.send(`${request.replace('KEY', name)}\r\n`);
  return isAllowed(await client.takeLine(), /^(?:STORED|DELETED|TOUCHED|HD)/, /^CLIENT_ERROR access denied$/);
};

const binaryRequest =
  (opcode: number, extras = '', value = '') =>
  async (client: SocketClient, _: ReadKey, name: string) =>
    isAllowed(String(await binaryStatus(client, opcode, name, extras, value)), /^0$/, /^32$/);

const httpRequest =
  (request: string, body = '') =>
  async (client: SocketClient, key: ReadKey, name: string) => {
    const head = `${request.replace('KEY', name)} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${key.secret}\r\n`;
    client.send(`${head}Content-Length: ${body.length}\r\n\r\n${body}`);
    const status = await client.takeLine();
    let bytes = 0;
    for (let line = await client.takeLine(); line !== ''; line = await client.takeLine())
      bytes = Number(/^content-length: (\d+)$/i.exec(line)?.[1] ?? bytes);
    await client.take(bytes);
    return isAllowed(status, /^HTTP\/1\.1 20[0-4] /, /^HTTP\/1\.1 403 /);
  };

const doors: readonly Door[] = [
  {
    name: 'Redis',
    login: (client, { secret }) => client.ask(`AUTH ${secret}\r\n`, '+OK\r\n'),
    read: async (client, _, name) => {
      client.send(`GET ${name}\r\n`);
      if (!isAllowed(await client.takeLine(), /^\$5$/, /^-NOPERM /)) return false;
      assert.equal(await client.takeLine(), VALUE);
      return true;
    },
    writes: ['SET KEY x', 'DEL KEY', 'APPEND KEY x', 'EXPIRE KEY 100', 'RPUSH KEY x', 'GETDEL KEY'].map(
      redisWrite,
    ),
  },
  {
    name: 'memcached text',
    login: (client, { name, secret }) => {
      const data = `${name} ${secret}`;
      return client.ask(`set auth 0 0 ${data.length}\r\n${data}\r\n`, 'STORED\r\n');
    },
    read: async (client, _, name) => {
      client.send(`mg ${name} v\r\n`);
      if (!isAllowed(await client.takeLine(), /^VA 5/, /^CLIENT_ERROR access denied$/)) return false;
      assert.equal(await client.takeLine(), VALUE);
      return true;
    },
    writes: [
      'set KEY 0 0 1\r\nx',
      'append KEY 0 0 1\r\nx',
      'incr KEY 1',
      'touch KEY 100',
      'gat 100 KEY',
      'delete KEY',
      'ms KEY 1\r\nx',
      'md KEY',
    ].map(textWrite),
  },
  {
    name: 'memcached binary',
    login: async (client, { name, secret }) =>
      assert.equal(await binaryStatus(client, 0x21, 'PLAIN', '', `\0${name}\0${secret}`), 0),
    read: binaryRequest(0x00),
    writes: [
      binaryRequest(0x01, SET_EXTRAS, 'x'),
      binaryRequest(0x03, SET_EXTRAS, 'x'),
      binaryRequest(0x04),
      binaryRequest(0x0e, '', 'x'),
      binaryRequest(0x1c, '\0\0\0\x64'),
      binaryRequest(0x1d, '\0\0\0\x64'),
    ],
  },
  {
    name: 'HTTP',
    login: async () => {},
    read: httpRequest('GET /get/KEY'),
    writes: [
      httpRequest('GET /put?KEY=x'),
      httpRequest('GET /delete/KEY'),
      httpRequest('PUT /v1/keys/KEY', 'x'),
      httpRequest('DELETE /v1/keys/KEY'),
    ],
  },
];

function isAllowed(answer: string, allowed: RegExp, denied: RegExp): boolean {
  if (denied.test(answer)) return false;
  assert.match(answer, allowed);
  return true;
}

/** The status of the answer to one request. */
async function binaryStatus(
  client: SocketClient,
  opcode: number,
  key: string,
  extras: string,
  value: string,
): Promise<number> {
  const header = Buffer.alloc(24);
  header[0] = 0x80;
  header[1] = opcode;
  header.writeUInt16BE(key.length, 2);
  header[4] = extras.length;
  header.writeUInt32BE(key.length + extras.length + value.length, 8);
  client.send(header.toString('latin1') + extras + key + value);
  const answer = Buffer.from(await client.take(24), 'latin1');
  await client.take(answer.readUInt32BE(8));
  return answer.readUInt16BE(6);
}

for (const door of doors) {
  test(`${door.name}: a key that may read reads within its prefix, and writes nothing`, async () => {
    for (const key of readKeys) {
      const client = await server.connect();
      await door.login(client, key);
      assert.equal(await door.read(client, key, INSIDE), true, `${key.name} reads ${INSIDE}`);
      assert.equal(await door.read(client, key, OUTSIDE), key.prefix === '', `${key.name} reads ${OUTSIDE}`);
      for (const [i, write] of door.writes.entries()) {
        for (const name of [INSIDE, OUTSIDE])
          assert.equal(await write(client, key, name), false, `${key.name}, write ${i} of ${name}`);
      }
      assert.equal(await door.read(client, key, INSIDE), true, 'it is still there, as it was');
    }
  });
}

test.run();
