/**
 * The requests of a pipeline that came together, parsed before the first of them runs, so that the store can fetch
 * what their keys lead to at one go: entries then come from memory in parallel instead of one after the other. Measured
 * in memory, pipelines of 50 over a million keys: a GET takes a quarter less processor time, a SET a tenth.
 */

import { Limits } from '@anoadb/protocol';
import type { Engine } from '../../engine/engine.js';
import { RedisCall } from './redis-call.js';
import { Parsed, type RequestParser } from './request-parser.js';

const REQUESTS_MAX = 32;
/** Fewer do not pay for looking ahead. */
const AHEAD_REQUESTS_MIN = 4;
/** Fewer entries are in the processor's cache anyway. */
const AHEAD_ENTRIES_MIN = 100_000;

export class RequestBatch {
  /** Complete requests, in their order. */
  count = 0;
  readonly calls: RedisCall[] = Array.from({ length: REQUESTS_MAX }, () => new RedisCall());
  /** Where each begins. */
  readonly starts = new Int32Array(REQUESTS_MAX);
  /** What came behind the last of them; `REQUEST`: the batch was full. */
  end: Parsed = Parsed.NEED_MORE;
  /** Behind the last of them. */
  endAt = 0;
  readonly #keyStarts = new Int32Array(REQUESTS_MAX);
  readonly #keyEnds = new Int32Array(REQUESTS_MAX);

  /**
   * Parses what there is. `first` is the call of the parser's session, in which a request may stand half; returned is the one
   * in which the next does.
   */
  parse(parser: RequestParser, bytes: Uint8Array, start: number, end: number, first: RedisCall): RedisCall {
    const { calls } = this;
    this.count = 0;
    this.end = Parsed.REQUEST;
    // What stands behind an AUTH is read by the bounds that hold then.
    const requestsMax = parser.isTrusted ? REQUESTS_MAX : 1;
    let call = first;
    let at = start;
    while (this.count < requestsMax && at < end) {
      this.end = parser.parse(bytes, at, end, call);
      if (this.end !== Parsed.REQUEST) break;
      const spare = calls[this.count];
      calls[this.count] = call;
      this.starts[this.count++] = at;
      at = parser.at;
      const isInline = call.bytes !== bytes;
      call = spare;
      // The words of an inline request stand where those of the next one would.
      if (isInline) break;
    }
    this.endAt = at;
    return call;
  }

  /** Fetches what the first arguments lead to: that is where nearly every command has its key. */
  lookAhead(engine: Engine, bytes: Uint8Array): void {
    if (this.count < AHEAD_REQUESTS_MIN || engine.store.count < AHEAD_ENTRIES_MIN) return;
    let keys = 0;
    for (let i = 0; i < this.count; i++) {
      const call = this.calls[i];
      if (call.count < 2 || call.lengthOf(1) > Limits.keyBytesMax || call.bytes !== bytes) continue;
      this.#keyStarts[keys] = call.starts[1];
      this.#keyEnds[keys++] = call.ends[1];
    }
    if (keys > 0) engine.beginAhead(bytes, this.#keyStarts, this.#keyEnds, keys);
  }

  /** They were run: nothing of the bytes is kept. */
  release(engine: Engine): void {
    engine.endAhead();
    for (let i = 0; i < this.count; i++) this.calls[i].release();
  }
}
