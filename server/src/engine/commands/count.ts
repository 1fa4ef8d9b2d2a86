import type { Op, Result } from '@anoadb/protocol';
import type { Engine } from '../engine.js';

export function count(engine: Engine, _op: Op, result: Result): void {
  engine.restOnAll();
  engine.answerInteger(result, engine.store.count);
}
