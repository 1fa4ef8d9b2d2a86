/**
 * The same seeded random requests to this server and to a real memcached, in pipelines of random length, every answer
 * compared. Where they differ the sequence is made as short as it still differs, and shown with its seed; ANOA_SEED
 * repeats a run.
 *
 * This server stands in a harness without sockets, where time stands still; requests are cut at random.
 */

import { cuts, freshSeed, SeededRandom, shrink } from '@anoadb/testkit';
import { createMemcachedDoor } from '../../src/doors/memcached/memcached-door.js';
import { StreamHarness } from '../support/stream-harness.js';
import type { RealMemcached } from './real-memcached.js';
import { binaryParts, ReplyComparison, textParts } from './reply-comparison.js';

/** One request. `{cas}` in it stands for the cas unique that its key was last seen with. */
export interface Request {
  readonly bytes: Uint8Array;
  /** The key whose cas unique is filled in; where, and how, is the protocol's own. */
  readonly casOf?: string;
  /** Keys whose cas unique memcached keeps and this server does not: what was seen of it is forgotten. */
  readonly touches?: readonly string[];
  /** It must be the first of its pipeline: memcached's answer depends on what comes before. */
  readonly startsPipeline?: boolean;
  /** The servers close after it; what they have not read by then would take their answer away. */
  readonly endsPipeline?: boolean;
  /** A new pipeline begins here. */
  readonly isFirst: boolean;
}

/** How the requests of a protocol are told from each other's answers. */
export interface Protocol {
  /** A first request that can be nobody else's. */
  readonly greeting: string;
  /** A request whose answer, `mark`, ends that of a pipeline. */
  sentinel(sequence: number): { readonly request: Uint8Array; readonly mark: Uint8Array };
  /** The request with that cas unique in it. */
  withCas(request: Uint8Array, cas: string): Uint8Array;
  /** Calls `seen` for each key and cas unique in an answer. */
  casUniques(answer: Buffer, seen: (key: string, cas: string) => void): void;
  isSame(comparison: ReplyComparison, ours: Buffer, real: Buffer): boolean;
}

export type RequestDraw = (random: SeededRandom) => Omit<Request, 'isFirst'>;

interface Difference {
  /** The requests that were answered. */
  readonly pipeline: readonly Request[];
  readonly ours: string;
  readonly real: string;
}

const SEQUENCE_REQUESTS = 150;
const PIPELINE_MAX = 20;
const SHRINK_RUNS_MAX = 300;
/** Of no item. */
const UNKNOWN_CAS = '999999999999';
const SHOWN_MAX = 900;

export async function runDifferential(
  memcached: RealMemcached,
  protocol: Protocol,
  draw: RequestDraw,
  count: number,
): Promise<void> {
  const seed = freshSeed();
  const sequences = Math.ceil(count / SEQUENCE_REQUESTS);
  for (let i = 0; i < sequences; i++) {
    const plan = drawPlan(draw, (seed + i) >>> 0);
    const first = await differenceOf(memcached, protocol, plan);
    if (first === undefined) continue;
    const fails = async (candidate: readonly Request[]): Promise<boolean> =>
      (await differenceOf(memcached, protocol, candidate)) !== undefined;
    const { plan: shortest } = await shrink(plan, cuts, fails, SHRINK_RUNS_MAX);
    const last = await differenceOf(memcached, protocol, shortest);
    const report = last === undefined ? `not the same each time\n${shown([], first)}` : shown(shortest, last);
    throw new Error(`${report}\nrepeat with ANOA_SEED=${seed}`);
  }
  console.log(`# ${sequences * SEQUENCE_REQUESTS} requests answered as by memcached, seed ${seed}`);
}

function drawPlan(draw: RequestDraw, seed: number): readonly Request[] {
  const random = new SeededRandom(seed);
  let left = 0;
  return Array.from({ length: SEQUENCE_REQUESTS }, () => {
    const drawn = draw(random);
    const isFirst = left === 0 || drawn.startsPipeline === true;
    if (isFirst) left = random.int(1, PIPELINE_MAX);
    left = drawn.endsPipeline === true ? 0 : left - 1;
    return { ...drawn, isFirst };
  });
}

