/**
 * The text that a reader without types sees of a stored value: that of untyped text, strings and bytes where it lies,
 * in the store; that of other types written out. Valid until the next change of the store and the next `read`.
 */

import { ByteWriter, ValueType, writePlainText } from '@anoadb/protocol';
import type { Engine } from '../../../../engine/engine.js';
import type { EntryRef } from '../../../../store/index.js';

/** A buffer above this size is given back at the next use. */
const WRITTEN_BYTES_KEPT = 64 * 1024;
const NOTHING = new Uint8Array(0);

export class PlainValue {
  bytes: Uint8Array = NOTHING;
  start = 0;
  end = 0;
  #written = new ByteWriter(64);

  get length(): number {
    return this.end - this.start;
  }

  /** Reads the entry's value; `ref` 0 reads as empty. False: it is a list, which has no text. */
  read(engine: Engine, ref: EntryRef): boolean {
    if (ref === 0) {
      this.bytes = NOTHING;
      this.start = 0;
      this.end = 0;
      return true;
    }
    const { store } = engine;
    const type = store.typeOf(ref);
    if (type === ValueType.LIST) return false;
    this.bytes = store.segmentOf(ref);
    this.start = store.valueStartOf(ref);
    this.end = this.start + store.valueLengthOf(ref);
    if (type !== ValueType.TEXT && type !== ValueType.STRING && type !== ValueType.BYTES) this.#write(type);
    return true;
  }

  #write(type: number): void {
    if (this.#written.bytes.length > WRITTEN_BYTES_KEPT) this.#written = new ByteWriter(64);
    const writer = this.#written;
    writer.reset();
    writePlainText(writer, type, this.bytes, this.start, this.end);
    this.bytes = writer.bytes;
    this.start = 0;
    this.end = writer.at;
  }
}
