import assert from 'node:assert';
import { spawn } from 'node:child_process';
import dgram from 'node:dgram';
import { once } from 'node:events';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  type AnoaClient,
  AnoaConnectionError,
  AnoaOutcomeUnknownError,
  AnoaOverloadError,
  AnoaTimeoutError,
  type ConnectOptions,
  connect,
} from '@anoadb/sdk';
import { freePort } from '@anoadb/testkit';
import { test } from 'uvu';
import { RealServer } from './real-server.js';

let server: RealServer;

/** Deadlines that a busy machine does not miss, where they are not what is tested. */
function open(options: ConnectOptions = {}): Promise<AnoaClient> {
  return connect(server.url, { connectTimeout: '30s', timeout: '30s', ...options });
}

test.before(async () => {
  server = await RealServer.start();
});
test.after(async () => {
  await server.dispose();
});

test('nobody listens: fails at once and says what helps', async () => {
  const port = await freePort();
  await assert.rejects(connect(`anoa://127.0.0.1:${port}`, { connectTimeout: '30s' }), (error: unknown) => {
    assert.ok(error instanceof AnoaConnectionError);
    assert.strictEqual(error.code, 'CONNECTION_REFUSED');
    assert.match(error.message, new RegExp(`127\\.0\\.0\\.1:${port}.*npx anoa serve`));
    return true;
  });
});

test('somebody silent listens: gives up after connectTimeout', async () => {
  const silent = dgram.createSocket('udp4');
  silent.bind(0, '127.0.0.1');
  await once(silent, 'listening');
  await assert.rejects(
    connect(`anoa://127.0.0.1:${silent.address().port}`, { connectTimeout: '100ms' }),
    (error: unknown) => {
      assert.ok(error instanceof AnoaTimeoutError);
      assert.strictEqual(error.code, 'CONNECT_TIMEOUT');
      return true;
    },
  );
  silent.close();
});

test('ANOA_URL says where the server is', async () => {
  process.env['ANOA_URL'] = server.url;
  try {
    await using db = await connect();
    assert.strictEqual(db.peer, `127.0.0.1:${server.port}`);
    await db.ping();
  } finally {
    delete process.env['ANOA_URL'];
  }
});

test('bad options are refused by name', async () => {
  await assert.rejects(connect(server.url, { timeout: 0 }), /timeout is 0/);
  await assert.rejects(connect(server.url, { connectTimeout: -1 }), /connectTimeout is -1/);
  await assert.rejects(connect(server.url, { maxInFlight: 0.5 }), /maxInFlight is 0.5/);
});

test('more than maxInFlight is an overload at once, and the rest is answered', async () => {
  await using db = await open({ maxInFlight: 100 });
  const outcomes = await Promise.allSettled(Array.from({ length: 150 }, () => db.incr('overload')));
  const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
  assert.strictEqual(refused.length, 50);
  assert.ok(refused.every((outcome) => outcome.reason instanceof AnoaOverloadError));
  assert.strictEqual(await db.get('overload'), 100);
});

test('setMany and getMany stay within maxInFlight by themselves', async () => {
  await using db = await open({ maxInFlight: 10 });
  const pairs = Array.from({ length: 500 }, (_, i) => [`within:${i}`, i] as const);
  await db.setMany(pairs);
  assert.strictEqual((await db.getMany(pairs.map(([key]) => key))).size, 500);
});

test('a server that restarts mid-traffic is found again: reads go on, no write happens twice', async () => {
  await using db = await open();
  const events: string[] = [];
  db.on('disconnected', () => events.push('disconnected'));
  db.on('reconnected', ({ downMs }) => events.push(downMs >= 0 ? 'reconnected' : 'nonsense'));
  await db.set('survivor', 'alive');
  await db.set('counter', 0);
  let acknowledged = 0;
  let unknown = 0;
  let isOver = false;
  const writer = async (): Promise<void> => {
    while (!isOver) {
      try {
        await db.incr('counter');
        acknowledged += 1;
      } catch (error) {
        assert.ok(error instanceof AnoaOutcomeUnknownError, String(error));
        unknown += 1;
      }
    }
  };
  const reader = async (): Promise<void> => {
    while (!isOver) assert.strictEqual(await db.get('survivor'), 'alive');
  };
  const traffic = [...Array.from({ length: 20 }, writer), ...Array.from({ length: 20 }, reader)];
  await sleep(50);
  await server.stop();
  await sleep(100);
  await server.start();
  while (!events.includes('reconnected')) await sleep(10);
  await sleep(100);
  isOver = true;
  await Promise.all(traffic);
  const counter = (await db.get('counter')) as number;
  assert.ok(
    counter >= acknowledged && counter <= acknowledged + unknown,
    `${acknowledged} + ${unknown}: ${counter}`,
  );
  assert.strictEqual(events[0], 'disconnected');
  assert.strictEqual(events.at(-1), 'reconnected');
});

