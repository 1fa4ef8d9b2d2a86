import { type Op, type Result, Status, TypeFlag, ValueType, valueTypeNames } from '@anoadb/protocol';
import type { Engine } from '../engine.js';

export function type(engine: Engine, op: Op, result: Result): void {
  const ref = engine.findToRead(op);
  if (ref === 0) {
    result.status = Status.NOT_FOUND;
    return;
  }
  const isRaw = (op.flags & TypeFlag.RAW) !== 0;
  engine.scratch.reset();
  engine.scratch.utf8(valueTypeNames[isRaw ? engine.store.typeOf(ref) : engine.interpretedTypeOf(ref)]);
  engine.answerScratch(result, ValueType.STRING);
}
