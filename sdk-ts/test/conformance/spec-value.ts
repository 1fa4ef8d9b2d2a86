/** Values of the conformance files made JavaScript's, and compared with what the SDK returned. */

import assert from 'node:assert';
import { float, type Storable, text } from '../../src/index.js';
import type { SpecKey, SpecValue } from './suite.js';

export function storable(value: SpecValue): Storable {
  const [[kind, content]] = Object.entries(value);
  switch (kind) {
    case 'null':
      return null;
    case 'boolean':
      return content as boolean;
    case 'integer':
      return integerOf(content as string);
    case 'float':
      return float(content as number);
    case 'string':
      return content as string;
    case 'repeat':
      return (content as string).repeat(value['times'] as number);
    case 'json':
      return content as object;
    case 'bytes':
      return Buffer.from(content as string, 'hex');
    case 'pattern':
      return patternBytes(content as number);
    case 'text':
      return text(content as string);
    case 'textBytes':
      return text(Buffer.from(content as string, 'hex'));
    default:
      throw new Error(`the suite has no values of kind ${kind}`);
  }
}

/** Fails where `actual` is not the value that was expected, its type included as far as JavaScript has it. */
export function assertValue(actual: unknown, expected: SpecValue, isOrdered = false): void {
  const [[kind, content]] = Object.entries(expected);
  switch (kind) {
    case 'none':
      assert.strictEqual(actual, undefined);
      return;
    case 'between': {
      const [least, most] = content as [number, number];
      assert.ok(typeof actual === 'number', String(actual));
      assert.ok(actual >= least && actual <= most, `${actual} is not from ${least} to ${most}`);
      return;
    }
    case 'integer':
      // A sum or value beyond 2^53 is a bigint, the same below it a number.
      assert.strictEqual(typeof actual === 'bigint' ? actual : Number(actual), integerOf(content as string));
      assert.ok(typeof actual === 'bigint' || typeof actual === 'number');
      return;
    case 'float':
      assert.strictEqual(actual, content);
      return;
    case 'text':
      assert.strictEqual(actual, content);
      return;
    case 'json':
      assert.deepStrictEqual(actual, content);
      if (isOrdered) assert.strictEqual(JSON.stringify(actual), JSON.stringify(content));
      return;
    case 'bytes':
    case 'pattern':
      assert.ok(actual instanceof Uint8Array, `${typeof actual} is no bytes`);
      assert.ok(Buffer.from(storable(expected) as Uint8Array).equals(actual), 'the bytes differ');
      return;
    default:
      assert.strictEqual(actual, storable(expected));
  }
}

/** The same run of bytes in every language. */
export function patternBytes(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 7 + (i >> 8)) & 0xff);
}

/** `key` below `prefix`, which keeps behaviours out of each other's way. */
export function keyBelow(prefix: string, key: SpecKey): string | Uint8Array {
  if (typeof key === 'string') return prefix + key;
  if ('bytes' in key) return Buffer.concat([Buffer.from(prefix), Buffer.from(key.bytes, 'hex')]);
  return prefix + key.repeat.repeat(key.times);
}

function integerOf(digits: string): number | bigint {
  return Number.isSafeInteger(Number(digits)) ? Number(digits) : BigInt(digits);
}
