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

export function configGet({ reply, server }: RedisClient, call: RedisCall): void {
  const found = new Set<string>();
  for (let i = 2; i < call.count; i++) for (const name of namesMatching(names, call, i)) found.add(name);
  const info = server.services.serverInfo();
  reply.map(found.size);
  for (const name of found) {
    reply.bulkText(name);
    reply.bulkText(parameters[name].get(info, server));
  }
}

/** All of them or none. */
export function configSet({ reply, server }: RedisClient, call: RedisCall): void {
  if (call.count % 2 !== 0) {
    reply.error(RedisError.SYNTAX);
    return;
  }
  const changes = new Map<string, () => void>();
  for (let i = 2; i < call.count; i += 2) {
    const name = call.text(i).toLowerCase();
    if (!Object.hasOwn(parameters, name)) {
      reply.error(`ERR Unknown option or number of arguments for CONFIG SET - '${call.shown(i)}'`);
      return;
    }
    const change = changes.has(name)
      ? 'duplicate parameter'
      : changeOf(server, parameters[name], call, i + 1);
    if (typeof change === 'string') {
      reply.error(`ERR CONFIG SET failed (possibly related to argument '${call.shown(i)}') - ${change}`);
      return;
    }
    changes.set(name, change);
  }
  for (const change of changes.values()) change();
  reply.ok();
}

/** What carries the change out, or why there is none. */
function changeOf(
  server: RedisServer,
  { whole }: Parameter,
  call: RedisCall,
  index: number,
): (() => void) | string {
  if (whole === undefined) return "can't set immutable config";
  const value = call.integer(index);
  if (value === undefined) return "argument couldn't be parsed into an integer";
  if (value < whole.min) return `argument must be between ${whole.min} and 9223372036854775807 inclusive`;
  return () => whole.set(server, Number(value));
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
