/**
 * What growth does to the event loop, measured from within the server by a timer of 1 ms while it serves: the index
 * growing, a million keys expiring at one moment, eviction of every key under a load of writes.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { encodeSet, TypedValue, ValueType } from '@anoadb/protocol';
import type { EventLoopDelays } from '../anoa.js';
import { AnoaContestant, type LoadShape } from '../contestants.js';
import { KEY_BYTES, VALUE_BYTES, writeKey, writeValue } from '../entries.js';
import { drawKeys } from '../key-draw.js';
import type { BenchContext, Line, RowGroup } from '../measurement.js';

const STALL_P999_MS_MAX = 5;
const MILLION = 1_000_000;
const GROWN = 4 * MILLION;
/** A load that leaves the server time of its own, so that what holds it up is not the queue of requests. */
const RATE = 20_000;
const EXPIRE_AFTER_MS = 6000;
/** How long after the moment of expiry the timer still watches. */
const EXPIRY_SECONDS = 4;
const EVICTION_SECONDS = 5;
const EVICTION_MEMORY = '64mb';

export const stallRows: RowGroup = {
  name: 'stalls',
  title: 'How long growth, expiry and eviction hold the event loop up',
  isOptIn: false,
  async run(context) {
    return [...(await growth(context)), ...(await expiry(context)), ...(await eviction(context))];
  },
};

/** As fast as the server takes them, from a thousand keys to four million. */
async function growth(context: BenchContext): Promise<Line[]> {
  const anoa = await AnoaContestant.start();
  try {
    await warm(anoa);
    await anoa.server.resetDelays();
    await anoa.fill(GROWN);
    return stallLines(
      context,
      'growth',
      `index growing to ${GROWN / MILLION} million keys`,
      await delaysOf(anoa),
    );
  } finally {
    await anoa.dispose();
  }
}

async function expiry(context: BenchContext): Promise<Line[]> {
  const anoa = await AnoaContestant.start();
  try {
    await anoa.fill(MILLION / 10);
    const expireAtMs = Date.now() + EXPIRE_AFTER_MS;
    await fillExpiring(anoa, MILLION, expireAtMs);
    const left = expireAtMs - Date.now() - 200;
    if (left < 0) throw new Error('the machine is too slow to set a million keys before they expire');
    await sleep(left);
    await anoa.server.resetDelays();
    await anoa.load({ ...paced(MILLION / 10), seconds: EXPIRY_SECONDS });
    const delays = await delaysOf(anoa);
    return stallLines(context, 'expiry', 'a million keys expiring at one moment, under GETs', delays);
  } finally {
    await anoa.dispose();
  }
}

async function eviction(context: BenchContext): Promise<Line[]> {
  const anoa = await AnoaContestant.start({
    env: { ANOA_MAX_MEMORY: EVICTION_MEMORY, ANOA_EVICTION: 'sieve' },
  });
  try {
    await anoa.fill(MILLION);
    await anoa.server.resetDelays();
    // Ten times as many keys as fit: nearly every write evicts.
    await anoa.load({ ...paced(5 * MILLION), readsPercent: 0, seconds: EVICTION_SECONDS });
    const delays = await delaysOf(anoa);
    return stallLines(
      context,
      'eviction',
      `writes into a full store of ${EVICTION_MEMORY}, each evicting`,
      delays,
    );
  } finally {
    await anoa.dispose();
  }
}

function paced(keyCount: number): LoadShape {
  return { sockets: 8, outstanding: 16, ops: 1, keys: drawKeys(keyCount), rate: RATE };
}

/** Compiled code is as it is in a server that has served. */
async function warm(anoa: AnoaContestant): Promise<void> {
  await anoa.load({
    sockets: 1,
    outstanding: 16,
    ops: 50,
    keys: drawKeys(1000),
    readsPercent: 0,
    seconds: 1,
  });
}

async function fillExpiring(anoa: AnoaContestant, count: number, expireAtMs: number): Promise<void> {
  const client = await anoa.server.connect();
  const request = {
    key: new Uint8Array(KEY_BYTES),
    value: new TypedValue(ValueType.STRING, new Uint8Array(VALUE_BYTES)),
    expireAtMs,
  };
  const ops = 50;
  await client.run({
    requests: Math.ceil(count / ops),
    inFlight: 32,
    mutates: true,
    write(index, writer) {
      for (let i = 0; i < ops; i++) {
        writeKey(MILLION + index * ops + i, request.key, 0);
        writeValue(index * ops + i, request.value.bytes, 0);
        encodeSet(writer, request);
      }
    },
  });
  await client.close();
}

async function delaysOf(anoa: AnoaContestant): Promise<EventLoopDelays> {
  return anoa.server.readDelays();
}

function stallLines(context: BenchContext, id: string, title: string, delays: EventLoopDelays): Line[] {
  const { own, stall, samples } = delays;
  context.progress(`    ${title}: p99.9 ${own.p999Ms.toFixed(2)} ms, max ${own.maxMs.toFixed(2)} ms`);
  return [
    {
      id: `stalls/${id}`,
      title: `${title}, p99.9`,
      unit: 'ms',
      ours: own.p999Ms,
      aim: { text: `at most ${STALL_P999_MS_MAX} ms`, isMet: own.p999Ms <= STALL_P999_MS_MAX },
      note:
        `${samples} samples, max ${own.maxMs.toFixed(2)} ms; with the time in which the kernel had given the core to ` +
        `others p99.9 ${stall.p999Ms.toFixed(2)} ms, max ${stall.maxMs.toFixed(2)} ms`,
      headline: 10,
    },
  ];
}
