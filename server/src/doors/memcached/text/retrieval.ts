/** get, gets, gat and gats: any number of keys, each item straight from the store into the answer. */

import type { ByteWriter } from '@anoadb/protocol';
import type { EntryRef } from '../../../store/index.js';
import { endOfWord } from '../command-line.js';
import { writeUnsigned } from '../decimal-writer.js';
import type { MemcachedDoor } from '../memcached-door.js';
import { TOUCH_FAILED } from '../memcached-items.js';
import { KEY_BYTES_MAX } from '../memcached-limits.js';
import type { AfterRequest } from '../request-progress.js';
import { TextAnswer, VALUE } from './text-answers.js';
import type { TextSession } from './text-session.js';

const SPACE = 0x20;
const CARRIAGE_RETURN = 0x0d;
const NEWLINE = 0x0a;
/** `VALUE`, flags, length, cas unique, spaces and line ends. */
const HEADER_BYTES_MAX = 6 + 11 + 11 + 21 + 4;
/** An answer shorter than this is never interrupted. */
const PAUSE_BYTES_MIN = 64 * 1024;

/** The keys are the words of [start, end); the line reaches to `next`. */
export function retrieve(
  session: TextSession,
  bytes: Uint8Array,
  start: number,
  end: number,
  next: number,
  withCas: boolean,
  expiryMs: number | undefined,
): AfterRequest {
  const problem = findProblem(session.door, bytes, start, end, expiryMs !== undefined);
  if (problem !== undefined) {
    session.answer(problem);
    return next;
  }
  if (session.isRefused()) return next;
  session.keys.start(start, end, next, session.door.timer.command, withCas, expiryMs);
  return retrieveOn(session, bytes, start);
}

/** Goes on with the open key list at `at`: to its end, or to where the connection must yield. */
export function retrieveOn(session: TextSession, bytes: Uint8Array, at: number): AfterRequest {
  const { keys, connection, door } = session;
  session.begin();
  const { out } = connection;
  let position = at;
  while (keys.next(bytes, position)) {
    position = keys.keyEnd;
    const isWritten =
      keys.expiryMs === undefined
        ? writeItem(door, out, bytes, keys.keyStart, position, keys.withCas)
        : writeTouched(door, out, bytes, keys.keyStart, position, keys.withCas, keys.expiryMs);
    if (!isWritten) {
      session.answer(TextAnswer.TOO_LARGE);
      session.end();
      return keys.skip();
    }
    if (out.at > PAUSE_BYTES_MIN && connection.mustYield) {
      session.end();
      return position;
    }
  }
  out.copy(TextAnswer.END);
  session.end();
  return keys.keyEnd;
}

/** What is wrong with any of the keys is wrong with the command: no item is answered then. */
function findProblem(
  door: MemcachedDoor,
  bytes: Uint8Array,
  start: number,
  end: number,
  isTouched: boolean,
): Uint8Array | undefined {
  for (let at = start; at < end && bytes[at] !== 0; ) {
    if (bytes[at] === SPACE) {
      at++;
      continue;
    }
    const keyEnd = endOfWord(bytes, at, end);
    if (keyEnd - at > KEY_BYTES_MAX) return TextAnswer.BAD_FORMAT;
    const isDenied = door.deniesRead(bytes, at, keyEnd) || (isTouched && door.deniesWrite(bytes, at, keyEnd));
    if (isDenied) return TextAnswer.ACCESS_DENIED;
    at = keyEnd;
  }
  return isTouched && door.engine.refusesWrites ? TextAnswer.DISK_FULL : undefined;
}

/** False: the value is too large, and nothing is written. */
function writeItem(
  door: MemcachedDoor,
  out: ByteWriter,
  bytes: Uint8Array,
  keyStart: number,
  keyEnd: number,
  withCas: boolean,
): boolean {
  const ref = door.items.find(bytes, keyStart, keyEnd);
  door.statistics.countGet(ref !== 0);
  if (ref === 0) return true;
  const version = door.engine.store.versionOf(ref);
  door.items.marks.fetched(version, door.engine.nowMs);
  return writeValue(door, out, bytes, keyStart, keyEnd, ref, withCas ? version : undefined);
}

/** The item with its new cas unique, as with gets; an item touched into the past is answered and gone. */
function writeTouched(
  door: MemcachedDoor,
  out: ByteWriter,
  bytes: Uint8Array,
  keyStart: number,
  keyEnd: number,
  withCas: boolean,
  expiryMs: number,
): boolean {
  const { items, engine } = door;
  const ref = items.find(bytes, keyStart, keyEnd);
  door.statistics.countTouch(ref !== 0);
  if (ref === 0) return true;
  const start = out.at;
  // Written first with the old version: the touch may take the value away.
  const versionBefore = withCas ? engine.store.versionOf(ref) : undefined;
  if (!writeValue(door, out, bytes, keyStart, keyEnd, ref, versionBefore)) return false;
  const touched = items.touch(ref, bytes, keyStart, keyEnd, expiryMs);
  if (touched === 0 || touched === TOUCH_FAILED) return true;
  const version = engine.store.versionOf(touched);
  items.marks.fetched(version, engine.nowMs);
  if (!withCas) return true;
  out.at = start;
  return writeValue(door, out, bytes, keyStart, keyEnd, touched, version);
}

/** `VALUE <key> <flags> <bytes>[ <cas>]`, the bytes; `version` undefined: without cas unique. False: as writeItem. */
function writeValue(
  door: MemcachedDoor,
  out: ByteWriter,
  bytes: Uint8Array,
  keyStart: number,
  keyEnd: number,
  ref: EntryRef,
  version: number | undefined,
): boolean {
  const { value } = door.items;
  value.load(door.engine, ref);
  if (value.isTooLarge) return false;
  const { length } = value;
  out.ensure(HEADER_BYTES_MAX + keyEnd - keyStart + length);
  out.copy(VALUE);
  out.copy(bytes, keyStart, keyEnd);
  out.bytes[out.at++] = SPACE;
  writeUnsigned(out, door.engine.store.clientFlagsOf(ref));
  out.bytes[out.at++] = SPACE;
  writeUnsigned(out, length);
  if (version !== undefined) {
    out.bytes[out.at++] = SPACE;
    writeUnsigned(out, version);
  }
  out.bytes[out.at++] = CARRIAGE_RETURN;
  out.bytes[out.at++] = NEWLINE;
  out.copy(value.bytes, value.start, value.end);
  out.bytes[out.at++] = CARRIAGE_RETURN;
  out.bytes[out.at++] = NEWLINE;
  return true;
}