test('while the server is away, calls wait until their deadlines, then say that they were never sent', async () => {
  await using db = await open();
  await db.ping();
  await server.stop();
  try {
    // Found out by the first call; those after it know.
    await db.get('probe', { timeout: '300ms' }).catch(() => {});
    await assert.rejects(db.set('a', 1, { timeout: '100ms' }), (error: unknown) => {
      assert.ok(error instanceof AnoaTimeoutError, String(error));
      assert.strictEqual(error.executed, 'no');
      return true;
    });
  } finally {
    await server.start();
  }
  await db.set('a', 2);
  assert.strictEqual(await db.get('a'), 2);
});

test('close waits for calls in flight, may be called twice, and refuses what comes later', async () => {
  const db = await open();
  const last = db.set('last', 'words');
  let closed = 0;
  db.on('closed', () => (closed += 1));
  await Promise.all([db.close(), db.close()]);
  await db.close();
  assert.strictEqual((await last).ok, true);
  assert.strictEqual(closed, 1);
  await assert.rejects(db.get('last'), { name: 'AnoaConnectionError', code: 'CLOSED' });
  await assert.rejects(db.atomic().get('a').commit(), { code: 'CLOSED' });
  await using again = await open();
  assert.strictEqual(await again.get('last'), 'words');
});

test('close with the server away does not hang', async () => {
  const db = await open();
  await server.stop();
  const lost = db.get('a', { timeout: Number.POSITIVE_INFINITY });
  lost.catch(() => {});
  await sleep(20);
  await db.close();
  await assert.rejects(lost, { code: 'CLOSED' });
  await server.start();
});

test('a signal ends a call', async () => {
  await using db = await open();
  await assert.rejects(db.get('a', { signal: AbortSignal.abort(new Error('enough')) }), /enough/);
  assert.strictEqual(await db.get('a', { signal: new AbortController().signal }), 2);
});

/** Runs a program that has `connect` and the URL; resolves to how it ended and what it printed. */
async function program(
  body: string,
  onOutput: (output: string) => void = () => {},
): Promise<{ code: number | null; output: string }> {
  const source = `import { connect } from '@anoadb/sdk';\nconst url = ${JSON.stringify(server.url)};\n${body}`;
  const flags = ['--import', 'tsx', '--conditions=@anoadb/source', '--input-type=module'];
  const child = spawn(process.execPath, [...flags, '--eval', source], {
    cwd: dirname(fileURLToPath(import.meta.url)),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (data) => {
    output += data;
    onOutput(output);
  });
  child.stderr.on('data', (data) => (output += data));
  const watchdog = setTimeout(() => child.kill('SIGKILL'), 20_000);
  const [code] = await once(child, 'close');
  clearTimeout(watchdog);
  return { code, output };
}

test('a script that awaits its calls and closes ends by itself', async () => {
  const { code, output } = await program(`
    const db = await connect(url);
    await db.set('script', 1);
    console.log(await db.get('script'));
    await db.close();
  `);
  assert.deepStrictEqual([code, output.trim()], [0, '1']);
});

test('an unreferenced client keeps the process alive for its calls and no longer', async () => {
  const { code, output } = await program(`
    const db = (await connect(url)).unref();
    await db.set('script', 2);
    console.log(await db.get('script'));
  `);
  assert.deepStrictEqual([code, output.trim()], [0, '2']);
});

test('an open client keeps the process alive', async () => {
  const { code, output } = await program(`
    const db = await connect(url);
    setTimeout(() => { console.log('still here'); db.close(); }, 300).unref();
  `);
  assert.deepStrictEqual([code, output.trim()], [0, 'still here']);
});

test('no listener, a server that goes away: the process lives', async () => {
  let stopped: Promise<void> | undefined;
  const { code, output } = await program(
    `
    const db = await connect(url);
    console.log('connected');
    let failure;
    while (failure === undefined) await db.incr('x', 1, { timeout: '200ms' }).catch((error) => { failure = error; });
    console.log('failed and lived:', failure.name);
    await db.close();
  `,
    () => (stopped ??= server.stop()),
  );
  await stopped;
  await server.start();
  assert.strictEqual(code, 0, output);
  assert.match(output, /failed and lived: Anoa(Timeout|OutcomeUnknown)Error/);
});

test.run();
