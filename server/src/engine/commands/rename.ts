import { type Op, RenameFlag, type Result, ValueType } from '@anoadb/protocol';
import type { EntryRef } from '../../store/index.js';
import type { Engine } from '../engine.js';
import { copyEntry, enterNewKey } from '../entry-copy.js';

/** The new key is the op's value range. */
export function rename(engine: Engine, op: Op, result: Result): void {
  enterNewKey(engine, op, result, RenameFlag.IF_ABSENT, move);
}

/** A list moves as it is. Anything else is copied to the new key first, so that a refusal for want of memory leaves everything as it was. */
function move(engine: Engine, op: Op, from: EntryRef, target: EntryRef): EntryRef {
  const store = engine.store;
  if (store.typeOf(from) === ValueType.LIST) {
    const { bytes, keyStart, keyEnd, valueStart, valueEnd } = op;
    return engine.lists.rename(from, target, bytes, keyStart, keyEnd, valueStart, valueEnd);
  }
  if (copyEntry(engine, op, from, target) === 0) return 0;
  // The copy may have evicted the original; then it is gone already.
  const original = engine.find(op);
  if (original !== 0 && engine.remove(original, op) === 0) return 0;
  return store.find(op.bytes, op.valueStart, op.valueEnd, engine.nowMs);
}
