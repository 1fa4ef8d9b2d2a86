/** Which keys KEYS, SCAN and RANDOMKEY may show, and those they do: one visitor of the store, none made per call. */

import { Limits } from '@anoadb/protocol';
import type { Engine } from '../../../../engine/engine.js';
import { GlobPattern } from '../../../../engine/glob-pattern.js';
import type { EntryRef } from '../../../../store/index.js';
import type { RedisCall } from '../../redis-call.js';
import type { RespWriter } from '../../resp-writer.js';
import { redisTypeOf } from './type.js';

/**
 * Longer patterns are refused: keys are short, so nobody needs one, and compiled it takes up to twenty times its length.
 */
const PATTERN_BYTES_MAX = 64 * 1024;
export const PATTERN_TOO_LONG: string = `ERR the pattern is too long: this server takes ${PATTERN_BYTES_MAX} bytes`;

const STAR = 0x2a;
/** `*2`, a cursor of 10 digits, an array's length of as many, and what RespWriter asks room for beyond it. */
const HEAD_BYTES_MAX = 64;

/**
 * An array of keys in the making, whose length is known only at the end, and with it, for SCAN, the cursor that stands
 * before it: the keys are written with room for the longest head before them, then moved up behind the one that it is.
 */
export class KeyListing {
  /** Keys shown. */
  count = 0;
  #engine!: Engine;
  #reply!: RespWriter;
  readonly #usualGlob = new GlobPattern(Limits.patternBytesMax);
  #glob: GlobPattern = this.#usualGlob;
  #hasPattern = false;
  /** Undefined: of every type. */
  #type: string | undefined;
  #startAt = 0;

  /** Starts an array of `reply`; shown is what `only…` below leave. */
  begin(engine: Engine, reply: RespWriter): void {
    this.#engine = engine;
    this.#reply = reply;
    this.#hasPattern = false;
    this.#type = undefined;
    this.#glob = this.#usualGlob;
    this.#glob.steps = 0;
    this.count = 0;
    const { out } = reply;
    this.#startAt = out.at;
    out.ensure(HEAD_BYTES_MAX);
    out.at += HEAD_BYTES_MAX;
  }

  /** Only keys that match the pattern in that argument, which is not too long. */
  onlyMatching(call: RedisCall, index: number): void {
    const start = call.starts[index];
    const end = call.ends[index];
    this.#hasPattern = !(end - start === 1 && call.bytes[start] === STAR);
    if (!this.#hasPattern) return;
    if (end - start > Limits.patternBytesMax) this.#glob = new GlobPattern(end - start);
    this.#glob.compile(call.bytes, start, end);
  }

  /** Only keys of the type that Redis names so. */
  onlyOfType(type: string): void {
    this.#type = type;
  }

  /** Work done on patterns. */
  get steps(): number {
    return this.#glob.steps;
  }

  /** Bytes of the keys so far. */
  get bytes(): number {
    return this.#reply.out.at - this.#startAt;
  }

  readonly visit = (ref: EntryRef): void => {
    const { store, keyPrefix } = this.#engine;
    const bytes = store.segmentOf(ref);
    const start = store.keyStartOf(ref);
    const end = start + store.keyLengthOf(ref);
    if (!startsWith(bytes, start, end, keyPrefix)) return;
    if (this.#hasPattern && !this.#glob.matches(bytes, start, end)) return;
    if (this.#type !== undefined && this.#type !== redisTypeOf(store.typeOf(ref))) return;
    this.#reply.bulk(bytes, start, end);
    this.count++;
  };

  /** Writes the array's head, and it is complete. */
  end(): void {
    const keysEnd = this.#goToHead();
    this.#reply.array(this.count);
    this.#moveKeys(keysEnd);
  }

  /** The same of a page: before the array stands the cursor to go on from. */
  endPage(cursor: number): void {
    const keysEnd = this.#goToHead();
    this.#reply.array(2);
    this.#reply.bulkText(String(cursor));
    this.#reply.array(this.count);
    this.#moveKeys(keysEnd);
  }

  #goToHead(): number {
    const { out } = this.#reply;
    const keysEnd = out.at;
    out.at = this.#startAt;
    return keysEnd;
  }

  #moveKeys(keysEnd: number): void {
    const { out } = this.#reply;
    const keysAt = this.#startAt + HEAD_BYTES_MAX;
    out.bytes.copyWithin(out.at, keysAt, keysEnd);
    out.at += keysEnd - keysAt;
    this.#glob = this.#usualGlob;
  }
}

/** Whether that argument is longer than a pattern may be. */
export function isPatternTooLong(call: RedisCall, index: number): boolean {
  return call.lengthOf(index) > PATTERN_BYTES_MAX;
}

/** Whether the key [start, end) is among those that begin with `prefix`. */
export function startsWith(bytes: Uint8Array, start: number, end: number, prefix: Uint8Array): boolean {
  if (end - start < prefix.length) return false;
  for (let i = 0; i < prefix.length; i++) if (bytes[start + i] !== prefix[i]) return false;
  return true;
}
