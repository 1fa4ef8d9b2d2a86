/** The HTTP door without sockets: what each route does, and what it refuses. */

import assert from 'node:assert/strict';
import { ValueType } from '@anoadb/protocol';
import { test } from 'uvu';
import { HttpClient, JSON_TYPE } from './support/http-client.js';
import { HeldJournal } from './support/stream-harness.js';

const TEXT = { 'content-type': 'text/plain' };
const BYTES = { 'content-type': 'application/octet-stream' };

test('a value comes back in the media type and the bytes it was sent in', async () => {
  const http = new HttpClient();
  const table: [string, Record<string, string>, string, string][] = [
    // name, headers, body, type
    ['null', JSON_TYPE, 'null', 'null'],
    ['true', JSON_TYPE, 'true', 'boolean'],
    ['integer', JSON_TYPE, '42', 'integer'],
    ['int64-max', JSON_TYPE, '9223372036854775807', 'integer'],
    ['int64-min', JSON_TYPE, '-9223372036854775808', 'integer'],
    ['beyond-2-53', JSON_TYPE, '9007199254740993', 'integer'],
    ['float', JSON_TYPE, '1.5', 'float'],
    ['whole-float', JSON_TYPE, '1.0', 'float'],
    ['minus-zero', JSON_TYPE, '-0.0', 'float'],
    ['string', JSON_TYPE, '"42"', 'string'],
    ['empty-string', JSON_TYPE, '""', 'string'],
    ['object', JSON_TYPE, '{"a":[1,2.5,9007199254740993]}', 'json'],
    ['array', JSON_TYPE, '[]', 'json'],
    ['text', TEXT, 'hello', 'text'],
    ['text-number', TEXT, '042', 'text'],
    ['text-empty', TEXT, '', 'text'],
    ['bytes', BYTES, '\u0000\u0001', 'bytes'],
  ];
  for (const [name, headers, body, type] of table) {
    assert.equal((await http.ask(`PUT /v1/keys/${name}`, { headers, body })).status, 201, name);
    const read = await http.ask(`GET /v1/keys/${name}`);
    assert.equal(read.status, 200, name);
    assert.equal(read.headers['anoa-type'], type, name);
    assert.equal(read.headers['content-type'].split(';')[0], headers['content-type'], name);
    assert.equal(read.body, body, name);
  }
});

test('space around JSON is nothing, what is not one JSON value or beyond int64 is refused', async () => {
  const http = new HttpClient();
  assert.equal(
    (await http.ask('PUT /v1/keys/a', { headers: JSON_TYPE, body: ' \n{ "a" : 1 }\t' })).status,
    201,
  );
  assert.equal((await http.ask('GET /v1/keys/a')).body, '{"a":1}');
  for (const body of [
    '',
    ' ',
    '{',
    '1 2',
    '042',
    'NaN',
    "'a'",
    '9223372036854775808',
    '-9223372036854775809',
    '1e999',
    '"\ud800',
  ])
    assert.equal((await http.ask('PUT /v1/keys/b', { headers: JSON_TYPE, body })).status, 400, body);
  assert.equal((await http.ask('GET /v1/keys/b')).status, 404);
});

test('bodies without a type, and those of a form, are untyped text; others are refused', async () => {
  const http = new HttpClient();
  const table: [Record<string, string>, number][] = [
    [{}, 201],
    [{ 'content-type': 'application/x-www-form-urlencoded' }, 201],
    [{ 'content-type': 'Text/Plain; charset=UTF-8' }, 201],
    [{ 'content-type': 'text/plain; charset=iso-8859-1' }, 415],
    [{ 'content-type': 'text/html' }, 415],
    [{ 'content-type': 'image/png' }, 415],
    [{ 'content-encoding': 'gzip' }, 415],
    [{ 'content-encoding': 'identity' }, 201],
    [{ 'content-range': 'bytes 0-1/2' }, 400],
  ];
  for (const [index, [headers, status]] of table.entries()) {
    const key = `k${index}`;
    const name = JSON.stringify(headers);
    assert.equal((await http.ask(`PUT /v1/keys/${key}`, { headers, body: 'a=1' })).status, status, name);
    const read = await http.ask(`GET /v1/keys/${key}`);
    if (status === 201) assert.equal(`${read.headers['anoa-type']} ${read.body}`, 'text a=1', name);
    else assert.equal(read.status, 404, name);
  }
});

