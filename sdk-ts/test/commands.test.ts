import assert from 'node:assert';
import { setTimeout as sleep } from 'node:timers/promises';
import { type AnoaClient, AnoaResponseError, AnoaValidationError, connect, float, text } from '@anoadb/sdk';
import { test } from 'uvu';
import { z } from 'zod';
import { RealServer } from './real-server.js';

let server: RealServer;
let db: AnoaClient;

test.before(async () => {
  server = await RealServer.start();
  // Deadlines are not what is tested here, and the machine may be busy.
  db = await connect(server.url, { connectTimeout: '30s', timeout: '30s' });
});
test.before.each(async () => {
  await db.flush();
});
test.after(async () => {
  await db.close();
  await server.dispose();
});

const values: [string, unknown][] = [
  ['null', null],
  ['true', true],
  ['false', false],
  ['zero', 0],
  ['a negative integer', -42],
  ['the largest safe integer', Number.MAX_SAFE_INTEGER],
  ['an integer beyond 2^53', 9_007_199_254_740_993n],
  ['the smallest int64', -(2n ** 63n)],
  ['a fraction', 0.1],
  ['minus zero', -0],
  ['a huge float', 1e300],
  ['the empty string', ''],
  ['text that looks like a number', '42'],
  ['text that looks like JSON', '{"a":1}'],
  ['text beyond ASCII', 'Grüße 👋 \u0000 end'],
  ['an empty object', {}],
  ['an empty array', []],
  ['a document', { name: 'Ada', langs: ['en', 'fr'], deep: { a: [1, [2, { b: null }]] }, t: true, f: 1.5 }],
  ['a document with a bigint', { id: 9_007_199_254_740_993n }],
  ['no bytes', new Uint8Array(0)],
  ['all bytes', Uint8Array.from({ length: 256 }, (_, i) => i)],
  ['100 KB of text', 'x'.repeat(100_000)],
];

for (const [name, value] of values) {
  test(`${name} comes back as it was stored`, async () => {
    assert.strictEqual((await db.set('k', value as object)).ok, true);
    assert.deepStrictEqual(await db.get('k'), value);
  });
}

test('a key named __proto__ within a document is a member like others', async () => {
  const value = JSON.parse('{"__proto__":{"polluted":true},"a":1}');
  await db.set('k', value);
  const read = await db.get('k');
  assert.deepStrictEqual(Object.keys(read as object), ['__proto__', 'a']);
  assert.strictEqual(({} as { polluted?: boolean }).polluted, undefined);
});

test('what JSON says by itself is stored as it says it', async () => {
  await db.set('date', new Date(0));
  assert.strictEqual(await db.get('date'), '1970-01-01T00:00:00.000Z');
  await db.set('gap', { a: undefined, b: 1 });
  assert.deepStrictEqual(await db.get('gap'), { b: 1 });
});

test('a call made by the toJSON of another is refused, and the other stored as it is', async () => {
  let inner: Promise<unknown> | undefined;
  const value = {
    toJSON() {
      inner = db.set('inner', 'I');
      inner.catch(() => {});
      return 'outer';
    },
  };
  await db.set('outer', value);
  assert.strictEqual(await db.get('outer'), 'outer');
  assert.ok(inner);
  await assert.rejects(inner, { code: 'INVALID_ARGUMENT' });
  await assert.rejects(
    db.set('outer', {
      toJSON() {
        throw new Error('no');
      },
    }),
    /no/,
  );
  assert.strictEqual(await db.exists('inner'), false);
});

test('what has no stored form is refused, naming the key and never the value', async () => {
  const cycle: Record<string, unknown> = { secret: 'hush' };
  cycle['self'] = cycle;
  const bad: unknown[] = [undefined, () => 1, Symbol('s'), Promise.resolve(1), new Map(), cycle, 2n ** 64n];
  for (const value of bad) {
    await assert.rejects(db.set('the-key', value as object), (error: Error & { code?: string }) => {
      assert.strictEqual(error.code, 'INVALID_VALUE');
      assert.match(error.message, /"the-key"/);
      assert.ok(!error.message.includes('hush'));
      return true;
    });
  }
  assert.strictEqual(await db.get('the-key'), undefined);
});

