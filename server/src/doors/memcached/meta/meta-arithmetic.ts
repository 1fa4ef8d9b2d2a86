/** `ma <key> <flags>*`: counts an item up or down, and makes it where there is none. */

import type { EntryRef } from '../../../store/index.js';
import { digitsOf, writeUnsigned } from '../decimal-writer.js';
import { isExpired } from '../expiry-seconds.js';
import { ANY_CAS, Outcome, TOUCH_FAILED } from '../memcached-items.js';
import {
  type Answer,
  line as answerLine,
  answerOf,
  CARRIAGE_RETURN_NEWLINE,
  TextAnswer,
} from '../text/text-answers.js';
import type { TextSession } from '../text/text-session.js';
import {
  metaCodeOf,
  writeCode,
  writeEchoes,
  writeKeyFlag,
  writeLineEnd,
  writeNumberFlag,
  writeOpaque,
  writeTimeFlag,
} from './meta-answer-line.js';
import { FIRST_FLAG, findChangeProblem, readChange } from './meta-change.js';
import { MetaFlag } from './meta-flags.js';

const INVALID_MODE = answerLine('CLIENT_ERROR invalid mode for ma M token');

export function metaArithmetic(session: TextSession): Answer {
  const { line, door, metaFlags: flags, out } = session;
  const { items } = door;
  const problem = readChange(session) ?? findModeProblem(flags.mode) ?? findChangeProblem(session);
  if (problem !== undefined) return problem;
  const { keyBytes, keyStart, keyEnd } = flags;
  const isUp = isUpMode(flags.mode) === true;
  door.statistics.metas++;
  session.begin();
  let outcome = items.count(keyBytes, keyStart, keyEnd, flags.delta, isUp, flags.cas ?? ANY_CAS);
  const isCreated = outcome === Outcome.NOT_FOUND && flags.vivifyExpiryMs !== undefined;
  if (isCreated)
    outcome = items.createCounter(keyBytes, keyStart, keyEnd, flags.initial, flags.vivifyExpiryMs ?? 0);
  else if (outcome === Outcome.DONE || outcome === Outcome.NOT_FOUND)
    door.statistics.countCount(isUp, outcome === Outcome.DONE);
  const code = metaCodeOf(outcome);
  let answer: Answer;
  if (code === undefined) answer = answerOf(outcome);
  else if (outcome === Outcome.DONE) answer = answerCounted(session, items.changedRef, isCreated);
  else {
    writeCode(out, code);
    writeEchoes(out, line, flags, FIRST_FLAG);
    writeLineEnd(out);
  }
  session.end();
  return answer;
}

/** The item after the count; 0: made by N and expired in the same moment. */
function answerCounted(session: TextSession, counted: EntryRef, isCreated: boolean): Answer {
  const { door, metaFlags: flags, out } = session;
  const { items, engine } = door;
  const { keyBytes, keyStart, keyEnd } = flags;
  const expiryBefore = counted === 0 || isCreated ? 0 : engine.store.expiryOf(counted);
  let ref = counted;
  let version = engine.lastLsn;
  if (ref !== 0 && flags.expiryMs !== undefined) {
    ref = items.touch(ref, keyBytes, keyStart, keyEnd, flags.expiryMs);
    if (ref === TOUCH_FAILED) return TextAnswer.NO_MEMORY;
    if (!isExpired(flags.expiryMs, engine.nowMs)) version = engine.store.versionOf(ref);
  }
  // q hides success, but not that the item was made.
  if (flags.isQuiet && !isCreated) return undefined;
  if (flags.wantsValue) {
    writeCode(out, 'VA');
    out.u8(0x20);
    writeUnsigned(out, digitsOf(items.counted));
  } else writeCode(out, 'HD');
  writeFlags(session, version, expiryBefore, isCreated);
  writeLineEnd(out);
  if (!flags.wantsValue) return undefined;
  writeUnsigned(out, items.counted);
  return CARRIAGE_RETURN_NEWLINE;
}

function writeFlags(session: TextSession, version: number, expiryBefore: number, isCreated: boolean): void {
  const { line, door, metaFlags: flags, out } = session;
  let expiryMs = expiryBefore;
  for (let word = FIRST_FLAG; word < line.count; word++) {
    const flag = line.bytes[line.starts[word]];
    switch (flag) {
      case MetaFlag.CAS:
        writeNumberFlag(out, flag, version);
        break;
      case MetaFlag.TIME_LEFT:
        writeTimeFlag(out, expiryMs, door.engine.nowMs);
        break;
      case MetaFlag.TOUCH:
        expiryMs = flags.expiryMs ?? 0;
        break;
      case MetaFlag.VIVIFY:
        if (isCreated) expiryMs = flags.vivifyExpiryMs ?? 0;
        break;
      case MetaFlag.OPAQUE:
        writeOpaque(out, line, word);
        break;
      case MetaFlag.KEY:
        writeKeyFlag(out, flags);
        break;
    }
  }
}

function findModeProblem(mode: number): Answer {
  return isUpMode(mode) === undefined ? INVALID_MODE : undefined;
}

/** Undefined: there is no such mode. */
function isUpMode(mode: number): boolean | undefined {
  switch (mode === 0 ? 'I' : String.fromCharCode(mode)) {
    case 'I':
    case '+':
      return true;
    case 'D':
    case '-':
      return false;
    default:
      return undefined;
  }
}
