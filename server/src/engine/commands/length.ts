import { type Op, type Result, Status, ValueType } from '@anoadb/protocol';
import type { Engine } from '../engine.js';
import { memberCountOf } from '../member-count.js';

export function length(engine: Engine, op: Op, result: Result): void {
  const ref = engine.findToRead(op);
  if (ref === 0) {
    result.status = Status.NOT_FOUND;
    return;
  }
  const type = engine.store.typeOf(ref);
  if (type === ValueType.STRING || type === ValueType.BYTES || type === ValueType.TEXT) {
    engine.answerInteger(result, engine.store.valueLengthOf(ref));
    return;
  }
  if (type === ValueType.LIST) {
    engine.answerInteger(result, engine.lists.lengthOf(ref));
    return;
  }
  const start = engine.store.valueStartOf(ref);
  const end = start + engine.store.valueLengthOf(ref);
  const members = type === ValueType.JSON ? memberCountOf(engine.store.segmentOf(ref), start, end) : -1;
  if (members < 0) result.status = Status.TYPE_MISMATCH;
  else engine.answerInteger(result, members);
}