async function differenceOf(
  memcached: RealMemcached,
  protocol: Protocol,
  plan: readonly Request[],
): Promise<Difference | undefined> {
  const harness = new StreamHarness((services) => ({ memcached: createMemcachedDoor(services) }));
  const random = new SeededRandom(plan.length);
  const comparison = new ReplyComparison();
  await emptyReal(memcached);
  const real = await memcached.connect();
  const ours = harness.connect();
  // So that both know which protocol it is before they meet what could be anybody's.
  ours.ask(protocol.greeting);
  const opening = protocol.sentinel(0);
  await real.ask(opening.request, opening.mark);
  // A cas unique of 1 is nobody's, as it is no longer in the real server.
  harness.connect().ask('set first 0 0 0\r\n\r\nflush_all\r\n');
  const seenByOurs = new Map<string, string>();
  const seenByReal = new Map<string, string>();
  try {
    let sequence = 0;
    for (let at = 0; at < plan.length; ) {
      const start = at++;
      while (at < plan.length && !plan[at].isFirst) at++;
      const pipeline = plan.slice(start, at);
      const { request, mark } = protocol.sentinel(++sequence);
      const realAnswer = await real.ask(encode(protocol, pipeline, seenByReal, request), mark);
      sendCut(random, encode(protocol, pipeline, seenByOurs, request), (part) => ours.send(part));
      const ourAnswer = Buffer.from(ours.receivedBytes());
      if (harness.defects.length > 0) throw harness.defects[0];
      if (!protocol.isSame(comparison, ourAnswer, realAnswer))
        return { pipeline, ours: ourAnswer.toString('latin1'), real: realAnswer.toString('latin1') };
      protocol.casUniques(ourAnswer, (key, cas) => seenByOurs.set(key, cas));
      protocol.casUniques(realAnswer, (key, cas) => seenByReal.set(key, cas));
      for (const { touches } of pipeline) {
        for (const key of touches ?? []) {
          seenByOurs.delete(key);
          seenByReal.delete(key);
        }
      }
      if (ours.isClosed) return undefined;
    }
    return undefined;
  } finally {
    real.close();
    ours.reset();
  }
}

/** Its cas uniques go on from where they are, so the smallest belong to nothing. */
async function emptyReal(memcached: RealMemcached): Promise<void> {
  const connection = await memcached.connect();
  await connection.ask(Buffer.from('flush_all\r\nmn\r\n'), Buffer.from('MN\r\n'));
  connection.close();
}

function encode(
  protocol: Protocol,
  pipeline: readonly Request[],
  seen: ReadonlyMap<string, string>,
  sentinel: Uint8Array,
): Buffer {
  const known = new Map(seen);
  const parts = pipeline.map(({ bytes, casOf, touches }) => {
    const cas = casOf === undefined ? undefined : (known.get(casOf) ?? UNKNOWN_CAS);
    for (const key of touches ?? []) known.delete(key);
    return cas === undefined ? bytes : protocol.withCas(bytes, cas);
  });
  return Buffer.concat([...parts, sentinel]);
}

/** Whole, or in a few pieces, or byte by byte where that is not much. */
function sendCut(random: SeededRandom, bytes: Buffer, send: (part: Uint8Array) => void): void {
  if (random.chance(0.5)) {
    send(bytes);
    return;
  }
  const pieceMax = bytes.length < 2000 && random.chance(0.3) ? 1 : Math.max(1, Math.ceil(bytes.length / 3));
  for (let at = 0; at < bytes.length; ) {
    const end = Math.min(bytes.length, at + random.int(1, pieceMax));
    send(bytes.subarray(at, end));
    at = end;
  }
}

function shown(plan: readonly Request[], { pipeline, ours, real }: Difference): string {
  const requests = plan.length === 0 ? pipeline : plan;
  const lines = requests.map(({ bytes, casOf }) => {
    const text = JSON.stringify(Buffer.from(bytes).toString('latin1').slice(0, 200));
    return `  ${casOf === undefined ? '' : `(cas of ${casOf}) `}${text}`;
  });
  const show = (answer: string): string => JSON.stringify(answer.slice(0, SHOWN_MAX));
  return `${lines.join('\n')}\n    ours ${show(ours)}\n    real ${show(real)}`;
}

export const textProtocol: Protocol = {
  greeting: 'mn\r\n',
  sentinel: (sequence) => ({
    // What a data block that was announced too long still waits for, then a miss that can be told from all others.
    request: Buffer.from(`zzzzzzzzzzzzzzzz\r\nmg ~~ k O${sequence}\r\n`),
    mark: Buffer.from(`EN k~~ O${sequence}\r\n`),
  }),
  withCas: (request, cas) =>
    Buffer.from(Buffer.from(request).toString('latin1').replace('{cas}', cas), 'latin1'),
  casUniques: (answer, seen) => {
    for (const { words } of textParts(answer)) {
      if (words[0] === 'VALUE' && words.length === 5) seen(words[1], words[4]);
    }
  },
  isSame: (comparison, ours, real) => comparison.isSameText(ours, real),
};

const NOOP = 0x0a;
const CAS_AT = 16;

export const binaryProtocol: Protocol = {
  greeting: `\x80\x0a${'\0'.repeat(22)}`,
  sentinel: (sequence) => {
    const request = Buffer.alloc(24);
    request[0] = 0x80;
    request[1] = NOOP;
    request.writeUInt32BE(0xf000_0000 + sequence, 12);
    const mark = Buffer.from(request);
    mark[0] = 0x81;
    return { request, mark };
  },
  withCas: (request, cas) => {
    const filled = Buffer.from(request);
    filled.writeBigUInt64BE(BigInt(cas), CAS_AT);
    return filled;
  },
  casUniques: (answer, seen) => {
    for (const part of binaryParts(answer)) {
      const extrasBytes = part[4];
      const keyBytes = part.readUInt16BE(2);
      const cas = part.readBigUInt64BE(CAS_AT);
      const keyStart = 24 + extrasBytes;
      if (keyBytes > 0 && cas > 0n) seen(part.toString('latin1', keyStart, keyStart + keyBytes), String(cas));
    }
  },
  isSame: (comparison, ours, real) => comparison.isSameBinary(ours, real),
};
