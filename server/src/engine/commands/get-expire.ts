import { GetExpireFlag, type Op, type Result, Status, ValueType } from '@anoadb/protocol';
import type { EntryRef } from '../../store/index.js';
import type { Engine } from '../engine.js';
import { expiryAfter } from '../expiry-time.js';

export function getExpire(engine: Engine, op: Op, result: Result): void {
  const ref = engine.findToRead(op);
  if (ref === 0) {
    result.status = Status.NOT_FOUND;
    return;
  }
  const isRaw = (op.flags & GetExpireFlag.RAW) !== 0;
  const expiryMs = expiryOf(engine, op, ref);
  if (expiryMs !== 0 && expiryMs <= engine.nowMs) {
    removeAfterReading(engine, op, result, ref, isRaw);
    return;
  }
  // A list is copied out in any case, and refused where it is too large: so it is read before anything changes.
  const isList = engine.store.typeOf(ref) === ValueType.LIST;
  if (isList) engine.answerValue(result, ref, isRaw);
  if (result.status !== Status.OK) return;
  const present = engine.store.expiryOf(ref);
  const changed = expiryMs === present ? ref : engine.setExpiry(ref, expiryMs);
  if (changed === 0) {
    refuse(result);
    return;
  }
  if (!isList) engine.answerValue(result, changed, isRaw);
  result.hasVersion = true;
  result.version = engine.store.versionOf(changed);
}

function expiryOf(engine: Engine, op: Op, ref: EntryRef): number {
  if ((op.flags & GetExpireFlag.TTL) !== 0) return expiryAfter(engine.nowMs, op.ttlMs);
  if ((op.flags & GetExpireFlag.EXPIRE_AT) !== 0) return op.expireAtMs;
  return (op.flags & GetExpireFlag.PERSIST) !== 0 ? 0 : engine.store.expiryOf(ref);
}

function removeAfterReading(engine: Engine, op: Op, result: Result, ref: EntryRef, isRaw: boolean): void {
  engine.answerValue(result, ref, isRaw);
  if (result.status !== Status.OK) return;
  engine.keepAnswer(result);
  result.version = engine.remove(ref, op);
  result.hasVersion = result.version !== 0;
  if (!result.hasVersion) refuse(result);
}

function refuse(result: Result): void {
  result.status = Status.OUT_OF_MEMORY;
  result.type = ValueType.NONE;
  result.end = result.start;
}
