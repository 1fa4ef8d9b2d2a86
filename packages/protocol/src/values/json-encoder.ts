/**
 * JavaScript objects and arrays to MessagePack. As JSON.stringify does: `toJSON` is honoured, undefined members
 * are left out, undefined items become null. Unlike it, nothing else is changed in silence: what JSON's model
 * cannot hold is refused with an error that names the path to it.
 */
import type { ByteWriter } from '../bytes/byte-writer.js';
import {
  containerHeaderBytes,
  JSON_DEPTH_MAX,
  putArrayHeader,
  putMapHeader,
  putStringHeader,
  stringHeaderBytes,
  writeBigInteger,
  writeBoolean,
  writeFloat,
  writeNil,
  writeSafeInteger,
} from './message-pack-writer.js';

/** Where an encoding is: the containers entered, and in each the key or index being written. */
interface Position {
  readonly containers: object[];
  readonly keys: (string | number)[];
}

/**
 * Appends `value`, an object or array whose own `toJSON` has been called, as MessagePack.
 * @throws TypeError or RangeError that names the path; the writer is then where it was.
 */
export function encodeJson(writer: ByteWriter, value: object): void {
  const writtenBefore = writer.at;
  try {
    writeContainer(writer, value, { containers: [], keys: [] }, 0);
  } catch (error) {
    writer.at = writtenBefore;
    throw error;
  }
}

/** The value that JSON.stringify would take in place of `value`; but a Buffer is bytes, whatever its toJSON says. */
export function replacedByToJson(value: object, key: string): unknown {
  const toJson = (value as { toJSON?: unknown }).toJSON;
  return typeof toJson === 'function' && !ArrayBuffer.isView(value) ? toJson.call(value, key) : value;
}

/** Why JSON has no form for the object, or undefined where it is an array or an object with members. */
export function refusalOf(value: object): string | undefined {
  if (Array.isArray(value)) return undefined;
  const prototype = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return undefined;
  // Instances of classes are objects with members; Map, Set, RegExp, Error, buffers and the like are not.
  const tag = Object.prototype.toString.call(value);
  return tag === '[object Object]' ? undefined : `${tag.slice(8, -1)} has no form in JSON`;
}

function writeContainer(writer: ByteWriter, value: object, position: Position, depth: number): void {
  const { containers } = position;
  for (let i = 0; i < depth; i++) {
    if (containers[i] === value) {
      throw failure(position, depth, `cycle: leads back to ${pathText(position, i)}`);
    }
  }
  if (depth === JSON_DEPTH_MAX) throw failure(position, depth, `deeper than ${JSON_DEPTH_MAX} levels`);
  const refusal = refusalOf(value);
  if (refusal !== undefined) throw failure(position, depth, refusal);
  containers[depth] = value;
  if (Array.isArray(value)) writeArray(writer, value, position, depth);
  else writeObject(writer, value as Record<string, unknown>, position, depth);
}

function writeArray(writer: ByteWriter, items: unknown[], position: Position, depth: number): void {
  const count = items.length;
  writer.ensure(5);
  putArrayHeader(writer.bytes, writer.at, count);
  writer.at += containerHeaderBytes(count);
  for (let i = 0; i < count; i++) {
    position.keys[depth] = i;
    if (!writeMember(writer, undefined, items[i], position, depth)) writeNil(writer);
  }
}

function writeObject(
  writer: ByteWriter,
  members: Record<string, unknown>,
  position: Position,
  depth: number,
): void {
  const keys = Object.keys(members);
  const headerAt = writer.at;
  const headerBytes = containerHeaderBytes(keys.length);
  writer.ensure(5);
  putMapHeader(writer.bytes, headerAt, keys.length);
  writer.at = headerAt + headerBytes;
  let count = 0;
  for (const key of keys) {
    position.keys[depth] = key;
    if (writeMember(writer, key, members[key], position, depth)) count++;
  }
  if (count === keys.length) return;
  // Members were left out, so the header promises too many and may even be too wide.
  const surplus = headerBytes - containerHeaderBytes(count);
  if (surplus > 0) {
    writer.bytes.copyWithin(headerAt + headerBytes - surplus, headerAt + headerBytes, writer.at);
    writer.at -= surplus;
  }
  putMapHeader(writer.bytes, headerAt, count);
}

/** Writes a value, behind its key where it has one; false, and nothing written, where it is undefined. */
function writeMember(
  writer: ByteWriter,
  key: string | undefined,
  value: unknown,
  position: Position,
  depth: number,
): boolean {
  if (typeof value === 'object' && value !== null) {
    value = replacedByToJson(value, key ?? String(position.keys[depth]));
  }
  if (value === undefined) return false;
  if (key !== undefined) writeString(writer, key, position, depth);
  switch (typeof value) {
    case 'string':
      writeString(writer, value, position, depth);
      break;
    case 'number':
      if (Number.isSafeInteger(value) && !Object.is(value, -0)) writeSafeInteger(writer, value);
      else if (Number.isFinite(value)) writeFloat(writer, value);
      else throw failure(position, depth + 1, `${value} has no form in JSON`);
      break;
    case 'boolean':
      writeBoolean(writer, value);
      break;
    case 'bigint':
      if (!writeBigInteger(writer, value)) {
        throw new RangeError(messageAt(position, depth + 1, `${value} is beyond int64 and uint64`));
      }
      break;
    case 'object':
      if (value === null) writeNil(writer);
      else writeContainer(writer, value, position, depth + 1);
      break;
    default:
      throw failure(position, depth + 1, `a ${typeof value} has no form in JSON`);
  }
  return true;
}

function writeString(writer: ByteWriter, text: string, position: Position, depth: number): void {
  // Right for ASCII; a text whose bytes need a wider header is moved up once.
  const headerBytes = stringHeaderBytes(text.length);
  writer.ensure(headerBytes);
  const at = writer.at;
  writer.at = at + headerBytes;
  let byteCount: number;
  try {
    byteCount = writer.utf8(text);
  } catch (error) {
    throw failure(position, depth + 1, (error as Error).message);
  }
  const headerBytesNeeded = stringHeaderBytes(byteCount);
  if (headerBytesNeeded > headerBytes) {
    writer.ensure(headerBytesNeeded - headerBytes);
    writer.bytes.copyWithin(at + headerBytesNeeded, at + headerBytes, writer.at);
    writer.at += headerBytesNeeded - headerBytes;
  }
  putStringHeader(writer.bytes, at, byteCount);
}

function failure(position: Position, depth: number, what: string): TypeError {
  return new TypeError(messageAt(position, depth, what));
}

function messageAt(position: Position, depth: number, what: string): string {
  return `${pathText(position, depth)}: ${what}`;
}

/** `$`, then a step for each of the first `depth` containers: `$.items[3]["two words"]`. */
function pathText(position: Position, depth: number): string {
  let text = '$';
  for (const key of position.keys.slice(0, depth)) {
    if (typeof key === 'number') text += `[${key}]`;
    else if (/^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u.test(key)) text += `.${key}`;
    else text += `[${JSON.stringify(key)}]`;
  }
  return text;
}
