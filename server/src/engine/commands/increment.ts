import {
  IncrFlag,
  type Integer,
  type Op,
  parseInteger,
  type Result,
  Status,
  ValueType,
  writeDecimal,
} from '@anoadb/protocol';
import type { EntryRef } from '../../store/index.js';
import type { Engine } from '../engine.js';
import { expiryAfter } from '../expiry-time.js';
import { addIntegers, readInteger } from '../stored-number.js';

export function increment(engine: Engine, op: Op, result: Result): void {
  const ref = engine.find(op);
  const amount = (op.flags & IncrFlag.AMOUNT) !== 0 ? op.amount : 1;
  if (ref === 0) {
    const expiryMs = (op.flags & IncrFlag.TTL) !== 0 ? expiryAfter(engine.nowMs, op.ttlMs) : 0;
    store(engine, op, result, 0, ValueType.INTEGER, amount, expiryMs);
    return;
  }
  if (engine.interpretedTypeOf(ref) !== ValueType.INTEGER) {
    result.status = Status.TYPE_MISMATCH;
    return;
  }
  const type = engine.store.typeOf(ref);
  const sum = addIntegers(currentOf(engine, ref, type), amount);
  if (sum === undefined) {
    result.status = Status.OVERFLOW;
    return;
  }
  store(engine, op, result, ref, type, sum, engine.store.expiryOf(ref));
}

function currentOf(engine: Engine, ref: EntryRef, type: number): Integer {
  const bytes = engine.store.segmentOf(ref);
  const start = engine.store.valueStartOf(ref);
  if (type === ValueType.INTEGER) return readInteger(bytes, start);
  return parseInteger(bytes, start, start + engine.store.valueLengthOf(ref));
}

/** Untyped text stays untyped text, with the digits of the sum. */
function store(
  engine: Engine,
  op: Op,
  result: Result,
  before: EntryRef,
  type: number,
  sum: Integer,
  expiryMs: number,
): void {
  const scratch = engine.scratch;
  scratch.reset();
  if (type === ValueType.INTEGER) scratch.i64(sum);
  else writeDecimal(scratch, sum);
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
  if (type === ValueType.TEXT) engine.store.setKind(ref, ValueType.INTEGER);
  engine.answerInteger(result, sum);
  result.hasVersion = true;
  result.version = engine.lastLsn;
}
