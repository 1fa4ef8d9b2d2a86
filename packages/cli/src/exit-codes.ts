/**
 * What `anoa` ends with. Scripts rely on these; they are in `anoa help exit-codes` and in the README.
 * Those from 65 on come from the server and from commands that read its files.
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
  PORT: 69,
  DEFECT: 70,
  IO: 74,
  LOCKED: 75,
  /** Ended by Ctrl-C, as shells count it: 128 + SIGINT. */
  INTERRUPTED: 130,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** The sentences of `anoa help exit-codes`. */
export const EXIT_CODE_MEANINGS: readonly (readonly [code: ExitCode, meaning: string])[] = [
  [ExitCode.OK, 'done'],
  [ExitCode.NO, 'the key is missing, or a condition such as --if-absent did not hold'],
  [ExitCode.USAGE, 'wrong usage: an unknown command, option or setting, or a value that cannot be read'],
  [ExitCode.NO_ANSWER, 'no server answered in time'],
  [ExitCode.DENIED, 'denied: the access key does not allow it'],
  [ExitCode.REFUSED, 'the server refused for another reason; the message says which'],
  [ExitCode.DAMAGE, 'a file of the store is damaged; the message says which and where'],
  [ExitCode.KEY, 'the key file or passphrase is missing or is not that of the store'],
  [ExitCode.PORT, 'serve: the port cannot be opened'],
  [ExitCode.DEFECT, 'a defect of ours; please report it'],
  [ExitCode.IO, 'a file cannot be read or written'],
  [ExitCode.LOCKED, 'the data directory is in use by another server'],
  [ExitCode.INTERRUPTED, 'ended by Ctrl-C'],
];

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
