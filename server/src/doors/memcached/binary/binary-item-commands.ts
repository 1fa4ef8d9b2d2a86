/** The binary commands without a value in the request: GET, TOUCH, DELETE, INCREMENT, FLUSH, STAT and their like. */

import type { EntryRef } from '../../../store/index.js';
import { expiryOfSeconds, isExpired } from '../expiry-seconds.js';
import { BinaryCommand } from '../generated/binary-opcodes.js';
import { Outcome, TOUCH_FAILED } from '../memcached-items.js';
import { reportStatistics } from '../statistics-report.js';
import { BinaryStatus, u32At, u64At, writeHeader, writeU32, writeU64 } from './binary-header.js';
import type { BinarySession } from './binary-session.js';

const FLAGS_BYTES = 4;
const COUNTER_BYTES = 8;
/** An INCREMENT with this expiry makes no item. */
const NEVER_CREATE = 0xffff_ffff;

export function getBinary(session: BinarySession, withKey: boolean): void {
  const { header, door } = session;
  const { bytes, keyStart, keyEnd } = header;
  if (door.deniesRead(bytes, keyStart, keyEnd)) {
    session.answerDenied();
    return;
  }
  session.begin();
  const ref = door.items.find(bytes, keyStart, keyEnd);
  door.statistics.countGet(ref !== 0);
  if (ref === 0) answerMiss(session, withKey);
  else {
    const version = door.engine.store.versionOf(ref);
    door.items.marks.fetched(version, door.engine.nowMs);
    answerItem(session, ref, version, withKey, true);
  }
  session.end();
}

/** TOUCH answers flags alone, GAT the value, GATK the key as well. */
export function touchBinary(session: BinarySession, command: number): void {
  const { header, door } = session;
  const { engine, items } = door;
  const { bytes, keyStart, keyEnd } = header;
  const withKey = command === BinaryCommand.GATK;
  const isDenied = door.deniesRead(bytes, keyStart, keyEnd) || door.deniesWrite(bytes, keyStart, keyEnd);
  if (isDenied) {
    session.answerDenied();
    return;
  }
  if (engine.refusesWrites) {
    session.answerOutcome(Outcome.DISK_FULL);
    return;
  }
  session.begin();
  const found = items.find(bytes, keyStart, keyEnd);
  door.statistics.countTouch(found !== 0);
  if (found === 0) answerMiss(session, withKey);
  else {
    const expiryMs = expiryOfSeconds(u32At(bytes, header.extrasStart), engine.nowMs);
    const isLeaving = isExpired(expiryMs, engine.nowMs);
    const ref = isLeaving ? found : items.touch(found, bytes, keyStart, keyEnd, expiryMs);
    if (ref === TOUCH_FAILED) session.answerError(BinaryStatus.NO_MEMORY);
    else {
      const version = engine.store.versionOf(ref);
      items.marks.fetched(version, engine.nowMs);
      answerItem(session, ref, version, withKey, command !== BinaryCommand.TOUCH);
    }
    if (isLeaving) items.touch(found, bytes, keyStart, keyEnd, expiryMs);
  }
  session.end();
}

export function deleteBinary(session: BinarySession): void {
  const { header, door } = session;
  const { bytes, keyStart, keyEnd } = header;
  if (door.deniesWrite(bytes, keyStart, keyEnd)) {
    session.answerDenied();
    return;
  }
  session.begin();
  const cas = header.cas === 0 ? undefined : header.cas;
  const outcome = door.items.remove(bytes, keyStart, keyEnd, cas);
  door.statistics.countDelete(outcome === Outcome.DONE);
  if (outcome === Outcome.DONE) session.answerDone(0);
  else session.answerOutcome(outcome);
  session.end();
}

