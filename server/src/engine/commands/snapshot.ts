import { type Op, type Result, Status } from '@anoadb/protocol';
import type { DeferredResult } from '../deferred-result.js';
import type { Engine } from '../engine.js';

/** Answered when the snapshot is on disk. Not among the ops of an atomic request, which must end at once. */
export function snapshot(engine: Engine, _op: Op, result: Result): void {
  if (engine.isAtomic) {
    result.status = Status.MALFORMED;
    return;
  }
  const { services } = engine;
  const deferred = services.snapshot().then(
    (report): DeferredResult => ({ status: Status.OK, value: report }),
    (error: unknown): DeferredResult => {
      services.onFailure(error);
      return { status: Status.SNAPSHOT_FAILED, value: undefined };
    },
  );
  engine.answerLater(result, deferred);
}
