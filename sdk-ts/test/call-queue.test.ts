import assert from 'node:assert';
import { ByteWriter, encodeValue, Opcode, Status } from '@anoadb/protocol';
import { SeededRandom } from '@anoadb/testkit';
import { test } from 'uvu';
import * as ops from '../src/commands/ops.js';
import {
  AnoaConnectionError,
  AnoaError,
  AnoaOutcomeUnknownError,
  AnoaOverloadError,
  AnoaResponseError,
  AnoaTimeoutError,
} from '../src/errors.js';
import { FakeLink } from './fake-link.js';

test('calls of one tick leave as one request, answered by position', async () => {
  const link = new FakeLink();
  const answers = Promise.all([link.get('a'), link.set('b', 1), link.get('c')]);
  assert.strictEqual(link.submitted.length, 0);
  await link.tick();
  assert.strictEqual(link.submitted.length, 1);
  assert.deepStrictEqual(link.keysOf(1), ['a', 'b', 'c']);
  assert.strictEqual(link.submitted[0].mutates, true);
  assert.strictEqual(link.flushes, 1);
  link.reply(1, [{ value: 'A' }, { version: 7 }, { status: Status.NOT_FOUND }]);
  assert.deepStrictEqual(await answers, ['A', { ok: true, version: 7 }, undefined]);
});

test('a lone call leaves before anything else happens', async () => {
  const link = new FakeLink();
  void link.get('a').catch(() => {});
  await Promise.resolve();
  assert.strictEqual(link.submitted.length, 1);
});

test('a request only of reads says so', async () => {
  const link = new FakeLink();
  void link.get('a');
  void link.get('b');
  await link.tick();
  assert.strictEqual(link.submitted[0].mutates, false);
});

test('no request is larger than a datagram holds, and none has more than 255 ops', async () => {
  const link = new FakeLink();
  for (let i = 0; i < 400; i++) void link.get(`key:${String(i).padStart(12, '0')}`);
  await link.tick();
  let next = 0;
  for (const request of link.submitted) {
    assert.ok(request.ops.length <= link.requestBytesMax);
    for (const key of link.keysOf(request.rid))
      assert.strictEqual(key, `key:${String(next++).padStart(12, '0')}`);
  }
  assert.strictEqual(next, 400);
  // 16-byte keys: 24 bytes each, 48 to a datagram.
  assert.strictEqual(link.submitted.length, Math.ceil(400 / 48));

  const wide = new FakeLink();
  wide.requestBytesMax = 16_000;
  wide.window = 0;
  for (let i = 0; i < 300; i++) void wide.get('k');
  wide.window = 100;
  await wide.tick();
  assert.deepStrictEqual(
    wide.submitted.map(({ rid }) => wide.keysOf(rid).length),
    [255, 45],
  );
});

test('a large burst leaves in parts while it is made; what fits a datagram of any network leaves as one', async () => {
  const link = new FakeLink();
  link.requestBytesMax = 16_000;
  // 24 bytes each: 48 are all that a datagram of 1200 holds.
  for (let i = 0; i < 48; i++) void link.get(`key:${String(i).padStart(12, '0')}`);
  assert.strictEqual(link.submitted.length, 0);
  await link.tick();
  assert.strictEqual(link.submitted.length, 1);

  const burst = new FakeLink();
  burst.requestBytesMax = 16_000;
  for (let i = 0; i < 256; i++) void burst.get(`key:${String(i).padStart(12, '0')}`);
  assert.strictEqual(burst.submitted.length, 1);
  await burst.tick();
  const keys = burst.submitted.map(({ rid }) => burst.keysOf(rid));
  assert.deepStrictEqual(
    keys.map(({ length }) => length),
    [128, 128],
  );
  assert.deepStrictEqual(
    keys.flat(),
    Array.from({ length: 256 }, (_, i) => `key:${String(i).padStart(12, '0')}`),
  );
});

test('an op larger than a datagram goes alone, and those around it keep their order', async () => {
  const link = new FakeLink();
  void link.get('a');
  void link.set('big', 'x'.repeat(5000));
  void link.get('b');
  await link.tick();
  assert.deepStrictEqual(
    link.submitted.map(({ rid }) => link.keysOf(rid)),
    [['a'], ['big'], ['b']],
  );
});

