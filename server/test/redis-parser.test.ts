import assert from 'node:assert/strict';
import fc from 'fast-check';
import { test } from 'uvu';
import { RedisCall } from '../src/doors/redis/redis-call.js';
import { RedisLimits } from '../src/doors/redis/redis-limits.js';
import { Parsed, RequestParser } from '../src/doors/redis/request-parser.js';

/** Requests as lists of arguments, one character per byte; an error ends them. */
type Outcome = (string[] | { error: string } | 'more')[];

function parseWhole(bytes: Uint8Array, isTrusted = true): Outcome {
  return parsePieces([bytes], isTrusted);
}

/** As a session does it: what is not consumed comes again, in front of the next piece, at another offset. */
function parsePieces(pieces: readonly Uint8Array[], isTrusted = true): Outcome {
  const parser = new RequestParser();
  parser.isTrusted = isTrusted;
  const call = new RedisCall();
  const outcome: Outcome = [];
  let rest = new Uint8Array(0);
  let shift = 0;
  for (const piece of pieces) {
    // Bytes before and behind that are none of its business.
    const before = shift++ % 7;
    const bytes = new Uint8Array(before + rest.length + piece.length + 3).fill(0x0a);
    bytes.set(rest, before);
    bytes.set(piece, before + rest.length);
    const end = bytes.length - 3;
    let at = before;
    for (;;) {
      const parsed = at === end ? Parsed.NEED_MORE : parser.parse(bytes, at, end, call);
      if (parsed === Parsed.ERROR) return [...outcome, { error: parser.error }];
      if (parsed === Parsed.NEED_MORE) {
        if (at !== end) at = parser.at;
        break;
      }
      outcome.push(Array.from({ length: call.count }, (_, i) => call.text(i)));
      at = parser.at;
    }
    rest = bytes.slice(at, end);
  }
  if (rest.length > 0) outcome.push('more');
  return outcome;
}

function bytesOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'latin1'));
}

/** From the real server, version 7.0.15. */
const table: readonly (readonly [about: string, input: string, outcome: Outcome])[] = [
  ['nothing', '', []],
  ['a request', '*2\r\n$3\r\nGET\r\n$1\r\na\r\n', [['GET', 'a']]],
  ['two of them', '*1\r\n$4\r\nPING\r\n*1\r\n$4\r\nPING\r\n', [['PING'], ['PING']]],
  ['an empty argument', '*2\r\n$3\r\nGET\r\n$0\r\n\r\n', [['GET', '']]],
  ['line breaks inside of one', '*1\r\n$4\r\n\r\n\r\n\r\n', [['\r\n\r\n']]],
  ['none, less than none, and then one', '*0\r\n*-5\r\nPING\r\n', [['PING']]],
  ['no length', '*\r\n', [{ error: 'invalid multibulk length' }]],
  ['a leading zero', '*05\r\n', [{ error: 'invalid multibulk length' }]],
  ['a minus and nothing', '*-\r\n', [{ error: 'invalid multibulk length' }]],
  ['a minus and zero', '*-0\r\n', [{ error: 'invalid multibulk length' }]],
  ['letters', '*1x\r\n', [{ error: 'invalid multibulk length' }]],
  ['more arguments than may be', '*1048577\r\n', [{ error: 'invalid multibulk length' }]],
  ['as many as may be', '*1048576\r\n', ['more']],
  ['no dollar', '*1\r\n+PING\r\n', [{ error: "expected '$', got '+'" }]],
  ['a nested array', '*1\r\n*1\r\n', [{ error: "expected '$', got '*'" }]],
  ['no number behind the dollar', '*1\r\n$4x\r\nPING\r\n', [{ error: 'invalid bulk length' }]],
  ['less than nothing', '*1\r\n$-1\r\n', [{ error: 'invalid bulk length' }]],
  ['a value of gigabytes', '*1\r\n$68719476736\r\n', [{ error: 'invalid bulk length' }]],
  ['a value above all limits', '*1\r\n$67108864\r\n', [{ error: 'invalid bulk length' }]],
  ['digits without end', `*1\r\n$${'9'.repeat(40)}\r\n`, [{ error: 'invalid bulk length' }]],
  ['something else than CR LF', '*1\r\n$4\rXPINGXX*1\r\n$4\r\nPING\r\n', [['PING'], ['PING']]],
  ['half a header', '*2\r\n$3\r', ['more']],
  ['half an argument', '*2\r\n$3\r\nGE', ['more']],
  ['an argument without its end', '*1\r\n$4\r\nPING\r', ['more']],
  ['a line', 'PING\r\n', [['PING']]],
  ['a line with LF alone', 'SET  a\tb\n', [['SET', 'a', 'b']]],
  ['empty lines', '\r\n\n  \r\nPING\r\n', [['PING']]],
  ['quotes', 'SET "a b" \'c d\'\r\n', [['SET', 'a b', 'c d']]],
  ['escapes', 'E "\\x41\\xfF\\n\\r\\t\\b\\a\\\\\\"\\q\\x4"\r\n', [['E', 'A\xff\n\r\t\b\x07\\"qx4']]],
  ['no escapes', "E 'a\\n\\'b'\r\n", [['E', "a\\n'b"]]],
  ['quotes in the middle of a word', 'E a"b c"\r\n', [['E', 'ab c']]],
  ['an empty word', 'E ""\r\n', [['E', '']]],
  ['an open quote', 'E "a\r\n', [{ error: 'unbalanced quotes in request' }]],
  ['an open quote of the other kind', "E 'a\r\n", [{ error: 'unbalanced quotes in request' }]],
  ['a word right behind a quote', 'E "a"b\r\n', [{ error: 'unbalanced quotes in request' }]],
  ['half a line', 'PIN', ['more']],
];

