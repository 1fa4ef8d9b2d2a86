/** delete, incr, decr and touch: one key, one line of an answer. */

import { writeUnsigned } from '../decimal-writer.js';
import { expiryOfSeconds } from '../expiry-seconds.js';
import { ANY_CAS, Outcome, TOUCH_FAILED } from '../memcached-items.js';
import { KEY_BYTES_MAX } from '../memcached-limits.js';
import { type Answer, answerOf, CARRIAGE_RETURN_NEWLINE, TextAnswer } from './text-answers.js';
import type { TextSession } from './text-session.js';

/** `delete <key> [0] [noreply]`: the number is what was once a delay. */
export function deleteKey(session: TextSession): Answer {
  const { line, door } = session;
  if (line.count < 2 || line.count > 4) return TextAnswer.ERROR;
  if (line.count > 2) {
    const hasZero = line.is(2, '0');
    session.isQuiet = line.isQuiet;
    const isValid = line.count === 3 ? hasZero || session.isQuiet : hasZero && session.isQuiet;
    if (!isValid) return TextAnswer.BAD_DELETE;
  }
  const problem = findKeyProblem(session);
  if (problem !== undefined) return problem;
  session.begin();
  const outcome = door.items.remove(line.bytes, line.starts[1], line.ends[1], undefined);
  door.statistics.countDelete(outcome === Outcome.DONE);
  session.end();
  return outcome === Outcome.DONE ? TextAnswer.DELETED : answerOf(outcome);
}

/** `incr <key> <delta> [noreply]` and decr. */
export function count(session: TextSession, isUp: boolean): Answer {
  const { line, door } = session;
  if (line.count !== 3 && line.count !== 4) return TextAnswer.ERROR;
  session.isQuiet = line.isQuiet;
  if (line.lengthOf(1) > KEY_BYTES_MAX) return TextAnswer.BAD_FORMAT;
  const delta = line.unsigned64(2);
  if (delta === undefined) return TextAnswer.BAD_DELTA;
  const problem = findKeyProblem(session);
  if (problem !== undefined) return problem;
  session.begin();
  const { items } = door;
  const outcome = items.count(line.bytes, line.starts[1], line.ends[1], delta, isUp, ANY_CAS);
  if (outcome === Outcome.DONE || outcome === Outcome.NOT_FOUND)
    door.statistics.countCount(isUp, outcome === Outcome.DONE);
  session.end();
  if (outcome !== Outcome.DONE) return answerOf(outcome);
  if (session.isQuiet) return undefined;
  writeUnsigned(session.out, items.counted);
  return CARRIAGE_RETURN_NEWLINE;
}

/** `touch <key> <exptime> [noreply]` */
export function touch(session: TextSession): Answer {
  const { line, door } = session;
  if (line.count !== 3 && line.count !== 4) return TextAnswer.ERROR;
  session.isQuiet = line.isQuiet;
  if (line.lengthOf(1) > KEY_BYTES_MAX) return TextAnswer.BAD_FORMAT;
  const exptime = line.int32(2);
  if (Number.isNaN(exptime)) return TextAnswer.BAD_EXPTIME;
  const problem = findKeyProblem(session);
  if (problem !== undefined) return problem;
  session.begin();
  const { bytes } = line;
  const keyStart = line.starts[1];
  const keyEnd = line.ends[1];
  const { items, engine } = door;
  const ref = engine.findKey(bytes, keyStart, keyEnd);
  door.statistics.countTouch(ref !== 0);
  let answer: Uint8Array = TextAnswer.TOUCHED;
  if (ref === 0) answer = TextAnswer.NOT_FOUND;
  else if (engine.refusesWrites) answer = TextAnswer.DISK_FULL;
  else {
    const touched = items.touch(ref, bytes, keyStart, keyEnd, expiryOfSeconds(exptime, engine.nowMs));
    if (touched === TOUCH_FAILED) answer = TextAnswer.NO_MEMORY;
    else if (touched !== 0) items.marks.fetched(engine.store.versionOf(touched), engine.nowMs);
  }
  session.end();
  return answer;
}

/** What is wrong with the key, or with this connection writing it. */
function findKeyProblem(session: TextSession): Answer {
  const { line, door } = session;
  if (line.lengthOf(1) > KEY_BYTES_MAX) return TextAnswer.BAD_FORMAT;
  return door.deniesWrite(line.bytes, line.starts[1], line.ends[1]) ? TextAnswer.ACCESS_DENIED : undefined;
}
