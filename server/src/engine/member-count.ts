/**
 * Members of a json value from its first bytes alone, without reading it. MessagePack lengths are big-endian.
 */

/** Members of an array or object; -1 for anything else. `bytes[start, end)` is valid MessagePack. */
export function memberCountOf(bytes: Uint8Array, start: number, end: number): number {
  if (start >= end) return -1;
  const lead = bytes[start];
  // fixmap 0x80-0x8f, fixarray 0x90-0x9f
  if (lead >= 0x80 && lead <= 0x9f) return lead & 0x0f;
  // array 16, map 16
  if (lead === 0xdc || lead === 0xde) return bytes[start + 1] * 256 + bytes[start + 2];
  // array 32, map 32
  if (lead === 0xdd || lead === 0xdf) {
    return (
      bytes[start + 1] * 2 ** 24 + bytes[start + 2] * 2 ** 16 + bytes[start + 3] * 2 ** 8 + bytes[start + 4]
    );
  }
  return -1;
}
