import { createReadStream, statSync } from 'node:fs';
import type { AnoaClient } from '@anoadb/sdk';
import { type Command, InvalidArgumentError } from 'commander';
import type { CliContext } from '../context.js';
import { CliError, ExitCode } from '../exit-codes.js';
import { exitCodeOfAnoaError, isAnoaError } from '../failure.js';
import { readLines } from '../line-reader.js';
import { ProgressBar } from '../output/progress-bar.js';
import { countText } from '../output/quantity-text.js';
import { parseTransferLine, type TransferEntry } from '../transfer-line.js';

/** Sets that may be unanswered at once; bounds memory and keeps datagrams full. */
const IN_FLIGHT_MAX = 1024;
/** Bytes of lines that may be unanswered at once: a file of large values must not be read into memory. */
const IN_FLIGHT_BYTES_MAX = 16 * 1024 * 1024;

interface ImportFlags {
  readonly from?: number;
}

export function registerImport(program: Command, context: CliContext): void {
  program
    .command('import <file>')
    .description('set every entry of a file of JSON lines; - reads standard input')
    .option('--from <line>', 'begin at that line, to go on where an import stopped', lineOption)
    .addHelpText(
      'after',
      `
A line:  {"key":"user:1","value":{"name":"Ada"},"ttl":"5m"}
also     "type" (text, string, integer, float, boolean, null, json, bytes as base64) and "expiresAt".

Examples:
  anoa import users.ndjson
  zcat users.ndjson.gz | anoa import -
  anoa export | anoa --url anoa://127.0.0.1:2663 import -`,
    )
    .action((file: string, flags: ImportFlags) => runImport(context, file, flags.from ?? 1));
}

async function runImport(context: CliContext, file: string, firstLine: number): Promise<void> {
  const input = openInput(file);
  const run = new ImportRun(await context.client(), new ProgressBar('import', 'entries'));
  context.catchInterrupt();
  let number = 0;
  try {
    for await (const line of readLines(input.stream)) {
      number++;
      if (number < firstLine || line.trim() === '') continue;
      await run.take(number, line, input.fraction());
      if (run.failure !== undefined || context.isInterrupted) break;
    }
    await run.settle();
  } finally {
    run.progress.finish();
    input.stream.destroy();
  }
  if (run.failure !== undefined) throw stopped(run.failure, file, run.stored);
  if (context.isInterrupted) {
    throw new CliError(ExitCode.INTERRUPTED, 'stopped by Ctrl-C', toGoOn(file, number + 1, run.stored));
  }
  if (context.wantsJson)
    context.terminal.line(JSON.stringify({ imported: run.stored, expired: run.expired }));
  else {
    const late = run.expired === 0 ? '' : `, ${countText(run.expired)} left out: already expired`;
    context.terminal.note(`${countText(run.stored)} entries imported${late}`);
  }
}

interface LineFailure {
  readonly line: number;
  readonly error: unknown;
}

/** Keeps a bounded number of sets in flight and remembers the first line that did not make it. */
class ImportRun {
  readonly progress: ProgressBar;
  stored = 0;
  expired = 0;
  failure: LineFailure | undefined;
  readonly #client: AnoaClient;
  #inFlight = 0;
  #bytesInFlight = 0;
  #onAnswer: (() => void) | undefined;

  constructor(client: AnoaClient, progress: ProgressBar) {
    this.#client = client;
    this.progress = progress;
  }

  async take(number: number, line: string, fraction: number | undefined): Promise<void> {
    let entry: TransferEntry;
    try {
      entry = parseTransferLine(line);
    } catch (error) {
      this.#fail(number, error);
      return;
    }
    if (entry.expireAt !== undefined && entry.expireAt <= Date.now()) {
      this.expired++;
      return;
    }
    this.#send(number, entry, line.length);
    if (this.#inFlight >= IN_FLIGHT_MAX || this.#bytesInFlight >= IN_FLIGHT_BYTES_MAX)
      await this.#untilHalf();
    this.progress.update(this.stored, fraction);
  }

  /** Resolves when everything sent is answered. */
  settle(): Promise<void> {
    return this.#until(() => this.#inFlight === 0);
  }

  /** Not merely until there is room for one: sets made together share datagrams. */
  #untilHalf(): Promise<void> {
    return this.#until(
      () => this.#inFlight <= IN_FLIGHT_MAX / 2 && this.#bytesInFlight <= IN_FLIGHT_BYTES_MAX / 2,
    );
  }

  #until(isReached: () => boolean): Promise<void> {
    if (isReached()) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onAnswer = () => {
        if (!isReached()) return;
        this.#onAnswer = undefined;
        resolve();
      };
    });
  }

  #send(number: number, entry: TransferEntry, lengthBytes: number): void {
    this.#inFlight++;
    this.#bytesInFlight += lengthBytes;
    const expiry = entry.expireAt === undefined ? {} : { expireAt: entry.expireAt };
    this.#client
      .set(entry.key, entry.value, expiry)
      .then(
        () => void this.stored++,
        (error: unknown) => this.#fail(number, error),
      )
      .then(() => {
        this.#inFlight--;
        this.#bytesInFlight -= lengthBytes;
        this.#onAnswer?.();
      });
  }

  #fail(line: number, error: unknown): void {
    if (this.failure === undefined || line < this.failure.line) this.failure = { line, error };
  }
}

/** Setting an entry again does no harm, so going on from the first line that failed loses and doubles nothing. */
function stopped(failure: LineFailure, file: string, stored: number): CliError {
  const reason = failure.error instanceof Error ? failure.error.message : String(failure.error);
  return new CliError(
    isAnoaError(failure.error) ? exitCodeOfAnoaError(failure.error) : ExitCode.USAGE,
    `${file === '-' ? 'standard input' : file}, line ${failure.line}: ${reason}`,
    toGoOn(file, failure.line, stored),
  );
}

function toGoOn(file: string, line: number, stored: number): string {
  const again = `anoa import ${file} --from ${line}`;
  const how = file === '-' ? `the same input with \`${again}\`` : again;
  return `${countText(stored)} entries were stored. To go on: ${how}`;
}

function openInput(file: string) {
  if (file === '-') return { stream: process.stdin, fraction: () => undefined };
  let sizeBytes: number;
  try {
    sizeBytes = statSync(file).size;
  } catch {
    throw new CliError(ExitCode.USAGE, `${file}: there is no such file`);
  }
  const stream = createReadStream(file, { highWaterMark: 1024 * 1024 });
  return { stream, fraction: () => (sizeBytes === 0 ? 1 : stream.bytesRead / sizeBytes) };
}

function lineOption(text: string): number {
  const line = Number(text);
  if (!Number.isSafeInteger(line) || line < 1)
    throw new InvalidArgumentError('A line number is a whole number above 0.');
  return line;
}
