#!/usr/bin/env node
/**
 * One application written against an SDK: `sdk-client.js anoa|node-redis|ioredis PORT CALLS SECONDS KEYS`. So many
 * loops each await one get after the other. Prints `{rate, p50Us, busy, waited}`. A process of its own, so that no library
 * pays for another's code or garbage.
 */

import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';

type Get = (key: string) => Promise<unknown>;

const WARM_SECONDS = 0.4;
/** Every so many calls of a loop one is timed. */
const TIMED_EVERY = 16;

const [kind, port, calls, seconds, keys] = process.argv.slice(2);
const { get, close } = await open(kind, Number(port));
await measure(get, { calls: Number(calls), seconds: Number(seconds), keys: Number(keys) });
await close();

async function open(name: string, at: number): Promise<{ get: Get; close(): Promise<unknown> }> {
  switch (name) {
    case 'anoa': {
      const { connect } = await import('@anoadb/sdk');
      const client = await connect(`anoa://127.0.0.1:${at}`);
      return { get: (key) => client.get(key), close: () => client.close() };
    }
    case 'node-redis': {
      const { createClient } = await import('redis');
      const client = createClient({ socket: { host: '127.0.0.1', port: at } });
      await client.connect();
      return { get: (key) => client.get(key), close: () => client.close() };
    }
    default: {
      const { Redis } = await import('ioredis');
      // Calls of one tick leave with one write, its fastest way.
      const client = new Redis({ host: '127.0.0.1', port: at, enableAutoPipelining: name.endsWith('auto') });
      return { get: (key) => client.get(key), close: () => client.quit() };
    }
  }
}

async function measure(call: Get, options: { calls: number; seconds: number; keys: number }): Promise<void> {
  // Made ahead: what is measured is the client.
  const names = Array.from({ length: 65_536 }, () => keyText(Math.floor(Math.random() * options.keys)));
  const mask = names.length - 1;
  let isRunning = true;
  let isMeasuring = false;
  let done = 0;
  let missing = 0;
  const latencies: number[] = [];
  const loop = async (first: number): Promise<void> => {
    for (let n = first; isRunning; n++) {
      const isTimed = n % TIMED_EVERY === 0 && isMeasuring;
      const from = isTimed ? performance.now() : 0;
      const value = await call(names[(n * 7919) & mask]);
      if (isTimed) latencies.push(performance.now() - from);
      if (value === undefined || value === null) missing++;
      done++;
    }
  };
  const loops = Array.from({ length: options.calls }, (_, i) => loop(i * 211));
  await sleep(WARM_SECONDS);
  isMeasuring = true;
  const doneBefore = done;
  const usedBefore = process.cpuUsage();
  const waitedBefore = waitedSeconds();
  const fromMs = performance.now();
  await sleep(options.seconds);
  const elapsed = (performance.now() - fromMs) / 1000;
  const used = process.cpuUsage(usedBefore);
  const waited = (waitedSeconds() - waitedBefore) / elapsed;
  const rate = (done - doneBefore) / elapsed;
  isRunning = false;
  await Promise.all(loops);
  latencies.sort((a, b) => a - b);
  const p50Us = (latencies[latencies.length >> 1] ?? Number.NaN) * 1000;
  const busy = (used.user + used.system) / 1e6 / elapsed;
  process.stdout.write(`${JSON.stringify({ rate, p50Us, busy, waited, missing })}\n`);
}

/** How long this thread was ready to run while its core was somebody else's; 0 where the system does not say. */
function waitedSeconds(): number {
  try {
    return Number(readFileSync('/proc/self/schedstat', 'utf8').split(' ')[1]) / 1e9;
  } catch {
    return 0;
  }
}

function keyText(index: number): string {
  return `key:${String(index).padStart(12, '0')}`;
}

function sleep(duration: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, duration * 1000));
}
