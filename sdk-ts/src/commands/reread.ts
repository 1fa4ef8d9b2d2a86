/** Reading again the value that a stored reply left out: the write was executed, only its answer is missing. */

import { ByteWriter, encodeGet } from '@anoadb/protocol';
import { type Key, keyBytes } from '../key.js';
import { reads, valueOrMissing } from './reading.js';

export const rereadCommand = reads('GET', valueOrMissing);

export function rereadOps(key: Key): Uint8Array {
  const writer = new ByteWriter();
  encodeGet(writer, { key: keyBytes(key) });
  return writer.written();
}