test('Accept chooses how a value is served', async () => {
  const http = new HttpClient();
  await http.ask('PUT /v1/keys/text', { headers: TEXT, body: '42' });
  await http.ask('PUT /v1/keys/json', { headers: JSON_TYPE, body: '{"a":1}' });
  await http.ask('PUT /v1/keys/bytes', { headers: BYTES, body: new Uint8Array([0xff]) });
  await http.ask('PUT /v1/keys/binary-text', { headers: TEXT, body: new Uint8Array([0xff]) });
  const table: [string, string, string, string][] = [
    // key, accept, media type or status, body
    ['text', '*/*', 'text/plain; charset=utf-8', '42'],
    ['text', 'application/json', 'application/json', '42'],
    ['text', 'application/json, text/plain', 'text/plain; charset=utf-8', '42'],
    ['text', 'application/json, text/plain;q=0.9', 'application/json', '42'],
    ['json', 'text/*', 'text/plain; charset=utf-8', '{"a":1}'],
    ['json', 'application/*', 'application/json', '{"a":1}'],
    ['json', 'application/octet-stream', 'application/octet-stream', '{"a":1}'],
    ['json', 'image/png', '406', ''],
    ['json', 'application/json;q=0, text/plain;q=0', '406', ''],
    ['json', 'application/json;q=0, */*;q=0.1', 'text/plain; charset=utf-8', '{"a":1}'],
    ['bytes', '', 'application/octet-stream', '\u00ff'],
    ['bytes', 'application/json', 'application/json', '"/w=="'],
    ['binary-text', '*/*', 'application/octet-stream', '\u00ff'],
    ['binary-text', 'text/plain', 'text/plain', '\u00ff'],
  ];
  for (const [key, accept, expected, body] of table) {
    const read = await http.ask(`GET /v1/keys/${key}`, { headers: { accept } });
    const where = `${key} as ${accept}`;
    if (/^\d+$/.test(expected)) assert.equal(read.status, Number(expected), where);
    else assert.deepEqual([read.headers['content-type'], read.body], [expected, body], where);
  }
});

test('keys are bytes: slashes, dots, escapes and the names of routes are data', async () => {
  const http = new HttpClient();
  const table: [string, string][] = [
    ['a/b', 'a/b'],
    ['a%2Fb', 'a/b'],
    ['..', '..'],
    ['../../etc/passwd', '../../etc/passwd'],
    ['./x', './x'],
    ['%2e%2e', '..'],
    ['//', '//'],
    ['+', '+'],
    ['%20', ' '],
    ['%00', '\u0000'],
    ['%FF', '\u00ff'],
    ['%25', '%'],
    ['keys/', 'keys/'],
    ['%3Fx%3D1', '?x=1'],
  ];
  for (const [text, key] of table) {
    assert.ok([201, 204].includes((await http.ask(`PUT /v1/keys/${text}`, { body: text })).status), text);
    const bytes = Buffer.from(key, 'latin1');
    assert.notEqual(http.engine.findKey(bytes, 0, bytes.length), 0, text);
    assert.equal((await http.ask(`GET /get/${text}`)).body, text);
  }
  for (const target of ['/v1/keys/%', '/v1/keys/%4', '/v1/keys/%zz', '/get/%', '/v1/keys?prefix=%x'])
    assert.equal((await http.ask(`GET ${target}`)).status, 400, target);
});

test('key lengths: 1 to 1024 bytes', async () => {
  const http = new HttpClient();
  for (const [length, status] of [
    [0, 400],
    [1, 201],
    [1024, 201],
    [1025, 400],
  ] as const)
    assert.equal((await http.ask(`PUT /v1/keys/${'k'.repeat(length)}`)).status, status, String(length));
});

