/**
 * One line of a snapshot: JSON, members in this order, no spaces.
 *
 *   {"k":"user:1","t":"json","v":{"name":"Ada"},"x":1893456000000,"r":17}    an entry
 *   {"op":"delete","k":"user:1","r":18}                                      this key is gone
 *   {"op":"clear","r":19}                                                    every key is gone
 *
 * k key; "kb" in its place: base64 of a key that is not UTF-8
 * t type: null boolean integer float string json bytes text
 * v value as JSON: bytes as base64 in a string, text that is not UTF-8 as {"base64":"..."}, floats with a mark of
 *   being floats (1.0) or "NaN", "Infinity", "-Infinity"; "vb" in its place: base64 of a value's bytes that are
 *   not a value of that type, kept as they are
 * x expiry, ms since epoch; absent: none
 * r version: LSN of the last write
 *
 * Later lines win. This file has what writer and reader share.
 */

import { ValueType } from '@anoadb/protocol';

/** Index is the type's number. */
export const TYPE_NAMES: readonly (string | undefined)[] = (() => {
  const names: (string | undefined)[] = [];
  for (const [name, type] of Object.entries(ValueType)) {
    if (type !== ValueType.NONE) names[type] = name.toLowerCase();
  }
  return names;
})();

export interface LineCounts {
  entries: number;
  deletes: number;
  clears: number;
  /** Lowest and highest version of an entry; 0 while there is none. */
  versionMin: number;
  versionMax: number;
}

export function noLines(): LineCounts {
  return { entries: 0, deletes: 0, clears: 0, versionMin: 0, versionMax: 0 };
}

export function countEntry(counts: LineCounts, version: number): void {
  if (counts.entries === 0 || version < counts.versionMin) counts.versionMin = version;
  if (version > counts.versionMax) counts.versionMax = version;
  counts.entries++;
}
