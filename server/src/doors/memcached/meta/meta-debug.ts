/** `me <key> [b]`: what there is to know of an item beside its value. */

import type { EntryRef } from '../../../store/index.js';
import { writeUnsigned } from '../decimal-writer.js';
import { secondsLeft } from '../expiry-seconds.js';
import { KEY_BYTES_MAX } from '../memcached-limits.js';
import { type Answer, line as answerLine, TextAnswer } from '../text/text-answers.js';
import type { TextSession } from '../text/text-session.js';
import { writeCode, writeKey, writeLineEnd } from './meta-answer-line.js';
import { MetaFlag } from './meta-flags.js';

const MISS = answerLine('EN');
const FLAG_WORD = 2;

export function metaDebug(session: TextSession): Answer {
  const { line, door, metaFlags: flags } = session;
  const { engine } = door;
  if (line.count < 2 || line.lengthOf(1) > KEY_BYTES_MAX) return TextAnswer.BAD_FORMAT;
  // Words other than the one flag it has are ignored.
  const isEncoded =
    line.count > FLAG_WORD &&
    line.lengthOf(FLAG_WORD) === 1 &&
    line.bytes[line.starts[FLAG_WORD]] === MetaFlag.ENCODED_KEY;
  if (!flags.readKey(line, isEncoded)) return TextAnswer.BAD_FORMAT;
  const { keyBytes, keyStart, keyEnd } = flags;
  if (door.deniesRead(keyBytes, keyStart, keyEnd)) return TextAnswer.ACCESS_DENIED;
  door.statistics.metas++;
  session.begin();
  const ref = engine.findKey(keyBytes, keyStart, keyEnd);
  if (ref !== 0) writeItem(session, ref);
  session.end();
  return ref === 0 ? MISS : undefined;
}

function writeItem(session: TextSession, ref: EntryRef): void {
  const { door, metaFlags: flags, out } = session;
  const { store, nowMs } = door.engine;
  const { marks } = door.items;
  const version = store.versionOf(ref);
  const expiryMs = store.expiryOf(ref);
  writeCode(out, 'ME');
  out.u8(0x20);
  writeKey(out, flags);
  // memcached subtracts the other way round, so what is left is below 0.
  out.utf8(` exp=-${expiryMs === 0 ? 1 : secondsLeft(expiryMs, nowMs)} la=`);
  writeUnsigned(out, marks.idleSeconds(version, nowMs));
  out.utf8(` cas=${version} fetch=${marks.wasFetched(version) ? 'yes' : 'no'} cls=1 size=`);
  writeUnsigned(out, store.keyLengthOf(ref) + store.valueLengthOf(ref));
  writeLineEnd(out);
}
