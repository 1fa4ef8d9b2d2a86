import { GetFlag, type Op, type Result, Status } from '@anoadb/protocol';
import type { Engine } from '../engine.js';

export function get(engine: Engine, op: Op, result: Result): void {
  const ref = engine.findToRead(op);
  if (ref === 0) {
    result.status = Status.NOT_FOUND;
    return;
  }
  engine.answerValue(result, ref, (op.flags & GetFlag.RAW) !== 0);
  if (result.status === Status.OK && (op.flags & GetFlag.WITH_VERSION) !== 0) {
    result.hasVersion = true;
    result.version = engine.store.versionOf(ref);
  }
}
