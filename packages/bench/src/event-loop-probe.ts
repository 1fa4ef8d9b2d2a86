/**
 * Loaded into a server process with `--import`: measures how late its event loop is, from within, by a timer of
 * 1 ms, without the server knowing. Asked over a loopback UDP port of its own; keeps no process alive.
 *
 *   reset -> {}     read -> {samples, stall: percentiles, own: percentiles}, in ms beyond the timer's own
 *
 * `own` takes off the time in which the thread could have run and the kernel gave its core to another (Linux
 * says so in schedstat): on a busy machine that is not the server's doing.
 */

import dgram from 'node:dgram';
import { openSync, readSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';
import type { DelayPercentiles } from './anoa.js';
import { percentile } from './measurement.js';

const STEP_MS = 1;
/** Node rounds a timer's moment to whole milliseconds, so one that is on time is up to this late. */
const ROUNDING_MS = 1;

const port = Number(process.env['EVENT_LOOP_PROBE_PORT']);
if (isMainThread && port > 0) serve(port);

function serve(at: number): void {
  const waitedMs = runQueueClock();
  let stalls: number[] = [];
  let owns: number[] = [];
  let lastMs = performance.now();
  let lastWaitedMs = waitedMs();
  const timer = setInterval(() => {
    const nowMs = performance.now();
    const nowWaitedMs = waitedMs();
    const lateMs = nowMs - lastMs - STEP_MS - ROUNDING_MS;
    stalls.push(Math.max(0, lateMs));
    owns.push(Math.max(0, lateMs - (nowWaitedMs - lastWaitedMs)));
    lastMs = nowMs;
    lastWaitedMs = nowWaitedMs;
  }, STEP_MS);
  timer.unref();

  const socket = dgram.createSocket('udp4');
  socket.on('error', () => {});
  socket.on('message', (question, from) => {
    const answer =
      question.toString() === 'reset'
        ? {}
        : { samples: stalls.length, stall: describe(stalls), own: describe(owns) };
    if (question.toString() === 'reset') {
      stalls = [];
      owns = [];
    }
    socket.send(JSON.stringify(answer), from.port, from.address);
  });
  socket.bind(at, '127.0.0.1');
  socket.unref();
}

function describe(values: readonly number[]): DelayPercentiles {
  const sorted = Float64Array.from(values.length === 0 ? [0] : values).sort();
  return {
    p50Ms: percentile(sorted, 0.5),
    p99Ms: percentile(sorted, 0.99),
    p999Ms: percentile(sorted, 0.999),
    maxMs: percentile(sorted, 1),
  };
}

/** Milliseconds this thread has waited for a core so far; always 0 where the system does not say. */
function runQueueClock(): () => number {
  try {
    const file = openSync(`/proc/self/task/${process.pid}/schedstat`, 'r');
    const buffer = Buffer.alloc(128);
    return () => {
      const length = readSync(file, buffer, 0, buffer.length, 0);
      return Number(buffer.toString('latin1', 0, length).split(' ')[1]) / 1e6;
    };
  } catch {
    return () => 0;
  }
}