test('a full window keeps calls back until replies make room', async () => {
  const link = new FakeLink();
  link.window = 1;
  const first = link.get('a');
  await link.tick();
  const others = [link.get('b'), link.get('c')];
  await link.tick();
  assert.strictEqual(link.submitted.length, 1);
  link.reply(1, [{ value: 1 }]);
  assert.strictEqual(link.submitted.length, 2);
  assert.deepStrictEqual(link.keysOf(2), ['b', 'c']);
  link.reply(2, [{ value: 2 }, { value: 3 }]);
  assert.deepStrictEqual(await Promise.all([first, ...others]), [1, 2, 3]);
});

test('a long backlog is moved down in its buffer without mixing up calls', async () => {
  const link = new FakeLink({ maxInFlight: 100_000 });
  link.window = 0;
  const answers: Promise<unknown>[] = [];
  for (let i = 0; i < 20_000; i++) answers.push(link.get(`k${i}`));
  await link.tick();
  link.window = 3;
  link.queue.flush();
  for (let rid = 1; rid <= link.submitted.length; rid++) {
    link.reply(
      rid,
      link.keysOf(rid).map((value) => ({ value })),
    );
    if (rid % 50 === 0) {
      for (let i = 0; i < 30; i++) answers.push(link.get(`late${rid}-${i}`));
      await link.tick();
    }
  }
  const values = await Promise.all(answers);
  assert.strictEqual(values[0], 'k0');
  assert.strictEqual(values[19_999], 'k19999');
  assert.ok(values.slice(20_000).every((value) => String(value).startsWith('late')));
  assert.strictEqual(link.queue.inFlight, 0);
});

test('an atomic batch is a request of its own', async () => {
  const link = new FakeLink();
  const { Atomic } = await import('../src/atomic.js');
  void link.get('before');
  const commit = new Atomic(link.queue).check('a', { version: 3 }).set('b', 1).incr('c').commit();
  void link.get('after');
  await link.tick();
  assert.deepStrictEqual(
    link.submitted.map(({ isAtomic, rid }) => [isAtomic, link.keysOf(rid)]),
    [
      [false, ['before']],
      [true, ['a', 'b', 'c']],
      [false, ['after']],
    ],
  );
  link.reply(2, [{}, { version: 9 }, { value: 5, version: 10 }]);
  assert.deepStrictEqual(await commit, { ok: true, results: [true, { ok: true, version: 9 }, 5] });
});

test('an atomic batch whose condition fails is an answer that says which and why', async () => {
  const link = new FakeLink();
  const { Atomic } = await import('../src/atomic.js');
  const batch = new Atomic(link.queue).set('a', 1).check('b', { version: 3 });
  const commit = batch.commit();
  await link.tick();
  link.reply(1, [{ status: Status.ABORTED }, { status: Status.VERSION_MISMATCH, version: 8 }]);
  assert.deepStrictEqual(await commit, { ok: false, failed: 1, key: 'b', reason: 'version', version: 8 });
});

test('an atomic batch refused for another reason rejects, naming op and key', async () => {
  const link = new FakeLink();
  const { Atomic } = await import('../src/atomic.js');
  const commit = new Atomic(link.queue).set('a', 1).incr('text').commit();
  await link.tick();
  link.reply(1, [{ status: Status.ABORTED }, { status: Status.TYPE_MISMATCH }]);
  await assert.rejects(commit, (error: unknown) => {
    assert.ok(error instanceof AnoaResponseError);
    assert.strictEqual(error.code, 'TYPE_MISMATCH');
    assert.strictEqual(error.key, 'text');
    assert.strictEqual(error.executed, 'no');
    assert.match(error.message, /op 1 of an atomic batch/);
    return true;
  });
});

