/**
 * CONFIG: the settings that Redis has too, under its names. Those that can change while the server runs are the slow
 * log's; all others come from flags, environment and file, and are what `anoa config` prints.
 */

import type { ServerInfo } from '../../../stream/stream-services.js';
import type { RedisCall } from '../../redis-call.js';
import type { RedisClient } from '../../redis-client.js';
import { RedisError } from '../../redis-errors.js';
import type { RedisServer } from '../../redis-server.js';
import { namesMatching } from './name-pattern.js';

interface Parameter {
  readonly get: (info: ServerInfo, server: RedisServer) => string;
  /** Undefined: immutable. */
  readonly whole?: { readonly min: number; readonly set: (server: RedisServer, value: number) => void };
}

const fixed = (value: string): Parameter => ({ get: () => value });
const logLevels: Readonly<Record<string, string>> = {
  trace: 'debug',
  debug: 'debug',
  info: 'notice',
  warn: 'warning',
};

const parameters: Readonly<Record<string, Parameter>> = {
  maxmemory: { get: ({ settings }) => String(settings.maxMemoryBytes) },
  // SIEVE evicts what was not used lately: of the policies that Redis has LRU is the nearest.
  'maxmemory-policy': {
    get: ({ settings: { eviction } }) =>
      eviction === 'refuse' ? 'noeviction' : eviction === 'sieve' ? 'allkeys-lru' : 'volatile-lru',
  },
  appendonly: { get: ({ settings }) => (settings.hasJournal ? 'yes' : 'no') },
  appendfsync: { get: ({ settings }) => settings.fsync },
  save: {
    get: ({ settings: { snapshotIntervalMs } }) =>
      snapshotIntervalMs === 0 ? '' : `${Math.round(snapshotIntervalMs / 1000)} 1`,
  },
  dir: { get: ({ settings }) => utf8AsBytes(settings.dataDir) },
  port: { get: ({ port }) => String(port) },
  bind: { get: ({ host }) => host },
  maxclients: { get: ({ settings }) => String(settings.maxClients) },
  'proto-max-bulk-len': { get: ({ settings }) => String(settings.maxValueBytes) },
  loglevel: { get: ({ settings }) => logLevels[settings.logLevel] ?? 'warning' },
  'slowlog-log-slower-than': {
    get: (_, { slowLog }) => String(slowLog.slowerThanUs),
    whole: {
      min: -1,
      set: ({ slowLog }, value) => {
        slowLog.slowerThanUs = value;
      },
    },
  },
  'slowlog-max-len': {
    get: (_, { slowLog }) => String(slowLog.lengthMax),
    whole: { min: 0, set: ({ slowLog }, value) => slowLog.resize(value) },
  },
  databases: fixed('1'),
  timeout: fixed('0'),
  requirepass: fixed(''),
  'cluster-enabled': fixed('no'),
  'notify-keyspace-events': fixed(''),
  'stop-writes-on-bgsave-error': fixed('no'),
  'lazyfree-lazy-user-del': fixed('yes'),
  'lazyfree-lazy-user-flush': fixed('yes'),
};

const names = Object.keys(parameters);

/** A name that is no pattern is answered in the letters it came in. */
export function configGet({ reply, server }: RedisClient, call: RedisCall): void {
  const found = new Map<string, string>();
  for (let i = 2; i < call.count; i++) {
    const asked = call.text(i);
    const name = asked.toLowerCase();
    if (/[[*?]/.test(asked))
      for (const one of namesMatching(names, call, i)) found.set(one, found.get(one) ?? one);
    else if (Object.hasOwn(parameters, name) && !found.has(name)) found.set(name, asked);
  }
  const info = server.services.serverInfo();
  reply.map(found.size);
  for (const [name, shown] of found) {
    reply.bulkText(shown);
    reply.bulkText(parameters[name].get(info, server));
  }
}

/** All of them or none: first what may be set at all, then the values. */
export function configSet({ reply, server }: RedisClient, call: RedisCall): void {
  const refusal = nameRefusal(call);
  if (refusal !== undefined) {
    reply.error(refusal);
    return;
  }
  const values: number[] = [];
  for (let i = 2; i < call.count; i += 2) {
    const { min } = parameterAt(call, i).whole!;
    const value = call.integer(i + 1);
    if (value === undefined || value < min) {
      const why =
        value === undefined
          ? "argument couldn't be parsed into an integer"
          : `argument must be between ${min} and 9223372036854775807 inclusive`;
      reply.error(setFailed(call.text(i).toLowerCase(), why));
      return;
    }
    values.push(Number(value));
  }
  values.forEach((value, index) => {
    parameterAt(call, 2 + index * 2).whole!.set(server, value);
  });
  reply.ok();
}

function nameRefusal(call: RedisCall): string | undefined {
  if (call.count % 2 !== 0) return RedisError.SYNTAX;
  const seen = new Set<string>();
  for (let i = 2; i < call.count; i += 2) {
    const name = call.text(i).toLowerCase();
    if (!Object.hasOwn(parameters, name))
      return `ERR Unknown option or number of arguments for CONFIG SET - '${call.shown(i)}'`;
    if (seen.has(name)) return setFailed(call.shown(i), 'duplicate parameter');
    seen.add(name);
    if (parameters[name].whole === undefined) return setFailed(call.shown(i), "can't set immutable config");
  }
  return undefined;
}

function parameterAt(call: RedisCall, index: number): Parameter {
  return parameters[call.text(index).toLowerCase()];
}

function setFailed(name: string, why: string): string {
  return `ERR CONFIG SET failed (possibly related to argument '${name}') - ${why}`;
}

export function configResetStatistics({ reply, server }: RedisClient): void {
  server.resetStatistics();
  reply.ok();
}

export function configRewrite({ reply }: RedisClient): void {
  reply.error('ERR The server is running without a config file');
}

/** Text in this door has one character per byte. */
function utf8AsBytes(text: string): string {
  return String.fromCharCode(...new TextEncoder().encode(text));
}
