/** What the addon does where the kernel takes no more: a shim fails its sendmmsg, since loopback is never full. */

import * as assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test as uvuTest } from 'uvu';
import { recvmmsgMissing, type SocketCounters } from '../src/index.js';

const PACKAGE = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'anoadb-full-socket-'));
const shim = join(folder, 'full-socket.so');
const missing = recvmmsgMissing() ?? buildShim();
if (missing !== undefined) console.log(`# skip: full send buffer: ${missing}`);
const test = missing === undefined ? uvuTest : uvuTest.skip;

interface Outcome {
  readonly received: string[];
  readonly sender: SocketCounters;
}

uvuTest.after(() => rmSync(folder, { recursive: true, force: true }));

for (const error of ['EAGAIN', 'ENOBUFS'] as const) {
  test(`${error}: what the kernel does not take waits, in order, and goes when it can`, async () => {
    const { received, sender } = await sendWhileFull({ batches: 10, calls: '5-30', error });
    assert.deepEqual(
      received,
      Array.from({ length: 640 }, (_, i) => String(i)),
    );
    assert.deepEqual([sender.datagramsOut, sender.sendQueueFull, sender.sendErrors], [640, 0, 0]);
  });
}

test('beyond the bound of the queue datagrams are dropped and counted, what had been taken goes', async () => {
  const { received, sender } = await sendWhileFull({ batches: 100, calls: '1-5', error: 'EAGAIN' });
  assert.deepEqual(
    received,
    Array.from({ length: 4096 }, (_, i) => String(i)),
  );
  assert.equal(sender.sendQueueFull, 6400 - 4096);
  assert.equal(sender.datagramsOut, 4096);
});

test('datagrams that are not permitted are counted and skipped, the rest of their run and batch goes', async () => {
  // The first call is the run '0' to '9', the next two its first datagrams by themselves.
  const { received, sender } = await sendWhileFull({ batches: 1, calls: '1-3', error: 'EPERM' });
  assert.deepEqual(
    received,
    Array.from({ length: 62 }, (_, i) => String(i + 2)),
  );
  assert.deepEqual(sender.errorsByCode, { EPERM: 2 });
});

for (const error of ['EINVAL', 'EIO'] as const) {
  test(`${error}: a run that the way does not take goes as single datagrams, and nothing is lost`, async () => {
    const { received, sender } = await sendWhileFull({ batches: 2, calls: '1-1', error });
    assert.deepEqual(
      received,
      Array.from({ length: 128 }, (_, i) => String(i)),
    );
    assert.deepEqual([sender.datagramsOut, sender.sendErrors], [128, 0]);
  });
}

function buildShim(): string | undefined {
  const source = fileURLToPath(new URL('./faults/full-socket.c', import.meta.url));
  const [compiler, ...args] = (process.env['CC'] || 'cc').split(' ');
  const done = spawnSync(compiler, [...args, '-shared', '-fPIC', '-o', shim, source, '-ldl']);
  return done.status === 0 ? undefined : 'no C compiler for the shim';
}

/** Sends batches of 64 in one go from a process whose sendmmsg fails at the given calls. */
async function sendWhileFull(options: {
  batches: number;
  calls: string;
  error: 'EAGAIN' | 'ENOBUFS' | 'EPERM' | 'EINVAL' | 'EIO';
}): Promise<Outcome> {
  const source = `
    const udp = await import(${JSON.stringify(new URL('../src/index.ts', import.meta.url).href)});
    const open = { kind: 'recvmmsg', host: '127.0.0.1', port: 0 };
    const receiver = await udp.bindDatagramSocket(open);
    const sender = await udp.bindDatagramSocket(open);
    const received = [];
    let quietSince = Date.now();
    receiver.start({
      onBatch: (batch) => {
        quietSince = Date.now();
        for (let i = 0; i < batch.count; i++) {
          const at = batch.startOf(i);
          received.push(Buffer.from(batch.bytes.subarray(at, at + batch.lengths[i])).toString());
        }
      },
      onError: (error) => { throw error; },
    });
    sender.start({ onBatch: () => {}, onError: (error) => { throw error; } });
    const to = udp.addressBytes('127.0.0.1', receiver.local.port);
    for (let i = 0; i < ${options.batches * 64}; i++) {
      sender.batch.push(Buffer.from(String(i)), to);
      if (sender.batch.isFull) sender.flush();
      // The memory may be written again.
      if (sender.batch.count === 0) sender.batch.bytes.fill(0x21);
    }
    while (Date.now() - quietSince < 400) await new Promise((resolve) => setTimeout(resolve, 20));
    console.log(JSON.stringify({ received, sender: sender.counters() }));
    process.exit(0);`;
  const flags = ['--import', 'tsx', '--conditions=@anoadb/source', '--input-type=module', '-e', source];
  const env = {
    ...process.env,
    LD_PRELOAD: shim,
    FULL_CALLS: options.calls,
    FULL_ERRNO: String(constants.errno[options.error]),
  };
  const child = spawn(process.execPath, flags, { cwd: PACKAGE, env, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (data) => (output += data));
  const [code] = (await once(child, 'close')) as [number | null];
  assert.equal(code, 0);
  return JSON.parse(output) as Outcome;
}

uvuTest.run();
