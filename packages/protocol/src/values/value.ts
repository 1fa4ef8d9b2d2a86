/** What a value is on the JavaScript side. */
import type { Integer } from '../bytes/byte-reader.js';

/** JSON's model with whole numbers exact: a `bigint` from -2^63 to 2^64-1 where a number is not. */
export type JsonValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | JsonValue[]
  | { [key: string]: JsonValue };

/** Any value AnoaDB keeps. An integer at the top level fits int64; a `bigint` stands for one beyond 2^53. */
export type AnoaValue = JsonValue | Integer | Uint8Array;
