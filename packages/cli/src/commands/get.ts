import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { CliError, ExitCode } from '../exit-codes.js';
import { exactJson, plainBytes, printValue } from '../output/value-text.js';

interface GetFlags {
  readonly raw?: boolean;
  readonly withVersion?: boolean;
}

export function registerGet(program: Command, context: CliContext): void {
  program
    .command('get <key>')
    .description('print the value of a key; exit code 1 where there is none')
    .option('-r, --raw', 'the bytes as they were stored, no newline, no interpretation')
    .option('--with-version', 'type and version too (with --json: one object)')
    .addHelpText(
      'after',
      `
Examples:
  anoa get user:1            JSON pretty on a terminal, compact in a pipe
  anoa get answer --json     42
  anoa get photo --raw >photo.png`,
    )
    .action((key: string, flags: GetFlags) => runGet(context, key, flags));
}

async function runGet(context: CliContext, key: string, flags: GetFlags): Promise<void> {
  const { terminal } = context;
  const client = await context.client();
  if (flags.raw) {
    const value = await client.get(key, { raw: true });
    if (value === undefined) throw missing(key);
    terminal.bytes(plainBytes(value));
    if (terminal.isInteractive) terminal.line('');
    return;
  }
  if (!flags.withVersion) {
    const value = await client.get(key);
    if (value === undefined) throw missing(key);
    printValue(terminal, value, context.wantsJson);
    return;
  }
  const entry = await client.getEntry(key);
  if (entry === undefined) throw missing(key);
  if (context.wantsJson) {
    terminal.line(exactJson({ value: entry.value as never, type: entry.type, version: entry.version }));
    return;
  }
  printValue(terminal, entry.value, false);
  terminal.note(terminal.noteStyle.dim(`${entry.type}, version ${entry.version}`));
}

/** Nothing on stdout; the sentence goes to stderr. */
export function missing(key: string): CliError {
  return new CliError(ExitCode.NO, `${key}: not found`);
}
