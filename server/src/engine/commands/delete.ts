import { DeleteFlag, type Op, type Result, Status } from '@anoadb/protocol';
import type { Engine } from '../engine.js';

export function deleteKey(engine: Engine, op: Op, result: Result): void {
  const ref = engine.find(op);
  if (ref === 0) {
    result.status = Status.NOT_FOUND;
    return;
  }
  if ((op.flags & DeleteFlag.IF_VERSION) !== 0) {
    const version = engine.store.versionOf(ref);
    if (version !== op.version) {
      result.status = Status.VERSION_MISMATCH;
      result.hasVersion = true;
      result.version = version;
      return;
    }
  }
  if (engine.remove(ref, op) === 0) result.status = Status.OUT_OF_MEMORY;
}
