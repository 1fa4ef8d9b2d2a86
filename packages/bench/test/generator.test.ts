import * as assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import dgram from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repositoryRoot, startServerProcess } from '@anoadb/testkit';
import { parseAccessKey } from '@anoadb/transport';
import { test } from 'uvu';
import { type LoadSettings, runGenerator } from '../src/generator.js';
import { loadGenerator } from '../src/generator-build.js';
import { zipfSequence } from '../src/key-draw.js';
import { checkSamples, makeSessions, writeSealedPlan, writeSessions } from '../src/sessions.js';

const generator = loadGenerator();
const isThere = 'program' in generator;
if (!isThere) process.stdout.write(`no load generator here, its tests are skipped: ${generator.missing}\n`);
const natively = isThere ? test : test.skip;

const directory = mkdtempSync(join(tmpdir(), 'anoadb-bench-'));
test.after(() => rmSync(directory, { recursive: true, force: true }));

/** An echo in this process: `answer` says whether a datagram is answered. */
async function withEcho(
  answer: (n: number, send: () => void) => void,
  run: (port: number) => Promise<void>,
): Promise<void> {
  const socket = dgram.createSocket('udp4');
  let count = 0;
  socket.on('message', (datagram, from) =>
    answer(count++, () => socket.send(datagram, from.port, from.address)),
  );
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  try {
    await run(socket.address().port);
  } finally {
    socket.close();
  }
}

function echo(port: number, more: Partial<LoadSettings>): LoadSettings {
  return { target: 'echo', port, sockets: 1, outstanding: 1, keyCount: 1, ...more };
}

natively('a closed loop answers every request, on one socket and on many', async () => {
  await withEcho(
    (_n, send) => send(),
    async (port) => {
      for (const [sockets, outstanding] of [
        [1, 1],
        [1, 64],
        [10, 3],
      ]) {
        const report = await runGenerator(echo(port, { sockets, outstanding, requests: 2000 }));
        assert.equal(report.requests, 2000);
        assert.equal(report.lost + report.errors + report.late, 0);
        assert.ok(
          report.latencyUs.p50 <= report.latencyUs.p99 && report.latencyUs.p99 <= report.latencyUs.max,
        );
      }
    },
  );
});

natively('a request without an answer is counted as lost, and the load goes on', async () => {
  await withEcho(
    (n, send) => {
      if (n !== 3) send();
    },
    async (port) => {
      const report = await runGenerator(echo(port, { outstanding: 4, requests: 100 }));
      assert.equal(report.lost, 1);
      assert.equal(report.requests, 99);
    },
  );
});

natively(
  'latency of an open loop counts from when a request was due, not from when it could leave',
  async () => {
    const stallMs = 400;
    await withEcho(
      (n, send) => {
        if (n === 100) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, stallMs);
        send();
      },
      async (port) => {
        // One outstanding: while the server stands still nothing can leave, and a closed loop would see one slow answer.
        const report = await runGenerator(echo(port, { rate: 1000, seconds: 1, warmSeconds: 0 }));
        assert.ok(report.latencyUs.max >= stallMs * 1000);
        // Every tenth request and more was due during the stall: 400 of 1000, evenly late.
        assert.ok(report.latencyUs.p99 >= (stallMs * 1000) / 2, `p99 ${report.latencyUs.p99}`);
      },
    );
  },
);

natively('a real server is filled and read with our own datagrams, of 1200 bytes and larger', async () => {
  const server = await startServerProcess({ env: { ANOA_JOURNAL: 'off', ANOA_SNAPSHOT_INTERVAL: '0' } });
  try {
    const { host, port } = server;
    const sessionsFile = join(directory, 'sessions');
    const load = async (more: Partial<LoadSettings>, maxDatagram?: number) => {
      const sockets = more.sockets ?? 1;
      const target = maxDatagram === undefined ? { host, port } : { host, port, maxDatagram };
      writeSessions(sessionsFile, await makeSessions(target, sockets));
      const base = { target: 'anoa', port, outstanding: 8, keyCount: 1000, sessionsFile } as const;
      return runGenerator({ ...base, ...more, sockets });
    };
    const filled = await load({ ops: 50, readsPercent: 0, sequential: 1, requests: 20 });
    assert.deepEqual([filled.ops, filled.hits, filled.errors, filled.lost], [1000, 1000, 0, 0]);
    const read = await load({ ops: 16, sockets: 3, requests: 300 }, 1200);
    assert.deepEqual([read.ops, read.hits, read.misses, read.errors, read.lost], [4800, 4800, 0, 0, 0]);
    const absent = await load({ keyCount: 1, keysFile: absentKeys(), requests: 10 });
    assert.deepEqual([absent.hits, absent.misses, absent.errors], [0, 10, 0]);
  } finally {
    await server.dispose();
  }
});

