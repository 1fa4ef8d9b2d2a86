/**
 * Planned ops as bytes, and results as what the model speaks of. Every request begins with a PING that carries its
 * name, "c03r0017": whoever sees it executed or answered knows whose it is.
 */

import {
  ByteReader,
  ByteWriter,
  decodeValue,
  encodeAppend,
  encodeDelete,
  encodeGet,
  encodeIncr,
  encodePing,
  encodeSet,
  isWriteOpcode,
  OP_HEADER_BYTES,
  Result,
  readResult,
  type ValueType,
} from '@anoadb/protocol';
import type { PlannedKey, PlannedRequest } from './plan.js';

export const TAG_CHARS = 8;
const OPCODE_OF_KIND = {
  get: 0x01,
  set: 0x02,
  delete: 0x03,
  incr: 0x08,
  append: 0x0a,
  expiring: 0x02,
  look: 0x01,
} as const;

export function tagOf(client: number, request: number): string {
  return `c${String(client).padStart(2, '0')}r${String(request).padStart(4, '0')}`;
}

/** The name of the request whose ops start at `start`; undefined where there is none. */
export function readTag(bytes: Uint8Array, start: number, end: number): string | undefined {
  const at = start + OP_HEADER_BYTES;
  if (end < at + TAG_CHARS) return undefined;
  const tag = String.fromCharCode(...bytes.subarray(at, at + TAG_CHARS));
  return /^c\d\dr\d{4}$/.test(tag) ? tag : undefined;
}

export interface OpResult {
  readonly status: number;
  /** As the model writes it; undefined: no value. */
  readonly value: string | undefined;
  /** -1: none. */
  readonly version: number;
}

/** Name of the expiring key of that number. */
export function expiringName(key: number): string {
  return `x${key}`;
}

/** What the op at `index` of the request `tag` writes. */
export function valueText(tag: string, index: number, bytes: number): string {
  return bytes === 0 ? `${tag}.${index}` : `${tag}.${index}*${bytes}`;
}

/** `versions[i]` is what SET number i of the request demands with ifVersion. */
export function encodeRequest(
  tag: string,
  request: PlannedRequest,
  keys: readonly PlannedKey[],
  versions: readonly number[],
): { bytes: Uint8Array; mutates: boolean } {
  const writer = new ByteWriter(256);
  encodePing(writer, { payload: Buffer.from(tag) });
  let mutates = false;
  request.ops.forEach((op, index) => {
    const key = Buffer.from(
      op.kind === 'expiring' || op.kind === 'look' ? expiringName(op.key) : keys[op.key].name,
    );
    if (isWriteOpcode(OPCODE_OF_KIND[op.kind])) mutates = true;
    switch (op.kind) {
      case 'look':
        encodeGet(writer, { key });
        break;
      case 'expiring':
        encodeSet(writer, { key, value: `${tag}.${index}`, ttlMs: op.ttlMs });
        break;
      case 'get':
        encodeGet(writer, { key, withVersion: op.withVersion });
        break;
      case 'delete':
        encodeDelete(writer, { key });
        break;
      case 'incr':
        encodeIncr(writer, { key, amount: op.amount });
        break;
      case 'append':
        encodeAppend(writer, { key, value: `${tag}.${index};` });
        break;
      case 'set': {
        const text = valueText(tag, index, op.bytes);
        encodeSet(writer, {
          key,
          value: op.bytes === 0 ? text : blob(text, op.bytes),
          ifAbsent: op.condition === 'ifAbsent',
          ifPresent: op.condition === 'ifPresent',
          ...(op.condition === 'ifVersion' ? { version: versions[index] } : {}),
        });
      }
    }
  });
  return { bytes: writer.written().slice(), mutates };
}

/** The echoed name and the results behind it; undefined where they cannot be read or are not `count`. */
export function decodeReply(
  bytes: Uint8Array,
  count: number,
): { tag: string | undefined; results: OpResult[] } | undefined {
  const reader = new ByteReader().reset(bytes, 0, bytes.length);
  const result = new Result();
  if (!readResult(reader, result)) return undefined;
  const tag =
    result.end - result.start === TAG_CHARS
      ? String.fromCharCode(...result.bytes.subarray(result.start, result.end))
      : undefined;
  const results: OpResult[] = [];
  for (let i = 0; i < count; i++) {
    if (!readResult(reader, result)) return undefined;
    results.push({
      status: result.status,
      value: readValue(result),
      version: result.hasVersion ? result.version : -1,
    });
  }
  return { tag, results };
}

function readValue(result: Result): string | undefined {
  return result.type === 0 ? undefined : modelText(result.type, result.bytes, result.start, result.end);
}

/** A value as the model writes it. */
export function modelText(type: number, bytes: Uint8Array, start: number, end: number): string {
  const value = decodeValue(type as ValueType, bytes, start, end);
  return value instanceof Uint8Array ? textOfBlob(value) : String(value);
}

const BLOB_HEAD_BYTES = 24;

/** `length` bytes that say what they are, so that no two blobs can be mixed unnoticed. */
function blob(text: string, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  bytes.set(Buffer.from(text.padEnd(BLOB_HEAD_BYTES)));
  let state = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), 0x01000193);
  for (let i = BLOB_HEAD_BYTES; i < length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

function textOfBlob(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.subarray(0, BLOB_HEAD_BYTES)).toString('latin1').trimEnd();
  const expected = blob(text, bytes.length);
  const firstOther = bytes.findIndex((byte, i) => byte !== expected[i]);
  return firstOther < 0 ? text : `${text} damaged at ${firstOther} of ${bytes.length}`;
}
