import type { ListCursor } from '../../../../store/index.js';
import type { RedisCall } from '../../redis-call.js';

/** Whether the cursor's element is, byte for byte, that argument: from the end on, since what is alike begins alike. */
export function isSameElement(cursor: ListCursor, call: RedisCall, index: number): boolean {
  const start = call.starts[index];
  const length = call.ends[index] - start;
  if (cursor.end - cursor.start !== length) return false;
  const { bytes, start: at } = cursor;
  for (let i = length - 1; i >= 0; i--) if (bytes[at + i] !== call.bytes[start + i]) return false;
  return true;
}