for (const [about, input, outcome] of table) {
  test(`parses ${about}`, () => assert.deepEqual(parseWhole(bytesOf(input)), outcome));
  test(`parses ${about}, byte by byte`, () => {
    const pieces = Array.from(bytesOf(input), (byte) => Uint8Array.of(byte));
    assert.deepEqual(parsePieces(pieces), outcome);
  });
}

test('what has no end of line within 64 KiB is refused, in the words of what it began as', () => {
  const line = 'x'.repeat(RedisLimits.lineBytesMax);
  assert.deepEqual(parseWhole(bytesOf(line)), ['more']);
  assert.deepEqual(parseWhole(bytesOf(`${line}x`)), [{ error: 'too big inline request' }]);
  assert.deepEqual(parseWhole(bytesOf(`*${line}`)), [{ error: 'too big mbulk count string' }]);
  assert.deepEqual(parseWhole(bytesOf(`*1\r\n$${line}`)), [{ error: 'too big bulk count string' }]);
});

test('before authentication little is allowed', () => {
  assert.deepEqual(parseWhole(bytesOf('*10\r\n'), false), ['more']);
  assert.deepEqual(parseWhole(bytesOf('*11\r\n'), false), [{ error: 'unauthenticated multibulk length' }]);
  assert.deepEqual(parseWhole(bytesOf('*1\r\n$16384\r\n'), false), ['more']);
  assert.deepEqual(parseWhole(bytesOf('*1\r\n$16385\r\n'), false), [
    { error: 'unauthenticated bulk length' },
  ]);
});

const argument = fc.string({
  unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
});
const request = fc
  .array(argument, { minLength: 1, maxLength: 6 })
  .map((words) => `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join('')}`);
const line = fc.constantFrom('PING\r\n', 'SET "a b" c\n', '\r\n', "ECHO 'x\\'y' \"\\x00\"\r\n", '*0\r\n');
const junk = argument.map((text) => text.slice(0, 12));

test('any cut of any bytes gives what the whole gives', () => {
  const bytes = fc
    .array(fc.oneof({ weight: 6, arbitrary: request }, { weight: 2, arbitrary: line }, junk), {
      maxLength: 8,
    })
    .map((parts) => bytesOf(parts.join('')));
  fc.assert(
    fc.property(bytes, fc.array(fc.nat(), { maxLength: 12 }), (whole, cuts) => {
      const places = [...new Set([0, ...cuts.map((cut) => cut % (whole.length + 1)), whole.length])].sort(
        (a, b) => a - b,
      );
      const pieces = places.slice(1).map((end, i) => whole.subarray(places[i], end));
      assert.deepEqual(parsePieces(pieces), parseWhole(whole));
    }),
    { numRuns: 2000 },
  );
});

test('a large value in small pieces is read once', () => {
  const value = 'v'.repeat(4 * 1024 * 1024);
  const bytes = bytesOf(`*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$${value.length}\r\n${value}\r\n`);
  const parser = new RequestParser();
  const call = new RedisCall();
  let calls = 0;
  for (let end = 1000; end < bytes.length; end += 1000, calls++)
    assert.equal(parser.parse(bytes, 0, end, call), Parsed.NEED_MORE);
  assert.equal(parser.parse(bytes, 0, bytes.length, call), Parsed.REQUEST);
  assert.equal(call.lengthOf(2), value.length);
  assert.ok(calls > 4000);
});

test.run();
