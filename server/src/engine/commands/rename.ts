import { type Op, RenameFlag, type Result, Status } from '@anoadb/protocol';
import type { EntryRef } from '../../store/index.js';
import type { Engine } from '../engine.js';
import { copyEntry } from '../entry-copy.js';

/** The new key is the op's value range. */
export function rename(engine: Engine, op: Op, result: Result): void {
  const store = engine.store;
  const found = engine.find(op);
  if (found === 0) {
    result.status = Status.NOT_FOUND;
    return;
  }
  const target = store.find(op.bytes, op.valueStart, op.valueEnd, engine.nowMs);
  if ((op.flags & RenameFlag.IF_ABSENT) !== 0 && target !== 0) {
    engine.restOnAll();
    result.status = Status.CONDITION_FAILED;
    return;
  }
  // A key renamed to itself only gets a new version.
  const ref =
    target === found ? engine.setExpiry(found, store.expiryOf(found)) : move(engine, op, found, target);
  if (ref === 0) {
    result.status = Status.OUT_OF_MEMORY;
    return;
  }
  result.hasVersion = true;
  result.version = store.versionOf(ref);
}

/** Copies to the new key first, so that a refusal for want of memory leaves everything as it was. */
function move(engine: Engine, op: Op, from: EntryRef, target: EntryRef): EntryRef {
  const store = engine.store;
  if (copyEntry(engine, op, from, target) === 0) return 0;
  // The copy may have evicted the original; then it is gone already.
  const original = engine.find(op);
  if (original !== 0 && engine.remove(original, op) === 0) return 0;
  return store.find(op.bytes, op.valueStart, op.valueEnd, engine.nowMs);
}
