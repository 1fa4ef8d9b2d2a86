/** A JavaScript value to its type and wire form. */
import type { ByteWriter } from '../bytes/byte-writer.js';
import { ValueType } from '../generated/value-types.js';
import { encodeJson, refusalOf, replacedByToJson } from './json-encoder.js';
import type { AnoaValue } from './value.js';

const INT64_MIN = -0x8000_0000_0000_0000n;
const INT64_MAX = 0x7fff_ffff_ffff_ffffn;

/**
 * Appends the wire form of `value` and returns its type.
 *
 * A safe whole number is an INTEGER, every other number (also -0, NaN and the infinities) a FLOAT; a bigint is
 * an INTEGER; a Uint8Array is BYTES; arrays and objects are JSON, with `toJSON` honoured and undefined members
 * left out.
 * @throws RangeError for a bigint beyond int64 (within json: beyond uint64). TypeError, naming the path, for
 * what has no wire form: undefined, functions, symbols, cycles, Map, Set, other buffers, lone surrogates, NaN
 * within json. Nothing is appended then.
 */
export function encodeValue(writer: ByteWriter, value: AnoaValue | object): ValueType {
  switch (typeof value) {
    case 'string':
      writer.utf8(value);
      return ValueType.STRING;
    case 'number':
      if (Number.isSafeInteger(value) && !Object.is(value, -0)) {
        writer.i64(value);
        return ValueType.INTEGER;
      }
      writer.f64(value);
      return ValueType.FLOAT;
    case 'boolean':
      writer.u8(value ? 1 : 0);
      return ValueType.BOOLEAN;
    case 'bigint':
      if (value < INT64_MIN || value > INT64_MAX) throw new RangeError(`$: ${value} is beyond int64`);
      writer.i64(value);
      return ValueType.INTEGER;
    case 'object':
      return value === null ? ValueType.NULL : encodeObject(writer, value);
    default:
      throw new TypeError(`$: ${value === undefined ? 'undefined' : `a ${typeof value}`} has no wire form`);
  }
}

function encodeObject(writer: ByteWriter, value: object): ValueType {
  // Before toJSON: a Buffer has one, and is bytes all the same.
  if (value instanceof Uint8Array) {
    writer.copy(value, 0, value.length);
    return ValueType.BYTES;
  }
  const replaced = replacedByToJson(value, '');
  if (typeof replaced !== 'object' || replaced === null) return encodeValue(writer, replaced as AnoaValue);
  const refusal = refusalOf(replaced);
  if (refusal !== undefined) throw new TypeError(`$: ${refusal}`);
  encodeJson(writer, replaced);
  return ValueType.JSON;
}
