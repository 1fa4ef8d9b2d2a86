/** From the first word of a line to its command. Words are compared as they are: commands are lower case. */

import { endOfLine } from '../command-line.js';
import { expiryOfSeconds } from '../expiry-seconds.js';
import type { MemcachedCommandName } from '../generated/command-names.js';
import { StoreMode } from '../memcached-items.js';
import { metaArithmetic } from '../meta/meta-arithmetic.js';
import { metaDebug } from '../meta/meta-debug.js';
import { metaDelete } from '../meta/meta-delete.js';
import { metaGet } from '../meta/meta-get.js';
import { metaSet } from '../meta/meta-set.js';
import type { AfterRequest } from '../request-progress.js';
import { NO_COMMAND, timedIndexOf } from '../timed-commands.js';
import { count, deleteKey, touch } from './item-commands.js';
import { retrieve } from './retrieval.js';
import { flushAll, memoryLimit, quit, shutdown, statistics, verbosity, version } from './server-commands.js';
import { storeLine } from './storage.js';
import { type Answer, TextAnswer } from './text-answers.js';
import type { TextSession } from './text-session.js';

/** A command without data block; its words are in `session.line`. */
type LineCommand = (session: TextSession) => Answer;

/** A get of some kind: are the items touched, and answered with their cas uniques? */
interface Retrieval {
  readonly isTouching: boolean;
  readonly withCas: boolean;
}

const GET = timedIndexOf('get');
const SET = timedIndexOf('set');
const META_SET = timedIndexOf('ms');
/** No command's name is longer. */
const NAME_BYTES_MAX = 16;

const itemCommands = new Map<MemcachedCommandName, LineCommand>([
  ['delete', deleteKey],
  ['incr', (session) => count(session, true)],
  ['decr', (session) => count(session, false)],
  ['touch', touch],
  ['flush_all', flushAll],
  ['mg', metaGet],
  ['md', metaDelete],
  ['ma', metaArithmetic],
  ['me', metaDebug],
]);

/** Answered also while the database is being loaded. */
const serverCommands = new Map<MemcachedCommandName, LineCommand>([
  ['mn', () => TextAnswer.MN],
  ['version', version],
  ['verbosity', verbosity],
  ['stats', statistics],
  ['quit', quit],
  ['shutdown', shutdown],
  ['cache_memlimit', memoryLimit],
]);

const storeModes = new Map<MemcachedCommandName, StoreMode>([
  ['set', StoreMode.SET],
  ['add', StoreMode.ADD],
  ['replace', StoreMode.REPLACE],
  ['append', StoreMode.APPEND],
  ['prepend', StoreMode.PREPEND],
  ['cas', StoreMode.CAS],
]);

const retrievals = new Map<MemcachedCommandName, Retrieval>([
  ['get', { isTouching: false, withCas: false }],
  ['gets', { isTouching: false, withCas: true }],
  ['gat', { isTouching: true, withCas: false }],
  ['gats', { isTouching: true, withCas: true }],
]);

/** All that the text protocols know: the spec is held against it. */
export const textCommandNames: readonly MemcachedCommandName[] = [
  ...retrievals.keys(),
  ...storeModes.keys(),
  'ms',
  ...itemCommands.keys(),
  ...serverCommands.keys(),
];

/** Executes the request whose line is [start, newline), if what follows of it is there before `end`. */
export function executeLine(
  session: TextSession,
  bytes: Uint8Array,
  start: number,
  newline: number,
  end: number,
): AfterRequest {
  const { timer } = session.door;
  // By far the most frequent line is not taken apart twice.
  if (isPlainGet(bytes, start)) {
    const keysStart = start + 'get '.length;
    const keysEnd = endOfLine(bytes, start, newline);
    if (hasKey(bytes, keysStart, keysEnd)) {
      timer.command = GET;
      return retrieve(session, bytes, keysStart, keysEnd, newline + 1, false, undefined);
    }
  }
  const { line } = session;
  const next = newline + 1;
  line.read(bytes, start, newline);
  const nameLength = line.count === 0 ? 0 : line.lengthOf(0);
  if (nameLength < 2 || nameLength > NAME_BYTES_MAX) {
    session.answer(TextAnswer.ERROR);
    return next;
  }
  if (line.is(0, 'set')) {
    timer.command = SET;
    return storeLine(session, start, next, end, StoreMode.SET);
  }
  if (line.is(0, 'ms')) {
    timer.command = META_SET;
    return metaSet(session, start, next, end);
  }
  // The tables answer undefined to whatever is no name.
  const name = line.text(0) as MemcachedCommandName;
  timer.command = timedIndexOf(name);
  const mode = storeModes.get(name);
  if (mode !== undefined) return storeLine(session, start, next, end, mode);
  const retrieval = retrievals.get(name);
  if (retrieval !== undefined)
    return retrieveWords(session, newline, retrieval.withCas, retrieval.isTouching);
  const command = itemCommands.get(name) ?? serverCommands.get(name);
  if (command === undefined) {
    timer.command = NO_COMMAND;
    session.answer(TextAnswer.ERROR);
  } else if (session.refusal !== undefined && itemCommands.has(name)) refuse(session);
  else {
    const answer = command(session);
    if (answer !== undefined) session.answer(answer);
  }
  return next;
}

function retrieveWords(
  session: TextSession,
  newline: number,
  withCas: boolean,
  isTouching: boolean,
): AfterRequest {
  const { line } = session;
  const next = newline + 1;
  if (line.count < 2) {
    session.answer(TextAnswer.ERROR);
    return next;
  }
  const keysEnd = endOfLine(line.bytes, line.starts[0], newline);
  if (!isTouching) return retrieve(session, line.bytes, line.ends[0], keysEnd, next, withCas, undefined);
  const exptime = line.int32(1);
  if (Number.isNaN(exptime)) {
    session.answer(TextAnswer.BAD_EXPTIME);
    return next;
  }
  const expiryMs = expiryOfSeconds(exptime, session.door.engine.nowMs);
  return retrieve(session, line.bytes, line.ends[1], keysEnd, next, withCas, expiryMs);
}

function refuse(session: TextSession): void {
  session.isQuiet = session.line.isQuiet;
  session.isRefused();
}

function isPlainGet(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0x67 && bytes[at + 1] === 0x65 && bytes[at + 2] === 0x74 && bytes[at + 3] === 0x20;
}

function hasKey(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end && bytes[at] !== 0; at++) if (bytes[at] !== 0x20) return true;
  return false;
}
