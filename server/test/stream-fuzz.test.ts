/** No bytes make a session throw: every command with arguments that fit it badly, and requests with bytes changed. */

import assert from 'node:assert/strict';
import { SeededRandom } from '@anoadb/testkit';
import { suite } from 'uvu';
import { protocolDoors } from '../src/doors/protocol-doors.js';
import { redisCommandTable } from '../src/doors/redis/generated/command-table.js';
import { type MemoryClient, StreamHarness } from './support/stream-harness.js';

const test = suite('stream fuzz: no bytes make a session throw');

const seed = Number(process.env['ANOA_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const REQUESTS = 20_000;

const WORDS =
  'k l m n absent 0 1 -1 2 10 -10 100 4294967295 4294967296 9223372036854775807 -9223372036854775808 ' +
  '9223372036854775808 1.5 -1.5 1e3 inf nan 0x10 +1 EX PX EXAT PXAT NX XX GT LT KEEPTTL GET COUNT MATCH TYPE LEFT RIGHT ' +
  'BEFORE AFTER RANK MAXLEN AND OR XOR NOT BIT BYTE LEN IDX MINMATCHLEN WITHMATCHLEN REPLACE DB ASYNC SYNC PERSIST * ? [a ' +
  'noreply q v t f k O123 b c C5 E9 S5 T0 N10 J1 MI MD ME MA string list none LIST INFO ID SETNAME KILL PAUSE ALL';
const ARGUMENTS = [
  ...WORDS.split(' '),
  '',
  '\r\n',
  '\0',
  '\xff\xfe',
  'x'.repeat(300),
  'k'.repeat(1025),
  'é',
  '"',
  "'",
  '{}',
  '[1,2]',
];

/** One ends the process, the others keep answers back. */
const LEFT_OUT = new Set(['shutdown', 'client|pause', 'client|reply']);

const MEMCACHED =
  'get gets gat gats set add replace append prepend cas delete incr decr touch flush_all stats version verbosity mg ms md ma mn me';

class Fuzz {
  readonly random = new SeededRandom(seed);
  readonly harness = new StreamHarness(protocolDoors, {
    maxMemoryBytes: 16 * 1024 * 1024,
    eviction: 'sieve',
  });
  client: MemoryClient = this.harness.connect();
  /** Requests that something came back for. */
  answered = 0;
  #sent: string[] = [];

  pick<T>(from: readonly T[]): T {
    return from[this.random.int(0, from.length - 1)];
  }

  /** On the connection there is, or on another where it has ended. */
  send(data: string): void {
    // Ended, or blocked: BLPOP may wait for ever.
    if (this.client.connection?.mustYield !== false || this.random.chance(0.002)) {
      this.client.finish();
      this.client = this.harness.connect();
      this.#sent = [];
    }
    this.#sent.push(data);
    this.client.send(data);
    if (this.client.receivedBytes().length > 0) this.answered++;
    if (this.random.chance(0.01)) this.harness.pass(this.random.int(1, 2_000));
    const [defect] = this.harness.defects;
    if (defect === undefined) return;
    const trace = defect instanceof Error ? defect.stack : String(defect);
    assert.fail(`${trace}\nafter ${JSON.stringify(this.#sent.slice(-5))}`);
  }
}

const array = (words: readonly string[]): string =>
  `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word, 'latin1')}\r\n${word}\r\n`).join('')}`;

test('Redis: every command, any arguments', () => {
  console.log(`seed ${seed}`);
  const fuzz = new Fuzz();
  const names = redisCommandTable.map(({ name }) => name).filter((name) => !LEFT_OUT.has(name));
  for (let i = 0; i < REQUESTS; i++) {
    const words = fuzz.pick(names).split('|');
    for (let more = fuzz.random.int(0, 7); more > 0; more--) words.push(fuzz.pick(ARGUMENTS));
    fuzz.send(array(words.map((word) => Buffer.from(word, 'utf8').toString('latin1'))));
  }
  assert.ok(fuzz.answered > 0.9 * REQUESTS, `${fuzz.answered} answered`);
});

test('memcached: every command, any words and data', () => {
  const fuzz = new Fuzz();
  const names = MEMCACHED.split(' ');
  fuzz.client.send('mn\r\n');
  for (let i = 0; i < REQUESTS; i++) {
    const words = [fuzz.pick(names)];
    for (let more = fuzz.random.int(0, 7); more > 0; more--)
      words.push(fuzz.pick(ARGUMENTS).replace(/[\r\n]/g, ''));
    fuzz.send(`${words.join(' ')}\r\n`);
    if (fuzz.random.chance(0.5)) fuzz.send(`${fuzz.pick(ARGUMENTS)}\r\n`);
  }
  assert.ok(fuzz.answered > 0.5 * REQUESTS, `${fuzz.answered} answered`);
});

test('memcached, binary: every opcode, any lengths', () => {
  const fuzz = new Fuzz();
  for (let i = 0; i < REQUESTS; i++) {
    const [extras, key, value] = [fuzz.random.int(0, 24), fuzz.random.int(0, 12), fuzz.random.int(0, 30)];
    const frame = Buffer.alloc(24 + extras + key + value, fuzz.pick(['k', '\0', '1', '\xff']), 'latin1');
    frame.fill(0, 0, 24);
    frame[0] = 0x80;
    frame[1] = fuzz.random.int(0, 0x40);
    frame.writeUInt16BE(key, 2);
    frame[4] = extras;
    if (fuzz.random.chance(0.05)) frame[5] = 1;
    frame.writeUInt32BE((extras + key + value + (fuzz.random.chance(0.02) ? -1 : 0)) >>> 0, 8);
    if (fuzz.random.chance(0.2)) frame.writeUInt32BE(fuzz.random.int(0, 100), 20);
    fuzz.send(frame.toString('latin1'));
  }
  assert.ok(fuzz.answered > 0.5 * REQUESTS, `${fuzz.answered} answered`);
});

test('any protocol, with bytes changed, lost and doubled', () => {
  const fuzz = new Fuzz();
  const whole = [
    array(['SET', 'k', 'v', 'EX', '10']),
    array(['LPUSH', 'l', 'a', 'b']),
    array(['LRANGE', 'l', '0', '-1']),
    array(['MULTI']) + array(['GET', 'k']) + array(['EXEC']),
    'SET k "a b"\r\nGET k\r\n',
    'set k 0 0 3\r\nabc\r\n',
    'get k\r\n',
    'ms k 3 T10 F5\r\nabc\r\n',
    'mg k v t f c\r\n',
    '\x80\x00\x00\x01\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\0k',
  ];
  for (let i = 0; i < REQUESTS; i++) {
    const bytes = [...fuzz.pick(whole)];
    for (let changes = fuzz.random.int(0, 3); changes > 0; changes--) {
      const at = fuzz.random.int(0, bytes.length);
      const byte = String.fromCharCode(fuzz.random.int(0, 255));
      bytes.splice(at, fuzz.random.int(0, 2), ...(fuzz.random.chance(0.5) ? [byte] : []));
    }
    if (bytes.length > 0) fuzz.send(bytes.join(''));
    if (fuzz.random.chance(0.3)) fuzz.client.finish();
  }
});

test.run();
