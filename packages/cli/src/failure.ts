/** Turns whatever a command ended with into a message, a hint and an exit code. */
import type { AnoaError } from '@anoadb/sdk';
import { CliError, ExitCode } from './exit-codes.js';
import type { Terminal } from './output/terminal.js';

/** Says on stderr what went wrong and returns the exit code; silent where commander has said it already. */
export function reportFailure(error: unknown, terminal: Terminal): number {
  const { red, dim } = terminal.noteStyle;
  if (isCommanderError(error)) {
    // Help and version were asked for; everything else was a wrong call, already explained by commander.
    return error.exitCode === 0 ? ExitCode.OK : ExitCode.USAGE;
  }
  if (error instanceof CliError) {
    if (error.message !== '')
      terminal.note(error.exitCode === ExitCode.NO ? error.message : `${red('error')} ${error.message}`);
    if (error.hint !== undefined) terminal.note(dim(error.hint));
    return error.exitCode;
  }
  if (isAnoaError(error)) {
    terminal.note(`${red('error')} ${error.message} ${dim(`[${error.code}]`)}`);
    const hint = hintFor(error);
    if (hint !== undefined) terminal.note(dim(hint));
    return exitCodeOf(error);
  }
  if (hasExitCode(error)) {
    terminal.note(`${red('error')} ${error.message}`);
    return error.exitCode;
  }
  terminal.note(`${red('error')} ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  return ExitCode.REFUSED;
}

const USAGE_CODES = new Set([
  'INVALID_URL',
  'INVALID_KEY',
  'INVALID_VALUE',
  'INVALID_ARGUMENT',
  'KEY_TOO_LARGE',
]);
const NO_ANSWER_NAMES = new Set(['AnoaConnectionError', 'AnoaTimeoutError', 'AnoaOutcomeUnknownError']);

function exitCodeOf(error: AnoaError): number {
  if (USAGE_CODES.has(error.code)) return ExitCode.USAGE;
  if (error.code === 'DENIED' || error.code === 'AUTH_FAILED') return ExitCode.DENIED;
  if (NO_ANSWER_NAMES.has(error.name)) return ExitCode.NO_ANSWER;
  return ExitCode.REFUSED;
}

/** The next command to try, where there is an obvious one. */
function hintFor(error: AnoaError): string | undefined {
  if (error.code === 'INVALID_URL') return 'For example: anoa --url anoa://127.0.0.1:2662 ping';
  if (error.name === 'AnoaConnectionError') {
    return 'Is the server up? Start one with `anoa serve` (or `npm start`); another address: `--url` or ANOA_URL.';
  }
  if (error.name === 'AnoaTimeoutError') return '`anoa ping` tells whether the server answers at all.';
  if (error.code === 'TYPE_MISMATCH' && typeof error.key === 'string') {
    return `\`anoa type ${error.key}\` shows what is stored.`;
  }
  if (error.code === 'OUT_OF_MEMORY')
    return '`anoa stats` shows what is used; ANOA_MAX_MEMORY and ANOA_EVICTION set the rule.';
  return undefined;
}

/** By name, so that the SDK need not be loaded to report a failure that came before it. */
function isAnoaError(error: unknown): error is AnoaError {
  return error instanceof Error && /^Anoa\w*Error$/.test(error.name) && 'code' in error;
}

function isCommanderError(error: unknown): error is Error & { exitCode: number; code: string } {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('commander.');
}

function hasExitCode(error: unknown): error is Error & { exitCode: number } {
  return error instanceof Error && 'exitCode' in error && typeof error.exitCode === 'number';
}