test('a read cut out of a reply is asked again alone, nothing else is', async () => {
  const link = new FakeLink();
  const answers = Promise.all([link.set('w', 1), link.get('r1'), link.get('r2')]);
  await link.tick();
  link.reply(1, [{ version: 1 }, { status: Status.READ_NOT_REPLAYED }, { status: Status.REPLY_TOO_LARGE }]);
  assert.deepStrictEqual(
    link.submitted.slice(1).map(({ rid, mutates }) => [mutates, link.keysOf(rid)]),
    [
      [false, ['r1']],
      [false, ['r2']],
    ],
  );
  link.reply(2, [{ value: 'one' }]);
  link.reply(3, [{ value: 'two' }]);
  assert.deepStrictEqual(await answers, [{ ok: true, version: 1 }, 'one', 'two']);
});

test('the value of a replayed getExpire is read again, not expired again', async () => {
  const link = new FakeLink();
  const answer = link.call('k', (writer) => ops.getExpire(writer, 'k', { ttl: '5m' }));
  await link.tick();
  link.reply(1, [{ status: Status.READ_NOT_REPLAYED }]);
  assert.deepStrictEqual(link.opcodesOf(2), [Opcode.GET]);
  link.reply(2, [{ value: 'v' }]);
  assert.strictEqual(await answer, 'v');
});

test('a server that cuts the same read out for ever is given up', async () => {
  const link = new FakeLink();
  const answer = link.get('k');
  await link.tick();
  for (let rid = 1; rid <= 5; rid++) link.reply(rid, [{ status: Status.REPLY_TOO_LARGE }]);
  await assert.rejects(answer, { code: 'REPLY_TOO_LARGE' });
  assert.strictEqual(link.submitted.length, 5);
});

test('a deadline rejects: never sent is a timeout that was not executed', async () => {
  const link = new FakeLink();
  link.window = 0;
  link.obstacle = new Error('the cable is out');
  const write = link.set('a', 1);
  await link.tick();
  link.pass(4999);
  assert.strictEqual(link.queue.inFlight, 1);
  link.pass(1);
  await assert.rejects(write, (error: unknown) => {
    assert.ok(error instanceof AnoaTimeoutError);
    assert.strictEqual(error.executed, 'no');
    assert.match(error.message, /SET "a" .*5000 ms.*never sent.*cable/);
    return true;
  });
  link.window = 5;
  link.queue.flush();
  assert.strictEqual(link.submitted.length, 0);
});

test('a deadline of a write that was sent is an unknown outcome, of a read a timeout', async () => {
  const link = new FakeLink();
  const write = link.set('a', 'secret value');
  const read = link.get('b');
  await link.tick();
  link.pass(5000);
  await assert.rejects(write, (error: unknown) => {
    assert.ok(error instanceof AnoaOutcomeUnknownError);
    assert.strictEqual(error.executed, 'unknown');
    assert.strictEqual(error.key, 'a');
    assert.ok(error.cause instanceof AnoaTimeoutError);
    assert.ok(!error.message.includes('secret'));
    return true;
  });
  await assert.rejects(read, AnoaTimeoutError);
  assert.strictEqual(link.submitted[0].isCancelled, true);
  assert.strictEqual(link.queue.inFlight, 0);
});

test('a write the transport had not sent yet is known not to be executed', async () => {
  const link = new FakeLink();
  link.wasEverSent = false;
  const write = link.set('a', 1);
  await link.tick();
  link.pass(5000);
  await assert.rejects(write, { name: 'AnoaTimeoutError', executed: 'no' });
});

test('each call has its own deadline, Infinity has none', async () => {
  const link = new FakeLink();
  const short = link.get('a', { timeout: '10ms' });
  const usual = link.get('b');
  const endless = link.get('c', { timeout: Number.POSITIVE_INFINITY });
  await link.tick();
  assert.strictEqual(link.queue.nextAtMs, link.now + 10);
  link.pass(10);
  await assert.rejects(short, AnoaTimeoutError);
  assert.strictEqual(link.submitted[0].isCancelled, false, 'others of the request still wait');
  link.pass(4990);
  await assert.rejects(usual, AnoaTimeoutError);
  assert.strictEqual(link.queue.nextAtMs, Number.POSITIVE_INFINITY);
  link.pass(1e9);
  link.reply(1, [{ value: 1 }, { value: 2 }, { value: 3 }]);
  assert.strictEqual(await endless, 3);
});

