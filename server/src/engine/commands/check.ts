import { CheckFlag, type Op, type Result, Status } from '@anoadb/protocol';
import type { Engine } from '../engine.js';

export function check(engine: Engine, op: Op, result: Result): void {
  const ref = engine.find(op);
  if ((op.flags & CheckFlag.IF_VERSION) !== 0) {
    const version = ref === 0 ? 0 : engine.store.versionOf(ref);
    if (version === op.version && version !== 0) return;
    result.status = Status.VERSION_MISMATCH;
    result.hasVersion = true;
    result.version = version;
    return;
  }
  const isMet =
    ((op.flags & CheckFlag.IF_ABSENT) === 0 || ref === 0) &&
    ((op.flags & CheckFlag.IF_PRESENT) === 0 || ref !== 0);
  if (!isMet) result.status = Status.CONDITION_FAILED;
}
