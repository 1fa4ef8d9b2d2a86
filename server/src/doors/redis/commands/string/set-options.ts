/** The options of SET and GETEX, which Redis reads by one grammar. */

import type { RedisCall } from '../../redis-call.js';
import {
  type ExpiryUnit,
  MILLISECONDS,
  SECONDS,
  UNIX_MILLISECONDS,
  UNIX_SECONDS,
} from '../generic/expiry-argument.js';

/** One object, read again and again. */
export class SetOptions {
  isIfAbsent = false;
  isIfPresent = false;
  /** GET: the old value is the answer. */
  returnsOld = false;
  keepsExpiry = false;
  /** PERSIST. */
  removesExpiry = false;
  /** How the expiry counts; undefined: none is given. */
  unit: ExpiryUnit | undefined;
  /** The argument with its value. */
  expiryIndex = 0;

  /** Reads the options of SET from argument 3 on; false: a syntax error. */
  readSet(call: RedisCall): boolean {
    this.#reset();
    for (let i = 3; i < call.count; i++) {
      if (call.isWord(i, 'nx')) {
        if (this.isIfPresent) return false;
        this.isIfAbsent = true;
      } else if (call.isWord(i, 'xx')) {
        if (this.isIfAbsent) return false;
        this.isIfPresent = true;
      } else if (call.isWord(i, 'get')) {
        this.returnsOld = true;
      } else if (call.isWord(i, 'keepttl')) {
        if (this.unit !== undefined) return false;
        this.keepsExpiry = true;
      } else {
        if (!this.#readExpiry(call, i)) return false;
        i++;
      }
    }
    return true;
  }

  /** Reads the options of GETEX from argument 2 on; false: a syntax error. */
  readGetExpire(call: RedisCall): boolean {
    this.#reset();
    for (let i = 2; i < call.count; i++) {
      if (call.isWord(i, 'persist')) {
        if (this.unit !== undefined) return false;
        this.removesExpiry = true;
      } else {
        if (!this.#readExpiry(call, i)) return false;
        i++;
      }
    }
    return true;
  }

  /** The same unit may be given twice, the last one counts; two units may not. */
  #readExpiry(call: RedisCall, index: number): boolean {
    const unit = unitOf(call, index);
    if (unit === undefined || index + 1 === call.count) return false;
    if (this.keepsExpiry || this.removesExpiry) return false;
    if (this.unit !== undefined && this.unit !== unit) return false;
    this.unit = unit;
    this.expiryIndex = index + 1;
    return true;
  }

  #reset(): void {
    this.isIfAbsent = false;
    this.isIfPresent = false;
    this.returnsOld = false;
    this.keepsExpiry = false;
    this.removesExpiry = false;
    this.unit = undefined;
    this.expiryIndex = 0;
  }
}

function unitOf(call: RedisCall, index: number): ExpiryUnit | undefined {
  if (call.isWord(index, 'ex')) return SECONDS;
  if (call.isWord(index, 'px')) return MILLISECONDS;
  if (call.isWord(index, 'exat')) return UNIX_SECONDS;
  return call.isWord(index, 'pxat') ? UNIX_MILLISECONDS : undefined;
}
