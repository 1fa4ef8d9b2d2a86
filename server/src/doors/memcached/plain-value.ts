/**
 * A stored value as a reader without types sees it: text, strings and bytes lie in the store as they are read, all
 * else is written out. One object, reused; its bytes are valid until the next change of the store or the next `load`.
 */

import { ByteWriter, Result, ValueType, writePlainText } from '@anoadb/protocol';
import type { Engine } from '../../engine/engine.js';
import type { EntryRef } from '../../store/index.js';

/** Scratch above this size is given back. */
const SCRATCH_BYTES_KEPT = 1024 * 1024;

export class PlainValue {
  bytes: Uint8Array = new Uint8Array(0);
  start = 0;
  end = 0;
  /** A list whose JSON would be larger than a value may be: there is nothing to be read. */
  isTooLarge = false;
  readonly #result = new Result();
  #scratch = new ByteWriter(256);

  get length(): number {
    return this.end - this.start;
  }

  load(engine: Engine, ref: EntryRef): void {
    const store = engine.store;
    this.isTooLarge = false;
    if (isPlain(store.typeOf(ref))) {
      this.bytes = store.segmentOf(ref);
      this.start = store.valueStartOf(ref);
      this.end = this.start + store.valueLengthOf(ref);
      return;
    }
    const result = this.#result;
    // The elements of a list as typed readers see them: [1,true], not ["1","true"].
    engine.answerValue(result, ref, false);
    this.isTooLarge = result.type === ValueType.NONE;
    if (this.isTooLarge) {
      this.start = 0;
      this.end = 0;
      return;
    }
    if (this.#scratch.bytes.length > SCRATCH_BYTES_KEPT) this.#scratch = new ByteWriter(256);
    const scratch = this.#scratch;
    scratch.reset();
    writePlainText(scratch, result.type, result.bytes, result.start, result.end);
    this.bytes = scratch.bytes;
    this.start = 0;
    this.end = scratch.at;
  }
}

/** Stored byte for byte as it is read. */
function isPlain(type: number): boolean {
  return type === ValueType.TEXT || type === ValueType.STRING || type === ValueType.BYTES;
}
