import { type Op, type Result, ValueType } from '@anoadb/protocol';
import type { Engine } from '../engine.js';

export function ping(_engine: Engine, op: Op, result: Result): void {
  result.type = ValueType.BYTES;
  result.bytes = op.bytes;
  result.start = op.valueStart;
  result.end = op.valueEnd;
}
