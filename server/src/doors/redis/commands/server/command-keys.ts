/** COMMAND GETKEYS, GETKEYSANDFLAGS and LIST. */

import type { RedisKeySpec } from '../../generated/command-table.js';
import type { RedisCall } from '../../redis-call.js';
import type { RedisClient } from '../../redis-client.js';
import type { KeyRange, RedisCommand } from '../../redis-command.js';
import { RedisError } from '../../redis-errors.js';
import { writeFlags } from './command-info.js';
import { namesMatching } from './name-pattern.js';

interface FoundKey {
  readonly start: number;
  readonly end: number;
  readonly spec: RedisKeySpec;
}

export function commandGetKeys(client: RedisClient, call: RedisCall): void {
  const found = keysOf(client, call);
  if (found === undefined) return;
  client.reply.array(found.keys.length);
  for (const { start, end } of found.keys) client.reply.bulk(call.bytes, start, end);
}

export function commandGetKeysAndFlags(client: RedisClient, call: RedisCall): void {
  const found = keysOf(client, call);
  if (found === undefined) return;
  const { reply } = client;
  reply.array(found.keys.length);
  for (const { start, end, spec } of found.keys) {
    reply.array(2);
    reply.bulk(call.bytes, start, end);
    writeFlags(reply, flagsOf(found, spec));
  }
}

interface FoundCommand {
  readonly command: RedisCommand;
  readonly call: RedisCall;
  readonly keys: readonly FoundKey[];
}

/** Undefined: answered with what is wrong. */
function keysOf({ reply, server }: RedisClient, call: RedisCall): FoundCommand | undefined {
  const inner = call.from(2);
  const command = server.registry.find(inner);
  if (command === undefined) reply.error('ERR Invalid command specified');
  else if (command.info.keys.length === 0) reply.error('ERR The command has no key arguments');
  else if (!command.hasArity(inner.count))
    reply.error('ERR Invalid number of arguments specified for command');
  else {
    const keys = findKeys(command, inner);
    if (keys.length > 0) return { command, call: inner, keys };
    reply.error('ERR Invalid arguments specified for command');
  }
  return undefined;
}

function findKeys(command: RedisCommand, call: RedisCall): FoundKey[] {
  const range: KeyRange = { first: 0, last: -1, step: 1 };
  const keys: FoundKey[] = [];
  for (const spec of command.info.keys) {
    command.keyRange(spec, call, range);
    for (let i = range.first; i <= range.last; i += range.step)
      keys.push({ start: call.starts[i], end: call.ends[i], spec });
  }
  return keys;
}

/** SET reads only where it is asked to: the one command whose flags depend on its options. */
function flagsOf({ command, call }: FoundCommand, { flags }: RedisKeySpec): readonly string[] {
  if (command.name !== 'set') return flags;
  for (let i = 3; i < call.count; i++) if (call.isWord(i, 'get')) return ['RW', 'access', 'update'];
  return ['OW', 'update'];
}

export function commandList(client: RedisClient, call: RedisCall): void {
  const { reply, server } = client;
  if (call.count !== 2 && (call.count !== 5 || !call.isWord(2, 'filterby'))) {
    reply.error(RedisError.SYNTAX);
    return;
  }
  const { commands } = server.registry;
  let names = commands.map(({ name }) => name);
  if (call.count === 5) {
    if (call.isWord(3, 'pattern')) names = namesMatching(names, call, 4);
    else if (call.isWord(3, 'aclcat')) {
      const category = call.text(4).toLowerCase();
      names = commands.filter(({ info }) => info.categories.includes(category)).map(({ name }) => name);
    } else if (call.isWord(3, 'module')) names = [];
    else {
      reply.error(RedisError.SYNTAX);
      return;
    }
  }
  reply.array(names.length);
  for (const name of names) reply.bulkText(name);
}
