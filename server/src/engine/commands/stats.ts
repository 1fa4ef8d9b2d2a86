import { encodeValue, type Op, type Result } from '@anoadb/protocol';
import type { Engine } from '../engine.js';

export function stats(engine: Engine, _op: Op, result: Result): void {
  engine.restOnAll();
  engine.scratch.reset();
  engine.answerScratch(result, encodeValue(engine.scratch, engine.services.stats()));
}
