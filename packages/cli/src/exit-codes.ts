/**
 * What `anoa` ends with. Scripts rely on these; they are in `anoa help exit-codes` and in the README.
 * `serve` adds those of the server: 65 damage, 66 key, 74 I/O, 75 locked.
 */
export const ExitCode = {
  OK: 0,
  /** The key is missing, or a condition (`--if-absent`, …) did not hold. */
  NO: 1,
  USAGE: 2,
  NO_ANSWER: 3,
  DENIED: 4,
  /** The server answered with a refusal other than "missing" or "denied"; the message says which. */
  REFUSED: 5,
  DAMAGE: 65,
  KEY: 66,
  IO: 74,
  LOCKED: 75,
  /** Ended by Ctrl-C, as shells count it: 128 + SIGINT. */
  INTERRUPTED: 130,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** Ends the command with `exitCode`; `message` goes to stderr, `hint` on a line of its own below it. */
export class CliError extends Error {
  readonly exitCode: number;
  readonly hint: string | undefined;

  constructor(exitCode: number, message: string, hint?: string) {
    super(message);
    this.name = 'CliError';
    this.exitCode = exitCode;
    this.hint = hint;
  }
}

export function usageError(message: string, hint?: string): CliError {
  return new CliError(ExitCode.USAGE, message, hint);
}
