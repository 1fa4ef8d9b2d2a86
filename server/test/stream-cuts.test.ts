/** However the bytes of a connection are cut on their way, its answers are the same. */

import assert from 'node:assert/strict';
import { SeededRandom } from '@anoadb/testkit';
import { suite } from 'uvu';
import { protocolDoors } from '../src/doors/protocol-doors.js';
import { StreamHarness } from './support/stream-harness.js';

const test = suite('stream cuts: any bytes cut at any place');

const seed = Number(process.env['ANOA_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const RANDOM_STREAMS = 150;

/** An array of bulk strings. */
const request = (...words: string[]): string =>
  `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join('')}`;

const SCRIPTS: Readonly<Record<string, string>> = {
  'Redis arrays': [
    request('SET', 'a', '1'),
    request('GET', 'a'),
    request('SET', 'line', 'two\r\nlines\0'),
    request('GET', 'line'),
    request('INCR', 'a'),
    request('APPEND', 'a', ''),
    request('NOTHING', 'x'),
    request('GET'),
    '*0\r\n',
    request('MULTI'),
    request('INCR', 'a'),
    request('EXEC'),
    request('MGET', 'a', 'line', 'absent'),
  ].join(''),
  'Redis inline': 'SET k "a b"\r\n\r\nGET k\nAPPEND k \'c\'\r\nSTRLEN k\r\n',
  'Redis inline, then arrays': `PING\r\n${request('PING')}PING x\r\n${request('ECHO', 'y')}`,
  'Redis, an error that closes': `${request('PING')}*1\r\n:1\r\n${request('PING')}`,
  'RESP 3': `${request('HELLO', '3', 'SETNAME', 'me')}${request('GET', 'absent')}${request('CLIENT', 'GETNAME')}`,
  'memcached text':
    'set k 7 0 5\r\nhello\r\nget k\r\ngets absent k\r\nappend k 0 0 3\r\n\r\n!\r\nget k\r\nincr k 1\r\n' +
    'set n 0 0 2 noreply\r\n41\r\nincr n 1\r\nset bad\r\nset long 0 0 3\r\nabcd\r\ndelete k\r\nget k\r\nbogus\r\n',
  'memcached meta':
    'ms k 5\r\nhello\r\nmg k v t f\r\nmn\r\nmd k q\r\nmg k v\r\nma n N0 J5 v\r\nma n v\r\nmn\r\n',
};

/** What comes back when `pieces` are sent one by one on a connection of its own. */
function answersTo(pieces: readonly string[]): string {
  const harness = new StreamHarness(protocolDoors);
  const client = harness.connect();
  let answers = '';
  for (const piece of pieces) answers += client.ask(piece);
  client.finish();
  assert.deepEqual(harness.defects, []);
  // Connections are counted on in HELLO and CLIENT ID: each harness has its own first one.
  return `${answers}${client.received()}${client.isClosed ? '(closed)' : ''}`;
}

for (const [name, script] of Object.entries(SCRIPTS)) {
  test(`${name}: cut once at every place, and everywhere`, () => {
    const whole = answersTo([script]);
    assert.ok(whole.length > 20, 'a script that answers nothing tests nothing');
    for (let at = 1; at < script.length; at++) {
      assert.equal(answersTo([script.slice(0, at), script.slice(at)]), whole, `cut at ${at}`);
    }
    assert.equal(answersTo([...script]), whole, 'byte by byte');
  });
}

test('random streams of good and bad pieces, cut at random', () => {
  console.log(`seed ${seed}`);
  const random = new SeededRandom(seed);
  const good = Object.values(SCRIPTS).flatMap((script) => script.split(/(?<=\r\n)/));
  for (let run = 0; run < RANDOM_STREAMS; run++) {
    let stream = '';
    for (let i = random.int(1, 30); i > 0; i--) {
      const isJunk = random.chance(0.1);
      stream += isJunk
        ? Buffer.from(random.bytes(5)).toString('latin1')
        : good[random.int(0, good.length - 1)];
    }
    const pieces: string[] = [];
    for (let at = 0; at < stream.length; ) {
      const length = random.chance(0.5) ? random.int(1, 4) : random.int(1, 100);
      pieces.push(stream.slice(at, at + length));
      at += length;
    }
    assert.equal(answersTo(pieces), answersTo([stream]), JSON.stringify(pieces));
  }
});

test.run();
