import { GetDeleteFlag, type Op, type Result, Status, ValueType } from '@anoadb/protocol';
import type { Engine } from '../engine.js';

export function getDelete(engine: Engine, op: Op, result: Result): void {
  const ref = engine.findToRead(op);
  if (ref === 0) {
    result.status = Status.NOT_FOUND;
    return;
  }
  if (!engine.answerOld(result, ref, (op.flags & GetDeleteFlag.RAW) !== 0)) return;
  if (engine.remove(ref, op) !== 0) return;
  result.status = Status.OUT_OF_MEMORY;
  result.type = ValueType.NONE;
  result.end = result.start;
}
