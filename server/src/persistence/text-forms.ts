/** Bytes as text inside the JSON parts of the files: base64, hexadecimal and the UUID. */

import { ByteWriter, readBase64, writeBase64 } from '@anoadb/protocol';

const textDecoder = new TextDecoder();
const textEncoder = new TextEncoder();

export function toBase64(bytes: Uint8Array): string {
  const writer = new ByteWriter(((bytes.length + 2) / 3 + 1) * 4);
  writeBase64(writer, bytes, 0, bytes.length);
  return textDecoder.decode(writer.written());
}

/** Undefined where it is not canonical base64. */
export function fromBase64(text: unknown): Uint8Array | undefined {
  if (typeof text !== 'string') return undefined;
  const bytes = textEncoder.encode(text);
  const writer = new ByteWriter(bytes.length);
  return readBase64(writer, bytes, 0, bytes.length) ? writer.written().slice() : undefined;
}

export function toHex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0');
  return text;
}

export function fromHex(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length >> 1);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

export function isUuid(text: unknown): text is string {
  return typeof text === 'string' && UUID.test(text);
}

/** Version 4 from 16 random bytes. */
export function uuidOf(random: Uint8Array): string {
  const bytes = random.slice(0, 16);
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return uuidText(bytes);
}

/** The text of 16 bytes that are a uuid. */
export function uuidText(bytes: Uint8Array): string {
  const hex = toHex(bytes);
  return [0, 8, 12, 16, 20].map((at, i, all) => hex.slice(at, all[i + 1] ?? 32)).join('-');
}

export function uuidBytes(uuid: string): Uint8Array {
  return fromHex(uuid.replaceAll('-', ''));
}

/** A JSON object, or undefined: the caller says what is damaged. */
export function parseJsonObject(bytes: Uint8Array): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(textDecoder.decode(bytes));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

export function jsonBytes(value: unknown): Uint8Array {
  return textEncoder.encode(JSON.stringify(value));
}

export function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
