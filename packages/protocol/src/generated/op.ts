// Generated from protocol-spec/messages/*.json by `npm run gen`: do not edit.

/** An op as every door fills it and the engine reads it. */

import type { Integer } from '../bytes/index.js';

const NOTHING = new Uint8Array(0);

/**
 * One object, reused for every op: nothing is allocated. Key and value are ranges of `bytes`, which belong to
 * the door and are valid until it reads the next datagram. A field that the opcode and its flags do not bring is 0.
 */
export class Op {
  opcode = 0;
  /** Bits of the constants `…Flag` of the command. */
  flags = 0;
  bytes: Uint8Array = NOTHING;
  keyStart = 0;
  keyEnd = 0;
  /** The version that the entry must have. 0 never matches: use ifAbsent. u64, in SET, DELETE, CHECK. */
  version = 0;
  /**
   * Time to live in milliseconds from when the server executes the op. u48, in SET, INCR, INCRFLOAT,
   * GETEXPIRE.
   */
  ttlMs = 0;
  /** Unix time in milliseconds at which the entry expires. u48, in SET, GETEXPIRE. */
  expireAtMs = 0;
  /** Milliseconds from now, or with absolute since 1970. u48, in EXPIRE. */
  timeMs = 0;
  /** What to add. i64, in INCR. */
  amount: Integer = 0;
  /** What to add, a finite number. f64, in INCRFLOAT. */
  amountFloat = 0;
  /** 0 to start, then what the last page returned. u64, in SCAN. */
  cursor = 0;
  /**
   * How many entries to look at, at least 1; the server may look at fewer, and ends a page early that would
   * be large or take long. u16, in SCAN.
   */
  count = 0;
  /** Type of the value, or the type that SCAN looks for. */
  type = 0;
  /** The argument that reaches to the end: the value, or newKey, pattern, payload, newKey. */
  valueStart = 0;
  valueEnd = 0;

  /** Back to an op without key and arguments; for doors that fill ops by hand. */
  reset(opcode: number): this {
    this.opcode = opcode;
    this.flags = 0;
    this.bytes = NOTHING;
    this.keyStart = 0;
    this.keyEnd = 0;
    this.clearArguments();
    return this;
  }

  /** All arguments to 0. */
  clearArguments(): void {
    this.version = 0;
    this.ttlMs = 0;
    this.expireAtMs = 0;
    this.timeMs = 0;
    this.amount = 0;
    this.amountFloat = 0;
    this.cursor = 0;
    this.count = 0;
    this.type = 0;
    this.valueStart = 0;
    this.valueEnd = 0;
  }
}
