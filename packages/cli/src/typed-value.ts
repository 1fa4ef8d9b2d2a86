/** What `--type` makes of the text (or bytes) that were given. */
import type { AnoaValue, Float, Text } from '@anoadb/sdk';
import { usageError } from './exit-codes.js';

/** `text` is the default: kept byte for byte, interpreted by the server when it is read. */
export const VALUE_TYPES = [
  'text',
  'string',
  'integer',
  'float',
  'boolean',
  'null',
  'json',
  'bytes',
] as const;

export async function typedValue(
  input: string | Uint8Array,
  type = 'text',
): Promise<AnoaValue | Text | Float> {
  if (type === 'bytes') return typeof input === 'string' ? Buffer.from(input) : input;
  const { float, text } = await import('@anoadb/sdk');
  if (type === 'text') return text(input);
  const written =
    typeof input === 'string'
      ? input
      : Buffer.from(input)
          .toString('utf8')
          .replace(/\r?\n$/, '');
  switch (type) {
    case 'string':
      return written;
    case 'integer':
      return integerOf(written);
    case 'float':
      return float(floatOf(written));
    case 'boolean':
      if (written === 'true' || written === 'false') return written === 'true';
      throw wrong(written, 'boolean', 'true or false');
    case 'null':
      if (written === '' || written === 'null') return null;
      throw wrong(written, 'null', 'null');
    default:
      return documentOf(written);
  }
}

function integerOf(written: string): bigint {
  if (!/^[+-]?\d+$/.test(written)) throw wrong(written, 'integer', 'digits, with a sign or without');
  const value = BigInt(written.replace(/^\+/, ''));
  if (value !== BigInt.asIntN(64, value)) throw wrong(written, 'integer', 'a number of 64 bits');
  return value;
}

function floatOf(written: string): number {
  const value = Number(written);
  if (written.trim() === '' || Number.isNaN(value))
    throw wrong(written, 'float', 'a number such as -1.5 or 2e10');
  return value;
}

/** Exact: the text goes through the same transcoder as the server's, so that no digit of an integer is lost. */
async function documentOf(written: string): Promise<AnoaValue> {
  const { decodeValue, jsonToMessagePack, ValueType } = await import('@anoadb/protocol');
  try {
    const packed = jsonToMessagePack(new TextEncoder().encode(written));
    return decodeValue(ValueType.JSON, packed, 0, packed.length);
  } catch (error) {
    throw wrong(written, 'json', `valid JSON (${error instanceof Error ? error.message : String(error)})`);
  }
}

function wrong(written: string, type: string, accepted: string) {
  const shown = written.length > 40 ? `${written.slice(0, 40)}…` : written;
  return usageError(`${JSON.stringify(shown)} is no ${type}; that takes ${accepted}`);
}
