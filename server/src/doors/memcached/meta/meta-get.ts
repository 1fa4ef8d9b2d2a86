/**
 * `mg <key> <flags>*`: reads an item and what is known of it, touches it, makes it where there is none, and hands out the
 * right to renew it.
 */

import type { EntryRef } from '../../../store/index.js';
import { writeUnsigned } from '../decimal-writer.js';
import { isExpired, secondsLeft } from '../expiry-seconds.js';
import { ItemMark } from '../item-marks.js';
import { TOUCH_FAILED } from '../memcached-items.js';
import { KEY_BYTES_MAX } from '../memcached-limits.js';
import { type Answer, TextAnswer } from '../text/text-answers.js';
import type { TextSession } from '../text/text-session.js';
import {
  writeCode,
  writeEchoes,
  writeFlag,
  writeKeyFlag,
  writeLineEnd,
  writeNumberFlag,
  writeOpaque,
  writeTimeFlag,
} from './meta-answer-line.js';
import { META_WORDS_MAX, MetaAnswer, MetaFlag } from './meta-flags.js';

const FIRST_FLAG = 2;
const NO_BYTES = new Uint8Array(0);

export function metaGet(session: TextSession): Answer {
  const { door, metaFlags: flags } = session;
  if (session.line.count < 2) return TextAnswer.ERROR;
  const problem = findProblem(session);
  if (problem !== undefined) return problem;
  const { keyBytes, keyStart, keyEnd } = flags;
  const { items } = door;
  door.statistics.metas++;
  session.begin();
  let ref = items.find(keyBytes, keyStart, keyEnd);
  let isCreated = false;
  if (ref === 0 && flags.vivifyExpiryMs !== undefined) {
    items.create(keyBytes, keyStart, keyEnd, NO_BYTES, 0, flags.vivifyExpiryMs);
    ref = items.changedRef;
    isCreated = ref !== 0;
  }
  door.statistics.countGet(ref !== 0);
  let answer: Answer;
  if (ref !== 0) answer = answerItem(session, ref, isCreated);
  else if (!flags.isQuiet) {
    const { out } = session;
    writeCode(out, 'EN');
    writeEchoes(out, session.line, flags, FIRST_FLAG);
    writeLineEnd(out);
  }
  session.end();
  return answer;
}

function findProblem(session: TextSession): Answer {
  const { line, door, metaFlags: flags } = session;
  if (line.lengthOf(1) > KEY_BYTES_MAX) return TextAnswer.BAD_FORMAT;
  if (line.count > META_WORDS_MAX) return MetaAnswer.TOO_MANY_TO_GET;
  const problem = flags.read(line, FIRST_FLAG, door.engine.nowMs);
  if (problem !== undefined) return problem;
  if (flags.isOpaqueTooLong) return MetaAnswer.OPAQUE_TOO_LONG;
  const { keyBytes, keyStart, keyEnd } = flags;
  const isChange = flags.expiryMs !== undefined || flags.vivifyExpiryMs !== undefined;
  const isDenied =
    door.deniesRead(keyBytes, keyStart, keyEnd) || (isChange && door.deniesWrite(keyBytes, keyStart, keyEnd));
  if (isDenied) return TextAnswer.ACCESS_DENIED;
  return isChange && door.engine.refusesWrites ? TextAnswer.DISK_FULL : undefined;
}

