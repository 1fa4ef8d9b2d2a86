import { type Op, type Result, SetFlag, Status, ValueType } from '@anoadb/protocol';
import type { EntryRef } from '../../store/index.js';
import type { Engine } from '../engine.js';
import { expiryAfter } from '../expiry-time.js';

export function set(engine: Engine, op: Op, result: Result): void {
  result.status = engine.checkValue(op);
  if (result.status !== Status.OK) return;
  const ref = engine.find(op);
  if ((op.flags & SetFlag.RETURN_OLD) !== 0 && ref !== 0 && !engine.answerOld(result, ref, false)) return;
  if (!isConditionMet(engine, op, ref, result)) return;

  const expiryMs = expiryOf(engine, op, ref);
  if (expiryMs !== 0 && expiryMs <= engine.nowMs) {
    leaveNoEntry(engine, op, ref, result);
    return;
  }
  const written = engine.put(
    engine.keyHash,
    ref,
    op.bytes,
    op.keyStart,
    op.keyEnd,
    op.type,
    op.bytes,
    op.valueStart,
    op.valueEnd,
    expiryMs,
  );
  if (written === 0) {
    refuse(result, Status.OUT_OF_MEMORY);
    return;
  }
  result.hasVersion = true;
  result.version = engine.lastLsn;
}

function isConditionMet(engine: Engine, op: Op, ref: EntryRef, result: Result): boolean {
  if ((op.flags & SetFlag.IF_VERSION) !== 0) {
    const version = ref === 0 ? 0 : engine.store.versionOf(ref);
    if (version === op.version && version !== 0) return true;
    result.status = Status.VERSION_MISMATCH;
    result.hasVersion = true;
    result.version = version;
    return false;
  }
  const isMet =
    ((op.flags & SetFlag.IF_ABSENT) === 0 || ref === 0) &&
    ((op.flags & SetFlag.IF_PRESENT) === 0 || ref !== 0);
  if (!isMet) result.status = Status.CONDITION_FAILED;
  return isMet;
}

function expiryOf(engine: Engine, op: Op, ref: EntryRef): number {
  if ((op.flags & SetFlag.TTL) !== 0) return expiryAfter(engine.nowMs, op.ttlMs);
  if ((op.flags & SetFlag.EXPIRE_AT) !== 0) return op.expireAtMs;
  if ((op.flags & SetFlag.KEEP_TTL) !== 0 && ref !== 0) return engine.store.expiryOf(ref);
  return 0;
}

/** A time of expiry that has passed: as if the entry had been written and had expired. */
function leaveNoEntry(engine: Engine, op: Op, ref: EntryRef, result: Result): void {
  result.hasVersion = true;
  result.version = engine.lastLsn;
  if (ref === 0) return;
  result.version = engine.remove(ref, op);
  if (result.version === 0) refuse(result, Status.OUT_OF_MEMORY);
}

function refuse(result: Result, status: Status): void {
  result.status = status;
  result.hasVersion = false;
  result.type = ValueType.NONE;
  result.start = 0;
  result.end = 0;
}
