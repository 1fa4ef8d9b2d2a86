/** What `md` and `ma` ask of their line before they change anything. */

import { KEY_BYTES_MAX } from '../memcached-limits.js';
import { type Answer, TextAnswer } from '../text/text-answers.js';
import type { TextSession } from '../text/text-session.js';
import { META_WORDS_MAX, MetaAnswer } from './meta-flags.js';

/** Their flags begin behind command and key. */
export const FIRST_FLAG = 2;

/** Reads key and flags. Returns what is wrong with them, for which these two have one text. */
export function readChange(session: TextSession): Answer {
  const { line, door, metaFlags: flags } = session;
  if (line.count < FIRST_FLAG) return TextAnswer.ERROR;
  if (line.lengthOf(1) > KEY_BYTES_MAX) return TextAnswer.BAD_FORMAT;
  if (line.count > META_WORDS_MAX) return MetaAnswer.TOO_MANY;
  const problem = flags.read(line, FIRST_FLAG, door.engine.nowMs);
  return problem === undefined ? undefined : MetaAnswer.INVALID_OR_DUPLICATE;
}

/** Why what was read may not be done. */
export function findChangeProblem(session: TextSession): Answer {
  const { door, metaFlags: flags } = session;
  if (flags.isOpaqueTooLong) return MetaAnswer.OPAQUE_TOO_LONG;
  const isDenied = door.deniesWrite(flags.keyBytes, flags.keyStart, flags.keyEnd);
  return isDenied ? TextAnswer.ACCESS_DENIED : undefined;
}
