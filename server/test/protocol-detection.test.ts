import assert from 'node:assert/strict';
import { SeededRandom } from '@anoadb/testkit';
import { suite } from 'uvu';
import { detectProtocol } from '../src/doors/stream/protocol-detection.js';

const test = suite('protocol detection: the first bytes decide');

const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));
const detected = (text: string, isAllThereIs = false): string => {
  const bytes = bytesOf(text);
  return detectProtocol(bytes, 0, bytes.length, isAllThereIs);
};

const CASES: readonly (readonly [string, string])[] = [
  // Redis: arrays at once, inline commands by their line.
  ['*', 'redis'],
  ['*1\r\n$4\r\nPING\r\n', 'redis'],
  ['PING\r\n', 'redis'],
  ['ping\n', 'redis'],
  ['SET k v\r\n', 'redis'],
  ['set k v\r\n', 'redis'],
  ['set k v ex 10\r\n', 'redis'],
  ['set k "0 0 3"\r\n', 'redis'],
  ['SET k 0 0 3\r\n', 'redis'],
  ['append k v\r\n', 'redis'],
  ['incr k\r\n', 'redis'],
  ['decr k\r\n', 'redis'],
  ['touch a b\r\n', 'redis'],
  ['touch a\r\n', 'redis'],
  ['GET k\r\n', 'redis'],
  ['GET /k\r\n', 'redis'],
  ['get\r\n', 'redis'],
  ['gat k\r\n', 'redis'],
  ['watch k\r\n', 'redis'],
  ['shutdown\r\n', 'redis'],
  ['constructor\r\n', 'redis'],
  ['__proto__ k\r\n', 'redis'],
  ['$4\r\nPING\r\n', 'redis'],
  ['\x00\x01\x02\n', 'redis'],
  ['\xff\xfe\n', 'redis'],
  // memcached: lower case and its own number of words.
  ['get k\r\n', 'memcached'],
  ['get a b c\n', 'memcached'],
  ['gets a\r\n', 'memcached'],
  ['gat 10 k\r\n', 'memcached'],
  ['gats -1 k l\r\n', 'memcached'],
  ['set k 0 0 3\r\nabc\r\n', 'memcached'],
  ['set k 0 -1 3 noreply\r\n', 'memcached'],
  ['  set   k 0 0 3\r\n', 'memcached'],
  ['add k 0 0 3\r\n', 'memcached'],
  ['append k 0 0 3\r\n', 'memcached'],
  ['cas k 0 0 3 17\r\n', 'memcached'],
  ['cas k 0 0 3 17 noreply\r\n', 'memcached'],
  ['incr k 5\r\n', 'memcached'],
  ['decr k 5 noreply\r\n', 'memcached'],
  ['touch k 60\r\n', 'memcached'],
  ['delete k\r\n', 'memcached'],
  ['flush_all\r\n', 'memcached'],
  ['stats\r\n', 'memcached'],
  ['stats items\r\n', 'memcached'],
  ['version\r\n', 'memcached'],
  ['verbosity 1\r\n', 'memcached'],
  ['quit\r\n', 'memcached'],
  ['mg k v\r\n', 'memcached'],
  ['ms k 2\r\n', 'memcached'],
  ['mn\r\n', 'memcached'],
  ['me k\r\n', 'memcached'],
  ['\x80\x00', 'memcached'],
  // HTTP: a whole request line.
  ['GET / HTTP/1.1\r\n', 'http'],
  ['GET /put?key=value HTTP/1.0\r\n', 'http'],
  ['PUT /v1/keys/a HTTP/1.1\n', 'http'],
  ['DELETE /v1/keys/a HTTP/1.1\r\n', 'http'],
  ['OPTIONS * HTTP/1.1\r\n', 'http'],
  ['GET http://a/b HTTP/1.1\r\n', 'http'],
  ['CONNECT a:1 HTTP/1.1\r\n', 'http'],
  ['PRI * HTTP/2.0\r\n', 'http'],
  ['\r\n\r\nGET / HTTP/1.1\r\n', 'http'],
  ['get / HTTP/1.1\r\n', 'memcached'],
  ['GET  / HTTP/1.1\r\n', 'redis'],
  ['GET k HTTP/1.1\r\n', 'redis'],
  // Not enough to say.
  ['', 'need-more'],
  ['\r\n', 'need-more'],
  ['g', 'need-more'],
  ['get k', 'need-more'],
  ['GET / HTTP/1.1', 'need-more'],
  ['\x16', 'need-more'],
  // A TLS handshake at a port without TLS: nothing that it would read could be said.
  ['\x16\x03\x01', 'unknown'],
  ['\x16x\n', 'redis'],
];

for (const [text, expected] of CASES) {
  test(`${JSON.stringify(text)} is ${expected}`, () => assert.equal(detected(text), expected));
}

test('of what is longer than a first line may be the first word decides', () => {
  const table: readonly (readonly [string, string])[] = [
    ['', 'redis'],
    ['\r\n', 'redis'],
    ['\x16', 'redis'],
    ['*', 'redis'],
    ['\x80', 'memcached'],
    ['get k', 'memcached'],
    ['\r\nget k', 'memcached'],
    ['  gets k', 'memcached'],
    ['set k v', 'memcached'],
    ['flush_all ', 'memcached'],
    ['get', 'redis'],
    ['getk', 'redis'],
    ['GET k', 'redis'],
    ['SET k v', 'redis'],
    ['mset k v', 'redis'],
    ['constructor k', 'redis'],
    [`${' '.repeat(300)}get k`, 'redis'],
    ['GET /', 'http'],
    ['\r\nPUT /v1/keys/k', 'http'],
    ['OPTIONS * ', 'http'],
    ['POST https://a/b', 'http'],
    ['GET ', 'redis'],
    ['get /', 'memcached'],
    ['SET /', 'redis'],
    ['CONNECT a:1', 'redis'],
  ];
  for (const [text, expected] of table) {
    assert.equal(detected(text, true), expected, JSON.stringify(text));
    if (text.endsWith('k') || text.endsWith('/'))
      assert.equal(detected(text + 'x'.repeat(100_000), true), expected, JSON.stringify(text));
  }
});

test('only its own part of the bytes is looked at', () => {
  const bytes = bytesOf('*get k\r\n*');
  assert.equal(detectProtocol(bytes, 1, 8), 'memcached');
  assert.equal(detectProtocol(bytes, 1, 7), 'need-more');
  assert.equal(detectProtocol(bytes, 6, 8), 'need-more');
});

test('each cut of a first line needs more, until it says the same as the whole', () => {
  for (const [text, expected] of CASES) {
    if (expected === 'need-more') continue;
    for (let end = 0; end < text.length; end++) {
      const part = detected(text.slice(0, end));
      assert.ok(part === 'need-more' || part === expected, `${JSON.stringify(text.slice(0, end))}: ${part}`);
    }
  }
});

test('any bytes have an answer', () => {
  const random = new SeededRandom(20_260_711);
  const words = ['get', 'set', 'GET', '/', ' ', '0', 'HTTP/1.1', '\r', '\n', '\x80', '*', 'k', '\xff', '\0'];
  for (let run = 0; run < 5_000; run++) {
    let text = '';
    const count = random.int(0, 11);
    for (let i = 0; i < count; i++) text += words[random.int(0, words.length - 1)];
    assert.match(detected(text), /^(?:redis|memcached|http|need-more|unknown)$/);
    assert.notEqual(detected(text, true), 'need-more');
  }
});

test.run();
