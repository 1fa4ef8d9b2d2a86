/**
 * One line of a snapshot: JSON, members in this order, no spaces.
 *
 *   {"k":"user:1","t":"json","v":{"name":"Ada"},"x":1893456000000,"r":17}    an entry
 *   {"op":"delete","k":"user:1","r":18}                                      this key is gone
 *   {"op":"clear","r":19}                                                    every key is gone
 *   {"k":"jobs","t":"list","v":["a","b"],"r":20}                             a list, or its first elements
 *   {"op":"splice","k":"jobs","n":2,"at":1,"rm":1,"v":["c","d"],"r":21}      of its 2 elements 1 from index 1 on became 2
 *   {"op":"lrem","k":"jobs","n":3,"rm":-1,"v":"c","r":22}                    of its 3 elements 1 equal to this went
 *   {"op":"copy","k":"more","of":"jobs","r":23}                              a list like the one of that key
 *
 * k key; "kb" in its place: base64 of a key that is not UTF-8
 * t type: null boolean integer float string json bytes list text
 * v value as JSON: bytes as base64 in a string, text that is not UTF-8 as {"base64":"..."}, floats with a mark of
 *   being floats (1.0) or "NaN", "Infinity", "-Infinity"; "vb" in its place: base64 of a value's bytes that are
 *   not a value of that type, kept as they are
 * x expiry, ms since epoch; absent: none
 * f client flags, 32 bits of memcached's clients; absent: 0
 * r version: LSN of the last write
 * n how many elements the list had; at: index; rm: how many elements went, negative: from the last on
 * of key of a list; "ob" in its place: base64 of one that is not UTF-8
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
  /** Changes of lists: splice, lrem, copy. */
  listChanges: number;
  /** Lowest and highest version of an entry; 0 while there is none. */
  versionMin: number;
  versionMax: number;
}

export function noLines(): LineCounts {
  return { entries: 0, deletes: 0, clears: 0, listChanges: 0, versionMin: 0, versionMax: 0 };
}

export function countEntry(counts: LineCounts, version: number): void {
  if (counts.entries === 0 || version < counts.versionMin) counts.versionMin = version;
  if (version > counts.versionMax) counts.versionMax = version;
  counts.entries++;
}
