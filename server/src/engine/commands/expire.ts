import { ExpireFlag, type Op, type Result, Status } from '@anoadb/protocol';
import type { Engine } from '../engine.js';
import { expiryAfter } from '../expiry-time.js';

export function expire(engine: Engine, op: Op, result: Result): void {
  const ref = engine.find(op);
  if (ref === 0) {
    result.status = Status.NOT_FOUND;
    return;
  }
  const isAbsolute = (op.flags & ExpireFlag.ABSOLUTE) !== 0;
  const expiryMs = isAbsolute ? op.timeMs : expiryAfter(engine.nowMs, op.timeMs);
  if (!isConditionMet(op.flags, engine.store.expiryOf(ref), expiryMs)) {
    result.status = Status.CONDITION_FAILED;
    return;
  }
  const isPast = expiryMs <= engine.nowMs;
  const changed = isPast ? engine.remove(ref, op) : engine.setExpiry(ref, expiryMs);
  if (changed === 0) {
    result.status = Status.OUT_OF_MEMORY;
    return;
  }
  result.hasVersion = true;
  result.version = engine.lastLsn;
}

/** No expiry counts as infinitely late, as with Redis's GT and LT. */
function isConditionMet(flags: number, presentMs: number, nextMs: number): boolean {
  if ((flags & ExpireFlag.IF_NONE) !== 0 && presentMs !== 0) return false;
  if ((flags & ExpireFlag.IF_SOME) !== 0 && presentMs === 0) return false;
  const present = presentMs === 0 ? Number.POSITIVE_INFINITY : presentMs;
  if ((flags & ExpireFlag.IF_LATER) !== 0 && nextMs <= present) return false;
  if ((flags & ExpireFlag.IF_EARLIER) !== 0 && nextMs >= present) return false;
  return true;
}