test('untyped text is read as what it looks like, raw as it was typed', async () => {
  const cases: [string, unknown][] = [
    ['42', 42],
    ['042', '042'],
    ['1.10', '1.10'],
    ['1.5', 1.5],
    ['true', true],
    ['null', null],
    ['{"a":[1,2]}', { a: [1, 2] }],
    ['hello', 'hello'],
    ['9007199254740993', 9_007_199_254_740_993n],
  ];
  for (const [typed, read] of cases) {
    await db.set('k', text(typed));
    assert.deepStrictEqual(await db.get('k'), read, typed);
    assert.strictEqual(await db.get('k', { raw: true }), typed);
  }
  await db.set('k', text(Uint8Array.of(0xff, 0xfe)));
  assert.deepStrictEqual(await db.get('k'), Uint8Array.of(0xff, 0xfe));
});

test('float() keeps a whole number a float', async () => {
  await db.set('k', float(3));
  assert.strictEqual(await db.type('k'), 'float');
  await assert.rejects(db.incr('k'), { code: 'TYPE_MISMATCH' });
});

test('a missing key is undefined, null is a value', async () => {
  assert.strictEqual(await db.get('missing'), undefined);
  assert.strictEqual(await db.getEntry('missing'), undefined);
  assert.strictEqual(await db.type('missing'), undefined);
  assert.strictEqual(await db.length('missing'), undefined);
  assert.strictEqual(await db.ttl('missing'), undefined);
  assert.strictEqual(await db.expiresAt('missing'), undefined);
  assert.strictEqual(await db.getDelete('missing'), undefined);
  assert.strictEqual(await db.getExpire('missing', { persist: true }), undefined);
  assert.strictEqual(await db.exists('missing'), false);
  assert.strictEqual(await db.delete('missing'), false);
  assert.strictEqual(await db.expire('missing', '1m'), false);
  assert.strictEqual(await db.persist('missing'), false);
  assert.strictEqual(await db.rename('missing', 'other'), false);
  await db.set('k', null);
  assert.strictEqual(await db.get('k'), null);
  assert.strictEqual(await db.exists('k'), true);
});

test('keys are any bytes, text as UTF-8', async () => {
  await db.set('é', 1);
  assert.strictEqual(await db.get(Uint8Array.of(0xc3, 0xa9)), 1);
  await db.set(Uint8Array.of(0, 255), 2);
  assert.strictEqual(await db.get(Uint8Array.of(0, 255)), 2);
  await db.set('k'.repeat(1024), 3);
  assert.strictEqual(await db.get('k'.repeat(1024)), 3);
  await assert.rejects(db.get('k'.repeat(1025)), { code: 'INVALID_KEY' });
});

test('types have names', async () => {
  const named: [unknown, string][] = [
    [null, 'null'],
    [true, 'boolean'],
    [1, 'integer'],
    [1.5, 'float'],
    ['s', 'string'],
    [[1], 'json'],
    [Uint8Array.of(1), 'bytes'],
    [text('7'), 'integer'],
  ];
  for (const [value, name] of named) {
    await db.set('k', value as object);
    assert.strictEqual(await db.type('k'), name);
    assert.strictEqual((await db.getEntry('k'))?.type, name);
  }
});

