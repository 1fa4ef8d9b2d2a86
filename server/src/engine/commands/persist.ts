import { type Op, type Result, Status } from '@anoadb/protocol';
import type { Engine } from '../engine.js';

export function persist(engine: Engine, op: Op, result: Result): void {
  const ref = engine.find(op);
  if (ref === 0) {
    result.status = Status.NOT_FOUND;
    return;
  }
  const hadExpiry = engine.store.expiryOf(ref) !== 0;
  const changed = hadExpiry ? engine.setExpiry(ref, 0) : ref;
  if (changed === 0) {
    result.status = Status.OUT_OF_MEMORY;
    return;
  }
  engine.answerBoolean(result, hadExpiry);
  result.hasVersion = true;
  result.version = engine.store.versionOf(changed);
}
