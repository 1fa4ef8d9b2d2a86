/** set, add, replace, append, prepend and cas: a line, and a data block behind it. */

import { expiryOfSeconds } from '../expiry-seconds.js';
import { ANY_CAS, StoreMode } from '../memcached-items.js';
import { KEY_BYTES_MAX } from '../memcached-limits.js';
import type { AfterRequest } from '../request-progress.js';
import { storeAnswerOf, TextAnswer } from './text-answers.js';
import type { TextSession } from './text-session.js';

/** Behind the data block. */
export const LINE_END_BYTES = 2;
/** A longer data block is no valid number to memcached. */
export const DATA_BYTES_MAX = 2 ** 31 - 1 - LINE_END_BYTES;

/** `<command> <key> <flags> <exptime> <bytes> [<cas>] [noreply]`; the line began at `start`, its data block at `dataStart`. */
export function storeLine(
  session: TextSession,
  start: number,
  dataStart: number,
  end: number,
  mode: StoreMode,
): AfterRequest {
  const { line, item, door } = session;
  const wordsMin = mode === StoreMode.CAS ? 6 : 5;
  if (line.count !== wordsMin && line.count !== wordsMin + 1) {
    session.answer(TextAnswer.ERROR);
    return dataStart;
  }
  session.isQuiet = line.isQuiet;
  const flags = line.uint32(2);
  const exptime = line.int32(3);
  const length = line.int32(4);
  const cas = mode === StoreMode.CAS ? line.unsigned64(5) : ANY_CAS;
  const isWellFormed =
    line.lengthOf(1) <= KEY_BYTES_MAX &&
    flags >= 0 &&
    !Number.isNaN(exptime) &&
    length >= 0 &&
    length <= DATA_BYTES_MAX &&
    cas !== undefined;
  if (!isWellFormed) {
    // As with memcached, the data block is read as the next command then.
    session.answer(TextAnswer.BAD_FORMAT);
    return dataStart;
  }
  item.mode = mode;
  item.keyBytes = line.bytes;
  item.valueBytes = line.bytes;
  item.keyStart = line.starts[1];
  item.keyEnd = line.ends[1];
  item.flags = flags;
  item.cas = cas;
  item.mayBeStale = false;
  if (refuses(session, length)) {
    session.swallow(length + LINE_END_BYTES);
    return dataStart;
  }
  const dataEnd = dataStart + length;
  const next = dataEnd + LINE_END_BYTES;
  if (end < next) return session.needs(next - start);
  if (!endsWithLineEnd(line.bytes, dataEnd)) {
    session.answer(TextAnswer.BAD_DATA);
    return next;
  }
  item.valueStart = dataStart;
  item.valueEnd = dataEnd;
  item.expiryMs = expiryOfSeconds(exptime, door.engine.nowMs);
  session.begin();
  const outcome = door.items.store(item);
  door.statistics.countStore(mode === StoreMode.CAS, outcome);
  session.answer(storeAnswerOf(outcome));
  session.end();
  return next;
}

/** What is wrong before the data block has come: it is answered, and the block will be skipped. */
function refuses(session: TextSession, length: number): boolean {
  const { item, door } = session;
  if (session.isRefused()) return true;
  if (door.deniesWrite(item.keyBytes, item.keyStart, item.keyEnd)) {
    session.answer(TextAnswer.ACCESS_DENIED);
    return true;
  }
  if (length <= door.engine.valueBytesMax) return false;
  session.answer(TextAnswer.TOO_LARGE);
  door.statistics.tooLarge++;
  if (item.mode === StoreMode.SET) dropOutdated(session);
  return true;
}

/** What a set that cannot be stored would have replaced is no longer good. */
export function dropOutdated(session: TextSession): void {
  const { item, door } = session;
  session.begin();
  door.items.remove(item.keyBytes, item.keyStart, item.keyEnd, undefined);
  session.end();
}

export function endsWithLineEnd(bytes: Uint8Array, dataEnd: number): boolean {
  return bytes[dataEnd] === 0x0d && bytes[dataEnd + 1] === 0x0a;
}