test('a reply that comes after the deadline is ignored', async () => {
  const link = new FakeLink();
  const read = link.get('a');
  await link.tick();
  link.pass(5000);
  link.reply(1, [{ value: 1 }]);
  await assert.rejects(read, AnoaTimeoutError);
});

test('an aborted signal rejects with its reason, before and while waiting', async () => {
  const link = new FakeLink();
  await assert.rejects(link.get('a', { signal: AbortSignal.abort(new Error('early')) }), /early/);
  const controller = new AbortController();
  const calls = [link.get('a', controller), link.get('b', controller), link.get('c')];
  await link.tick();
  controller.abort(new Error('late'));
  await assert.rejects(calls[0], /^Error: late/);
  await assert.rejects(calls[1], /^Error: late/);
  link.reply(1, [{ value: 1 }, { value: 2 }, { value: 3 }]);
  assert.strictEqual(await calls[2], 3);
  assert.strictEqual(link.queue.inFlight, 0);
});

test('an aborted write that was sent is an unknown outcome caused by the reason', async () => {
  const link = new FakeLink();
  const controller = new AbortController();
  const write = link.set('a', 1, controller);
  await link.tick();
  const reason = new Error('stop');
  controller.abort(reason);
  await assert.rejects(
    write,
    (error: unknown) => error instanceof AnoaOutcomeUnknownError && error.cause === reason,
  );
});

test('a thousand calls under one signal are one listener, gone when they are answered', async () => {
  const link = new FakeLink({ maxInFlight: 2000 });
  const controller = new AbortController();
  let listeners = 0;
  const { signal } = controller;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = ((...args: Parameters<typeof add>) => {
    listeners += 1;
    add(...args);
  }) as typeof signal.addEventListener;
  signal.removeEventListener = ((...args: Parameters<typeof remove>) => {
    listeners -= 1;
    remove(...args);
  }) as typeof signal.removeEventListener;
  for (let i = 0; i < 1000; i++) void link.get('k', controller);
  await link.tick();
  assert.strictEqual(listeners, 1);
  for (const { rid } of [...link.submitted])
    link.reply(
      rid,
      link.keysOf(rid).map(() => ({ value: 1 })),
    );
  assert.strictEqual(listeners, 0);
});

test('more calls than maxInFlight are refused at once', async () => {
  const link = new FakeLink({ maxInFlight: 2 });
  const first = [link.get('a'), link.get('b')];
  await assert.rejects(link.get('c'), (error: unknown) => {
    assert.ok(error instanceof AnoaOverloadError);
    assert.strictEqual(error.executed, 'no');
    assert.match(error.message, /maxInFlight/);
    return true;
  });
  await link.tick();
  link.reply(1, [{ value: 1 }, { value: 2 }]);
  assert.deepStrictEqual(await Promise.all(first), [1, 2]);
  const next = link.get('c');
  await link.tick();
  link.reply(2, [{ value: 3 }]);
  assert.strictEqual(await next, 3);
});

test('more bytes than maxInFlightBytes are refused at once, but never a lone call', async () => {
  const link = new FakeLink({ maxInFlightBytes: 1000 });
  const big = link.set('big', 'x'.repeat(3000));
  await assert.rejects(link.get('a'), AnoaOverloadError);
  await link.tick();
  link.reply(1, [{ version: 1 }]);
  await big;
  void link.set('half', 'x'.repeat(600));
  await assert.rejects(link.set('other', 'x'.repeat(600)), AnoaOverloadError);
});

test('what no message can hold is refused before it is sent', async () => {
  const link = new FakeLink();
  await assert.rejects(link.set('big', 'x'.repeat(200_000)), { code: 'MESSAGE_TOO_LARGE', executed: 'no' });
  await link.tick();
  assert.strictEqual(link.submitted.length, 0);
});

test('an unknown outcome rejects writes and asks reads again', async () => {
  const link = new FakeLink();
  const write = link.set('w', 1);
  const read = link.get('r');
  await link.tick();
  const obstacle = new Error('restarted');
  link.queue.handleOutcomeUnknown(1, obstacle);
  link.window += 1;
  link.queue.flush();
  await assert.rejects(write, (error: unknown) => {
    return (
      error instanceof AnoaOutcomeUnknownError && error.code === 'OUTCOME_UNKNOWN' && error.cause === obstacle
    );
  });
  assert.deepStrictEqual(link.keysOf(2), ['r']);
  link.reply(2, [{ value: 4 }]);
  assert.strictEqual(await read, 4);
});