test('conditions of set: absent, present, version', async () => {
  const first = await db.set('k', 1, { ifAbsent: true });
  assert.ok(first.ok);
  const second = await db.set('k', 2, { ifAbsent: true });
  assert.ok(!second.ok);
  assert.strictEqual(second.reason, 'exists');
  const absent = await db.set('other', 2, { ifPresent: true });
  assert.deepStrictEqual([absent.ok, absent.ok || absent.reason], [false, 'missing']);
  const third = await db.set('k', 3, { ifVersion: first.version });
  assert.ok(third.ok && third.version > first.version);
  assert.deepStrictEqual(await db.set('k', 4, { ifVersion: first.version }), {
    ok: false,
    reason: 'version',
    version: third.version,
  });
  assert.deepStrictEqual(await db.set('none', 4, { ifVersion: 1 }), {
    ok: false,
    reason: 'missing',
    version: undefined,
  });
  assert.strictEqual(await db.get('k'), 3);
});

test('set returns the old value where asked to, also where its condition fails', async () => {
  assert.strictEqual((await db.set('k', 'a', { returnOld: true })).old, undefined);
  assert.strictEqual((await db.set('k', null, { returnOld: true })).old, 'a');
  const refused = await db.set('k', 'b', { ifAbsent: true, returnOld: true });
  assert.deepStrictEqual([refused.ok, refused.old], [false, null]);
});

test('delete with a version', async () => {
  const { version } = await db.set('k', 1);
  const wrong = await db.delete('k', { ifVersion: version + 1 });
  assert.deepStrictEqual(wrong, { ok: false, reason: 'version', version });
  assert.strictEqual((await db.delete('k', { ifVersion: version })).ok, true);
  const missing = await db.delete('k', { ifVersion: version });
  assert.ok(!missing.ok && missing.reason === 'missing');
});

test('expiry: ttl, expireAt, keepTtl, persist', async () => {
  await db.set('k', 1, { ttl: '5m' });
  const left = await db.ttl('k');
  assert.ok(typeof left === 'number' && left > 290_000 && left <= 300_000);
  await db.set('k', 2, { keepTtl: true });
  assert.ok(((await db.ttl('k')) ?? 0) > 290_000);
  await db.set('k', 3);
  assert.strictEqual(await db.ttl('k'), null);
  const at = new Date(Date.now() + 60_000);
  await db.set('k', 4, { expireAt: at });
  assert.deepStrictEqual(await db.expiresAt('k'), at);
  assert.strictEqual(await db.persist('k'), true);
  assert.strictEqual(await db.persist('k'), false);
  assert.strictEqual(await db.expiresAt('k'), null);
  assert.strictEqual(await db.expireAt('k', at), true);
  assert.deepStrictEqual(await db.expiresAt('k'), at);
  assert.strictEqual(await db.expireAt('k', Date.now() - 1000), true);
  assert.strictEqual(await db.exists('k'), false);
});

test('times that cannot be are refused before anything is sent', async () => {
  for (const ttl of [Number.POSITIVE_INFINITY, 0, -5, Number.NaN, 1e15]) {
    await assert.rejects(db.set('k', 1, { ttl }), { code: 'INVALID_ARGUMENT', message: /ttl/ });
  }
  for (const at of [Number.NaN, -1, new Date('nonsense'), 1e15]) {
    await assert.rejects(db.set('k', 1, { expireAt: at }), { code: 'INVALID_ARGUMENT' });
  }
  await assert.rejects(db.set('k', 1, { ifVersion: 1.5 }), { code: 'INVALID_ARGUMENT' });
  await assert.rejects(db.set('k', 1, { ttl: 1, keepTtl: true } as object), { code: 'INVALID_ARGUMENT' });
  await assert.rejects(db.set('k', 1, { ifAbsent: true, ifPresent: true } as object), {
    code: 'INVALID_ARGUMENT',
  });
  assert.strictEqual(await db.exists('k'), false);
});

test('what has expired is gone', async () => {
  await db.set('k', 1, { ttl: 20 });
  await sleep(60);
  assert.strictEqual(await db.get('k'), undefined);
});

