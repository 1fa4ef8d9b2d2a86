/**
 * The doors look at the same data: each kind of value set through each door and read through every other. What they
 * see is docs/DOORS.md, which this test writes (`ANOA_WRITE_DOCS=1 npm test -- doors-table`) and otherwise compares.
 */

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AnoaValue, TypedValue, ValueType } from '@anoadb/protocol';
import { repositoryRoot } from '@anoadb/testkit';
import { test } from 'uvu';
import { AllDoors, latin1, type Seen } from './support/all-doors.js';
import { JSON_TYPE } from './support/http-client.js';

const PAGE = join(repositoryRoot(), 'docs', 'DOORS.md');
const TEXT_TYPE = { 'content-type': 'text/plain' };
const BYTES_TYPE = { 'content-type': 'application/octet-stream' };

interface Row {
  readonly door: 'SDK' | 'Redis' | 'memcached' | 'HTTP';
  /** As a person would write it. */
  readonly what: string;
  write(doors: AllDoors, key: string): unknown;
}

/** Text that comes without a type is the same whichever door it comes through. */
const TEXTS = [
  'hello',
  '',
  '42',
  '-9223372036854775808',
  '9223372036854775808',
  '042',
  '1.5',
  '1.50',
  'true',
  'null',
  '{"a":1}',
  '{"a":',
  'caf\u00c3\u00a9',
  '\u0000\u00ff',
];

const rows: readonly Row[] = [
  ...(
    [
      ['null', null],
      ['true', true],
      ['42', 42],
      ['2n ** 63n - 1n', 2n ** 63n - 1n],
      ['-(2n ** 63n)', -(2n ** 63n)],
      ['1.5', 1.5],
      ['-0', -0],
      ['1e21', 1e21],
      ['NaN', Number.NaN],
      ["'hello'", 'hello'],
      ["'42'", '42'],
      ["''", ''],
      ["{a: [1, 'x', null]}", { a: [1, 'x', null] }],
      ['[]', []],
      ['[2n ** 53n + 1n]', [2n ** 53n + 1n]],
      ['Uint8Array.of(0, 255)', Uint8Array.of(0, 255)],
    ] as [string, AnoaValue][]
  ).map(
    ([what, value]): Row => ({
      door: 'SDK',
      what: `set ${what}`,
      write: (doors, key) => doors.sdkSet(key, value),
    }),
  ),
  { door: 'SDK', what: 'set the float 42', write: (doors, key) => doors.sdkSet(key, FLOAT_42) },
  ...TEXTS.map(
    (text): Row => ({
      door: 'Redis',
      what: `SET ${shown(text)}`,
      write: (doors, key) => assert.equal(doors.redis('SET', key, text), '+OK\r\n'),
    }),
  ),
  {
    door: 'Redis',
    what: 'RPUSH `1` `1.50` `true` `{"a":1}` `x` `0xff`',
    write: (doors, key) =>
      assert.equal(doors.redis('RPUSH', key, '1', '1.50', 'true', '{"a":1}', 'x', '\u00ff'), ':6\r\n'),
  },
  ...['hello', '42', '\u0000\u00ff'].map(
    (text): Row => ({
      door: 'memcached',
      what: `set ${shown(text)}`,
      write: (doors, key) => doors.memcachedSet(key, text),
    }),
  ),
  ...['null', 'true', '42', '9223372036854775807', '1.0', '"hello"', '"42"', '{"a":1.0}', '[1,"x"]'].map(
    (body): Row => ({
      door: 'HTTP',
      what: `PUT JSON ${shown(body)}`,
      write: (doors, key) => put(doors, key, JSON_TYPE, body),
    }),
  ),
  ...['hello', '42'].map(
    (body): Row => ({
      door: 'HTTP',
      what: `PUT text ${shown(body)}`,
      write: (doors, key) => put(doors, key, TEXT_TYPE, body),
    }),
  ),
  {
    door: 'HTTP',
    what: 'PUT bytes `0x00ff`',
    write: (doors, key) => put(doors, key, BYTES_TYPE, latin1('\u0000\u00ff')),
  },
  { door: 'HTTP', what: '/put?key=42', write: (doors, key) => doors.http.ask(`GET /put?${key}=42`) },
];

const FLOAT_42 = new TypedValue(ValueType.FLOAT, new Uint8Array(new Float64Array([42]).buffer));

async function put(
  doors: AllDoors,
  key: string,
  headers: Record<string, string>,
  body: string | Uint8Array,
): Promise<void> {
  const { status } = await doors.http.ask(`PUT /v1/keys/${key}`, { headers, body });
  assert.equal(status, 201);
}

