/**
 * Copies [start, end) of `source` to `target[at]`; the ranges may overlap.
 *
 * Short copies are by far the most frequent (keys, values of records, results), and for those the platform's `set`
 * is slow: it wants a view of the source, an object made for one use. Measured on Node 20, ns for 16, 32 and 64
 * bytes: `set` of a view 66 each, one byte per turn 21, 49 and 95, eight bytes per turn 12, 32 and 61.
 */
export function copyBytes(
  target: Uint8Array,
  at: number,
  source: Uint8Array,
  start: number,
  end: number,
): void {
  if (source === target) target.copyWithin(at, start, end);
  else if (end - start > LOOP_BYTES_MAX) target.set(source.subarray(start, end), at);
  else copyShort(target, at, source, start, end);
}

const LOOP_BYTES_MAX = 64;

function copyShort(target: Uint8Array, at: number, source: Uint8Array, start: number, end: number): void {
  let from = start;
  let to = at;
  for (const last = end - 7; from < last; from += 8, to += 8) {
    const b0 = source[from];
    const b1 = source[from + 1];
    const b2 = source[from + 2];
    const b3 = source[from + 3];
    const b4 = source[from + 4];
    const b5 = source[from + 5];
    const b6 = source[from + 6];
    const b7 = source[from + 7];
    target[to] = b0;
    target[to + 1] = b1;
    target[to + 2] = b2;
    target[to + 3] = b3;
    target[to + 4] = b4;
    target[to + 5] = b5;
    target[to + 6] = b6;
    target[to + 7] = b7;
  }
  for (; from < end; from++, to++) target[to] = source[from];
}
