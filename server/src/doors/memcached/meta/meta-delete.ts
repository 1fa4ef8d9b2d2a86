/** `md <key> <flags>*`: removes an item, or marks it stale for one client to renew. */

import { Outcome } from '../memcached-items.js';
import { type Answer, answerOf } from '../text/text-answers.js';
import type { TextSession } from '../text/text-session.js';
import { metaCodeOf, writeCode, writeEchoes, writeLineEnd } from './meta-answer-line.js';
import { FIRST_FLAG, findChangeProblem, readChange } from './meta-change.js';

export function metaDelete(session: TextSession): Answer {
  const { line, door, metaFlags: flags, out } = session;
  const { items } = door;
  const problem = readChange(session) ?? findChangeProblem(session);
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
