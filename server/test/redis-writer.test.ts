import assert from 'node:assert/strict';
import { ByteWriter } from '@anoadb/protocol';
import fc from 'fast-check';
import { test } from 'uvu';
import { ErrorStatistics } from '../src/doors/redis/error-statistics.js';
import { canonicalInteger, RedisCall } from '../src/doors/redis/redis-call.js';
import { RespWriter } from '../src/doors/redis/resp-writer.js';

function written(version: 2 | 3, write: (reply: RespWriter) => void): string {
  const out = new ByteWriter(16);
  const reply = new RespWriter(out, new ErrorStatistics());
  reply.version = version;
  write(reply);
  return Buffer.from(out.written()).toString('latin1');
}

const table: readonly (readonly [write: (reply: RespWriter) => void, resp2: string, resp3?: string])[] = [
  [(reply) => reply.ok(), '+OK\r\n'],
  [(reply) => reply.simple('PONG'), '+PONG\r\n'],
  [(reply) => reply.error('ERR a\r\nb'), '-ERR a  b\r\n'],
  [(reply) => reply.bulk(Uint8Array.of(1, 2, 3, 255), 1, 4), '$3\r\n\x02\x03\xff\r\n'],
  [(reply) => reply.bulkText(''), '$0\r\n\r\n'],
  [(reply) => reply.bulkText('\xff\x00'), '$2\r\n\xff\x00\r\n'],
  [(reply) => reply.nullBulk(), '$-1\r\n', '_\r\n'],
  [(reply) => reply.nullArray(), '*-1\r\n', '_\r\n'],
  [(reply) => reply.array(3), '*3\r\n'],
  [(reply) => reply.map(2), '*4\r\n', '%2\r\n'],
  [(reply) => reply.set(2), '*2\r\n', '~2\r\n'],
  [(reply) => reply.push(2), '*2\r\n', '>2\r\n'],
  [(reply) => reply.double('1.5'), '$3\r\n1.5\r\n', ',1.5\r\n'],
  [(reply) => reply.boolean(true), ':1\r\n', '#t\r\n'],
  [(reply) => reply.boolean(false), ':0\r\n', '#f\r\n'],
  [(reply) => reply.verbatim('a\nb'), '$3\r\na\nb\r\n', '=7\r\ntxt:a\nb\r\n'],
];

test('every kind of answer in both versions', () => {
  for (const [write, resp2, resp3 = resp2] of table)
    assert.deepEqual([written(2, write), written(3, write)], [resp2, resp3]);
});

test('integers to the last digit', () => {
  const edges = [0, 9, 10, 99, 100, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 1e15, Number.MAX_SAFE_INTEGER];
  for (const value of edges.flatMap((edge) => [edge - 1, edge, -edge]))
    assert.equal(
      written(2, (reply) => reply.integer(value)),
      `:${value}\r\n`,
    );
  for (const value of [2n ** 63n - 1n, -(2n ** 63n)])
    assert.equal(
      written(2, (reply) => reply.integer(value)),
      `:${value}\r\n`,
    );
  fc.assert(
    fc.property(fc.maxSafeInteger(), (value) => {
      assert.equal(
        written(2, (reply) => reply.integer(value)),
        `:${value === 0 ? 0 : value}\r\n`,
      );
    }),
  );
});

test('an integer is what its canonical form says, and nothing else is one', () => {
  const parse = (text: string): number | bigint | undefined => {
    const bytes = new Uint8Array(Buffer.from(`x${text}x`, 'latin1'));
    return canonicalInteger(bytes, 1, bytes.length - 1);
  };
  for (const text of ['', '-', '+1', '01', '-0', '-01', '1 ', ' 1', '1.0', '1e3', '0x1', '1\0', '--1', '१'])
    assert.equal(parse(text), undefined, text);
  for (const text of ['9223372036854775808', '-9223372036854775809', '18446744073709551616', '1'.repeat(30)])
    assert.equal(parse(text), undefined, text);
  assert.equal(parse('9223372036854775807'), 2n ** 63n - 1n);
  assert.equal(parse('-9223372036854775808'), -(2n ** 63n));
  assert.equal(parse('9007199254740991'), Number.MAX_SAFE_INTEGER);
  assert.equal(parse('9007199254740992'), 2n ** 53n);
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
      const parsed = parse(String(value));
      assert.equal(BigInt(parsed!), value);
      assert.equal(typeof parsed, Number.isSafeInteger(Number(value)) ? 'number' : 'bigint');
    }),
  );
});

test('a call grows, moves, is copied, and gives back what a long one needed', () => {
  const call = new RedisCall();
  call.bytes = new Uint8Array(Buffer.from('..SETkey'));
  call.begin();
  call.add(2, 5);
  call.add(5, 8);
  const copy = call.copy();
  assert.deepEqual([copy.count, copy.text(0), copy.text(1), copy.bytes.length], [2, 'SET', 'key', 6]);
  assert.deepEqual(
    [call.isWord(0, 'set'), call.isWord(0, 'se'), call.isWord(0, 'sot')],
    [true, false, false],
  );
  assert.equal(call.from(1).text(0), 'key');
  call.moveBy(-1);
  assert.deepEqual([call.text(0), call.text(1)], ['.SE', 'Tke']);
  for (let i = 0; i < 5000; i++) call.add(i, i + 1);
  assert.deepEqual([call.count, call.starts[5001], call.ends[5001]], [5002, 4999, 5000]);
  call.begin();
  assert.equal(call.starts.length, 16);
});

test.run();
