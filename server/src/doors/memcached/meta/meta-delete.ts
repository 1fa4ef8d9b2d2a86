/** `md <key> <flags>*`: removes an item, or marks it stale for one client to renew. */

import { Outcome } from '../memcached-items.js';
import { KEY_BYTES_MAX } from '../memcached-limits.js';
import { type Answer, answerOf, TextAnswer } from '../text/text-answers.js';
import type { TextSession } from '../text/text-session.js';
import { metaCodeOf, writeCode, writeEchoes, writeLineEnd } from './meta-answer-line.js';
import { META_WORDS_MAX, MetaAnswer } from './meta-flags.js';

const FIRST_FLAG = 2;

export function metaDelete(session: TextSession): Answer {
  const { line, door, metaFlags: flags, out } = session;
  const { items } = door;
  if (line.count < 2) return TextAnswer.ERROR;
  const problem = findProblem(session);
  if (problem !== undefined) return problem;
  const { keyBytes, keyStart, keyEnd } = flags;
  door.statistics.metas++;
  session.begin();
  const outcome = flags.setsStale
    ? items.invalidate(keyBytes, keyStart, keyEnd, flags.cas, flags.expiryMs)
    : items.remove(keyBytes, keyStart, keyEnd, flags.cas);
  if (!flags.setsStale || outcome !== Outcome.DONE) door.statistics.countDelete(outcome === Outcome.DONE);
  const code = metaCodeOf(outcome);
  if (code !== undefined && !(flags.isQuiet && outcome === Outcome.DONE)) {
    writeCode(out, code);
    writeEchoes(out, line, flags, FIRST_FLAG);
    writeLineEnd(out);
  }
  session.end();
  return code === undefined ? answerOf(outcome) : undefined;
}

function findProblem(session: TextSession): Answer {
  const { line, door, metaFlags: flags } = session;
  if (line.lengthOf(1) > KEY_BYTES_MAX) return TextAnswer.BAD_FORMAT;
  if (line.count > META_WORDS_MAX) return MetaAnswer.TOO_MANY;
  if (flags.read(line, FIRST_FLAG, door.engine.nowMs) !== undefined) return MetaAnswer.INVALID_OR_DUPLICATE;
  if (flags.isOpaqueTooLong) return MetaAnswer.OPAQUE_TOO_LONG;
  return door.deniesWrite(flags.keyBytes, flags.keyStart, flags.keyEnd)
    ? TextAnswer.ACCESS_DENIED
    : undefined;
}
