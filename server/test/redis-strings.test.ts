/** Strings of the Redis door: replies as bytes, values of typed doors, limits. Real Redis: redis-differential/strings. */

import assert from 'node:assert/strict';
import { ByteWriter, encodeValue, ValueType } from '@anoadb/protocol';
import { suite } from 'uvu';
import { ExtendedFloat } from '../src/doors/redis/commands/string/extended-float.js';
import { createRedisDoor } from '../src/doors/redis/redis-door.js';
import { ask, runTable } from './support/redis-table.js';
import { type MemoryClient, StreamHarness, type StreamHarnessOptions } from './support/stream-harness.js';

const test = suite('redis strings');

const WRONG_TYPE = '-WRONGTYPE Operation against a key holding the wrong kind of value';
const NOT_AN_INTEGER = '-ERR value is not an integer or out of range';
const SYNTAX = '-ERR syntax error';
const TOO_LARGE = '-ERR string exceeds maximum allowed size (proto-max-bulk-len)';
const OUT_OF_MEMORY = "-OOM command not allowed when used memory > 'maxmemory'.";

function start(options: StreamHarnessOptions = {}): { harness: StreamHarness; client: MemoryClient } {
  const harness = new StreamHarness((services) => ({ redis: createRedisDoor(services) }), options);
  return { harness, client: harness.connect() };
}

function putTyped(harness: StreamHarness, key: string, value: Parameters<typeof encodeValue>[1]): void {
  const writer = new ByteWriter();
  const type = encodeValue(writer, value);
  const { engine } = harness;
  const bytes = new Uint8Array(Buffer.from(key));
  engine.startRequest();
  const before = engine.findKey(bytes, 0, bytes.length);
  engine.put(engine.keyHash, before, bytes, 0, bytes.length, type, writer.bytes, 0, writer.at, 0);
  engine.commit();
}

function typeOf(harness: StreamHarness, key: string): number {
  const { engine } = harness;
  const bytes = new Uint8Array(Buffer.from(key));
  return engine.store.typeOf(engine.findKey(bytes, 0, bytes.length));
}

test('SET in all its forms', () => {
  const { client } = start();
  runTable(client, [
    ['SET a 1', '+OK'],
    ['SET a 2 NX', '$-1'],
    ['SET b 2 XX', '$-1'],
    ['SET a 2 XX GET', '$1 1'],
    ['SET b 3 NX GET', '$-1'],
    ['SET b 4 GET NX', '$1 3'],
    ['GET b', '$1 3'],
    ['SET c 1 XX GET', '$-1'],
    ['EXISTS c', ':0'],
    ['SET a 1 NX XX', SYNTAX],
    ['SET a 1 ex', SYNTAX],
    ['SET a 1 EX 10 PX 10', SYNTAX],
    ['SET a 1 EX 10 EX 20', '+OK'],
    ['TTL a', ':20'],
    ['SET a 2 KEEPTTL', '+OK'],
    ['TTL a', ':20'],
    ['SET a 2 KEEPTTL EX 1', SYNTAX],
    ['SET a 2 PERSIST', SYNTAX],
    ['SET a 2', '+OK'],
    ['TTL a', ':-1'],
    ['SET a 2 EX 0', "-ERR invalid expire time in 'set' command"],
    ['SET a 2 PX -1', "-ERR invalid expire time in 'set' command"],
    ['SET a 2 EX 9223372036854775807', "-ERR invalid expire time in 'set' command"],
    ['SET a 2 PX 9223372036854775807', "-ERR invalid expire time in 'set' command"],
    ['SET a 2 EX 1.5', NOT_AN_INTEGER],
    ['SET a 3 GET EXAT 1', '$1 2'],
    ['EXISTS a', ':0'],
    ['SETNX a 1', ':1'],
    ['SETNX a 1', ':0'],
    ['SETEX a 10 x', '+OK'],
    ['SETEX a 0 x', "-ERR invalid expire time in 'setex' command"],
    ['PSETEX a 10000 x', '+OK'],
    ['PSETEX a -1 x', "-ERR invalid expire time in 'psetex' command"],
    ['TTL a', ':10'],
    ['GETSET a y', '$1 x'],
    ['TTL a', ':-1'],
  ]);
});

