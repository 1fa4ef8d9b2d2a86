import type { Op } from '@anoadb/protocol';
import type { EntryRef } from '../store/index.js';
import type { Engine } from './engine.js';

/**
 * Gives the key in the op's value range a copy of the entry `from`, in the place of `target` where that is one.
 * 0: no memory, and everything is as it was. To make room the copy may have evicted the original.
 */
export function copyEntry(engine: Engine, op: Op, from: EntryRef, target: EntryRef): EntryRef {
  const store = engine.store;
  const type = store.typeOf(from);
  const kind = store.kindOf(from);
  const start = store.valueStartOf(from);
  const end = start + store.valueLengthOf(from);
  const ref = engine.put(
    store.keyHash(op.bytes, op.valueStart, op.valueEnd),
    target,
    op.bytes,
    op.valueStart,
    op.valueEnd,
    type,
    store.segmentOf(from),
    start,
    end,
    store.expiryOf(from),
  );
  if (ref !== 0) store.setKind(ref, kind);
  return ref;
}