function answerItem(session: TextSession, found: EntryRef, isCreated: boolean): Answer {
  const { door, metaFlags: flags, out } = session;
  const { engine, items } = door;
  const { store, nowMs } = engine;
  const { keyBytes, keyStart, keyEnd } = flags;
  if (flags.wantsValue || flags.wantsSize) {
    items.value.load(engine, found);
    if (items.value.isTooLarge) return TextAnswer.TOO_LARGE;
  }
  const expiryBefore = isCreated ? 0 : store.expiryOf(found);
  // An item touched into the past is answered first and goes then.
  const isLeaving = flags.expiryMs !== undefined && isExpired(flags.expiryMs, nowMs);
  let ref = found;
  if (flags.expiryMs !== undefined && !isLeaving)
    ref = items.touch(found, keyBytes, keyStart, keyEnd, flags.expiryMs);
  if (ref === TOUCH_FAILED) return TextAnswer.NO_MEMORY;

  const { value, marks } = items;
  const version = store.versionOf(ref);
  if (flags.wantsValue) {
    writeCode(out, 'VA');
    out.u8(0x20);
    value.load(engine, ref);
    writeUnsigned(out, value.length);
  } else writeCode(out, 'HD');
  const isNearExpiry = writeFlags(session, ref, version, expiryBefore, isCreated);
  const marksBefore = marks.flagsOf(version);
  const wasWon = (marksBefore & ItemMark.WON) !== 0;
  const isStale = (marksBefore & ItemMark.STALE) !== 0;
  if (wasWon) writeFlag(out, MetaFlag.WON_BEFORE);
  if (isStale) writeFlag(out, MetaFlag.STALE);
  if (!wasWon && (isCreated || isStale || isNearExpiry)) {
    writeFlag(out, MetaFlag.WON);
    marks.setFlags(version, marksBefore | ItemMark.WON);
  }
  writeLineEnd(out);
  if (flags.wantsValue) {
    value.load(engine, ref);
    out.copy(value.bytes, value.start, value.end);
    writeLineEnd(out);
  }
  if (!flags.leavesNoTrace) marks.fetched(version, nowMs);
  if (isLeaving) items.touch(ref, keyBytes, keyStart, keyEnd, flags.expiryMs ?? 0);
  return undefined;
}

/** What the flags ask for, in their order. Returns whether the item should be renewed, by R. */
function writeFlags(
  session: TextSession,
  ref: EntryRef,
  version: number,
  expiryBefore: number,
  isCreated: boolean,
): boolean {
  const { line, door, metaFlags: flags, out } = session;
  const { store, nowMs } = door.engine;
  const { marks } = door.items;
  let expiryMs = expiryBefore;
  let isNearExpiry = false;
  for (let word = FIRST_FLAG; word < line.count; word++) {
    const flag = line.bytes[line.starts[word]];
    switch (flag) {
      case MetaFlag.TOUCH:
        expiryMs = flags.expiryMs ?? 0;
        break;
      case MetaFlag.VIVIFY:
        if (isCreated) expiryMs = flags.vivifyExpiryMs ?? 0;
        break;
      case MetaFlag.RECACHE:
        isNearExpiry = !isCreated && expiryMs !== 0 && isSooner(expiryMs, flags.recacheExpiryMs ?? 0, nowMs);
        break;
      case MetaFlag.SIZE:
        door.items.value.load(door.engine, ref);
        writeNumberFlag(out, flag, door.items.value.length);
        break;
      case MetaFlag.TIME_LEFT:
        writeTimeFlag(out, expiryMs, nowMs);
        break;
      case MetaFlag.CAS:
        writeNumberFlag(out, flag, version);
        break;
      case MetaFlag.CLIENT_FLAGS:
        writeNumberFlag(out, flag, store.clientFlagsOf(ref));
        break;
      case MetaFlag.IDLE:
        writeNumberFlag(out, flag, marks.idleSeconds(version, nowMs));
        break;
      case MetaFlag.HIT_BEFORE:
        writeNumberFlag(out, flag, marks.wasFetched(version) ? 1 : 0);
        break;
      case MetaFlag.OPAQUE:
        writeOpaque(out, line, word);
        break;
      case MetaFlag.KEY:
        writeKeyFlag(out, flags);
        break;
    }
  }
  return isNearExpiry;
}

/** By whole seconds, which is what clients gave. */
function isSooner(expiryMs: number, thanMs: number, nowMs: number): boolean {
  return secondsLeft(expiryMs, nowMs) < secondsLeft(thanMs, nowMs);
}
