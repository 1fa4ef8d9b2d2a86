/** Turns whatever a command ended with into a message, a hint and an exit code. */
import type { AnoaError } from '@anoadb/sdk';
import type { CliContext } from './context.js';
import { CliError, ExitCode } from './exit-codes.js';

/** Says on stderr what went wrong and returns the exit code; silent where commander has said it already. */
export function reportFailure(error: unknown, context: CliContext): number {
  // Help and version were asked for; everything else was a wrong call, already explained by commander.
  if (isCommanderError(error)) return error.exitCode === 0 ? ExitCode.OK : ExitCode.USAGE;
  const { terminal } = context;
  const { red, dim } = terminal.noteStyle;
  const { message, hint, exitCode } = failureOf(error, context);
  if (message !== '') terminal.note(exitCode === ExitCode.NO ? message : `${red('error:')} ${message}`);
  if (hint !== undefined) terminal.note(dim(hint));
  return exitCode;
}

interface Failure {
  readonly message: string;
  readonly hint: string | undefined;
  readonly exitCode: number;
}

function failureOf(error: unknown, context: CliContext): Failure {
  if (error instanceof CliError) return error;
  if (isAnoaError(error)) return { ...explained(error, context), exitCode: exitCodeOfAnoaError(error) };
  if (hasExitCode(error)) return { message: error.message, hint: undefined, exitCode: error.exitCode };
  if (isSystemError(error)) return { message: error.message, hint: undefined, exitCode: ExitCode.IO };
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    message: stack,
    hint: 'That is a defect of anoa itself; please report it.',
    exitCode: ExitCode.DEFECT,
  };
}

const USAGE_CODES = new Set([
  'INVALID_URL',
  'INVALID_ACCESS_KEY',
  'INVALID_KEY',
  'INVALID_VALUE',
  'INVALID_ARGUMENT',
  'KEY_TOO_LARGE',
]);
const NO_ANSWER_NAMES = new Set(['AnoaConnectionError', 'AnoaTimeoutError', 'AnoaOutcomeUnknownError']);

/** The exit code of an error of the SDK. */
export function exitCodeOfAnoaError(error: AnoaError): number {
  if (USAGE_CODES.has(error.code)) return ExitCode.USAGE;
  if (error.code === 'DENIED' || error.code === 'AUTH_FAILED') return ExitCode.DENIED;
  if (NO_ANSWER_NAMES.has(error.name)) return ExitCode.NO_ANSWER;
  return ExitCode.REFUSED;
}

/** In words for a shell: the SDK's own speak to a programmer. The next command to try, where one is obvious. */
function explained(error: AnoaError, context: CliContext): { message: string; hint: string | undefined } {
  const anoa = context.isPrompt ? '' : 'anoa ';
  const said = `${error.message} [${error.code}]`;
  switch (error.code) {
    case 'CONNECTION_REFUSED':
      return { message: `no server at ${context.serverAddress} (UDP)`, hint: START_HINT };
    case 'CONNECT_TIMEOUT':
      return {
        message: `no answer from ${context.serverAddress} (UDP) in time`,
        hint: `${START_HINT} ${KEY_HINT}`,
      };
    case 'LOADING':
      return { message: said, hint: 'It reads its files before it serves; --timeout 1m waits that long.' };
    case 'TIMEOUT':
      return { message: said, hint: `\`${anoa}ping\` tells whether the server answers at all.` };
    case 'TYPE_MISMATCH':
      if (typeof error.key !== 'string') return { message: said, hint: undefined };
      return { message: said, hint: `\`${anoa}type ${error.key}\` shows what is stored.` };
    case 'OUT_OF_MEMORY':
      return {
        message: said,
        hint: `\`${anoa}stats memory\` shows what is used; --max-memory and --eviction of \`anoa serve\` set the rule.`,
      };
    default:
      return { message: said, hint: undefined };
  }
}

const KEY_HINT =
  'A server with access keys is silent to a client without one: ANOA_URL=anoa://KEY@host, or ANOA_KEY names a file with the key.';
const START_HINT = 'Start one with `anoa serve` (or `npm start`), or name another with --url or ANOA_URL.';

/** By name, so that the SDK need not be loaded to report a failure that came before it. */
export function isAnoaError(error: unknown): error is AnoaError {
  return error instanceof Error && /^Anoa\w*Error$/.test(error.name) && 'code' in error;
}

function isCommanderError(error: unknown): error is Error & { exitCode: number; code: string } {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('commander.');
}

function hasExitCode(error: unknown): error is Error & { exitCode: number } {
  return error instanceof Error && 'exitCode' in error && typeof error.exitCode === 'number';
}

/** A file that cannot be opened and the like: its message names call and path, a stack would add nothing. */
function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}
