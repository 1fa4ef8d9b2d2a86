/**
 * One line of `anoa export` and `anoa import`: newline-delimited JSON, one entry a line.
 *
 *   {"key":"user:1","type":"json","value":{"name":"Ada"},"expiresAt":1893456000000}
 *
 * `key` is text; a key that is not UTF-8 is in `keyBase64` instead. `type` may be left out on import: then it is
 * what the JSON value is. `text` is untyped text, kept byte for byte (`valueBase64` where it is not UTF-8).
 * `expiresAt` is Unix milliseconds or an ISO date; on import `ttl` (a duration or milliseconds) does as well.
 */
import { decodeValue, jsonToMessagePack, ValueType } from '@anoadb/protocol';
import { parseDurationMs } from '@anoadb/protocol/quantity';
import { type AnoaValue, type Float, float, type Text, text } from '@anoadb/sdk';
import { exactJson } from './output/value-text.js';

export interface TransferEntry {
  readonly key: string | Uint8Array;
  readonly value: AnoaValue | Text | Float;
  /** Unix milliseconds. */
  readonly expireAt: number | undefined;
}

/** What an export knows of an entry: `type` is `text` for untyped text. */
export interface ExportedEntry {
  readonly key: Uint8Array;
  readonly type: string;
  readonly value: AnoaValue;
  readonly expireAt: number | undefined;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

export function transferLine(entry: ExportedEntry): string {
  const members = [memberOf('key', entry.key), `"type":${JSON.stringify(entry.type)}`];
  if (entry.value instanceof Uint8Array && entry.type === 'text')
    members.push(memberOf('value', entry.value));
  else members.push(`"value":${exactJson(entry.value)}`);
  if (entry.expireAt !== undefined) members.push(`"expiresAt":${entry.expireAt}`);
  return `{${members.join(',')}}`;
}

function memberOf(name: string, bytes: Uint8Array): string {
  try {
    return `"${name}":${JSON.stringify(decoder.decode(bytes))}`;
  } catch {
    return `"${name}Base64":"${Buffer.from(bytes).toString('base64')}"`;
  }
}

/** Reads a line; throws an Error whose message says what is wrong with it. */
export function parseTransferLine(line: string): TransferEntry {
  const parsed = parseExactly(line);
  if (
    parsed === null ||
    typeof parsed !== 'object' ||
    Array.isArray(parsed) ||
    parsed instanceof Uint8Array
  ) {
    throw new Error('a line is one JSON object with at least "key" and "value"');
  }
  const members = parsed as Record<string, AnoaValue>;
  return { key: keyOf(members), value: storedValueOf(members), expireAt: expiryOf(members) };
}

/** `JSON.parse` where no digit can be lost, else the exact transcoder: integers beyond 2^53 become bigint. */
function parseExactly(line: string): AnoaValue {
  if (!/\d{16}/.test(line)) return JSON.parse(line) as AnoaValue;
  const packed = jsonToMessagePack(encoder.encode(line));
  return decodeValue(ValueType.JSON, packed, 0, packed.length);
}

function keyOf(members: Record<string, AnoaValue>): string | Uint8Array {
  if (typeof members['key'] === 'string') return members['key'];
  if (typeof members['keyBase64'] === 'string') return base64Of(members['keyBase64'], 'keyBase64');
  throw new Error('"key" is missing or is no string');
}

function storedValueOf(members: Record<string, AnoaValue>): AnoaValue | Text | Float {
  const type = members['type'];
  const base64 = members['valueBase64'];
  if (type === 'text') {
    if (typeof base64 === 'string') return text(base64Of(base64, 'valueBase64'));
    if (typeof members['value'] === 'string') return text(members['value']);
    throw new Error('type text takes a string as "value"');
  }
  const value = members['value'];
  if (value === undefined) throw new Error('"value" is missing');
  switch (type) {
    case 'bytes':
      if (typeof value === 'string') return base64Of(value, 'value');
      throw new Error('type bytes takes base64 as "value"');
    case 'float':
      return float(floatOf(value));
    case 'integer':
      if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value);
      if (typeof value === 'bigint') return value;
      throw new Error('type integer takes a whole number as "value"');
    case undefined:
    case 'json':
    case 'string':
    case 'boolean':
    case 'null':
      return value;
    default:
      throw new Error(`${JSON.stringify(type)} is no type`);
  }
}

function floatOf(value: AnoaValue): number {
  const number = typeof value === 'string' ? Number(value) : value;
  if (typeof number === 'number') return number;
  throw new Error('type float takes a number as "value"');
}

function expiryOf(members: Record<string, AnoaValue>): number | undefined {
  const { expiresAt, ttl } = members;
  if (expiresAt !== undefined && expiresAt !== null) {
    const ms = typeof expiresAt === 'string' ? Date.parse(expiresAt) : Number(expiresAt);
    if (Number.isFinite(ms)) return ms;
    throw new Error('"expiresAt" takes Unix milliseconds or an ISO date');
  }
  if (ttl === undefined || ttl === null) return undefined;
  const ms = typeof ttl === 'string' ? parseDurationMs(ttl) : Number(ttl);
  if (ms === undefined || !(ms > 0)) throw new Error('"ttl" takes milliseconds or a duration such as "5m"');
  return Date.now() + ms;
}

function base64Of(encoded: string, name: string): Uint8Array {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(encoded)) throw new Error(`"${name}" is no base64`);
  return Buffer.from(encoded, 'base64');
}
