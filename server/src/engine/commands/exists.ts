import type { Op, Result } from '@anoadb/protocol';
import type { Engine } from '../engine.js';

export function exists(engine: Engine, op: Op, result: Result): void {
  engine.answerBoolean(result, engine.findToRead(op) !== 0);
}
