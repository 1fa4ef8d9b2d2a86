/**
 * A list to a reader who knows no lists: a json array, every element interpreted as untyped text is; raw: as strings.
 * Made anew for each reader, in time and memory that grow with the list, and never larger than its reader allows.
 */

import {
  type ByteWriter,
  type Result,
  Status,
  ValueType,
  writeArrayHeader,
  writeMessagePackAsJson,
  writeTextAsMessagePack,
} from '@anoadb/protocol';
import type { EntryRef, Store } from '../../store/index.js';
import type { Engine } from '../engine.js';

/** The list as the result, in the engine's scratch. False: it is larger than `bytesMax`, and VALUE_TOO_LARGE the answer. */
export function answerList(
  engine: Engine,
  result: Result,
  ref: EntryRef,
  isRaw: boolean,
  bytesMax: number,
): boolean {
  engine.scratch.reset();
  if (appendList(engine.scratch, engine.store, ref, isRaw, bytesMax)) {
    engine.answerScratch(result, ValueType.JSON);
    return true;
  }
  engine.scratch.reset();
  engine.answerScratch(result, ValueType.NONE);
  result.status = Status.VALUE_TOO_LARGE;
  return false;
}

/**
 * For doors whose values are text: appends the JSON text of the list at `ref`, elements interpreted. False, and nothing is
 * appended: as a value it would be larger than the engine allows. Uses the engine's scratch.
 */
export function writeListAsJson(writer: ByteWriter, engine: Engine, ref: EntryRef): boolean {
  const { scratch } = engine;
  scratch.reset();
  if (!appendList(scratch, engine.store, ref, false, engine.valueBytesMax)) return false;
  writeMessagePackAsJson(writer, scratch.bytes, 0, scratch.at);
  return true;
}

function appendList(
  writer: ByteWriter,
  store: Store,
  ref: EntryRef,
  isRaw: boolean,
  bytesMax: number,
): boolean {
  const { lists } = store;
  const count = lists.lengthOf(ref);
  const end = writer.at + bytesMax;
  // Each element takes a byte at least: what cannot fit is not begun.
  if (count > bytesMax) return false;
  writeArrayHeader(writer, count);
  const cursor = lists.open(ref, 0, false);
  while (cursor.next()) {
    if (writer.at + cursor.end - cursor.start > end) return false;
    writeTextAsMessagePack(writer, cursor.bytes, cursor.start, cursor.end, isRaw);
  }
  return writer.at <= end;
}
