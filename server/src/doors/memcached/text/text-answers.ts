/** The lines that the text protocols answer with, as bytes ready to be copied. */

import { Outcome } from '../memcached-items.js';

/** The line a command answers with; undefined: it has written its answer itself, or wants none. */
export type Answer = Uint8Array | undefined;

const encoder = new TextEncoder();

export function line(text: string): Uint8Array {
  return encoder.encode(`${text}\r\n`);
}

export const TextAnswer = {
  STORED: line('STORED'),
  NOT_STORED: line('NOT_STORED'),
  EXISTS: line('EXISTS'),
  NOT_FOUND: line('NOT_FOUND'),
  DELETED: line('DELETED'),
  TOUCHED: line('TOUCHED'),
  OK: line('OK'),
  RESET: line('RESET'),
  END: line('END'),
  MN: line('MN'),
  ERROR: line('ERROR'),
  SHUTDOWN_DISABLED: line('ERROR: shutdown not enabled'),
  MEMORY_LIMIT_FIXED: line('MEMLIMIT_ADJUST_FAILED out of bounds or unable to adjust'),
  BAD_FORMAT: line('CLIENT_ERROR bad command line format'),
  BAD_DELETE: line('CLIENT_ERROR bad command line format.  Usage: delete <key> [noreply]'),
  BAD_DATA: line('CLIENT_ERROR bad data chunk'),
  BAD_EXPTIME: line('CLIENT_ERROR invalid exptime argument'),
  BAD_DELTA: line('CLIENT_ERROR invalid numeric delta argument'),
  NON_NUMERIC: line('CLIENT_ERROR cannot increment or decrement non-numeric value'),
  LINE_TOO_LONG: line('CLIENT_ERROR line too long'),
  ACCESS_DENIED: line('CLIENT_ERROR access denied'),
  UNAUTHENTICATED: line('CLIENT_ERROR unauthenticated'),
  BAD_TERMINATION: line('CLIENT_ERROR bad command line termination'),
  BAD_TOKEN_FORMAT: line('CLIENT_ERROR bad authentication token format'),
  AUTHENTICATION_FAILED: line('CLIENT_ERROR authentication failure'),
  TOO_LARGE: line('SERVER_ERROR object too large for cache'),
  NO_MEMORY_TO_STORE: line('SERVER_ERROR out of memory storing object'),
  NO_MEMORY: line('SERVER_ERROR out of memory'),
  DISK_FULL: line('SERVER_ERROR the disk is full, writes are refused until there is room'),
} as const;

export const CARRIAGE_RETURN_NEWLINE = encoder.encode('\r\n');
export const VALUE = encoder.encode('VALUE ');

/** Whether a line is ERROR, CLIENT_ERROR or SERVER_ERROR. */
export function isError(answer: Uint8Array): boolean {
  const first = answer[0];
  const second = answer[1];
  return (first === 0x45 && second === 0x52) || first === 0x43 || (first === 0x53 && second === 0x45);
}

/** The line for what a change came to, where it was not done. */
export function answerOf(outcome: Outcome): Uint8Array {
  switch (outcome) {
    case Outcome.NOT_STORED:
      return TextAnswer.NOT_STORED;
    case Outcome.EXISTS:
      return TextAnswer.EXISTS;
    case Outcome.NOT_FOUND:
      return TextAnswer.NOT_FOUND;
    case Outcome.NON_NUMERIC:
      return TextAnswer.NON_NUMERIC;
    case Outcome.DENIED:
      return TextAnswer.ACCESS_DENIED;
    case Outcome.DISK_FULL:
      return TextAnswer.DISK_FULL;
    default:
      return TextAnswer.NO_MEMORY;
  }
}

/** The line for what a storage command came to. */
export function storeAnswerOf(outcome: Outcome): Uint8Array {
  if (outcome === Outcome.DONE) return TextAnswer.STORED;
  return outcome === Outcome.NO_MEMORY ? TextAnswer.NO_MEMORY_TO_STORE : answerOf(outcome);
}