/** What each door sees of a key, as it stands in the table. */
async function seenBy(doors: AllDoors, key: string): Promise<string[]> {
  const { headers, body } = await doors.http.ask(`GET /v1/keys/${key}`);
  const media = headers['content-type'].split(';')[0].replace('application/', '');
  const plain = (await doors.http.ask(`GET /get/${key}`)).body;
  const memcached = doors.memcachedGet(key);
  const redis = redisShown(doors.redis('GET', key));
  // Readers without types see the same bytes; a list is no string for Redis.
  assert.equal(memcached, plain);
  if (!redis.startsWith('*')) assert.equal(redis, shown(plain));
  return [sdkShown(doors.sdkGet(key)), redis, shown(memcached!), `${media} ${shown(body)}`];
}

function sdkShown({ type, value }: Seen): string {
  if (value instanceof Uint8Array) return `${type} ${shown(Buffer.from(value).toString('latin1'))}`;
  if (typeof value === 'string') return `${type} ${shown(Buffer.from(value).toString('latin1'))}`;
  if (typeof value === 'object' && value !== null) return `${type} ${shown(jsonOf(value))}`;
  return `${type} ${shown(Object.is(value, -0) ? '-0' : String(value))}`;
}

function jsonOf(value: object): string {
  const text = JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? `${part}n` : part));
  return text.replaceAll(/"(-?\d+n)"/g, '$1');
}

function redisShown(reply: string): string {
  if (reply.startsWith('-')) return `*${reply.slice(1).split(' ')[0]}*`;
  const value = /^\$(\d+)\r\n/.exec(reply);
  assert.ok(value !== null, reply);
  return shown(reply.slice(value[0].length, value[0].length + Number(value[1])));
}

/** Bytes (as latin1) in a cell: as text where they are printable, else in hexadecimal. */
function shown(text: string): string {
  const bytes = Buffer.from(text, 'latin1');
  const decoded = bytes.toString('utf8');
  const isPrintable = Buffer.from(decoded).equals(bytes) && !/\p{Cc}/u.test(decoded);
  if (!isPrintable) return `\`0x${bytes.toString('hex')}\``;
  return text === '' ? '(empty)' : `\`${decoded.replaceAll('|', '\\|')}\``;
}

/** A counter at 41 set in different ways, and one more by each door. */
async function counterRows(): Promise<string[][]> {
  const starts: [string, (doors: AllDoors) => unknown][] = [
    ['SDK: integer', (doors) => doors.sdkSet('n', 41)],
    ["SDK: string '41'", (doors) => doors.sdkSet('n', '41')],
    ['SDK: float 41', (doors) => doors.sdkSet('n', FLOAT_41)],
    ['Redis: SET n 41', (doors) => doors.redis('SET', 'n', '41')],
    ['memcached: set 41', (doors) => doors.memcachedSet('n', '41')],
    ['HTTP: PUT JSON 41', (doors) => put(doors, 'n', JSON_TYPE, '41')],
    ['HTTP: PUT text 41', (doors) => put(doors, 'n', TEXT_TYPE, '41')],
    ['Redis: SET n x', (doors) => doors.redis('SET', 'n', 'x')],
    ['Redis: RPUSH n 41', (doors) => doors.redis('RPUSH', 'n', '41')],
  ];
  const increments: ((doors: AllDoors) => Promise<string> | string)[] = [
    (doors) => {
      const { type, value } = doors.sdkIncr('n');
      return value === undefined ? `*${type}*` : `\`${value}\``;
    },
    (doors) => {
      const reply = doors.redis('INCR', 'n').trim();
      return reply.startsWith(':') ? `\`${reply.slice(1)}\`` : `*${reply.slice(1)}*`;
    },
    (doors) => {
      const answer = doors.memcached('incr n 1');
      return /^\d+$/.test(answer) ? `\`${answer}\`` : `*${answer}*`;
    },
    async (doors) => {
      const { results } = await doors.http.batch([{ op: 'incr', key: 'n' }]);
      const { status, value } = results[0] as { status: string; value?: number };
      return value === undefined ? `*${status}*` : `\`${value}\``;
    },
  ];
  const found: string[][] = [];
  for (const [name, start] of starts) {
    const cells = [name];
    for (const increment of increments) {
      const doors = new AllDoors();
      await start(doors);
      const answer = await increment(doors);
      const { headers } = await doors.http.ask('GET /v1/keys/n');
      cells.push(`${answer}, ${headers['anoa-type']}`);
      if (answer.startsWith('`')) assert.equal((await doors.http.ask('GET /get/n')).body, '42', name);
    }
    found.push(cells);
  }
  return found;
}

