/** COMMAND, COUNT and INFO: arity, flags and key positions, in the shape that clients and proxies read. */

import type { CommandRegistry } from '../../command-registry.js';
import type { RedisKeySpec } from '../../generated/command-table.js';
import type { RedisCall } from '../../redis-call.js';
import type { RedisClient } from '../../redis-client.js';
import type { RedisCommand } from '../../redis-command.js';
import type { RespWriter } from '../../resp-writer.js';

export function command({ reply, server: { registry } }: RedisClient): void {
  reply.array(registry.top.length);
  for (const one of registry.top) writeCommand(reply, registry, one);
}

export function commandCount({ reply, server }: RedisClient): void {
  reply.integer(server.registry.top.length);
}

export function commandInfo(client: RedisClient, call: RedisCall): void {
  const { reply, server } = client;
  if (call.count === 2) {
    command(client);
    return;
  }
  reply.array(call.count - 2);
  for (let i = 2; i < call.count; i++) {
    const found = server.registry.findByName(call.text(i));
    if (found === undefined) reply.nullBulk();
    else writeCommand(reply, server.registry, found);
  }
}

function writeCommand(reply: RespWriter, registry: CommandRegistry, { info }: RedisCommand): void {
  const { first, last, step } = legacyKeys(info.keys);
  reply.array(10);
  reply.bulkText(info.name);
  reply.integer(info.arity);
  writeFlags(reply, info.flags);
  reply.integer(first);
  reply.integer(last);
  reply.integer(step);
  writeFlags(
    reply,
    info.categories.map((category) => `@${category}`),
  );
  reply.set(info.tips.length);
  for (const tip of info.tips) reply.bulkText(tip);
  reply.set(info.keys.length);
  for (const spec of info.keys) writeKeySpec(reply, spec);
  const subcommands = registry.subcommandsOf(info.name);
  reply.set(subcommands.length);
  for (const subcommand of subcommands) writeCommand(reply, registry, subcommand);
}

export function writeFlags(reply: RespWriter, flags: readonly string[]): void {
  reply.set(flags.length);
  for (const flag of flags) reply.simple(flag);
}

function writeKeySpec(reply: RespWriter, { flags, begin, range, keyNumber }: RedisKeySpec): void {
  reply.map(3);
  reply.bulkText('flags');
  writeFlags(reply, flags);
  reply.bulkText('begin_search');
  writeStep(reply, 'index', [['index', begin]]);
  reply.bulkText('find_keys');
  if (range !== undefined) {
    writeStep(reply, 'range', [
      ['lastkey', range.last],
      ['keystep', range.step],
      ['limit', range.limit],
    ]);
  } else if (keyNumber !== undefined) {
    writeStep(reply, 'keynum', [
      ['keynumidx', keyNumber.at],
      ['firstkey', keyNumber.first],
      ['keystep', keyNumber.step],
    ]);
  }
}

function writeStep(reply: RespWriter, type: string, numbers: readonly (readonly [string, number])[]): void {
  reply.map(2);
  reply.bulkText('type');
  reply.bulkText(type);
  reply.bulkText('spec');
  reply.map(numbers.length);
  for (const [name, value] of numbers) {
    reply.bulkText(name);
    reply.integer(value);
  }
}

/** First, last and step as before there were key specs: one range, or ranges that follow each other. */
function legacyKeys(specs: readonly RedisKeySpec[]): { first: number; last: number; step: number } {
  const none = { first: 0, last: 0, step: 0 };
  const ranges = specs.filter(({ range }) => range !== undefined);
  if (ranges.length === 0) return none;
  const [{ begin: first, range }] = ranges;
  const end = ranges[ranges.length - 1];
  const last = end.range!.last < 0 ? end.range!.last : end.begin + end.range!.last;
  return { first, last, step: range!.step };
}
