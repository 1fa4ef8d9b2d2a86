import { type Op, type Result, Status, ValueType } from '@anoadb/protocol';
import type { EntryRef } from '../store/index.js';
import type { Engine } from './engine.js';

/**
 * Gives the key in the op's value range a copy of the entry `from`, in the place of `target` where that is one.
 * 0: no memory, and everything is as it was. To make room the copy may have evicted the original.
 */
export function copyEntry(engine: Engine, op: Op, from: EntryRef, target: EntryRef): EntryRef {
  const store = engine.store;
  const type = store.typeOf(from);
  if (type === ValueType.LIST) {
    const { bytes, keyStart, keyEnd, valueStart, valueEnd } = op;
    return engine.lists.copy(from, target, bytes, keyStart, keyEnd, valueStart, valueEnd);
  }
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
    store.clientFlagsOf(from),
  );
  if (ref !== 0) store.setKind(ref, kind);
  return ref;
}

/** Writes the entry `from` under the op's new key, in the place of `target`. 0: no memory, and all is as it was. */
type Enter = (engine: Engine, op: Op, from: EntryRef, target: EntryRef) => EntryRef;

/**
 * COPY and RENAME alike: an entry gets the key in the op's value range, by `enter`. Under its own key it only gets a new
 * version.
 */
export function enterNewKey(engine: Engine, op: Op, result: Result, ifAbsent: number, enter: Enter): void {
  const store = engine.store;
  const found = engine.find(op);
  if (found === 0) {
    result.status = Status.NOT_FOUND;
    return;
  }
  const target = store.find(op.bytes, op.valueStart, op.valueEnd, engine.nowMs);
  if ((op.flags & ifAbsent) !== 0 && target !== 0) {
    engine.restOnAll();
    result.status = Status.CONDITION_FAILED;
    return;
  }
  const ref =
    target === found ? engine.setExpiry(found, store.expiryOf(found)) : enter(engine, op, found, target);
  if (ref === 0) {
    result.status = Status.OUT_OF_MEMORY;
    return;
  }
  result.hasVersion = true;
  result.version = store.versionOf(ref);
}