test('paths that are no route, methods that a path does not take, targets that are none', async () => {
  const http = new HttpClient();
  const table: [string, number, string?][] = [
    ['GET /', 404],
    ['GET /v1', 404],
    ['GET /v1/key/a', 404],
    ['GET //v1/keys/a', 404],
    ['GET /V1/keys/a', 404],
    ['GET /v1/%6beys/a', 404],
    ['GET /get', 404],
    ['GET /put/', 404],
    ['PATCH /v1/keys/a', 405, 'GET, HEAD, PUT, DELETE'],
    ['OPTIONS /v1/keys/a', 405, 'GET, HEAD, PUT, DELETE'],
    ['BREW /v1/keys/a', 405, 'GET, HEAD, PUT, DELETE'],
    ['HEAD /put?a=1', 405, 'GET'],
    ['HEAD /delete/a', 405, 'GET'],
    ['POST /get/a', 405, 'GET, HEAD'],
    ['GET /v1/batch', 405, 'POST'],
    ['OPTIONS *', 400],
    ['GET /get/a#b', 400],
    ['GET /v1/keys/a?ttl=5m', 400],
    ['GET /v1/keys?limit=1&limit=2', 400],
    ['GET /v1/keys?limit', 400],
    ['GET http://127.0.0.1:2662/livez', 200],
    ['GET http://127.0.0.1:2662', 404],
    ['GET http://evil.example/livez', 400],
    ['GET ftp://127.0.0.1/livez', 400],
  ];
  for (const [request, status, allow] of table) {
    const answered = await http.ask(request);
    assert.equal(answered.status, status, request);
    assert.equal(answered.headers['allow'], allow, request);
  }
  const long = await http.ask(`GET /get/${'a'.repeat(8192)}`);
  assert.equal(long.status, 414);
});

test('refusals are problem+json with the code of the spec', async () => {
  const http = new HttpClient();
  const answered = await http.ask('GET /v1/keys/none');
  assert.equal(answered.headers['content-type'], 'application/problem+json');
  const { type, title, status, code, detail } = JSON.parse(answered.body);
  assert.deepEqual([type, title, status, code], ['about:blank', 'Not Found', 404, 'NOT_FOUND']);
  assert.match(detail, /no such key/);
});

