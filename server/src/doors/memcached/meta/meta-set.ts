/** `ms <key> <bytes> <flags>*` and a data block: all storage commands in one. */

import { ANY_CAS, Outcome, StoreMode } from '../memcached-items.js';
import { KEY_BYTES_MAX } from '../memcached-limits.js';
import type { AfterRequest } from '../request-progress.js';
import { DATA_BYTES_MAX, dropOutdated, endsWithLineEnd, LINE_END_BYTES } from '../text/storage.js';
import { type Answer, line as answerLine, storeAnswerOf, TextAnswer } from '../text/text-answers.js';
import type { TextSession } from '../text/text-session.js';
import {
  metaCodeOf,
  writeCode,
  writeKeyFlag,
  writeLineEnd,
  writeNumberFlag,
  writeOpaque,
} from './meta-answer-line.js';
import { META_WORDS_MAX, MetaAnswer, MetaFlag } from './meta-flags.js';

const FIRST_FLAG = 3;
const INVALID_MODE = answerLine('CLIENT_ERROR invalid mode for ms M token');

/** The line began at `start`, its data block begins at `dataStart`. */
export function metaSet(session: TextSession, start: number, dataStart: number, end: number): AfterRequest {
  const { line, door, item, metaFlags: flags } = session;
  if (line.count < 2) {
    session.answer(TextAnswer.ERROR);
    return dataStart;
  }
  const length = lengthOfData(session);
  if (typeof length !== 'number') {
    session.answer(length);
    return dataStart;
  }
  const problem = findProblem(session, length);
  if (problem !== undefined) {
    session.answer(problem);
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
  door.statistics.metas++;
  session.begin();
  const outcome = door.items.store(item);
  door.statistics.countStore(item.mode === StoreMode.CAS, outcome);
  const isHidden = flags.isQuiet && outcome === Outcome.DONE;
  if (!isHidden) answerStored(session, outcome);
  session.end();
  return next;
}

/** The length of the data block, or what is wrong with the line so that it has none. */
function lengthOfData(session: TextSession): number | Uint8Array {
  const { line } = session;
  if (line.lengthOf(1) > KEY_BYTES_MAX || line.count === 2) return TextAnswer.BAD_FORMAT;
  if (line.count > META_WORDS_MAX) return MetaAnswer.TOO_MANY;
  const length = line.int32(2);
  return length >= 0 && length <= DATA_BYTES_MAX ? length : TextAnswer.BAD_FORMAT;
}

/** Fills the item from the flags. Returns why its data block is not wanted. */
function findProblem(session: TextSession, length: number): Answer {
  const { line, door, item, metaFlags: flags } = session;
  const problem = flags.read(line, FIRST_FLAG, door.engine.nowMs);
  if (problem !== undefined) return problem;
  const mode = modeOf(flags.mode, flags.cas !== undefined);
  if (mode === undefined) return INVALID_MODE;
  if (flags.isOpaqueTooLong) return MetaAnswer.OPAQUE_TOO_LONG;
  item.mode = mode;
  item.keyBytes = flags.keyBytes;
  item.keyStart = flags.keyStart;
  item.keyEnd = flags.keyEnd;
  item.valueBytes = line.bytes;
  item.flags = flags.clientFlags;
  item.expiryMs = flags.expiryMs ?? 0;
  item.cas = flags.cas ?? ANY_CAS;
  item.mayBeStale = flags.setsStale;
  if (session.refusal !== undefined) return session.refusal;
  if (door.deniesWrite(item.keyBytes, item.keyStart, item.keyEnd)) return TextAnswer.ACCESS_DENIED;
  if (length <= door.engine.valueBytesMax) return undefined;
  door.statistics.tooLarge++;
  dropOutdated(session);
  return TextAnswer.TOO_LARGE;
}

function answerStored(session: TextSession, outcome: Outcome): void {
  const { line, door, metaFlags: flags, out } = session;
  const code = metaCodeOf(outcome);
  if (code === undefined) {
    session.answer(storeAnswerOf(outcome));
    return;
  }
  writeCode(out, code);
  for (let word = FIRST_FLAG; word < line.count; word++) {
    const flag = line.bytes[line.starts[word]];
    if (flag === MetaFlag.OPAQUE) writeOpaque(out, line, word);
    else if (flag === MetaFlag.KEY) writeKeyFlag(out, flags);
    else if (flag === MetaFlag.CAS)
      writeNumberFlag(out, flag, outcome === Outcome.DONE ? door.engine.lastLsn : 0);
  }
  writeLineEnd(out);
}

/** With C, set and replace are cas. Undefined: there is no such mode. */
function modeOf(code: number, hasCas: boolean): StoreMode | undefined {
  switch (code === 0 ? 'S' : String.fromCharCode(code)) {
    case 'E':
      return StoreMode.ADD;
    case 'A':
      return StoreMode.APPEND;
    case 'P':
      return StoreMode.PREPEND;
    case 'R':
      return hasCas ? StoreMode.CAS : StoreMode.REPLACE;
    case 'S':
      return hasCas ? StoreMode.CAS : StoreMode.SET;
    default:
      return undefined;
  }
}
