/** Values as the bodies of requests and answers. */

import {
  ByteWriter,
  GetFlag,
  interpretText,
  isValidUtf8,
  type Result,
  ValueType,
  writeInterpreted,
  writeJsonText,
  writePlainText,
} from '@anoadb/protocol';
import type { Engine } from '../../engine/engine.js';
import type { EntryRef } from '../../store/index.js';
import { writeValueOfJson } from './json-value.js';
import { trimSpace } from './json-walk.js';
import { MediaType } from './media-type.js';

/** Appends the value that a body is and returns its type; undefined where it is not JSON or no value. */
export function writeValueOfBody(
  writer: ByteWriter,
  media: MediaType,
  body: Uint8Array,
): ValueType | undefined {
  if (media === MediaType.JSON) {
    const { start, end } = trimSpace(body, 0, body.length);
    return writeValueOfJson(writer, body, start, end);
  }
  writer.copy(body);
  return media === MediaType.BYTES ? ValueType.BYTES : ValueType.TEXT;
}

/** Flags of the GET for it: text as it is, but the elements of a list interpreted. */
export function readingFlags(engine: Engine, ref: EntryRef): number {
  return ref !== 0 && engine.store.typeOf(ref) === ValueType.LIST ? 0 : GetFlag.RAW;
}

/** What a value is served as where the choice is free. `result` has it as it is stored, text uninterpreted. */
export function mediaOfValue(result: Result): MediaType {
  if (result.type === ValueType.BYTES) return MediaType.BYTES;
  if (result.type !== ValueType.TEXT) return MediaType.JSON;
  return isValidUtf8(result.bytes, result.start, result.end) ? MediaType.TEXT : MediaType.BYTES;
}

/** Text says its charset where it has one. */
export function contentTypeOf(media: MediaType, body: Uint8Array): string {
  return media === MediaType.TEXT && isValidUtf8(body) ? `${media}; charset=utf-8` : media;
}

/** Appends the value: as JSON with untyped text interpreted, or as a reader without types sees it. */
export function writeContent(writer: ByteWriter, media: MediaType, result: Result): void {
  const { type, bytes, start, end } = result;
  if (media !== MediaType.JSON) {
    writePlainText(writer, type, bytes, start, end);
    return;
  }
  if (type !== ValueType.TEXT) {
    writeJsonText(writer, type, bytes, start, end);
    return;
  }
  const kind = interpretText(bytes, start, end);
  const scratch = new ByteWriter(end - start + 16);
  writeInterpreted(scratch, kind, bytes, start, end);
  writeJsonText(writer, kind, scratch.bytes, 0, scratch.at);
}
