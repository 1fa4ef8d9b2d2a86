/** The memcached door of a server with access keys: who comes in by which protocol, and what each may do. */

import assert from 'node:assert/strict';
import { formatAccessKey, keyIdOf, tweetnaclCrypto } from '@anoadb/transport';
import { suite } from 'uvu';
import type { AccessKeySet } from '../src/access/access-key.js';
import { createMemcachedDoor } from '../src/doors/memcached/memcached-door.js';
import { type MemoryClient, StreamHarness } from './support/stream-harness.js';
import { hex } from './test-engine.js';

const test = suite('memcached door: access keys');

const PSK = [1, 2, 3].map((seed) => new Uint8Array(32).fill(seed));
const SECRETS = PSK.map((psk) => formatAccessKey(psk));
const NAMES = ['reader', 'writer', 'boss'];

/** `reader` reads under `app:`, `writer` writes there, `boss` may do all. */
const KEYS: AccessKeySet = {
  generation: 1,
  isSealed: true,
  keys: (
    [
      ['read', 'app:'],
      ['write', 'app:'],
      ['admin', ''],
    ] as const
  ).map(([role, prefix], i) => ({
    name: NAMES[i],
    role,
    prefix,
    createdMs: 0,
    keyId: hex(keyIdOf(PSK[i], tweetnaclCrypto)),
    psk: PSK[i],
    untilMs: undefined,
  })),
};

const DENIED = 'CLIENT_ERROR access denied\r\n';
const READER = 0;
const WRITER = 1;
const BOSS = 2;

function start(): StreamHarness {
  return new StreamHarness((services) => ({ memcached: createMemcachedDoor(services) }), { keys: KEYS });
}

function loggedIn(harness: StreamHarness, who: number): MemoryClient {
  const client = harness.connect();
  assert.equal(client.ask(login(NAMES[who], SECRETS[who])), 'STORED\r\n');
  return client;
}

function login(...words: string[]): string {
  const data = words.join(' ');
  return `set auth 0 0 ${data.length}\r\n${data}\r\n`;
}

test('text: nothing but a set with name and secret is taken, and that as memcached takes it', () => {
  const client = start().connect();
  const table: [string, string][] = [
    ['get app:k\r\n', 'CLIENT_ERROR unauthenticated\r\n'],
    ['mg app:k v\r\n', 'CLIENT_ERROR unauthenticated\r\n'],
    ['version\r\n', 'CLIENT_ERROR unauthenticated\r\n'],
    ['set auth 0 0 x\r\n', 'CLIENT_ERROR unauthenticated\r\n'],
    [login('writer'), 'CLIENT_ERROR bad authentication token format\r\n'],
    [login('writer', 'wrong'), 'CLIENT_ERROR authentication failure\r\n'],
    [login('reader', SECRETS[WRITER]), 'CLIENT_ERROR authentication failure\r\n'],
    ['set auth 0 0 3\r\nabcde', 'CLIENT_ERROR bad command line termination\r\n'],
    [`set auth 0 0 5000\r\n${'x'.repeat(5000)}\r\n`, 'CLIENT_ERROR authentication failure\r\n'],
    [login('writer', SECRETS[WRITER]), 'STORED\r\n'],
    ['set app:k 0 0 1\r\nx\r\n', 'STORED\r\n'],
  ];
  for (const [request, answer] of table) assert.equal(client.ask(request), answer, request.slice(0, 60));
});

test('text: the login byte by byte', () => {
  const client = start().connect();
  for (const byte of login('boss', SECRETS[BOSS]).slice(0, -1)) assert.equal(client.ask(byte), '');
  assert.equal(client.ask('\n'), 'STORED\r\n');
});

