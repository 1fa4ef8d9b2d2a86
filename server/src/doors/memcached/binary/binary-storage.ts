/** SET, ADD, REPLACE, APPEND and PREPEND, and their quiet twins. With a cas unique the first three are cas. */

import { expiryOfSeconds } from '../expiry-seconds.js';
import { ANY_CAS, Outcome, StoreMode } from '../memcached-items.js';
import { type AfterRequest, INCOMPLETE } from '../request-progress.js';
import { isRefused } from './binary-dispatch.js';
import { BinaryStatus, u32At } from './binary-header.js';
import type { BinarySession } from './binary-session.js';

export function storeBinary(session: BinarySession, end: number, mode: StoreMode): AfterRequest {
  const { header, door, item } = session;
  const { engine } = door;
  item.mode = mode;
  item.keyBytes = header.bytes;
  item.keyStart = header.keyStart;
  item.keyEnd = header.keyEnd;
  if (isUnwanted(session)) {
    session.swallow(header.valueBytes);
    return header.keyEnd;
  }
  if (end < header.end) return INCOMPLETE;
  item.valueBytes = header.bytes;
  item.valueStart = header.keyEnd;
  item.valueEnd = header.end;
  item.cas = header.cas;
  item.mayBeStale = false;
  const isExtension = mode === StoreMode.APPEND || mode === StoreMode.PREPEND;
  item.flags = isExtension ? 0 : u32At(header.bytes, header.extrasStart);
  item.expiryMs = isExtension
    ? 0
    : expiryOfSeconds(u32At(header.bytes, header.extrasStart + 4), engine.nowMs);
  if (!isExtension && header.cas !== ANY_CAS) item.mode = StoreMode.CAS;
  session.begin();
  const outcome = door.items.store(item);
  door.statistics.countStore(item.mode === StoreMode.CAS, outcome);
  if (outcome === Outcome.DONE) session.answerDone(engine.lastLsn);
  else if (outcome === Outcome.NOT_STORED && mode === StoreMode.ADD) session.answerError(BinaryStatus.EXISTS);
  else if (outcome === Outcome.NOT_STORED && mode === StoreMode.REPLACE)
    session.answerError(BinaryStatus.NOT_FOUND);
  else session.answerOutcome(outcome);
  session.end();
  return header.end;
}

/** What is wrong before the value has come: it is answered, and the value will be skipped. */
function isUnwanted(session: BinarySession): boolean {
  const { header, door, item } = session;
  if (isRefused(session)) return true;
  if (door.deniesWrite(item.keyBytes, item.keyStart, item.keyEnd)) {
    session.answerDenied();
    return true;
  }
  if (header.valueBytes <= door.engine.valueBytesMax) return false;
  session.answerError(BinaryStatus.TOO_LARGE);
  door.statistics.tooLarge++;
  if (item.mode === StoreMode.SET) {
    // What it would have replaced is no longer good.
    session.begin();
    door.items.remove(item.keyBytes, item.keyStart, item.keyEnd, undefined);
    session.end();
  }
  return true;
}