test('conditions of expire', async () => {
  await db.set('k', 1, { ttl: '1m' });
  const none = await db.expire('k', '2m', { ifNone: true });
  assert.ok(!none.ok && none.reason === 'expiry');
  assert.ok((await db.expire('k', '2m', { ifSome: true })).ok);
  assert.ok((await db.expire('k', '3m', { ifLater: true })).ok);
  assert.ok(!(await db.expire('k', '4m', { ifEarlier: true })).ok);
  const missing = await db.expire('missing', '4m', { ifLater: true });
  assert.ok(!missing.ok && missing.reason === 'missing');
});

test('getExpire and getDelete read and act as one step', async () => {
  await db.set('k', 'v');
  assert.strictEqual(await db.getExpire('k', { ttl: '1m' }), 'v');
  assert.ok(((await db.ttl('k')) ?? 0) > 50_000);
  assert.strictEqual(await db.getExpire('k', { persist: true }), 'v');
  assert.strictEqual(await db.ttl('k'), null);
  assert.strictEqual(await db.getDelete('k'), 'v');
  assert.strictEqual(await db.exists('k'), false);
  await db.set('big', 'x'.repeat(2000));
  await assert.rejects(db.getDelete('big'), { code: 'VALUE_TOO_LARGE', executed: 'no' });
});

test('counters are exact to 64 bits and say when they would not be', async () => {
  assert.strictEqual(await db.incr('n'), 1);
  assert.strictEqual(await db.incr('n', 41), 42);
  assert.strictEqual(await db.incr('n', -50), -8);
  assert.strictEqual(await db.incr('n', 10n), 2n);
  await db.set('n', Number.MAX_SAFE_INTEGER);
  assert.strictEqual(await db.incr('n'), 9_007_199_254_740_992n);
  await db.set('n', 2n ** 63n - 1n);
  await assert.rejects(db.incr('n'), { code: 'OVERFLOW', executed: 'no' });
  await assert.rejects(db.incr('n', 1.5), { code: 'INVALID_ARGUMENT' });
  await db.set('s', 'text');
  await assert.rejects(db.incr('s'), (error: unknown) => {
    assert.ok(error instanceof AnoaResponseError);
    assert.strictEqual(error.code, 'TYPE_MISMATCH');
    assert.strictEqual(error.command, 'INCR');
    assert.strictEqual(error.key, 's');
    return true;
  });
  assert.strictEqual(await db.incrFloat('f', 0.5), 0.5);
  assert.strictEqual(await db.incrFloat('f', 1), 1.5);
});

test('the ttl of incr counts from the creation of the key', async () => {
  await db.incr('n', 1, { ttl: '1m' });
  await db.persist('n');
  await db.incr('n', 1, { ttl: '1m' });
  assert.strictEqual(await db.ttl('n'), null);
});

test('append, length, rename, copy', async () => {
  assert.strictEqual(await db.append('s', 'Grü'), 4);
  assert.strictEqual(await db.append('s', 'ße'), 7);
  assert.strictEqual(await db.get('s'), 'Grüße');
  assert.strictEqual(await db.length('s'), 7);
  await db.set('list', [1, 2, 3]);
  assert.strictEqual(await db.length('list'), 3);
  assert.strictEqual(await db.rename('s', 't'), true);
  assert.strictEqual(await db.get('t'), 'Grüße');
  const taken = await db.rename('t', 'list', { ifAbsent: true });
  assert.ok(!taken.ok && taken.reason === 'exists');
  assert.ok((await db.rename('t', 'u', { ifAbsent: true })).ok);
  assert.strictEqual(await db.copy('missing', 'v'), false);
  assert.strictEqual(await db.copy('u', 'v'), true);
  assert.deepStrictEqual([await db.get('u'), await db.get('v')], ['Grüße', 'Grüße']);
  const held = await db.copy('u', 'list', { ifAbsent: true });
  assert.ok(!held.ok && held.reason === 'exists');
});