test('conditions: If-Match and If-None-Match against the version of the entry', async () => {
  const http = new HttpClient();
  const table: [string, 'there' | 'absent', Record<string, string>, number][] = [
    ['GET', 'there', { 'if-none-match': 'CURRENT' }, 304],
    ['GET', 'there', { 'if-none-match': 'W/CURRENT' }, 304],
    ['GET', 'there', { 'if-none-match': '"1", CURRENT' }, 304],
    ['GET', 'there', { 'if-none-match': '*' }, 304],
    ['GET', 'there', { 'if-none-match': '"a,b" ,,W/"c" , CURRENT,' }, 304],
    ['GET', 'there', { 'if-none-match': '"999"' }, 200],
    ['HEAD', 'there', { 'if-none-match': 'CURRENT' }, 304],
    ['GET', 'there', { 'if-match': '"999"' }, 412],
    ['GET', 'there', { 'if-match': 'CURRENT' }, 200],
    ['GET', 'absent', { 'if-none-match': '*' }, 404],
    ['GET', 'absent', { 'if-match': '*' }, 412],
    ['PUT', 'there', { 'if-match': 'CURRENT' }, 204],
    ['PUT', 'there', { 'if-match': '"999", CURRENT' }, 204],
    ['PUT', 'there', { 'if-match': 'W/CURRENT' }, 412],
    ['PUT', 'there', { 'if-match': '"999"' }, 412],
    ['PUT', 'there', { 'if-match': '*' }, 204],
    ['PUT', 'there', { 'if-none-match': '*' }, 412],
    ['PUT', 'there', { 'if-none-match': '"999"' }, 204],
    ['PUT', 'there', { 'if-none-match': 'CURRENT' }, 412],
    ['PUT', 'absent', { 'if-none-match': '*' }, 201],
    ['PUT', 'absent', { 'if-match': '*' }, 412],
    ['PUT', 'absent', { 'if-match': '"0"' }, 412],
    ['DELETE', 'there', { 'if-match': 'CURRENT' }, 204],
    ['DELETE', 'there', { 'if-match': '"999"' }, 412],
    ['DELETE', 'absent', { 'if-match': '*' }, 412],
    ['DELETE', 'absent', {}, 404],
    ['PUT', 'there', { 'if-match': 'CURRENT', 'if-none-match': '*' }, 412],
    ['GET', 'there', { 'if-match': '17' }, 400],
    ['GET', 'there', { 'if-match': ',' }, 400],
    ['GET', 'there', { 'if-match': '"1" "2"' }, 400],
    ['GET', 'there', { 'if-none-match': '"a' }, 400],
  ];
  for (const [index, [method, state, conditions, status]] of table.entries()) {
    const key = `k${index}`;
    let etag = '';
    if (state === 'there') etag = (await http.ask(`PUT /v1/keys/${key}`, { body: 'v' })).headers['etag'];
    const headers = Object.fromEntries(
      Object.entries(conditions).map(([name, value]) => [name, value.replace('CURRENT', etag)]),
    );
    const answered = await http.ask(`${method} /v1/keys/${key}`, { headers, body: 'w' });
    const name = `${method} ${state} ${JSON.stringify(conditions)}`;
    assert.equal(answered.status, status, name);
    if (status === 304 || (status === 412 && state === 'there'))
      assert.equal(answered.headers['etag'], etag, name);
    if (status === 412 || status === 400 || status === 304) {
      const after = await http.ask(`GET /v1/keys/${key}`);
      assert.equal(after.status === 200 ? after.body : '', state === 'there' ? 'v' : '', name);
    }
  }
});

test('a write gives the entry a new ETag, and so does its expiry', async () => {
  const http = new HttpClient();
  const first = (await http.ask('PUT /v1/keys/a', { body: '1' })).headers['etag'];
  assert.equal((await http.ask('GET /v1/keys/a')).headers['etag'], first);
  await http.batch([{ op: 'expire', key: 'a', timeMs: 1000 }]);
  assert.notEqual((await http.ask('GET /v1/keys/a')).headers['etag'], first);
});

test('ttl: milliseconds, units, keep; the time left is told', async () => {
  const http = new HttpClient();
  const table: [string, number][] = [
    ['1', 1],
    ['1500', 1500],
    ['90s', 90_000],
    ['1h30m', 5_400_000],
    ['281474976710655', 281_474_976_710_655],
  ];
  for (const [ttl, ms] of table) {
    await http.ask(`PUT /v1/keys/a?ttl=${ttl}`, { body: 'x' });
    const { headers } = await http.ask('GET /v1/keys/a');
    // The engine keeps times of expiry within its own bound.
    if (ms < 2 ** 47) assert.equal(headers['anoa-ttl-ms'], String(ms), ttl);
  }
  for (const ttl of ['0', '-1', '', 'soon', '1.5', '5%20m', '281474976710656'])
    assert.equal((await http.ask(`PUT /v1/keys/b?ttl=${ttl}`, { body: 'x' })).status, 400, ttl);
  await http.ask('PUT /v1/keys/c?ttl=1000', { body: '1' });
  http.harness.pass(400);
  await http.ask('PUT /v1/keys/c?ttl=keep', { body: '2' });
  assert.equal((await http.ask('GET /v1/keys/c')).headers['anoa-ttl-ms'], '600');
  await http.ask('PUT /v1/keys/c', { body: '3' });
  assert.equal((await http.ask('GET /v1/keys/c')).headers['anoa-ttl-ms'], undefined);
  await http.ask('PUT /v1/keys/d?ttl=1000', { body: '1' });
  http.harness.pass(1000);
  assert.equal((await http.ask('GET /v1/keys/d')).status, 404);
});

