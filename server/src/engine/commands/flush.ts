import { type Op, type Result, Status } from '@anoadb/protocol';
import type { Engine } from '../engine.js';

/** Not among the ops of an atomic request: nothing could bring a whole store back. */
export function flush(engine: Engine, _op: Op, result: Result): void {
  if (engine.isAtomic) result.status = Status.MALFORMED;
  else engine.answerInteger(result, engine.clear());
}
