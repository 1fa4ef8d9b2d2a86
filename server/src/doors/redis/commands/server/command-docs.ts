/** COMMAND DOCS: the table's prose, for redis-cli's hints and other tools. */

import type { CommandRegistry } from '../../command-registry.js';
import type { RedisArgumentInfo } from '../../generated/command-table.js';
import type { RedisCall } from '../../redis-call.js';
import type { RedisClient } from '../../redis-client.js';
import type { RedisCommand } from '../../redis-command.js';
import type { RespWriter } from '../../resp-writer.js';
import { writeFlags } from './command-info.js';

/** Unknown names are left out. */
export function commandDocs({ reply, server: { registry } }: RedisClient, call: RedisCall): void {
  const named = new Set<RedisCommand>();
  for (let i = 2; i < call.count; i++) {
    const found = registry.findByName(call.text(i));
    if (found !== undefined) named.add(found);
  }
  const commands = call.count === 2 ? registry.top : [...named];
  reply.map(commands.length);
  for (const command of commands) writeDocs(reply, registry, command);
}

function writeDocs(reply: RespWriter, registry: CommandRegistry, { info }: RedisCommand): void {
  const subcommands = registry.subcommandsOf(info.name);
  const { deprecated, arguments: parts } = info;
  const pairs =
    4 + (deprecated === undefined ? 0 : 3) + (parts.length > 0 ? 1 : 0) + (subcommands.length > 0 ? 1 : 0);
  reply.bulkText(info.name);
  reply.map(pairs);
  writeText(reply, 'summary', info.summary);
  writeText(reply, 'since', info.since);
  writeText(reply, 'group', info.group);
  writeText(reply, 'complexity', info.complexity);
  if (deprecated !== undefined) {
    reply.bulkText('doc_flags');
    writeFlags(reply, ['deprecated']);
    writeText(reply, 'deprecated_since', deprecated.since);
    writeText(reply, 'replaced_by', deprecated.by);
  }
  if (parts.length > 0) {
    reply.bulkText('arguments');
    writeArguments(reply, parts);
  }
  if (subcommands.length > 0) {
    reply.bulkText('subcommands');
    reply.map(subcommands.length);
    for (const subcommand of subcommands) writeDocs(reply, registry, subcommand);
  }
}

function writeArguments(reply: RespWriter, parts: readonly RedisArgumentInfo[]): void {
  reply.array(parts.length);
  for (const part of parts) writeArgument(reply, part);
}

function writeArgument(reply: RespWriter, part: RedisArgumentInfo): void {
  const optional = [part.displayText, part.keySpec, part.token, part.since, part.flags, part.arguments];
  reply.map(2 + optional.filter((value) => value !== undefined).length);
  writeText(reply, 'name', part.name);
  writeText(reply, 'type', part.type);
  if (part.displayText !== undefined) writeText(reply, 'display_text', part.displayText);
  if (part.keySpec !== undefined) {
    reply.bulkText('key_spec_index');
    reply.integer(part.keySpec);
  }
  if (part.token !== undefined) writeText(reply, 'token', part.token);
  if (part.since !== undefined) writeText(reply, 'since', part.since);
  if (part.flags !== undefined) {
    reply.bulkText('flags');
    writeFlags(reply, part.flags);
  }
  if (part.arguments !== undefined) {
    reply.bulkText('arguments');
    writeArguments(reply, part.arguments);
  }
}

function writeText(reply: RespWriter, name: string, value: string): void {
  reply.bulkText(name);
  reply.bulkText(value);
}