test('roles and prefixes: what is denied is denied by every command, and its data block skipped', () => {
  const harness = start();
  const boss = loggedIn(harness, BOSS);
  boss.ask('set app:k 0 0 1\r\n5\r\nset other 0 0 1\r\n5\r\n');
  const reads = (key: string): string[] => [`get ${key}`, `gets app:k ${key}`, `mg ${key} v`, `me ${key}`];
  const writes = (key: string): string[] => [
    `set ${key} 0 0 3\r\nget`,
    `add ${key} 0 0 1\r\nx`,
    `cas ${key} 0 0 1 1\r\nx`,
    `append ${key} 0 0 1\r\nx`,
    `set ${key} 0 0 1048577\r\n${'x'.repeat(1_048_577)}`,
    `ms ${key} 1\r\nx`,
    `incr ${key} 1`,
    `ma ${key}`,
    `touch ${key} 100`,
    `gat 100 ${key}`,
    `mg ${key} T100`,
    `mg ${key} N100`,
    `delete ${key}`,
    `md ${key}`,
    `md ${key} I`,
  ];
  const denied: [number, string[]][] = [
    [
      READER,
      [
        ...reads('other'),
        ...reads('ap'),
        ...writes('app:k'),
        ...writes('other'),
        'flush_all',
        'flush_all 10',
      ],
    ],
    [WRITER, [...reads('other'), ...writes('other'), 'flush_all', 'flush_all 10', 'stats', 'stats items']],
  ];
  for (const [who, requests] of denied) {
    const client = loggedIn(harness, who);
    for (const request of requests)
      assert.equal(client.ask(`${request}\r\n`), DENIED, `${NAMES[who]}: ${request.slice(0, 40)}`);
  }
  assert.equal(boss.ask('mg other v\r\nmg app:k v t\r\n'), 'VA 1\r\n5\r\nVA 1 t-1\r\n5\r\n');
  for (const request of writes('app:k')) {
    const answer = loggedIn(harness, WRITER).ask(`${request}\r\n`);
    assert.notEqual(answer, DENIED, request.slice(0, 40));
  }
  assert.equal(loggedIn(harness, READER).ask('get app:absent\r\n'), 'END\r\n');
  assert.equal(boss.ask('flush_all\r\nstats reset\r\n'), 'OK\r\nRESET\r\n');
});

// ---- binary

const statusOf = (answer: string): number => Buffer.from(answer, 'latin1').readUInt16BE(6);

function binary(opcode: number, key = '', extras = '', value = ''): string {
  const header = Buffer.alloc(24);
  header[0] = 0x80;
  header[1] = opcode;
  header.writeUInt16BE(key.length, 2);
  header[4] = extras.length;
  header.writeUInt32BE(key.length + extras.length + value.length, 8);
  return header.toString('latin1') + extras + key + value;
}

const GET = 0x00;
const SET = 0x01;
const VERSION = 0x0b;
const LIST = 0x20;
const AUTH = 0x21;
const STEP = 0x22;

test('binary: SASL PLAIN takes name and secret; before it there are its commands and VERSION alone', () => {
  const harness = start();
  const stranger = harness.connect();
  assert.equal(stranger.ask(binary(VERSION)).slice(24), '1.6.18');
  assert.equal(stranger.ask(binary(LIST)).slice(24), 'PLAIN');
  const bad = [
    binary(AUTH, 'PLAIN', '', `\0writer\0wrong`),
    binary(AUTH, 'PLAIN', '', `writer ${SECRETS[WRITER]}`),
    binary(AUTH, 'PLAIN'),
    binary(AUTH, 'CRAM-MD5', '', `\0writer\0${SECRETS[WRITER]}`),
    binary(STEP, 'PLAIN', '', `\0writer\0${SECRETS[WRITER]}`),
  ];
  for (const request of bad) {
    const answer = stranger.ask(request);
    assert.deepEqual([statusOf(answer), answer.slice(24)], [0x20, 'Auth failure.']);
  }
  const login = stranger.ask(binary(AUTH, 'PLAIN', '', `\0writer\0${SECRETS[WRITER]}`));
  assert.deepEqual([statusOf(login), login.slice(24)], [0, 'Authenticated']);
  assert.equal(statusOf(stranger.ask(binary(SET, 'app:k', '\0'.repeat(8), 'x'))), 0);
  const denied = stranger.ask(binary(SET, 'other', '\0'.repeat(8), 'value') + binary(GET, 'other'));
  assert.equal(statusOf(denied), 0x20);
  assert.equal(denied.split('Access denied.').length, 3);
  assert.equal(stranger.ask(binary(GET, 'app:k')).slice(28), 'x');
});

test('binary: whoever is not authenticated is answered and closed', () => {
  const client = start().connect();
  const answer = client.ask(binary(GET, 'app:k'));
  assert.deepEqual([statusOf(answer), answer.slice(24), client.isClosed], [0x20, 'Auth failure.', true]);
});

test('an open server knows no SASL, as memcached without it does not', () => {
  const harness = new StreamHarness((services) => ({ memcached: createMemcachedDoor(services) }));
  const client = harness.connect();
  for (const request of [binary(LIST), binary(AUTH, 'PLAIN', '', '\0a\0b')])
    assert.equal(statusOf(client.ask(request)), 0x81);
  assert.equal(client.ask(binary(VERSION)).slice(24), '1.6.18');
});

test.run();