test('the simple form: put, get, delete', async () => {
  const http = new HttpClient();
  assert.equal((await http.ask('GET /put?key=value')).body, 'OK\n');
  assert.equal((await http.ask('GET /get/key')).body, 'value');
  await http.ask('GET /put?a=1&b=two+words&c=%2B&d=&a=3&ttl=5m');
  for (const [key, value] of [
    ['a', '3'],
    ['b', 'two words'],
    ['c', '+'],
    ['d', ''],
    ['ttl', '5m'],
  ])
    assert.equal((await http.ask(`GET /get/${key}`)).body, value, key);
  assert.equal(http.engine.store.typeOf(http.engine.findKey(Buffer.from('a'), 0, 1)), ValueType.TEXT);
  assert.equal((await http.ask('GET /delete/a')).body, 'OK\n');
  assert.equal((await http.ask('GET /get/a')).status, 404);
  assert.equal((await http.ask('GET /delete/a')).status, 404);
  for (const target of ['/put', '/put?', '/put?a', '/put?=1', '/put?a=1&b', '/put?a=%'])
    assert.equal((await http.ask(`GET ${target}`)).status, 400, target);
  assert.equal((await http.ask('GET /get/key')).headers['cache-control'], 'no-store');
});

test('put writes all of its pairs or none', async () => {
  const http = new HttpClient({ valueBytesMax: 10 });
  assert.equal((await http.ask('GET /put?a=1&b=12345678901')).status, 413);
  assert.equal((await http.ask('GET /get/a')).status, 404);
  const pairs = (count: number): string => Array.from({ length: count }, (_, i) => `k${i}=1`).join('&');
  assert.equal((await http.ask(`GET /put?${pairs(255)}`)).status, 200);
  assert.equal((await http.ask(`GET /put?${pairs(256)}`)).status, 400);
});

test('listing: prefix, match, type, limit and cursor', async () => {
  const http = new HttpClient();
  for (let i = 0; i < 250; i++)
    await http.ask(`PUT /v1/keys/user:${i}`, { headers: JSON_TYPE, body: String(i) });
  await http.ask('PUT /v1/keys/other', { body: 'text' });
  await http.ask('PUT /v1/keys/%FF', { body: 'text' });
  const all = async (query: string): Promise<unknown[]> => {
    const found: unknown[] = [];
    let cursor = '0';
    for (let page = 0; page < 100; page++) {
      const { status, body } = await http.ask(`GET /v1/keys?cursor=${cursor}${query}`);
      assert.equal(status, 200, body);
      const answer = JSON.parse(body);
      found.push(...answer.keys);
      if (answer.cursor === null) return found;
      cursor = answer.cursor;
    }
    throw new Error('the listing does not end');
  };
  assert.equal(new Set(await all('&limit=40')).size, 252);
  assert.equal((await all('&prefix=user:1&limit=100')).length, 111);
  assert.deepEqual(await all('&match=*the*'), ['other']);
  assert.equal((await all('&type=integer')).length, 250);
  assert.equal((await all('&type=text')).length, 2);
  assert.deepEqual(await all('&prefix=%FF'), [{ base64: '/w==' }]);
  for (const query of [
    'limit=0',
    'limit=10001',
    'limit=a',
    'cursor=-1',
    'cursor=99999999999999999',
    'type=none',
    'type=x',
    'match=',
    'nope=1',
  ])
    assert.equal((await http.ask(`GET /v1/keys?${query}`)).status, 400, query);
});

test('a parameter that a route does not take is refused with those it takes', async () => {
  const http = new HttpClient();
  const table: [string, string][] = [
    ['GET /v1/keys/a?x=1', 'There is a query, and this route takes no parameters.'],
    ['GET /livez?x', 'There is a query, and this route takes no parameters.'],
    ['PUT /v1/keys/a?x=1', 'The query has a parameter that is none of: ttl.'],
  ];
  for (const [request, detail] of table) {
    const { status, body } = await http.ask(request);
    assert.equal(status, 400, request);
    assert.equal(JSON.parse(body).detail, detail, request);
  }
});

