/** What every contestant is, what a row asks of it, and how all are filled and loaded alike. */

import { VALUE_BYTES } from '../entries.js';
import type { GeneratorReport, LoadSettings, RedisCommand } from '../generator.js';
import { loadGenerator } from '../generator-build.js';
import type { KeyDraw } from '../key-draw.js';
import { LOAD_CORE } from '../pinning.js';

/** What a row sends. */
export interface LoadShape {
  readonly sockets: number;
  readonly outstanding: number;
  readonly ops: number;
  readonly keys: KeyDraw;
  readonly valueBytes?: number;
  readonly readsPercent?: number;
  /** Of those who are spoken to as Redis is; GET and SET without. */
  readonly command?: RedisCommand;
  readonly seconds?: number;
  readonly warmSeconds?: number;
  /** Ends after these instead of `seconds`. */
  readonly requests?: number;
  readonly rate?: number;
  readonly spinning?: boolean;
}

export interface Contestant {
  readonly name: string;
  readonly pid: number;
  load(shape: LoadShape): Promise<GeneratorReport>;
}

/** Of a round, where a row says nothing else. */
export const SECONDS = 0.6;
const WARM_SECONDS = 0.2;
/** Ops in one request of a fill, below which it fits the largest datagram. */
const FILL_BYTES_MAX = 12_000;
const FILL_OPS_MAX = 50;
const FILL_OUTSTANDING = 32;
const FILL_TRIES_MAX = 3;

/** Is there a native load generator? */
export function hasGenerator(): boolean {
  return 'program' in loadGenerator();
}

/** The generator's settings of a shape. */
export function common(shape: LoadShape, pid: number): Omit<LoadSettings, 'target' | 'port'> {
  const { sockets, outstanding, ops, keys } = shape;
  return {
    sockets,
    outstanding,
    ops,
    keyCount: keys.count,
    ...(keys.file === undefined ? {} : { keysFile: keys.file }),
    valueBytes: shape.valueBytes ?? VALUE_BYTES,
    readsPercent: shape.readsPercent ?? 100,
    seconds: shape.seconds ?? SECONDS,
    warmSeconds: shape.warmSeconds ?? WARM_SECONDS,
    ...(shape.command === undefined ? {} : { command: shape.command }),
    ...(shape.requests === undefined ? {} : { requests: shape.requests }),
    ...(shape.rate === undefined ? {} : { rate: shape.rate }),
    spinning: shape.spinning ? 1 : 0,
    ...(LOAD_CORE === undefined ? {} : { core: LOAD_CORE }),
    serverPid: pid,
  };
}

/** The settings that set every key once. */
export function filling(count: number, valueBytes: number, pid: number) {
  const ops = Math.max(1, Math.min(FILL_OPS_MAX, Math.floor(FILL_BYTES_MAX / (valueBytes + 64))));
  return {
    ...common(
      {
        sockets: 1,
        outstanding: FILL_OUTSTANDING,
        ops,
        keys: { count, distribution: 'uniform', file: undefined },
      },
      pid,
    ),
    valueBytes,
    readsPercent: 0,
    sequential: 1,
    warmSeconds: 0,
    requests: Math.ceil(count / ops),
  } as const;
}

/** Fills until nothing was lost on the way: a key that is not there would make GETs cheap. */
export async function fillSurely(
  name: string,
  fill: () => Promise<GeneratorReport>,
): Promise<GeneratorReport> {
  for (let tries = 0; tries < FILL_TRIES_MAX; tries++) {
    const report = await fill();
    if (report.errors > 0) throw new Error(`${name} was not filled: ${report.errors} errors`);
    if (report.lost === 0) return report;
  }
  throw new Error(`${name} was not filled: datagrams were lost each time`);
}
