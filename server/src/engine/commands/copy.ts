import { CopyFlag, type Op, type Result } from '@anoadb/protocol';
import type { Engine } from '../engine.js';
import { copyEntry, enterNewKey } from '../entry-copy.js';

/** The new key is the op's value range. */
export function copy(engine: Engine, op: Op, result: Result): void {
  enterNewKey(engine, op, result, CopyFlag.IF_ABSENT, copyEntry);
}