/** Extras: delta u64, initial value u64, expiry u32 of an item that is made. */
export function countBinary(session: BinarySession, isUp: boolean): void {
  const { header, door, connection } = session;
  const { engine, items } = door;
  const { bytes, keyStart, keyEnd, extrasStart } = header;
  if (door.deniesWrite(bytes, keyStart, keyEnd)) {
    session.answerDenied();
    return;
  }
  const delta = u64At(bytes, extrasStart);
  const exptime = u32At(bytes, extrasStart + 16);
  session.begin();
  let outcome = items.count(bytes, keyStart, keyEnd, delta, isUp, header.cas);
  if (outcome === Outcome.NOT_FOUND && exptime !== NEVER_CREATE) {
    const initial = u64At(bytes, extrasStart + 8);
    outcome = items.createCounter(bytes, keyStart, keyEnd, initial, expiryOfSeconds(exptime, engine.nowMs));
  } else if (outcome === Outcome.DONE || outcome === Outcome.NOT_FOUND)
    door.statistics.countCount(isUp, outcome === Outcome.DONE);
  if (outcome !== Outcome.DONE) session.answerOutcome(outcome);
  else if (!session.isQuiet) {
    writeHeader(connection.out, header, BinaryStatus.OK, 0, 0, COUNTER_BYTES, engine.lastLsn);
    writeU64(connection.out, items.counted);
  }
  session.end();
}

/** Extras, if any: when, as an exptime. */
export function flushBinary(session: BinarySession): void {
  const { header, door } = session;
  const { nowMs } = door.engine;
  const exptime = header.extrasBytes === 0 ? 0 : u32At(header.bytes, header.extrasStart);
  session.begin();
  const outcome = door.flush(exptime === 0 ? 0 : expiryOfSeconds(exptime, nowMs) - nowMs);
  if (outcome === Outcome.DONE) session.answerDone(0);
  else session.answerOutcome(outcome);
  session.end();
}

/** An answer for each statistic, name as key; one without either ends them. */
export function statBinary(session: BinarySession): void {
  const { header, door, connection } = session;
  if (door.engine.keyPrefix.length !== 0) {
    session.answerDenied();
    return;
  }
  let group = '';
  for (let at = header.keyStart; at < header.keyEnd; at++) group += String.fromCharCode(header.bytes[at]);
  if (group === 'reset') door.statistics.reset();
  else {
    const isKnown = reportStatistics(door, group, (name, value) => {
      const { out } = connection;
      const text = String(value);
      writeHeader(out, header, BinaryStatus.OK, 0, name.length, name.length + text.length, 0);
      out.utf8(name);
      out.utf8(text);
    });
    if (!isKnown) {
      session.answerError(BinaryStatus.NOT_FOUND);
      return;
    }
  }
  session.answerDone(0);
}

function answerItem(
  session: BinarySession,
  ref: EntryRef,
  version: number,
  withKey: boolean,
  withValue: boolean,
): void {
  const { header, door, connection } = session;
  const { out } = connection;
  const { value } = door.items;
  const keyBytes = withKey ? header.keyBytes : 0;
  value.load(door.engine, ref);
  if (withValue && value.isTooLarge) {
    session.answerError(BinaryStatus.TOO_LARGE);
    return;
  }
  const valueBytes = withValue ? value.length : 0;
  const bodyBytes = FLAGS_BYTES + keyBytes + valueBytes;
  writeHeader(out, header, BinaryStatus.OK, FLAGS_BYTES, keyBytes, bodyBytes, version);
  writeU32(out, door.engine.store.clientFlagsOf(ref));
  if (withKey) out.copy(header.bytes, header.keyStart, header.keyEnd);
  if (withValue) out.copy(value.bytes, value.start, value.end);
}

/** Quiet commands say nothing of a miss; those that return the key return it here as well. */
function answerMiss(session: BinarySession, withKey: boolean): void {
  if (session.isQuiet) return;
  const { header, connection } = session;
  if (!withKey) {
    session.answerError(BinaryStatus.NOT_FOUND);
    return;
  }
  const { keyBytes } = header;
  writeHeader(connection.out, header, BinaryStatus.NOT_FOUND, 0, keyBytes, keyBytes, 0);
  connection.out.copy(header.bytes, header.keyStart, header.keyEnd);
}
