/**
 * What the files can refuse with. Exit codes are those of the storage design: the process ends with them, so
 * that a supervisor can tell "restore a backup" from "wrong key" from "disk is broken" from "already running".
 */
export const ExitCode = {
  /** A file is damaged, incomplete or of an unknown version. */
  DAMAGED: 65,
  /** The key file or passphrase is missing, unsafe or does not fit. */
  KEY: 66,
  /** The operating system refused to read, write or sync. */
  IO: 74,
  /** Another process has this directory. */
  LOCKED: 75,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

export interface PersistenceErrorDetails {
  readonly exitCode: ExitCode;
  /** Path of the file at fault. */
  readonly file?: string | undefined;
  /** Byte offset in that file of the first thing that is wrong. */
  readonly offset?: number | undefined;
  /** One sentence: what helps. */
  readonly help?: string | undefined;
  /** Error code of the operating system, such as `ENOSPC`. */
  readonly systemCode?: string | undefined;
  /** False: an I/O error after which the process may go on, though its code alone would not say so. */
  readonly isFatal?: false | undefined;
  readonly cause?: unknown;
}

/** Codes that say that something ran out, not that the disk lost anything. */
const SCARCITY_CODES = new Set<string | undefined>(['ENOSPC', 'EDQUOT', 'EMFILE', 'ENFILE', 'ENOMEM']);

/** An operational failure of the files. `message` says what was wrong, where, and what helps. */
export class PersistenceError extends Error {
  override readonly name = 'PersistenceError';
  readonly exitCode: ExitCode;
  /** The message without place and help. */
  readonly what: string;
  readonly file: string | undefined;
  readonly offset: number | undefined;
  readonly help: string | undefined;
  readonly systemCode: string | undefined;
  /** Must the process stop? See isFatal(). */
  readonly isFatal: boolean;

  constructor(what: string, details: PersistenceErrorDetails) {
    const where =
      details.file === undefined
        ? ''
        : `${details.file}${details.offset === undefined ? '' : ` at byte ${details.offset}`}: `;
    const help = details.help === undefined ? '' : ` ${details.help}`;
    super(`${where}${what}${help}`, details.cause === undefined ? undefined : { cause: details.cause });
    this.exitCode = details.exitCode;
    this.what = what;
    this.file = details.file;
    this.offset = details.offset;
    this.help = details.help;
    this.systemCode = details.systemCode;
    this.isFatal =
      details.exitCode === ExitCode.IO &&
      details.isFatal !== false &&
      !SCARCITY_CODES.has(details.systemCode);
  }

  /** The disk is full: this attempt failed, the server may go on. */
  get isDiskFull(): boolean {
    return this.systemCode === 'ENOSPC' || this.systemCode === 'EDQUOT';
  }
}

/** What crosses from the worker thread: errors lose their class on the way, so they travel as this. */
export interface PlainError {
  readonly what: string;
  /** Undefined for an error of another class. */
  readonly details: PersistenceErrorDetails | undefined;
  readonly stack: string | undefined;
}

export function damaged(
  file: string,
  offset: number | undefined,
  what: string,
  help?: string,
): PersistenceError {
  return new PersistenceError(what, {
    exitCode: ExitCode.DAMAGED,
    file,
    offset,
    help: help ?? 'Nothing was changed. Restore this file from a backup.',
  });
}

export function wrongKey(file: string | undefined, what: string, help: string): PersistenceError {
  return new PersistenceError(what, { exitCode: ExitCode.KEY, file, help });
}

/**
 * Must the process stop? Yes after any I/O error but a want of room, handles or memory: what the disk holds is then unknown, and a sync
 * tried again could report a success that is none. No where only a snapshot failed; the one before it stays.
 */
export function isFatal(error: unknown): boolean {
  return error instanceof PersistenceError && error.isFatal;
}

export function toPlainError(error: unknown): PlainError {
  const stack = error instanceof Error ? error.stack : undefined;
  if (!(error instanceof PersistenceError)) return { what: String(error), stack, details: undefined };
  const { exitCode, file, offset, help, systemCode } = error;
  const details = {
    exitCode,
    file,
    offset,
    help,
    systemCode,
    isFatal: error.isFatal ? undefined : (false as const),
  };
  return { what: error.what, stack, details };
}

export function fromPlainError(plain: PlainError): Error {
  const error =
    plain.details === undefined ? new Error(plain.what) : new PersistenceError(plain.what, plain.details);
  if (plain.stack !== undefined) error.stack = plain.stack;
  return error;
}