test('GETEX and GETDEL', () => {
  const { client } = start();
  runTable(client, [
    ['SET a x', '+OK'],
    ['GETEX a', '$1 x'],
    ['GETEX a EX 100', '$1 x'],
    ['TTL a', ':100'],
    ['GETEX a', '$1 x'],
    ['TTL a', ':100'],
    ['GETEX a PERSIST', '$1 x'],
    ['TTL a', ':-1'],
    ['GETEX a PERSIST EX 1', SYNTAX],
    ['GETEX a EX 0', "-ERR invalid expire time in 'getex' command"],
    ['GETEX b EX 0', '$-1'],
    ['GETEX a PXAT 1', '$1 x'],
    ['GET a', '$-1'],
    ['SET a x', '+OK'],
    ['GETDEL a', '$1 x'],
    ['GETDEL a', '$-1'],
  ]);
});

test('counting', () => {
  const { client } = start();
  runTable(client, [
    ['INCR n', ':1'],
    ['GET n', '$1 1'],
    ['INCRBY n 9223372036854775806', ':9223372036854775807'],
    ['INCR n', '-ERR increment or decrement would overflow'],
    ['DECRBY n -9223372036854775808', '-ERR decrement would overflow'],
    ['INCRBY n 9223372036854775808', NOT_AN_INTEGER],
    ['SET n -9223372036854775808', '+OK'],
    ['DECR n', '-ERR increment or decrement would overflow'],
    ['INCRBY n -0', NOT_AN_INTEGER],
    ['SET n 010', '+OK'],
    ['INCR n', NOT_AN_INTEGER],
    ['SET n 41 EX 100', '+OK'],
    ['INCR n', ':42'],
    ['TTL n', ':100'],
    ['APPEND n 0', ':3'],
    ['DECRBY n 400', ':20'],
  ]);
});

test('numbers of the SDKs are counted as what they read as', () => {
  const { harness, client } = start();
  putTyped(harness, 'integer', 41);
  putTyped(harness, 'string', '41');
  putTyped(harness, 'float', 41.5);
  ask(client, 'INCRBYFLOAT', 'float', '-0.5');
  runTable(client, [
    ['GET string', '$2 41'],
    ['INCR string', ':42'],
    ['INCR float', ':42'],
    ['INCR integer', ':42'],
    ['GET integer', '$2 42'],
    ['STRLEN integer', ':2'],
    ['GETRANGE integer 1 1', '$1 2'],
    ['GETBIT integer 2', ':1'],
  ]);
  assert.equal(typeOf(harness, 'integer'), ValueType.INTEGER);
  assert.equal(typeOf(harness, 'string'), ValueType.TEXT);
});

test('a float of the SDKs stays one where it can say what Redis would', () => {
  const { harness, client } = start();
  putTyped(harness, 'float', 10.5);
  runTable(client, [
    ['INCRBYFLOAT float 0.1', '$4 10.6'],
    ['INCRBYFLOAT float 0.4', '$2 11'],
    ['GET float', '$2 11'],
  ]);
  assert.equal(typeOf(harness, 'float'), ValueType.FLOAT);
  runTable(client, [
    ['INCRBYFLOAT float 1000.1', '$22 1011.09999999999999998'],
    ['GET float', '$22 1011.09999999999999998'],
  ]);
  assert.equal(typeOf(harness, 'float'), ValueType.TEXT);
});

test('what changes the text of a typed value leaves untyped text', () => {
  const { harness, client } = start();
  for (const command of ['APPEND key e', 'SETRANGE key 4 e', 'SETBIT key 39 1', 'BITOP NOT key key']) {
    putTyped(harness, 'key', true);
    client.ask(`${command}\r\n`);
    assert.equal(typeOf(harness, 'key'), ValueType.TEXT, command);
  }
  putTyped(harness, 'key', { a: [1, null] });
  runTable(client, [
    ['APPEND key .', ':15'],
    ['GET key', '$15 {"a":[1,null]}.'],
  ]);
});

test('a float of 80 bits: read, added and written as the C library does', () => {
  const cases: [string, string, string | undefined][] = [
    ['0', '10.5', '10.5'],
    ['10.5', '0.1', '10.6'],
    ['10.1', '1000.1', '1010.19999999999999996'],
    ['0.1', '0.2', '0.3'],
    ['1000', '0.1', '1000.09999999999999998'],
    ['3.0e3', '0', '3000'],
    ['0x1.8p3', '0X.8', '12.5'],
    ['1e17', '0.01', '100000000000000000.0078125'],
    ['-5', '5', '0'],
    ['-0', '-0', '0'],
    ['1e-30', '0', '0'],
    ['-1e-4940', '0', '0'],
    ['18446744073709551615', '1', '18446744073709551616'],
    ['1e22', '1', '10000000000000000000000'],
    ['inf', '1', undefined],
    ['1e4932', '1e4932', undefined],
  ];
  for (const [a, b, expected] of cases) {
    const sum = ExtendedFloat.parse(a)!.plus(ExtendedFloat.parse(b)!);
    assert.equal(sum.isFinite ? sum.toString() : undefined, expected, `${a} + ${b}`);
  }
});

