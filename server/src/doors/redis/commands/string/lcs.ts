/** LCS: the longest common subsequence of two texts, by the table of all their prefixes. */

import type { Integer } from '@anoadb/protocol';
import type { RedisCall } from '../../redis-call.js';
import type { RedisClient } from '../../redis-client.js';
import { RedisError } from '../../redis-errors.js';
import type { RedisHandler } from '../../redis-handler.js';
import { PlainValue } from './plain-value.js';

/**
 * Cells of the table: at most 128 MiB for the time of the command, and a fraction of a second in which nobody else is
 * served. Redis takes four bytes per cell, and as much as it would for one value.
 */
const CELLS_MAX = 2 ** 25;
const NOT_TEXT = 'ERR The specified keys must contain string values';
const TWO_ANSWERS = 'ERR If you want both the length and indexes, please just use IDX.';
const TOO_LARGE = 'ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len';

const a = new PlainValue();
const b = new PlainValue();

export const longestCommonSubsequence: RedisHandler = (client, call) => {
  const { engine } = client.server;
  const { reply } = client;
  const isText =
    a.read(engine, engine.findKeyToRead(call.bytes, call.starts[1], call.ends[1])) &&
    b.read(engine, engine.findKeyToRead(call.bytes, call.starts[2], call.ends[2]));
  if (!isText) {
    reply.error(NOT_TEXT);
    return;
  }
  if (!options.read(call)) {
    reply.error(options.error);
    return;
  }
  if ((a.length + 1) * (b.length + 1) > CELLS_MAX) {
    reply.error(TOO_LARGE);
    return;
  }
  const table = tableOf(a, b);
  if (options.asksLength) reply.integer(table[table.length - 1]);
  else if (options.asksIndexes) answerIndexes(client, table);
  else answerText(client, table);
};

/** What one LCS asks for. */
class LcsOptions {
  asksLength = false;
  asksIndexes = false;
  hasMatchLengths = false;
  /** Shorter matches are left out of the indexes. */
  matchBytesMin: Integer = 0;
  error = '';

  /** False: `error` says why not. */
  read(call: RedisCall): boolean {
    this.asksLength = false;
    this.asksIndexes = false;
    this.hasMatchLengths = false;
    this.matchBytesMin = 0;
    this.error = RedisError.SYNTAX;
    for (let i = 3; i < call.count; i++) {
      if (call.isWord(i, 'idx')) this.asksIndexes = true;
      else if (call.isWord(i, 'len')) this.asksLength = true;
      else if (call.isWord(i, 'withmatchlen')) this.hasMatchLengths = true;
      else if (!call.isWord(i, 'minmatchlen') || i + 1 === call.count) return false;
      else if (!this.#readMinimum(call, ++i)) return false;
    }
    if (!this.asksLength || !this.asksIndexes) return true;
    this.error = TWO_ANSWERS;
    return false;
  }

  #readMinimum(call: RedisCall, index: number): boolean {
    const minimum = call.integer(index);
    if (minimum === undefined) this.error = RedisError.NOT_AN_INTEGER;
    else this.matchBytesMin = minimum;
    return minimum !== undefined;
  }
}

const options = new LcsOptions();

/** Cell `i * (b.length + 1) + j`: the length for the first i bytes of `a` and the first j of `b`. */
type LengthTable = Uint16Array | Uint32Array;

function tableOf(a: PlainValue, b: PlainValue): LengthTable {
  const columns = b.length + 1;
  const cells = (a.length + 1) * columns;
  const isShort = Math.min(a.length, b.length) < 2 ** 16;
  const table = isShort ? new Uint16Array(cells) : new Uint32Array(cells);
  for (let i = 1; i <= a.length; i++)
    fillRow(table, i * columns, a.bytes[a.start + i - 1], b.bytes, b.start, b.end);
  return table;
}

/** One row, which begins at cell `row`: that of the byte `byte` of one text and all of the other, `bytes[start, end)`. */
function fillRow(
  table: LengthTable,
  row: number,
  byte: number,
  bytes: Uint8Array,
  start: number,
  end: number,
): void {
  const above = row - (end - start + 1);
  let left = 0;
  let diagonal = 0;
  for (let i = 1; i <= end - start; i++) {
    const up = table[above + i];
    if (bytes[start + i - 1] === byte) left = diagonal + 1;
    else if (up > left) left = up;
    table[row + i] = left;
    diagonal = up;
  }
}

/** Tells each common byte, the last first: its index in `a` and in `b`. */
function walkBack(table: LengthTable, onCommon: (i: number, j: number) => void): void {
  const columns = b.length + 1;
  let i = a.length;
  let j = b.length;
  while (i > 0 && j > 0) {
    if (a.bytes[a.start + i - 1] === b.bytes[b.start + j - 1]) {
      onCommon(--i, --j);
    } else if (table[(i - 1) * columns + j] > table[i * columns + j - 1]) i--;
    else j--;
  }
}

function answerText(client: RedisClient, table: LengthTable): void {
  let left = table[table.length - 1];
  const text = new Uint8Array(left);
  walkBack(table, (i) => {
    text[--left] = a.bytes[a.start + i];
  });
  client.reply.bulk(text, 0, text.length);
}

/** A run of bytes that are common and stand side by side in both. */
interface Match {
  aStart: number;
  bStart: number;
  length: number;
}

function answerIndexes(client: RedisClient, table: LengthTable): void {
  const { reply } = client;
  const matches: Match[] = [];
  walkBack(table, (i, j) => {
    const last = matches[matches.length - 1];
    if (last !== undefined && last.aStart === i + 1 && last.bStart === j + 1) {
      last.aStart = i;
      last.bStart = j;
      last.length++;
    } else matches.push({ aStart: i, bStart: j, length: 1 });
  });
  const shown = matches.filter((match) => match.length >= options.matchBytesMin);
  reply.map(2);
  reply.bulkText('matches');
  reply.array(shown.length);
  for (const { aStart, bStart, length } of shown) {
    reply.array(options.hasMatchLengths ? 3 : 2);
    reply.array(2);
    reply.integer(aStart);
    reply.integer(aStart + length - 1);
    reply.array(2);
    reply.integer(bStart);
    reply.integer(bStart + length - 1);
    if (options.hasMatchLengths) reply.integer(length);
  }
  reply.bulkText('len');
  reply.integer(table[table.length - 1]);
}