test('a batch: results in order, failures in their own places', async () => {
  const http = new HttpClient();
  const { status, results } = await http.batch([
    { op: 'set', key: 'n', value: 41 },
    { op: 'incr', key: 'n' },
    { op: 'get', key: 'n', withVersion: true },
    { op: 'set', key: 'n', value: 0, ifAbsent: true },
    { op: 'incr', key: 'n', amount: 0 },
    { op: 'set', key: 't', type: 'text', value: 'abc' },
    { op: 'incr', key: 't' },
    { op: 'set', key: 'b', type: 'bytes', value: 'AAE=' },
    { op: 'get', key: 'b' },
    { op: 'get', key: 'none' },
    { op: 'ttl', key: 'n' },
    { op: 'set', key: { base64: '/w==' }, value: null, ttlMs: 5000 },
    { op: 'ttl', key: { base64: '/w==' } },
    { op: 'set', key: 'f', value: 1.5 },
    { op: 'get', key: 'f' },
    { op: 'delete', key: 'f' },
    { op: 'count' },
    { op: 'ping', payload: 'hi' },
    { op: 'rename', key: 'n', newKey: 'm' },
    { op: 'type', key: 'm' },
    { op: 'scan', cursor: '0', count: 10, key: 'm' },
  ]);
  assert.equal(status, 200);
  assert.deepEqual(results, [
    { status: 'OK', version: 1 },
    { status: 'OK', type: 'integer', value: 42, version: 2 },
    { status: 'OK', type: 'integer', value: 42, version: 2 },
    { status: 'CONDITION_FAILED' },
    { status: 'OK', type: 'integer', value: 42, version: 3 },
    { status: 'OK', version: 4 },
    { status: 'TYPE_MISMATCH' },
    { status: 'OK', version: 5 },
    { status: 'OK', type: 'bytes', value: 'AAE=' },
    { status: 'NOT_FOUND' },
    { status: 'OK', type: 'null', value: null },
    { status: 'OK', version: 6 },
    { status: 'OK', type: 'integer', value: 5000 },
    { status: 'OK', version: 7 },
    { status: 'OK', type: 'float', value: 1.5 },
    { status: 'OK' },
    { status: 'OK', type: 'integer', value: 4 },
    { status: 'OK', type: 'bytes', value: 'aGk=' },
    { status: 'OK', version: 9 },
    { status: 'OK', type: 'string', value: 'integer' },
    { status: 'OK', value: { keys: ['m'], cursor: null } },
  ]);
});

test('an atomic batch is applied whole or not at all', async () => {
  const http = new HttpClient();
  const good = await http.batch(
    [
      { op: 'incr', key: 'a' },
      { op: 'get', key: 'none' },
      { op: 'incr', key: 'b' },
    ],
    true,
  );
  assert.equal(good.status, 200);
  assert.deepEqual(
    good.results.map((result) => (result as { status: string }).status),
    ['OK', 'NOT_FOUND', 'OK'],
  );
  const { headers } = await http.ask('GET /v1/keys/a');
  const bad = await http.batch(
    [
      { op: 'incr', key: 'a' },
      { op: 'set', key: 'b', value: 1, version: 999 },
      { op: 'incr', key: 'c' },
    ],
    true,
  );
  assert.equal(bad.status, 412);
  assert.equal(JSON.parse(bad.body).code, 'VERSION_MISMATCH');
  assert.deepEqual(bad.results, [
    { status: 'ABORTED' },
    { status: 'VERSION_MISMATCH', version: 2 },
    { status: 'ABORTED' },
  ]);
  assert.equal((await http.ask('GET /v1/keys/a')).headers['etag'], headers['etag']);
  assert.equal((await http.ask('GET /v1/keys/c')).status, 404);
});

