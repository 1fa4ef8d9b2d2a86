import { IncrFloatFlag, type Op, parseFloatText, type Result, Status, ValueType } from '@anoadb/protocol';
import type { EntryRef } from '../../store/index.js';
import type { Engine } from '../engine.js';
import { expiryAfter } from '../expiry-time.js';
import { readFloat, readInteger } from '../stored-number.js';

export function incrementFloat(engine: Engine, op: Op, result: Result): void {
  if (!Number.isFinite(op.amountFloat)) {
    result.status = Status.MALFORMED;
    return;
  }
  const ref = engine.find(op);
  if (ref === 0) {
    const expiryMs = (op.flags & IncrFloatFlag.TTL) !== 0 ? expiryAfter(engine.nowMs, op.ttlMs) : 0;
    store(engine, op, result, 0, ValueType.FLOAT, op.amountFloat, expiryMs);
    return;
  }
  const kind = engine.interpretedTypeOf(ref);
  if (kind !== ValueType.INTEGER && kind !== ValueType.FLOAT) {
    result.status = Status.TYPE_MISMATCH;
    return;
  }
  const type = engine.store.typeOf(ref);
  const sum = currentOf(engine, ref, type) + op.amountFloat;
  if (!Number.isFinite(sum)) {
    result.status = Status.OVERFLOW;
    return;
  }
  store(
    engine,
    op,
    result,
    ref,
    type === ValueType.TEXT ? type : ValueType.FLOAT,
    sum,
    engine.store.expiryOf(ref),
  );
}

function currentOf(engine: Engine, ref: EntryRef, type: number): number {
  const bytes = engine.store.segmentOf(ref);
  const start = engine.store.valueStartOf(ref);
  if (type === ValueType.INTEGER) return Number(readInteger(bytes, start));
  if (type === ValueType.FLOAT) return readFloat(bytes, start);
  return parseFloatText(bytes, start, start + engine.store.valueLengthOf(ref));
}

/** A float, or the text of one where the entry is untyped text. */
function store(
  engine: Engine,
  op: Op,
  result: Result,
  before: EntryRef,
  type: number,
  sum: number,
  expiryMs: number,
): void {
  const scratch = engine.scratch;
  scratch.reset();
  if (type === ValueType.TEXT) scratch.utf8(String(sum));
  else scratch.f64(sum);
  const ref = engine.put(
    engine.keyHash,
    before,
    op.bytes,
    op.keyStart,
    op.keyEnd,
    type,
    scratch.bytes,
    0,
    scratch.at,
    expiryMs,
  );
  if (ref === 0) {
    result.status = Status.OUT_OF_MEMORY;
    return;
  }
  scratch.reset();
  scratch.f64(sum);
  engine.answerScratch(result, ValueType.FLOAT);
  result.hasVersion = true;
  result.version = engine.lastLsn;
}
