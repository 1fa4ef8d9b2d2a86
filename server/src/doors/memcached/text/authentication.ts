/**
 * A sealed server before the client has said who it is: as memcached with a file of users, it takes one request, a
 * `set` of any key whose data block is `<name> <secret>`, and the secret is what `anoa key create` has printed.
 */

import { decodeUtf8 } from '@anoadb/protocol';
import { CommandLine } from '../command-line.js';
import type { AfterRequest } from '../request-progress.js';
import { timedIndexOf } from '../timed-commands.js';
import { endsWithLineEnd, LINE_END_BYTES } from './storage.js';
import { TextAnswer } from './text-answers.js';
import type { TextSession } from './text-session.js';

const AUTH = timedIndexOf('auth');
/** No name and secret are longer. */
const DATA_BYTES_MAX = 1024;

const words = new CommandLine();

export function authenticate(
  session: TextSession,
  bytes: Uint8Array,
  start: number,
  newline: number,
  end: number,
): AfterRequest {
  const { line } = session;
  const dataStart = newline + 1;
  session.door.timer.command = AUTH;
  line.read(bytes, start, newline);
  const length = line.count >= 5 && line.is(0, 'set') ? line.uint32(4) : Number.NaN;
  if (Number.isNaN(length)) {
    session.answer(TextAnswer.UNAUTHENTICATED);
    return dataStart;
  }
  if (length > DATA_BYTES_MAX) {
    session.answer(TextAnswer.AUTHENTICATION_FAILED);
    session.swallow(length + LINE_END_BYTES);
    return dataStart;
  }
  const dataEnd = dataStart + length;
  const next = dataEnd + LINE_END_BYTES;
  if (end < next) return session.needs(next - start);
  session.answer(
    endsWithLineEnd(bytes, dataEnd) ? check(session, bytes, dataStart, dataEnd) : TextAnswer.BAD_TERMINATION,
  );
  return next;
}

function check(session: TextSession, bytes: Uint8Array, start: number, end: number): Uint8Array {
  words.read(bytes, start, end);
  if (words.count < 2) return TextAnswer.BAD_TOKEN_FORMAT;
  const name = decodeUtf8(bytes, words.starts[0], words.ends[0]);
  const secret = decodeUtf8(bytes, words.starts[1], words.ends[1]);
  const { statistics, timer } = session.door;
  timer.isExecuted = true;
  statistics.authentications++;
  if (name !== undefined && secret !== undefined && session.connection.authenticate(name, secret))
    return TextAnswer.STORED;
  statistics.authenticationErrors++;
  return TextAnswer.AUTHENTICATION_FAILED;
}