test('many: in order, with undefined for what is missing, however many', async () => {
  await db.setMany({ a: 1, b: null });
  const got = await db.getMany(['b', 'missing', 'a']);
  assert.deepStrictEqual(
    [...got],
    [
      ['b', null],
      ['missing', undefined],
      ['a', 1],
    ],
  );
  const pairs = new Map(Array.from({ length: 25_000 }, (_, i) => [`many:${i}`, i] as const));
  await db.setMany(pairs, { ttl: '1h' });
  assert.strictEqual(await db.count(), 25_002);
  const all = await db.getMany(pairs.keys());
  assert.deepStrictEqual([...all], [...pairs]);
});

test('setMany stops at the first failure', async () => {
  const entries: [string, unknown][] = [
    ['a', 1],
    ['b', () => 1],
  ];
  await assert.rejects(db.setMany(entries as [string, object][]), { code: 'INVALID_VALUE', key: 'b' });
});

test('scan yields every key, by prefix, pattern and type', async () => {
  const users = Array.from({ length: 1000 }, (_, i) => `user:${i}`);
  await db.setMany(users.map((key) => [key, { key }] as const));
  await db.setMany({ 'order:1': 1, 'order:2': 'two', 'orders!': 3 });
  const collect = async (keys: AsyncIterable<string>): Promise<string[]> => {
    const found = new Set<string>();
    for await (const key of keys) found.add(key);
    return [...found].sort();
  };
  assert.deepStrictEqual(await collect(db.scan({ prefix: 'user:', batchSize: 7 })), [...users].sort());
  assert.deepStrictEqual(await collect(db.scan({ prefix: 'order' })), ['order:1', 'order:2', 'orders!']);
  assert.deepStrictEqual(await collect(db.scan({ pattern: 'order:?' })), ['order:1', 'order:2']);
  assert.deepStrictEqual(await collect(db.scan({ prefix: 'order', type: 'integer' })), [
    'order:1',
    'orders!',
  ]);
  assert.strictEqual((await collect(db.scan())).length, 1003);
  const entries = new Map<string, unknown>();
  for await (const [key, value] of db.entries({ prefix: 'order' })) entries.set(key, value);
  assert.deepStrictEqual(
    entries,
    new Map<string, unknown>(
      [...entries].map(([key]) => [key, key === 'order:2' ? 'two' : key === 'order:1' ? 1 : 3]),
    ),
  );
  assert.strictEqual(entries.size, 3);
});

test('a walk may stop early', async () => {
  await db.setMany(Array.from({ length: 100 }, (_, i) => [`k${i}`, i] as const));
  for await (const _ of db.scan({ batchSize: 10 })) break;
  assert.strictEqual(db.inFlight, 0);
});

test('keys that are no text are walked over as bytes', async () => {
  await db.set(Uint8Array.of(0xff), 1);
  await assert.rejects(
    (async () => {
      for await (const _ of db.scan()) void _;
    })(),
    { code: 'KEY_NOT_TEXT', message: /keys: 'bytes'/ },
  );
  for await (const key of db.scan({ keys: 'bytes' })) assert.deepStrictEqual(key, Uint8Array.of(0xff));
});

test('an atomic batch applies all or nothing', async () => {
  await db.set('stock', 3);
  const stock = await db.getEntry('stock');
  const order = () =>
    db
      .atomic()
      .check('stock', { version: stock!.version })
      .incr('stock', -1)
      .set('order', { item: 1 }, { ttl: '1h' })
      .get('stock')
      .delete('nothing')
      .commit();
  const placed = await order();
  assert.ok(placed.ok);
  assert.strictEqual(placed.results[0], true);
  assert.strictEqual(placed.results[1], 2);
  assert.strictEqual(placed.results[3], 2);
  assert.strictEqual(placed.results[4], false);
  const refused = await order();
  assert.ok(!refused.ok);
  assert.deepStrictEqual([refused.failed, refused.key, refused.reason], [0, 'stock', 'version']);
  assert.strictEqual(await db.get('stock'), 2);

  const conditional = await db.atomic().incr('n').set('order', 1, { ifAbsent: true }).commit();
  assert.ok(!conditional.ok);
  assert.deepStrictEqual([conditional.failed, conditional.reason], [1, 'exists']);
  await assert.rejects(db.atomic().incr('n').incr('order').commit(), { code: 'TYPE_MISMATCH', key: 'order' });
  assert.strictEqual(await db.exists('n'), false);
  const absent = await db.atomic().check('new', { absent: true }).check('stock', { present: true }).commit();
  assert.ok(absent.ok);
  assert.deepStrictEqual(await db.atomic().commit(), { ok: true, results: [] });
});

