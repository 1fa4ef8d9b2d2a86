import { GlobPattern } from '../../../../engine/glob-pattern.js';
import type { RedisCall } from '../../redis-call.js';

const PATTERN_BYTES_MAX = 1024;
const glob = new GlobPattern(PATTERN_BYTES_MAX);

/** Of `names`, which are in lower case, those that the argument's glob pattern matches in whatever case. */
export function namesMatching(names: readonly string[], call: RedisCall, index: number): string[] {
  const pattern = toBytes(call.text(index).toLowerCase().slice(0, PATTERN_BYTES_MAX));
  glob.compile(pattern, 0, pattern.length);
  return names.filter((name) => {
    const bytes = toBytes(name);
    return glob.matches(bytes, 0, bytes.length);
  });
}

function toBytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