const FLOAT_41 = new TypedValue(ValueType.FLOAT, new Uint8Array(new Float64Array([41]).buffer));

test('each kind of value, set through each door, is read through every other as docs/DOORS.md says', async () => {
  const doors = new AllDoors();
  const values: string[][] = [];
  for (const [index, row] of rows.entries()) {
    await row.write(doors, `k${index}`);
    values.push([row.door, row.what.replaceAll('|', '\\|'), ...(await seenBy(doors, `k${index}`))]);
  }
  const text = page(values, await counterRows());
  if (process.env['ANOA_WRITE_DOCS'] === '1') writeFileSync(PAGE, text);
  assert.equal(
    readFileSync(PAGE, 'utf8'),
    text,
    'docs/DOORS.md is stale: ANOA_WRITE_DOCS=1 npm test -- doors-table',
  );
});

test('untyped text is the same whichever door it came through', async () => {
  for (const text of TEXTS.filter((one) => one.length > 0)) {
    const doors = new AllDoors();
    doors.sdkSetText('sdk', text);
    doors.redis('SET', 'redis', text);
    doors.memcachedSet('memcached', text);
    await put(doors, 'http', TEXT_TYPE, latin1(text));
    const expected = await seenBy(doors, 'sdk');
    for (const key of ['redis', 'memcached', 'http'])
      assert.deepEqual(await seenBy(doors, key), expected, key);
  }
});

test('a key that one door lets expire, deletes or overwrites is so for all', async () => {
  const doors = new AllDoors();
  const writers: [string, () => unknown][] = [
    ['redis', () => doors.redis('SET', 'redis', 'x', 'PX', '5000')],
    ['memcached', () => doors.memcachedSet('memcached', 'x', 5)],
    ['http', () => doors.http.ask('PUT /v1/keys/http?ttl=5s', { body: 'x' })],
  ];
  for (const [key, write] of writers) {
    await write();
    const ttlMs = Number(doors.sdkTtlMs(key));
    // memcached counts whole seconds.
    assert.ok(ttlMs > 4000 && ttlMs <= 5000, `${key}: ${ttlMs}`);
    assert.equal(doors.redis('PTTL', key), `:${ttlMs}\r\n`);
    assert.equal((await doors.http.ask(`HEAD /v1/keys/${key}`)).headers['anoa-ttl-ms'], String(ttlMs));
    assert.match(doors.memcached(`mg ${key} t`), /^HD t[45]$/);
  }
  doors.http.harness.pass(5_001);
  for (const [key] of writers) {
    assert.equal(doors.sdkGet(key).type, 'NOT_FOUND');
    assert.equal(doors.redis('GET', key), '$-1\r\n');
    assert.equal(doors.memcachedGet(key), undefined);
    assert.equal((await doors.http.ask(`GET /get/${key}`)).status, 404);
  }
  doors.redis('RPUSH', 'list', 'a');
  doors.sdkSet('list', 1);
  assert.equal(doors.redis('TYPE', 'list'), '+string\r\n');
  assert.equal(doors.memcached('delete list'), 'DELETED');
  assert.equal(doors.redis('EXISTS', 'list'), ':0\r\n');
});

function page(values: readonly (readonly string[])[], counters: readonly (readonly string[])[]): string {
  const table = (head: readonly string[], lines: readonly (readonly string[])[]): string =>
    [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
  return `<!-- Written by server/test/doors-table.test.ts: ANOA_WRITE_DOCS=1 npm test -- doors-table -->

# The same value through every door

A value is set through one door and read through all. The SDKs see types. Redis, memcached and \`/get/key\` of HTTP see plain text: the
same bytes, but that Redis calls a list WRONGTYPE. What comes without a type is kept byte for byte and interpreted only when a
typed reader asks: \`42\` is an integer to the SDKs, \`042\` and \`1.50\` stay text, because nothing a person typed may change.

${table(['set by', 'what', 'SDK get', 'Redis GET', 'memcached get', 'HTTP GET /v1/keys'], values)}

## One more

A counter at 41, set in different ways, after one increment by each door: the answer, and the type that the entry has then. Where the
increment is refused, it is as it was.

${table(['set by', 'SDK incr', 'Redis INCR', 'memcached incr', 'HTTP batch incr'], counters)}

Expiry, deletion and version are the entry's, whichever door they came through: the same test reads a time to live through all four.
`;
}

test.run();