natively('sealed datagrams made ahead are answered, and a sample of the replies opens', async () => {
  const server = await startServerProcess({ env: { ANOA_JOURNAL: 'off', ANOA_SNAPSHOT_INTERVAL: '0' } });
  try {
    const { host, port } = server;
    const [sessionsFile, planFile, sampleFile] = ['s', 'plan', 'sample'].map((name) => join(directory, name));
    writeSessions(sessionsFile, await makeSessions({ host, port }, 1));
    const fill = { ops: 50, readsPercent: 0, sequential: 1, requests: 20 } as const;
    const common = { port, keyCount: 1000, sessionsFile };
    await runGenerator({ ...common, ...fill, target: 'anoa', sockets: 1, outstanding: 4 });
    const binary = join(repositoryRoot(), 'packages', 'cli', 'bin', 'anoa.mjs');
    const env = { ...process.env, ...server.environment };
    const made = execFileSync(process.execPath, [binary, 'key', 'create', '--json'], {
      env,
      encoding: 'utf8',
    });
    const psk = parseAccessKey(
      /anoa:\/\/([^@]+)@/.exec((JSON.parse(made) as { url: string }).url)?.[1] ?? '',
    );
    assert.ok(psk !== undefined);
    for (const [sockets, outstanding, ops] of [
      [1, 16, 1],
      [5, 2, 20],
    ]) {
      const sessions = await makeSessions({ host, port, psk }, sockets);
      writeSessions(sessionsFile, sessions);
      let key = 0;
      const planCount = 200;
      const plan = writeSealedPlan(planFile, sessions, {
        command: 'get',
        ops,
        count: planCount,
        outstanding,
        value: new Uint8Array(32),
        nextKey: () => key++ % 1000,
      });
      const requests = sockets * planCount;
      const load = { ...common, ...plan, planFile, planCount, sampleFile, target: 'sealed' } as const;
      const report = await runGenerator({ ...load, sockets, outstanding, ops, requests });
      assert.deepEqual(
        [report.requests, report.ops, report.errors, report.lost],
        [requests, requests * ops, 0, 0],
      );
      assert.ok(checkSamples(sampleFile, sessions) > 0);
    }
  } finally {
    await server.dispose();
  }
});

natively('every command is answered over TCP by our own doors, and pops find what was pushed', async () => {
  const server = await startServerProcess({ env: { ANOA_JOURNAL: 'off', ANOA_SNAPSHOT_INTERVAL: '0' } });
  const { port } = server;
  const common = { port, keyCount: 1000, sockets: 5, outstanding: 2 };
  const commands = ['get-or-set', 'incr', 'mset', 'lpush', 'rpush', 'lpop', 'rpop'] as const;
  try {
    for (const target of ['redis', 'memcached-tcp'] as const) {
      const filling = { ops: 50, readsPercent: 0, sequential: 1, requests: 20, sockets: 1 } as const;
      const filled = await runGenerator({ ...common, ...filling, target });
      assert.deepEqual([filled.ops, filled.hits, filled.errors], [1000, 1000, 0], target);
      for (const command of target === 'redis' ? commands : (['get-or-set'] as const)) {
        for (const ops of [1, 16, 50]) {
          const report = await runGenerator({ ...common, target, command, ops, requests: 100 });
          const { hits, misses, errors, lost } = report;
          assert.equal(report.ops, 100 * ops);
          assert.deepEqual([hits, misses, errors, lost], [100 * ops, 0, 0, 0], `${target} ${command} ${ops}`);
        }
      }
    }
  } finally {
    await server.dispose();
  }
});

function absentKeys(): string {
  const file = join(directory, 'absent');
  writeFileSync(file, Uint32Array.of(5_000_000));
  return file;
}

test('a Zipf draw stays within its keys and asks for few of them most of the time', () => {
  const keys = 10_000;
  let state = 7;
  const random = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const drawn = zipfSequence(keys, 50_000, random);
  const counts = new Map<number, number>();
  for (const key of drawn) {
    assert.ok(key < keys);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const popular = [...counts.values()].sort((a, b) => b - a);
  const top = popular.slice(0, keys / 100).reduce((sum, count) => sum + count, 0);
  assert.ok(top > drawn.length * 0.4 && top < drawn.length * 0.7, `${top} of ${drawn.length}`);
});

test.run();