test('text that is no float', () => {
  for (const text of [
    ...[
      '',
      ' 1',
      '1 ',
      '+',
      '-',
      '.',
      'e1',
      '1e',
      '1e+',
      '0x',
      '0x.',
      '0x1p',
      '1.2.3',
      '1,5',
      'nan',
      'NaN',
      '-nan',
    ],
    ...[
      'infinit',
      'x1',
      '1x',
      '1e5000',
      '-1e5000',
      '1e-5000',
      '1e99999999999',
      '1e-99999999999',
      '1\n',
      '1\x00',
    ],
    ...['0x1p99999999999', '0x1p-99999999999', '١', '1'.repeat(5120)],
    `${'1'.repeat(5118)}x`,
    `0x${'1'.repeat(5116)}x`,
  ])
    assert.equal(ExtendedFloat.parse(text), undefined, JSON.stringify(text.slice(0, 30)));
});

test('INCRBYFLOAT keeps the expiry and says what is wrong', () => {
  const { client } = start();
  runTable(client, [
    ['INCRBYFLOAT f 10.5', '$4 10.5'],
    ['EXPIRE f 100', ':1'],
    ['INCRBYFLOAT f 0.1', '$4 10.6'],
    ['INCRBYFLOAT f -5.0e0', '$3 5.6'],
    ['TTL f', ':100'],
    ['INCRBYFLOAT f x', '-ERR value is not a valid float'],
    ['INCRBYFLOAT f inf', '-ERR increment would produce NaN or Infinity'],
    ['SET f abc', '+OK'],
    ['INCRBYFLOAT f 1', '-ERR value is not a valid float'],
  ]);
});

test('ranges', () => {
  const { client } = start();
  runTable(client, [
    ['APPEND s foo', ':3'],
    ['APPEND s bar', ':6'],
    ['GETRANGE s 0 -1', '$6 foobar'],
    ['GETRANGE s -3 -1', '$3 bar'],
    ['GETRANGE s -1 -3', '$0'],
    ['GETRANGE s -100 -99', '$1 f'],
    ['GETRANGE s 4 9223372036854775807', '$2 ar'],
    ['SUBSTR s 1 2', '$2 oo'],
    ['GETRANGE none 0 -1', '$0'],
    ['SETRANGE s 3 BAR', ':6'],
    ['SETRANGE s 8 x', ':9'],
    ['GET s', '$9 fooBAR\x00\x00x'],
    ['SETRANGE none 8 ' + "''", ':0'],
    ['EXISTS none', ':0'],
    ['SETRANGE s -1 x', '-ERR offset is out of range'],
    ['SETRANGE s x x', NOT_AN_INTEGER],
    ['STRLEN s', ':9'],
    ['STRLEN none', ':0'],
  ]);
});

test('several keys', () => {
  const { client } = start();
  runTable(client, [
    ['MSET a 1 b 2 a 3', '+OK'],
    ['MGET a b c a', '*4 $1 3 $1 2 $-1 $1 3'],
    ['MSET a 1 b', "-ERR wrong number of arguments for 'mset' command"],
    ['MSETNX c 1 a 2', ':0'],
    ['EXISTS c', ':0'],
    ['MSETNX c 1 d 2 c 3', ':1'],
    ['GET c', '$1 3'],
    ['MSETNX c 1 d', "-ERR wrong number of arguments for 'msetnx' command"],
  ]);
});

test('LCS', () => {
  const { client } = start();
  const indexes = '*4 $7 matches *2 *2 *2 :4 :7 *2 :5 :8 *2 *2 :2 :3 *2 :0 :1 $3 len :6';
  runTable(client, [
    ['MSET key1 ohmytext key2 mynewtext', '+OK'],
    ['LCS key1 key2', '$6 mytext'],
    ['LCS key1 key2 LEN', ':6'],
    ['LCS key1 key2 IDX', indexes],
    ['LCS key1 key2 IDX MINMATCHLEN 4', '*4 $7 matches *1 *2 *2 :4 :7 *2 :5 :8 $3 len :6'],
    ['LCS key1 key2 IDX MINMATCHLEN 4 WITHMATCHLEN', '*4 $7 matches *1 *3 *2 :4 :7 *2 :5 :8 :4 $3 len :6'],
    ['LCS key1 key2 IDX LEN', '-ERR If you want both the length and indexes, please just use IDX.'],
    ['LCS key1 none', '$0'],
    ['LCS key1 key2 MINMATCHLEN', SYNTAX],
  ]);
  ask(client, 'HELLO', '3');
  runTable(client, [['LCS key1 key2 IDX', indexes.replace('*4', '%2')]]);
});

