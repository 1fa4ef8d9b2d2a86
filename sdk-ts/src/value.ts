/** Values on their way in and out: what may be stored, and untyped text. */

import { type AnoaValue, decodeValue, TypedValue, ValueType } from '@anoadb/protocol';
import { AnoaError } from './errors.js';
import { Float } from './float.js';
import { type Key, printableKey } from './key.js';
import { Text } from './text.js';

/**
 * What can be stored: JSON's types, bigint within int64, Uint8Array, {@link Text}, and objects that JSON can say
 * (`toJSON` is honoured, so a Date becomes its ISO text; `undefined` members are left out).
 */
export type Storable =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Text
  | Float
  | (object & NotCode)
  // The same once more, or an object written in place would be told that its members are unknown.
  | (NotCode & { readonly [member: string]: unknown });

/** Has no member of a promise or of a function: a forgotten `await` does not compile. */
interface NotCode {
  readonly then?: null | boolean | number | string;
  readonly [Symbol.hasInstance]?: undefined;
}

const encoder = new TextEncoder();
const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** What the generated encoders take; throws an {@link AnoaError} with code `INVALID_VALUE` for what has no form. */
export function wireValue(value: Storable, key: Key): AnoaValue | TypedValue {
  if (value instanceof Text) {
    const { content } = value;
    return new TypedValue(ValueType.TEXT, typeof content === 'string' ? encoder.encode(content) : content);
  }
  if (value instanceof Float) {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setFloat64(0, value.value, true);
    return new TypedValue(ValueType.FLOAT, bytes);
  }
  const problem = unstorable(value);
  if (problem !== undefined) throw invalidValue(key, problem);
  return value as AnoaValue;
}

/** The encoder's own refusals (a cycle, NaN within JSON) name a path, a type or a bound. */
export function describedRefusal(error: unknown, key: Key | undefined): unknown {
  const isRefusal = error instanceof TypeError || error instanceof RangeError;
  return isRefusal && key !== undefined ? invalidValue(key, error.message, error) : error;
}

/** What JSON would silently turn into `{}` or drop is nearly always a mistake: a missing await, a Map. */
function unstorable(value: unknown): string | undefined {
  if (value === undefined) return 'it is undefined; delete(key) removes a value, null is one';
  if (typeof value === 'function' || typeof value === 'symbol') return `it is a ${typeof value}`;
  if (typeof value !== 'object' || value === null) return undefined;
  if (typeof (value as { then?: unknown }).then === 'function') return 'it is a promise; await it first';
  return undefined;
}

function invalidValue(key: Key, why: string, cause?: unknown): AnoaError {
  return new AnoaError(`The value for ${printableKey(key)} cannot be stored: ${why}.`, {
    code: 'INVALID_VALUE',
    key,
    cause,
  });
}

/** Untyped text as it was written: a string, or bytes where it is not UTF-8. Typed values as ever. */
export function readRawValue(type: number, bytes: Uint8Array, start: number, end: number): AnoaValue {
  if (type !== ValueType.TEXT) return decodeValue(type, bytes, start, end);
  try {
    return strictDecoder.decode(bytes.subarray(start, end));
  } catch {
    return bytes.slice(start, end);
  }
}