test('a hundred clients that compare and set lose no update', async () => {
  await db.set('n', 0);
  const add = async (): Promise<void> => {
    for (;;) {
      const entry = await db.getEntry('n');
      const outcome = await db.set('n', (entry!.value as number) + 1, { ifVersion: entry!.version });
      if (outcome.ok) return;
    }
  };
  await Promise.all(Array.from({ length: 50 }, add));
  assert.strictEqual(await db.get('n'), 50);
});

test('a schema gives a type, or says where the value does not fit', async () => {
  const User = z.object({ name: z.string(), age: z.number().default(7) });
  await db.set('user', { name: 'Ada' });
  const user = await db.get('user', User);
  assert.deepStrictEqual(user, { name: 'Ada', age: 7 });
  assert.strictEqual(await db.get('missing', User), undefined);
  assert.deepStrictEqual((await db.getMany(['user', 'missing'], User)).get('user'), { name: 'Ada', age: 7 });
  await db.set('user', { name: 'secret'.length, age: 'x' });
  await assert.rejects(db.get('user', User), (error: unknown) => {
    assert.ok(error instanceof AnoaValidationError);
    assert.strictEqual(error.key, 'user');
    assert.deepStrictEqual(
      error.issues.map((issue) => issue.path?.[0]),
      ['name', 'age'],
    );
    assert.match(error.message, /"user".*name: /);
    return true;
  });
});

test('a schema may be asynchronous, a function, and of any library', async () => {
  const even = Object.assign(() => {}, {
    '~standard': {
      version: 1 as const,
      vendor: 'test',
      validate: async (value: unknown) =>
        typeof value === 'number' && value % 2 === 0
          ? { value: `${value}!` }
          : { issues: [{ message: 'odd' }] },
    },
  });
  await db.set('n', 4);
  assert.strictEqual(await db.get('n', even), '4!');
  await db.incr('n');
  await assert.rejects(db.get('n', even), { name: 'AnoaValidationError', message: /odd/ });
});

test('the server answers for itself: ping, count, stats, snapshot, flush', async () => {
  assert.ok((await db.ping()) >= 0);
  await db.set('a', 1);
  assert.strictEqual(await db.count(), 1);
  assert.strictEqual(typeof (await db.stats()), 'object');
  const snapshot = await db.snapshot();
  assert.strictEqual(snapshot.entries, 1);
  assert.strictEqual(await db.flush(), 1);
  assert.strictEqual(await db.count(), 0);
});

test('values of 1 MiB go there and back', async () => {
  const value = new Uint8Array(1024 * 1024).map((_, i) => i * 31);
  await db.set('big', value);
  assert.ok(Buffer.from(value).equals((await db.get('big')) as Uint8Array));
  await assert.rejects(db.set('big', new Uint8Array(1024 * 1024 + 1)), { executed: 'no' });
});

test('large reads made together are all answered', async () => {
  const value = 'v'.repeat(300_000);
  await db.setMany(Array.from({ length: 10 }, (_, i) => [`big:${i}`, value] as const));
  const read = await Promise.all(Array.from({ length: 10 }, (_, i) => db.get(`big:${i}`)));
  assert.ok(read.every((each) => each === value));
});

test.run();