test('a request-level refusal reaches every call of it, with its own outcome', async () => {
  const link = new FakeLink();
  const write = link.set('w', 1);
  const read = link.get('r');
  await link.tick();
  link.reply(1, [], Status.INTERNAL);
  await assert.rejects(write, (error: unknown) => {
    return error instanceof AnoaOutcomeUnknownError && (error.cause as AnoaResponseError).code === 'INTERNAL';
  });
  await assert.rejects(read, { name: 'AnoaResponseError', code: 'INTERNAL' });
});

test('a reply with too few results breaks no other call', async () => {
  const link = new FakeLink();
  const calls = [link.get('a'), link.get('b'), link.set('c', 1)];
  await link.tick();
  link.reply(1, [{ value: 1 }]);
  assert.strictEqual(await calls[0], 1);
  await assert.rejects(calls[1], { code: 'PROTOCOL_ERROR' });
  await assert.rejects(calls[2], AnoaOutcomeUnknownError);
});

test('closing rejects what waits, and every later call', async () => {
  const link = new FakeLink();
  const read = link.get('a');
  const write = link.set('b', 1);
  await link.tick();
  link.queue.close(new AnoaConnectionError('closed', { code: 'CLOSED' }));
  await assert.rejects(read, { code: 'CLOSED' });
  await assert.rejects(write, AnoaOutcomeUnknownError);
  await assert.rejects(link.get('c'), { code: 'CLOSED' });
  assert.deepStrictEqual(link.busy, [true, false]);
});

test('a value that cannot be encoded leaves no trace in the request', async () => {
  const link = new FakeLink();
  const before = link.get('a');
  const refused = [
    link.set('bad', { f: () => 1 }),
    link.set('bad', undefined as unknown as null),
    link.set('', 1),
  ];
  const after = link.get('b');
  for (const outcome of await Promise.allSettled(refused)) assert.strictEqual(outcome.status, 'rejected');
  await link.tick();
  assert.deepStrictEqual(link.keysOf(1), ['a', 'b']);
  link.reply(1, [{ value: 1 }, { value: 2 }]);
  assert.deepStrictEqual([await before, await after], [1, 2]);
});

test('the caller may change a value after the call', async () => {
  const link = new FakeLink();
  const value = { n: 1 };
  void link.set('a', value);
  value.n = 2;
  await link.tick();
  const writer = new ByteWriter();
  encodeValue(writer, { n: 1 });
  const sent = Buffer.from(link.submitted[0].ops);
  assert.ok(sent.includes(Buffer.from(writer.written())));
});

test('whatever bytes a reply is made of, every call of it is settled and nothing is thrown', async () => {
  for (let seed = 1; seed <= 500; seed++) {
    const random = new SeededRandom(seed);
    const link = new FakeLink();
    const calls = [
      link.get('a'),
      link.set('b', 1),
      link.call('c', (writer) => ops.scan(writer, 0, {})),
      link.call('d', (writer) => ops.incr(writer, 'd', 1, undefined)),
    ];
    await link.tick();
    const length = random.int(0, 120);
    const bytes = random.bytes(length);
    // Half of them look like results at the start.
    if (random.chance(0.5) && length > 6) bytes.set([0, random.int(0, 9), random.int(0, 20), 0, 0, 0]);
    link.queue.handleReply(1, Status.OK, bytes, 0, length);
    for (let rid = 2; rid < 30 && link.queue.inFlight > 0; rid++) {
      link.queue.flush();
      link.queue.handleReply(rid, Status.OK, bytes, 0, length);
    }
    for (const outcome of await Promise.allSettled(calls)) {
      if (outcome.status === 'rejected') {
        assert.ok(outcome.reason instanceof AnoaError, `seed ${seed}: ${outcome.reason}`);
      }
    }
    assert.strictEqual(link.queue.inFlight, 0, `seed ${seed}`);
  }
});

test.run();
