import { isValidValue, type Op, type Result, Status, ValueType } from '@anoadb/protocol';
import type { Engine } from '../engine.js';

export function append(engine: Engine, op: Op, result: Result): void {
  if (!isAppendable(op.type)) {
    result.status = Status.TYPE_MISMATCH;
    return;
  }
  result.status = engine.checkValue(op);
  if (result.status !== Status.OK) return;
  const addedBytes = op.valueEnd - op.valueStart;
  const before = engine.find(op);
  let lengthBytes = addedBytes;
  if (before !== 0) {
    const type = engine.store.typeOf(before);
    // The string is valid so far, so it stays so exactly where the added part is valid by itself.
    const isFitting =
      isAppendable(type) &&
      (type !== ValueType.STRING || isValidValue(ValueType.STRING, op.bytes, op.valueStart, op.valueEnd));
    lengthBytes += engine.store.valueLengthOf(before);
    if (!isFitting) result.status = Status.TYPE_MISMATCH;
    else if (lengthBytes > engine.valueBytesMax) result.status = Status.VALUE_TOO_LARGE;
    if (result.status !== Status.OK) return;
  }
  const ref =
    before === 0
      ? engine.put(
          engine.keyHash,
          0,
          op.bytes,
          op.keyStart,
          op.keyEnd,
          op.type,
          op.bytes,
          op.valueStart,
          op.valueEnd,
          0,
        )
      : engine.append(before, op);
  if (ref === 0) {
    result.status = Status.OUT_OF_MEMORY;
    return;
  }
  engine.answerInteger(result, lengthBytes);
  result.hasVersion = true;
  result.version = engine.lastLsn;
}

function isAppendable(type: number): boolean {
  return type === ValueType.STRING || type === ValueType.BYTES || type === ValueType.TEXT;
}
