/** Whether bytes are one value of JSON's model in MessagePack: what a server accepts as a json value. */
import { isValidUtf8 } from '../bytes/utf8.js';
import { MessagePackReader, Token } from './message-pack-reader.js';
import { JSON_DEPTH_MAX } from './message-pack-writer.js';

const reader = new MessagePackReader();
/** Per open container: tokens still to come. A map of 2^32-1 members has more than a u32 holds. */
const tokensLeft = new Float64Array(JSON_DEPTH_MAX + 1);
const isMap = new Uint8Array(JSON_DEPTH_MAX + 1);

/**
 * Offset of the first thing that is wrong with [start, end), or -1 where it is one value and nothing else:
 * known tokens, string keys, valid UTF-8, finite floats, at most JSON_DEPTH_MAX deep, no bytes behind it.
 * Time is linear in the bytes, whatever the lengths in them claim; nothing is allocated.
 */
export function findMessagePackError(bytes: Uint8Array, start: number, end: number): number {
  reader.reset(bytes, start, end);
  let depth = 0;
  tokensLeft[0] = 1;
  isMap[0] = 0;
  for (;;) {
    while (tokensLeft[depth] === 0) {
      if (depth === 0) return reader.at === end ? -1 : reader.at;
      depth--;
    }
    const at = reader.at;
    // Keys and values of a map alternate, so an even number left means that a key is next.
    const isKey = isMap[depth] === 1 && tokensLeft[depth] % 2 === 0;
    tokensLeft[depth]--;
    const token = reader.next();
    if (token === Token.STRING) {
      if (!isValidUtf8(bytes, reader.stringStart, reader.stringEnd)) return at;
    } else if (isKey || token === Token.REFUSED) {
      return at;
    } else if (token === Token.ARRAY || token === Token.MAP) {
      if (depth === JSON_DEPTH_MAX) return at;
      depth++;
      isMap[depth] = token === Token.MAP ? 1 : 0;
      tokensLeft[depth] = token === Token.MAP ? reader.count * 2 : reader.count;
    }
  }
}
