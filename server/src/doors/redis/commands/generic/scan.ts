/**
 * SCAN. A cursor is a bound on the hash of keys, in whose order the store visits them: what is there from the first
 * page to the last is shown once, however the database changes meanwhile. Not by the engine's SCAN, which knows other
 * types and answers in pages made for datagrams.
 */

import type { RedisCall } from '../../redis-call.js';
import { RedisError } from '../../redis-errors.js';
import type { RedisHandler } from '../../redis-handler.js';
import { isPatternTooLong, KeyListing, PATTERN_TOO_LONG } from './key-listing.js';
import type { RedisType } from './type.js';

const COUNT_DEFAULT = 10;
/** Entries looked at between two checks of the bounds below: with the worst pattern each takes a million steps. */
const SLICE_ENTRIES = 32;
/** A page ends early, with a cursor to go on from, so that no COUNT and no pattern holds up others for long. */
const ENTRIES_MAX = 100_000;
const PAGE_BYTES_MAX = 1024 * 1024;
const STEPS_MAX = 2_000_000;
const CURSOR_MAX = 2n ** 64n - 1n;
/** A cursor may have zeros in front, but not without end. */
const CURSOR_CHARS_MAX = 100;
const INVALID_CURSOR = 'ERR invalid cursor';

const listing = new KeyListing();

export const scan: RedisHandler = (client, call) => {
  const { engine } = client.server;
  const { reply } = client;
  let cursor = cursorOf(call);
  if (cursor < 0) {
    reply.error(INVALID_CURSOR);
    return;
  }
  const error = options.read(call);
  if (error !== undefined) {
    reply.error(error);
    return;
  }
  engine.restOnAll();
  listing.begin(engine, reply);
  if (options.patternIndex !== 0) listing.onlyMatching(call, options.patternIndex);
  if (options.type !== undefined) listing.onlyOfType(options.type);
  let left = Math.min(options.count, ENTRIES_MAX);
  do {
    const slice = Math.min(left, SLICE_ENTRIES);
    cursor = engine.store.scan(cursor, slice, engine.nowMs, listing.visit);
    left -= slice;
  } while (cursor !== 0 && left > 0 && listing.bytes < PAGE_BYTES_MAX && listing.steps < STEPS_MAX);
  listing.endPage(cursor);
};

/** The options of one SCAN. */
class ScanOptions {
  count = COUNT_DEFAULT;
  /** Argument with the pattern; 0: none. */
  patternIndex = 0;
  /** Undefined: of all types. */
  type: RedisType | 'unknown' | undefined;

  /** The error, or undefined. */
  read(call: RedisCall): string | undefined {
    this.count = COUNT_DEFAULT;
    this.patternIndex = 0;
    this.type = undefined;
    for (let i = 2; i < call.count; i += 2) {
      if (i + 1 === call.count) return RedisError.SYNTAX;
      if (call.isWord(i, 'count')) {
        const count = call.integer(i + 1);
        if (count === undefined) return RedisError.NOT_AN_INTEGER;
        if (count < 1) return RedisError.SYNTAX;
        this.count = Number(count);
      } else if (call.isWord(i, 'match')) {
        if (isPatternTooLong(call, i + 1)) return PATTERN_TOO_LONG;
        this.patternIndex = i + 1;
      } else if (call.isWord(i, 'type')) this.type = typeArgument(call, i + 1);
      else return RedisError.SYNTAX;
    }
    return undefined;
  }
}

const options = new ScanOptions();

function typeArgument(call: RedisCall, index: number): RedisType | 'unknown' {
  if (call.isWord(index, 'string')) return 'string';
  return call.isWord(index, 'list') ? 'list' : 'unknown';
}

/** As strtoul reads it: 64 bits, a sign allowed, no text is 0. -1: it is no cursor. */
function cursorOf(call: RedisCall): number {
  if (call.lengthOf(1) > CURSOR_CHARS_MAX) return -1;
  const text = call.text(1);
  if (text === '') return 0;
  if (!/^[+-]?\d+$/.test(text)) return -1;
  const cursor = BigInt(text);
  if (cursor > CURSOR_MAX || cursor < -CURSOR_MAX) return -1;
  // A negative one is to C a large one, and beyond the hashes all are alike: there is nothing left to show.
  return cursor < 0n ? Number(CURSOR_MAX) : Number(cursor);
}