test('LCS of texts whose table would be too large is refused', () => {
  const { client } = start();
  const text = 'x'.repeat(5_792);
  ask(client, 'MSET', 'a', text, 'b', text.slice(1), 'c', 'y'.repeat(100_000));
  assert.match(ask(client, 'LCS', 'a', 'a', 'LEN'), /^-ERR Insufficient memory, transient memory for LCS/);
  assert.equal(ask(client, 'LCS', 'b', 'b', 'LEN'), ':5791');
  assert.equal(ask(client, 'LCS', 'c', 'none', 'LEN'), ':0');
});

test('no command makes a value larger than values may be', () => {
  const { client } = start({ valueBytesMax: 1000 });
  const full = 'x'.repeat(1000);
  assert.equal(ask(client, 'SET', 'full', full), '+OK');
  for (const command of [
    ['SET', 'a', `${full}x`],
    ['SET', 'a', `${full}x`, 'GET'],
    ['MSET', 'a', '1', 'b', `${full}x`],
    ['APPEND', 'full', 'x'],
    ['SETRANGE', 'a', '999', 'xx'],
    ['SETRANGE', 'a', '9223372036854775807', 'x'],
    ['SETRANGE', 'full', '1000', 'x'],
  ])
    assert.equal(ask(client, ...command), TOO_LARGE, command.join(' ').slice(0, 40));
  runTable(client, [
    ['SETRANGE a 999 x', ':1000'],
    ['SETBIT b 8000 1', '-ERR bit offset is not an integer or out of range'],
    ['SETBIT b 7999 1', ':0'],
    ['STRLEN b', ':1000'],
    ['STRLEN full', ':1000'],
  ]);
});

test('without memory the error is the only answer, and the value is as it was', () => {
  const { client } = start({ maxMemoryBytes: 4 * 1024 * 1024, valueBytesMax: 16 * 1024 * 1024 });
  const huge = 'x'.repeat(8 * 1024 * 1024);
  assert.equal(ask(client, 'SET', 'a', 'old'), '+OK');
  for (const command of [
    ['SET', 'a', huge],
    ['SET', 'a', huge, 'GET'],
    ['GETSET', 'a', huge],
    ['APPEND', 'a', huge],
    ['SETRANGE', 'a', '9000000', 'x'],
    ['SETBIT', 'a', '80000000', '1'],
    ['MSET', 'a', huge],
  ])
    assert.equal(ask(client, ...command), OUT_OF_MEMORY, command[0]);
  runTable(client, [['GET a', '$3 old']]);
});

test('a list is refused by all but those that replace it', () => {
  const { client } = start();
  for (const line of [
    ...[
      'GET l',
      'GETDEL l',
      'GETEX l EX 0',
      'GETSET l x',
      'SET l x GET',
      'SET l x GET NX',
      'APPEND l x',
      'STRLEN l',
    ],
    ...['INCR l', 'INCRBYFLOAT l x', 'GETRANGE l 0 1', 'SETRANGE l 0 x', "SETRANGE l 0 ''"],
  ]) {
    ask(client, 'DEL', 'l');
    runTable(client, [
      ['RPUSH l x', ':1'],
      [line, WRONG_TYPE],
    ]);
  }
  runTable(client, [
    ['SETRANGE l -1 x', '-ERR offset is out of range'],
    ['LCS l none', '-ERR The specified keys must contain string values'],
    ['MGET l none', '*2 $-1 $-1'],
    ['SETNX l x', ':0'],
    ['SET l x', '+OK'],
    ['GET l', '$1 x'],
  ]);
});

test('under RESP 3 null is the one null', () => {
  const { client } = start();
  ask(client, 'HELLO', '3');
  runTable(client, [
    ['GET none', '_'],
    ['MGET none', '*1 _'],
    ['SET none x XX', '_'],
    ['GETDEL none', '_'],
  ]);
});

test.run();
