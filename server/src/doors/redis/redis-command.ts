/** One command of the table with its handler, its flags and key positions as the dispatcher needs them. */

import { Permission } from '@anoadb/protocol';
import type { CommandLookup } from './command-lookup.js';
import type { RedisCommandInfo, RedisKeySpec } from './generated/command-table.js';
import type { RedisCall } from './redis-call.js';
import type { RedisHandler } from './redis-handler.js';

/** Bits of what the dispatcher asks on each call. */
export const CommandFlag = {
  WRITES: 1,
  /** Before authentication too. */
  NO_AUTH: 2,
  /** While the server loads too. */
  LOADING: 4,
  NO_MULTI: 8,
  SKIP_SLOWLOG: 16,
  /** Runs at once inside of MULTI. */
  NOT_QUEUED: 32,
  /** Looks at the whole database: not under a prefix. */
  WHOLE_DATABASE: 64,
} as const;

/** How many keys, and where: what is frequent is one comparison. */
export const KeyShape = { NONE: 0, FIRST_ARGUMENT: 1, OTHER: 2 } as const;

const flagBits: Readonly<Record<string, number>> = {
  write: CommandFlag.WRITES,
  no_auth: CommandFlag.NO_AUTH,
  loading: CommandFlag.LOADING,
  no_multi: CommandFlag.NO_MULTI,
  skip_slowlog: CommandFlag.SKIP_SLOWLOG,
};

/** Not those that promise it for each page, or for what they look at. */
const BRIEF = /^O\(1\)(?: for each element)?$/;

const NOT_QUEUED = new Set(['multi', 'exec', 'discard', 'watch', 'quit', 'reset']);

const permissionBits = { none: 0, read: Permission.READ, write: Permission.WRITE, admin: Permission.ADMIN };

export class RedisCommand {
  readonly info: RedisCommandInfo;
  /** Its place in the table and in statistics. */
  readonly index: number;
  /** Undefined: a container, whose subcommands have one. */
  readonly handler: RedisHandler | undefined;
  /** Undefined where it has none. */
  subcommands: CommandLookup | undefined;
  readonly arity: number;
  readonly flags: number;
  readonly permissions: number;
  readonly keyShape: number;
  /** What it takes grows with its request and its answer alone. */
  readonly isBrief: boolean;

  constructor(info: RedisCommandInfo, index: number, handler: RedisHandler | undefined) {
    this.info = info;
    this.index = index;
    this.handler = handler;
    this.arity = info.arity;
    this.flags = flagsOf(info);
    this.permissions = permissionBits[info.kind];
    this.keyShape = keyShapeOf(info.keys);
    this.isBrief = this.keyShape !== KeyShape.NONE && BRIEF.test(info.complexity);
  }

  /** `get`, or of a subcommand `client|list`. */
  get name(): string {
    return this.info.name;
  }

  get isContainer(): boolean {
    return this.subcommands !== undefined;
  }

  hasArity(count: number): boolean {
    return this.arity > 0 ? count === this.arity : count >= -this.arity;
  }

  /** The indices of the arguments that are keys of that spec: none where a number of keys makes no sense. */
  keyRange(spec: RedisKeySpec, call: RedisCall, into: KeyRange): void {
    if (spec.range !== undefined) {
      into.first = spec.begin;
      into.last = spec.range.last < 0 ? call.count + spec.range.last : spec.begin + spec.range.last;
      into.step = spec.range.step;
    } else {
      const { at, first, step } = spec.keyNumber!;
      const number = spec.begin + at < call.count ? call.integer(spec.begin + at) : undefined;
      into.first = spec.begin + first;
      into.last = typeof number === 'number' ? into.first + (number - 1) * step : -1;
      into.step = step;
    }
    // The handler refuses what is not there in its own words.
    if (into.last >= call.count) into.last = -1;
  }
}

/** Arguments first, first + step, … up to last. */
export interface KeyRange {
  first: number;
  last: number;
  step: number;
}

function flagsOf(info: RedisCommandInfo): number {
  let bits = 0;
  for (const flag of info.flags) bits |= flagBits[flag] ?? 0;
  if (NOT_QUEUED.has(info.name)) bits |= CommandFlag.NOT_QUEUED;
  if (info.reach === 'all') bits |= CommandFlag.WHOLE_DATABASE;
  return bits;
}

function keyShapeOf(keys: readonly RedisKeySpec[]): number {
  if (keys.length === 0) return KeyShape.NONE;
  const [{ begin, range }] = keys;
  const isFirst = keys.length === 1 && begin === 1 && range?.last === 0;
  return isFirst ? KeyShape.FIRST_ARGUMENT : KeyShape.OTHER;
}
