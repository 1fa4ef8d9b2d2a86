import { parseDurationMs } from '@anoadb/protocol/quantity';
import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { usageError } from '../exit-codes.js';
import { durationText } from '../output/quantity-text.js';
import { missing } from './get.js';

export function registerExpiry(program: Command, context: CliContext): void {
  program
    .command('ttl <key>')
    .description('how long a key still lives')
    .addHelpText(
      'after',
      '\nExamples:\n  anoa ttl session:9          4m 59s, or "no expiry"\n  anoa ttl session:9 --json   milliseconds, or null',
    )
    .action((key: string) => runTtl(context, key));
  program
    .command('expire <key> <when>')
    .description('let a key end: after a duration, at a moment, or never')
    .addHelpText(
      'after',
      `
Examples:
  anoa expire session:9 5m
  anoa expire offer 2030-01-01T00:00:00Z
  anoa expire session:9 never`,
    )
    .action((key: string, when: string) => runExpire(context, key, when));
}

async function runTtl(context: CliContext, key: string): Promise<void> {
  const ttlMs = await (await context.client()).ttl(key);
  if (ttlMs === undefined) throw missing(key);
  if (context.wantsJson) context.terminal.line(JSON.stringify(ttlMs));
  else context.terminal.line(ttlMs === null ? 'no expiry' : durationText(ttlMs));
}

async function runExpire(context: CliContext, key: string, when: string): Promise<void> {
  const moment = momentOf(when);
  const client = await context.client();
  let isDone: boolean;
  if (moment === 'never') {
    isDone = await client.exists(key);
    await client.persist(key);
  } else if (moment instanceof Date) isDone = await client.expireAt(key, moment);
  else isDone = await client.expire(key, moment);
  if (context.wantsJson) context.terminal.line(JSON.stringify(isDone));
  if (!isDone) throw missing(key);
  if (!context.wantsJson) context.terminal.note(context.terminal.noteStyle.green('ok'));
}

function momentOf(when: string): number | Date | 'never' {
  if (when === 'never') return 'never';
  const durationMs = parseDurationMs(when);
  if (durationMs !== undefined && durationMs > 0) return durationMs;
  const date = new Date(when);
  if (/^\d{4}-\d{2}-\d{2}/.test(when) && !Number.isNaN(date.getTime())) return date;
  throw usageError(`WHEN is ${when}; it takes a duration (5m), a date (2030-01-01T00:00:00Z), or never`);
}