test('integers of a batch keep all their digits, both ways', async () => {
  const http = new HttpClient();
  const body =
    '{"ops":[{"op":"set","key":"n","value":9223372036854775806},{"op":"incr","key":"n","amount":1},{"op":"incr","key":"n","amount":-9223372036854775808},{"op":"set","key":"j","value":[18446744073709551615]},{"op":"get","key":"j"}]}';
  const answered = await http.ask('POST /v1/batch', { headers: JSON_TYPE, body });
  assert.match(answered.body, /"value":9223372036854775807,/);
  assert.match(answered.body, /"value":-1,/);
  assert.match(answered.body, /"value":\[18446744073709551615\]/);
});

test('a batch that cannot be read says where, and nothing of it is executed', async () => {
  const http = new HttpClient();
  const table: [string, RegExp][] = [
    ['', /body is not JSON/],
    ['[]', /not an object/],
    ['{}', /"ops" is missing/],
    ['{"ops":[]}', /"ops" is missing/],
    ['{"ops":{}}', /not an array/],
    ['{"ops":[1]}', /ops\[0\] is not an object/],
    ['{"ops":[{}]}', /ops\[0\]\.op is missing/],
    ['{"ops":[{"op":"nope"}]}', /ops\[0\]\.op is none of get, set/],
    ['{"ops":[{"op":1}]}', /ops\[0\]\.op is none of/],
    ['{"ops":[{"op":"get"}]}', /ops\[0\]\.key is missing/],
    ['{"ops":[{"op":"get","key":""}]}', /ops\[0\] does not fit get/],
    ['{"ops":[{"op":"get","key":1}]}', /ops\[0\]\.key is neither/],
    [`{"ops":[{"op":"get","key":"${'k'.repeat(1025)}"}]}`, /longer than 1024/],
    [`{"ops":[{"op":"rename","key":"a","newKey":"${'k'.repeat(1025)}"}]}`, /ops\[0\]/],
    ['{"ops":[{"op":"get","key":"a","key":"b"}]}', /stands there twice/],
    ['{"ops":[{"op":"get","key":"a","ttlMs":1}]}', /ttlMs is nothing that get takes/],
    ['{"ops":[{"op":"set","key":"a"}]}', /value is missing/],
    ['{"ops":[{"op":"set","key":"a","value":1,"ttlMs":0}]}', /does not fit set/],
    ['{"ops":[{"op":"set","key":"a","value":1,"ttlMs":1,"expireAtMs":1}]}', /at most one of ttl/],
    ['{"ops":[{"op":"set","key":"a","value":1,"ttlMs":1.5}]}', /ttlMs is not a whole number/],
    ['{"ops":[{"op":"set","key":"a","value":1,"ifAbsent":1}]}', /ifAbsent is true or false/],
    ['{"ops":[{"op":"set","key":"a","value":9223372036854775808}]}', /within int64/],
    ['{"ops":[{"op":"set","key":"a","value":"x","type":"integer"}]}', /no value of type integer/],
    ['{"ops":[{"op":"set","key":"a","value":"x","type":"list"}]}', /ops\[0\]/],
    ['{"ops":[{"op":"incr","key":"a","amount":1.5}]}', /amount is not a whole number/],
    ['{"ops":[{"op":"incrFloat","key":"a","amountFloat":"x"}]}', /amountFloat is not a number/],
    ['{"ops":[{"op":"count","key":"a"}]}', /key is nothing that count takes/],
    ['{"ops":[{"op":"count"}],"atomic":1}', /"atomic" is true or false/],
    ['{"ops":[{"op":"count"}],"more":1}', /neither "ops" nor "atomic"/],
    ['{"ops":[{"op":"snapshot"},{"op":"count"}]}', /other ops beside snapshot/],
    ['{"ops":[{"op":"set","key":"a","value":1,"ttlMs":"5"}]}', /ttlMs is not a whole number/],
    ['{"ops":[{"op":"scan","cursor":"x","count":1}]}', /cursor is not a whole number/],
    [`{"ops":[${Array(256).fill('{"op":"count"}').join()}]}`, /more than 255/],
  ];
  for (const [body, detail] of table) {
    const first = body.replace('"ops":[', '"ops":[{"op":"incr","key":"written"},');
    for (const text of [body, first]) {
      const answered = await http.ask('POST /v1/batch', { headers: JSON_TYPE, body: text });
      assert.equal(answered.status, 400, text);
      if (text === body) assert.match(JSON.parse(answered.body).detail, detail, text.slice(0, 100));
    }
  }
  assert.equal(http.engine.store.count, 0);
  assert.equal((await http.ask('POST /v1/batch', { body: '{"ops":[{"op":"count"}]}' })).status, 415);
});

