import type { RedisCall } from '../../redis-call.js';
import { RedisError } from '../../redis-errors.js';
import type { RedisHandler } from '../../redis-handler.js';
import { isRefused } from './list-key.js';
import { isSameElement } from './same-element.js';

const RANK_ZERO =
  "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use negative to start from the end of the list";

/** Has no counterpart above zero: Redis 7.0 then takes every match from the end on, whatever COUNT says. */
const INT64_MIN = -(2n ** 63n);

/** [RANK rank] [COUNT count] [MAXLEN length], each as often as one likes. One object, reused. */
class PositionOptions {
  rank = 1;
  /** Infinity: all. */
  count = 1;
  hasCount = false;
  /** How many elements to compare. */
  comparedMax = Number.POSITIVE_INFINITY;

  /** The error, or undefined. */
  read(call: RedisCall): string | undefined {
    this.rank = 1;
    this.count = 1;
    this.hasCount = false;
    this.comparedMax = Number.POSITIVE_INFINITY;
    let takesAll = false;
    for (let at = 3; at < call.count; at += 2) {
      if (at + 1 === call.count) return RedisError.SYNTAX;
      const value = call.integer(at + 1);
      if (call.isWord(at, 'rank')) {
        if (value === undefined) return RedisError.NOT_AN_INTEGER;
        if (value === 0) return RANK_ZERO;
        takesAll = value === INT64_MIN;
        this.rank = takesAll ? -1 : Number(value);
      } else if (call.isWord(at, 'count')) {
        if (value === undefined || value < 0) return "ERR COUNT can't be negative";
        this.count = value === 0 ? Number.POSITIVE_INFINITY : Number(value);
        this.hasCount = true;
      } else if (call.isWord(at, 'maxlen')) {
        if (value === undefined || value < 0) return "ERR MAXLEN can't be negative";
        this.comparedMax = value === 0 ? Number.POSITIVE_INFINITY : Number(value);
      } else return RedisError.SYNTAX;
    }
    if (takesAll && this.hasCount) this.count = Number.POSITIVE_INFINITY;
    return undefined;
  }
}

const options = new PositionOptions();

export const position: RedisHandler = (client, call) => {
  const { engine } = client.server;
  const { reply } = client;
  const error = options.read(call);
  if (error !== undefined) {
    reply.error(error);
    return;
  }
  const list = engine.findKeyToRead(call.bytes, call.starts[1], call.ends[1]);
  if (isRefused(client, list)) return;
  const { rank, count, hasCount, comparedMax } = options;
  const length = list === 0 ? 0 : engine.lists.lengthOf(list);
  const isBackward = rank < 0;
  const found: number[] = [];
  let matchesToSkip = Math.abs(rank) - 1;
  const cursor = length === 0 ? undefined : engine.lists.open(list, isBackward ? length - 1 : 0, isBackward);
  for (let compared = 0; compared < comparedMax && found.length < count && cursor?.next(); compared++) {
    if (!isSameElement(cursor, call, 2)) continue;
    if (matchesToSkip > 0) matchesToSkip--;
    else found.push(isBackward ? length - 1 - compared : compared);
  }
  if (hasCount) {
    reply.array(found.length);
    for (const at of found) reply.integer(at);
  } else if (found.length === 0) reply.nullBulk();
  else reply.integer(found[0]);
};
