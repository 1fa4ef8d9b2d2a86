import type { JsonValue } from '@anoadb/protocol';

/** `Result.status` of an op that is answered later, through `Engine.takeDeferred`. */
export const PENDING = -1;

/** What a deferred op answers in the end. */
export interface DeferredResult {
  readonly status: number;
  /** Undefined where the status says it all. */
  readonly value: JsonValue | undefined;
}
