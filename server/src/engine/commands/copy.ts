import { CopyFlag, type Op, type Result, Status } from '@anoadb/protocol';
import type { Engine } from '../engine.js';
import { copyEntry } from '../entry-copy.js';

/** The new key is the op's value range. */
export function copy(engine: Engine, op: Op, result: Result): void {
  const store = engine.store;
  const found = engine.find(op);
  if (found === 0) {
    result.status = Status.NOT_FOUND;
    return;
  }
  const target = store.find(op.bytes, op.valueStart, op.valueEnd, engine.nowMs);
  if ((op.flags & CopyFlag.IF_ABSENT) !== 0 && target !== 0) {
    engine.restOnAll();
    result.status = Status.CONDITION_FAILED;
    return;
  }
  // A key copied to itself only gets a new version.
  const ref =
    target === found ? engine.setExpiry(found, store.expiryOf(found)) : copyEntry(engine, op, found, target);
  if (ref === 0) {
    result.status = Status.OUT_OF_MEMORY;
    return;
  }
  result.hasVersion = true;
  result.version = store.versionOf(ref);
}
