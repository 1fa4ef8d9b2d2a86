import { type Op, type Result, Status, TtlFlag, ValueType } from '@anoadb/protocol';
import type { Engine } from '../engine.js';

export function ttl(engine: Engine, op: Op, result: Result): void {
  const ref = engine.findToRead(op);
  if (ref === 0) {
    result.status = Status.NOT_FOUND;
    return;
  }
  const expiryMs = engine.store.expiryOf(ref);
  if (expiryMs === 0) result.type = ValueType.NULL;
  else engine.answerInteger(result, (op.flags & TtlFlag.ABSOLUTE) !== 0 ? expiryMs : expiryMs - engine.nowMs);
}
