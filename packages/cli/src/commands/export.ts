import type { AnoaClient } from '@anoadb/sdk';
import { type Command, InvalidArgumentError } from 'commander';
import type { CliContext } from '../context.js';
import { CliError, ExitCode } from '../exit-codes.js';
import { exitCodeOfAnoaError, isAnoaError } from '../failure.js';
import { openOutputFile, standardOutput } from '../output/output-file.js';
import { ProgressBar } from '../output/progress-bar.js';
import { countText } from '../output/quantity-text.js';
import { transferLine } from '../transfer-line.js';

/** Keys read at once: what an export holds in memory is one page of entries. */
const PAGE_KEYS = 256;

interface ExportFlags {
  readonly prefix?: string;
  readonly pattern?: string;
  readonly from?: number;
}

export function registerExport(program: Command, context: CliContext): void {
  program
    .command('export [file]')
    .description('write every entry as a JSON line, to a file or to standard output')
    .option('--prefix <prefix>', 'only keys that begin so')
    .option('-p, --pattern <glob>', 'only keys that match')
    .option('--from <cursor>', 'go on where an export stopped; a file is appended to', cursorOption)
    .addHelpText(
      'after',
      `
Entries that change while it runs are written as they are when they are read; \`anoa import\` reads the result.
A list becomes a JSON array of its elements as strings, and stays one when it is imported; one that is larger than a value
may be is left out, named, and the exit code is 5.

Examples:
  anoa export backup.ndjson
  anoa export --prefix user: | jq -r .value.name`,
    )
    .action((file: string | undefined, flags: ExportFlags) => runExport(context, file, flags));
}

async function runExport(context: CliContext, file: string | undefined, flags: ExportFlags): Promise<void> {
  const client = await context.client();
  context.catchInterrupt();
  const isAll = flags.prefix === undefined && flags.pattern === undefined;
  const total = isAll && flags.from === undefined ? await client.count() : undefined;
  const output = file === undefined ? standardOutput : await openOutputFile(file, flags.from !== undefined);
  const progress = new ProgressBar('export', 'entries');
  let cursor = flags.from ?? 0;
  let written = 0;
  const leftOut: string[] = [];
  try {
    do {
      context.stopIfInterrupted();
      const page = await client.scanPage(cursor, {
        batchSize: PAGE_KEYS,
        ...(flags.prefix === undefined ? {} : { prefix: flags.prefix }),
        ...(flags.pattern === undefined ? {} : { pattern: flags.pattern }),
      });
      const lines = await readLines(client, page.keys, leftOut);
      if (lines.length > 0) await output.write(`${lines.join('\n')}\n`);
      written += lines.length;
      cursor = page.cursor;
      progress.update(written, total === undefined || total === 0 ? undefined : Math.min(1, written / total));
    } while (cursor !== 0);
  } catch (error) {
    throw stopped(error, file, cursor, written);
  } finally {
    progress.finish();
    await output.close();
  }
  if (context.wantsJson && file !== undefined) context.terminal.line(JSON.stringify({ exported: written }));
  else context.terminal.note(`${countText(written)} entries exported`);
  if (leftOut.length > 0)
    throw new CliError(
      ExitCode.REFUSED,
      `${countText(leftOut.length)} too large to be returned as one value, left out: ${leftOut.join(', ')}`,
    );
}

/** The lines of one page; a key that went meanwhile has none, nor has a list that is too large. */
async function readLines(
  client: AnoaClient,
  keys: readonly Uint8Array[],
  leftOut: string[],
): Promise<string[]> {
  const lines = await Promise.all(
    keys.map(async (key) => {
      const [entry, expireAt] = await Promise.all([
        client.getEntry(key, { raw: true }).catch((error: unknown) => {
          if (!isAnoaError(error) || error.code !== 'VALUE_TOO_LARGE') throw error;
          leftOut.push(JSON.stringify(Buffer.from(key).toString()));
          return undefined;
        }),
        client.expiresAt(key),
      ]);
      if (entry === undefined || expireAt === undefined) return undefined;
      return transferLine({ key, type: entry.type, value: entry.value, expireAt: expireAt?.getTime() });
    }),
  );
  return lines.filter((line) => line !== undefined);
}

function stopped(error: unknown, file: string | undefined, cursor: number, written: number): CliError {
  const toGoOn = `${countText(written)} entries were written. To go on: anoa export ${file ?? '>>FILE'} --from ${cursor}`;
  if (error instanceof CliError) return new CliError(error.exitCode, error.message, toGoOn);
  const reason = error instanceof Error ? error.message : String(error);
  return new CliError(isAnoaError(error) ? exitCodeOfAnoaError(error) : ExitCode.IO, reason, toGoOn);
}

function cursorOption(text: string): number {
  if (!/^\d+$/.test(text))
    throw new InvalidArgumentError('A cursor is the number that a stopped export printed.');
  return Number(text);
}
