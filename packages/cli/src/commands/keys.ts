import { type Command, Option } from 'commander';
import type { CliContext } from '../context.js';
import { CliError, ExitCode } from '../exit-codes.js';
import { countOption } from '../option-argument.js';
import { keyJson, keyText } from '../output/key-text.js';
import { countText } from '../output/quantity-text.js';
import type { Terminal } from '../output/terminal.js';
import { exactJson, shortValue } from '../output/value-text.js';
import { missing } from './get.js';

const TYPES = ['null', 'boolean', 'integer', 'float', 'string', 'json', 'bytes', 'list'] as const;

interface ScanFlags {
  readonly pattern?: string;
  readonly type?: (typeof TYPES)[number];
  readonly limit?: number;
  readonly values?: boolean;
}

export function registerKeys(program: Command, context: CliContext): void {
  program
    .command('del <key...>')
    .alias('delete')
    .description('delete keys; exit code 1 where none of them was there')
    .addHelpText(
      'after',
      "\nExamples:\n  anoa del user:1 user:2\n  anoa scan tmp: | xargs -rd '\\n' anoa del --",
    )
    .action((keys: string[]) => runDelete(context, keys));
  program
    .command('scan [prefix]')
    .description('list keys, in no order; complete for what is there throughout')
    .option('-p, --pattern <glob>', 'only keys that match: * any run, ? one byte, [a-z] one of')
    .addOption(new Option('-t, --type <type>', 'only keys whose value has this type').choices(TYPES))
    .option('-n, --limit <count>', 'stop after so many', countOption)
    .option('--values', 'each value beside its key')
    .addHelpText(
      'after',
      `
Examples:
  anoa scan user:
  anoa scan --pattern '*:2024-??' --type json
  anoa scan user: --values --json      one JSON object a line`,
    )
    .action((prefix: string | undefined, flags: ScanFlags) => runScan(context, prefix, flags));
  program
    .command('type <key>')
    .description('the type of a value: null, boolean, integer, float, string, json, bytes, list')
    .action((key: string) => runType(context, key));
  program
    .command('count')
    .description('how many keys there are')
    .action(async () => context.terminal.line(String(await (await context.client()).count())));
  program
    .command('flush')
    .description('delete every key')
    .option('--yes', 'do it without asking')
    .action((flags: { yes?: boolean }) => runFlush(context, flags.yes === true));
}

async function runDelete(context: CliContext, keys: string[]): Promise<void> {
  const client = await context.client();
  const removed = (await Promise.all(keys.map((key) => client.delete(key)))).filter(Boolean).length;
  if (context.wantsJson) context.terminal.line(JSON.stringify({ deleted: removed }));
  if (removed === 0) throw missing(keys.length === 1 ? (keys[0] as string) : 'none of the keys');
  if (!context.wantsJson) context.terminal.note(`${countText(removed)} deleted`);
}

async function runScan(context: CliContext, prefix: string | undefined, flags: ScanFlags): Promise<void> {
  const { terminal } = context;
  const client = await context.client();
  const limit = flags.limit ?? Number.POSITIVE_INFINITY;
  const options = {
    keys: 'bytes' as const,
    ...(prefix === undefined ? {} : { prefix }),
    ...(flags.pattern === undefined ? {} : { pattern: flags.pattern }),
    ...(flags.type === undefined ? {} : { type: flags.type }),
  };
  let shown = 0;
  if (flags.values) {
    for await (const [scanned, value] of client.entries(options)) {
      const key = scanned as Uint8Array;
      if (context.wantsJson) terminal.line(`{"key":${keyJson(key)},"value":${exactJson(value)}}`);
      else terminal.line(`${keyText(key)}\t${shortValue(value, roomBeside(key, terminal))}`);
      if (++shown >= limit) break;
      await terminal.drained();
      context.stopIfInterrupted();
    }
  } else {
    for await (const scanned of client.scan(options)) {
      const key = scanned as Uint8Array;
      terminal.line(context.wantsJson ? keyJson(key) : keyText(key));
      if (++shown >= limit) break;
      await terminal.drained();
      context.stopIfInterrupted();
    }
  }
  if (terminal.isInteractive && !context.wantsJson)
    terminal.note(terminal.noteStyle.dim(`${countText(shown)} keys`));
}

/** Columns left for a value; a pipe gets it whole. */
function roomBeside(key: Uint8Array, terminal: Terminal): number {
  return terminal.isInteractive
    ? Math.max(16, terminal.width - keyText(key).length - 9)
    : Number.POSITIVE_INFINITY;
}

async function runType(context: CliContext, key: string): Promise<void> {
  const type = await (await context.client()).type(key);
  if (type === undefined) throw missing(key);
  context.terminal.line(context.wantsJson ? JSON.stringify(type) : type);
}

async function runFlush(context: CliContext, isSure: boolean): Promise<void> {
  const client = await context.client();
  if (!isSure) {
    const count = await client.count();
    throw new CliError(
      ExitCode.USAGE,
      `flush deletes all ${countText(count)} keys`,
      'If that is meant: anoa flush --yes',
    );
  }
  const removed = await client.flush();
  if (context.wantsJson) context.terminal.line(JSON.stringify({ deleted: removed }));
  else context.terminal.note(`${countText(removed)} deleted`);
}
