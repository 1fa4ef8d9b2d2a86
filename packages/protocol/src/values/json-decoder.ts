/** MessagePack to JavaScript objects and arrays. */
import { decodeUtf8 } from '../bytes/utf8.js';
import { MalformedValueError } from './malformed-value-error.js';
import { MessagePackReader, Token } from './message-pack-reader.js';
import { JSON_DEPTH_MAX } from './message-pack-writer.js';
import type { JsonValue } from './value.js';

const reader = new MessagePackReader();

/**
 * The value in [start, end). Integers beyond 2^53 are bigints. Of duplicate keys the last one wins, as with
 * JSON.parse. A key `__proto__` is an ordinary member and touches no prototype.
 * @throws MalformedValueError where it is not one value of JSON's model.
 */
export function decodeJson(bytes: Uint8Array, start: number, end: number): JsonValue {
  reader.reset(bytes, start, end);
  const value = readValue(0);
  if (reader.at !== end) throw new MalformedValueError('bytes behind the value', reader.at);
  return value;
}

function readValue(depth: number): JsonValue {
  switch (reader.next()) {
    case Token.STRING:
      return readText();
    case Token.INTEGER:
      return reader.integer;
    case Token.FLOAT:
      return reader.value;
    case Token.BOOLEAN:
      return reader.value === 1;
    case Token.NIL:
      return null;
    case Token.MAP:
      return readMembers(reader.count, depth + 1);
    case Token.ARRAY:
      return readItems(reader.count, depth + 1);
    default:
      throw new MalformedValueError('not a json value', reader.at);
  }
}

function readItems(count: number, depth: number): JsonValue[] {
  checkDepth(depth);
  const items: JsonValue[] = [];
  for (let i = 0; i < count; i++) items.push(readValue(depth));
  return items;
}

function readMembers(count: number, depth: number): { [key: string]: JsonValue } {
  checkDepth(depth);
  const members: { [key: string]: JsonValue } = {};
  for (let i = 0; i < count; i++) {
    const at = reader.at;
    if (reader.next() !== Token.STRING) throw new MalformedValueError('a key that is not a string', at);
    const key = readText();
    const value = readValue(depth);
    if (key === '__proto__') {
      // An assignment would set the prototype instead of making a member.
      Object.defineProperty(members, key, { value, writable: true, enumerable: true, configurable: true });
    } else {
      members[key] = value;
    }
  }
  return members;
}

function readText(): string {
  const text = decodeUtf8(reader.bytes, reader.stringStart, reader.stringEnd);
  if (text === undefined) throw new MalformedValueError('invalid UTF-8', reader.stringStart);
  return text;
}

function checkDepth(depth: number): void {
  if (depth > JSON_DEPTH_MAX) throw new MalformedValueError(`deeper than ${JSON_DEPTH_MAX}`, reader.at);
}