test('answers wait until the journal has released what they rest on', async () => {
  const http = new HttpClient({ journal: new HeldJournal() });
  assert.equal(await http.begin('PUT /v1/keys/a', { body: '1' }), undefined);
  assert.equal(await http.begin('GET /get/a'), undefined);
  http.harness.release();
  assert.equal((await http.ask('GET /get/a')).body, '1');
});

test('writes wait where so much waits for the disk, reads go on', async () => {
  const journal = new HeldJournal();
  const http = new HttpClient({ journal });
  journal.isFull = true;
  const refused = await http.ask('PUT /v1/keys/a', { body: '1' });
  assert.deepEqual([refused.status, refused.headers['retry-after']], [503, '1']);
  assert.equal(JSON.parse(refused.body).code, 'BUSY');
  assert.equal((await http.ask('GET /put?a=1')).status, 503);
  assert.equal((await http.ask('GET /get/a')).status, 404);
});

test('while loading the data is not there, health is', async () => {
  const http = new HttpClient();
  http.harness.loadingPercent = 42.7;
  const refused = await http.ask('GET /get/a');
  assert.deepEqual([refused.status, refused.headers['retry-after']], [503, '1']);
  assert.equal(JSON.parse(refused.body).code, 'LOADING');
  assert.equal((await http.ask('GET /livez')).status, 200);
  const ready = await http.ask('GET /readyz');
  assert.deepEqual([ready.status, ready.body], [503, 'loading: 42 %\n']);
  const metrics = await http.ask('GET /metrics');
  assert.match(metrics.body, /^redis_loading_dump_file 1$[\s\S]*^anoa_loading_ratio 0\.427/m);
  http.harness.loadingPercent = undefined;
  assert.equal((await http.ask('GET /readyz')).status, 200);
});

test('a full disk refuses writes with 507 and says so to whoever asks for readiness', async () => {
  const http = new HttpClient();
  await http.ask('PUT /v1/keys/a', { body: '1' });
  http.engine.refusesWrites = true;
  assert.equal((await http.ask('PUT /v1/keys/a', { body: '2' })).status, 507);
  assert.equal((await http.ask('GET /put?a=2')).status, 507);
  assert.equal((await http.ask('GET /get/a')).body, '1');
  assert.equal((await http.ask('GET /readyz')).status, 503);
});

test('web pages of other sites, and names that lead here by trickery, are refused', async () => {
  const http = new HttpClient();
  const table: [Record<string, string>, number][] = [
    [{}, 200],
    [{ 'sec-fetch-site': 'none' }, 200],
    [{ 'sec-fetch-site': 'same-origin', origin: 'http://127.0.0.1:2662' }, 200],
    [{ 'sec-fetch-site': 'same-site' }, 403],
    [{ 'sec-fetch-site': 'cross-site' }, 403],
    [{ origin: 'https://evil.example' }, 403],
    [{ origin: 'null' }, 403],
    [{ origin: 'http://127.0.0.1:3000' }, 403],
    [{ host: 'localhost:2662' }, 200],
    [{ host: 'db.localhost' }, 200],
    [{ host: '[::1]:2662' }, 200],
    [{ host: '192.168.0.7:2662' }, 200],
    [{ host: 'evil.example' }, 403],
    [{ host: 'localhost.evil.example' }, 403],
    [{ host: '127.0.0.1.evil.example:2662' }, 403],
    [{ host: 'evil.example', origin: 'http://evil.example', 'sec-fetch-site': 'same-origin' }, 403],
  ];
  for (const [headers, status] of table)
    assert.equal((await http.ask('GET /put?a=1', { headers })).status, status, JSON.stringify(headers));
});

test.run();
