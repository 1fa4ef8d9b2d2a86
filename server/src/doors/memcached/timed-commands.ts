/**
 * What latencies are counted by: the commands as the text protocols name them. A binary command counts as the one that
 * it means, so that a client's protocol does not matter to a dashboard.
 */

import type { MemcachedCommandName } from './generated/command-names.js';

/** `noop` is the binary protocol's alone; `auth` is SASL, and in the text protocol the `set` that logs in. */
export type TimedCommandName = MemcachedCommandName | 'noop' | 'auth';

/** Of a request whose first word or opcode is nobody's: it is not counted. */
export const NO_COMMAND = -1;

/** The order is that of the counters. */
const byName: Readonly<Record<TimedCommandName, true>> = {
  get: true,
  gets: true,
  gat: true,
  gats: true,
  set: true,
  add: true,
  replace: true,
  append: true,
  prepend: true,
  cas: true,
  delete: true,
  incr: true,
  decr: true,
  touch: true,
  mg: true,
  ms: true,
  md: true,
  ma: true,
  me: true,
  mn: true,
  noop: true,
  auth: true,
  flush_all: true,
  stats: true,
  version: true,
  verbosity: true,
  quit: true,
  shutdown: true,
  cache_memlimit: true,
};

export const timedCommandNames = Object.keys(byName) as readonly TimedCommandName[];

const indexes = new Map<string, number>(timedCommandNames.map((name, index) => [name, index]));

/** The index of the counters of that command, or NO_COMMAND. */
export function timedIndexOf(name: string): number {
  return indexes.get(name) ?? NO_COMMAND;
}
