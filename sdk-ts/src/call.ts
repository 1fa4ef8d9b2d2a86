/** One op, or one atomic batch, of a caller that waits for its answer. */

import type { Result } from '@anoadb/protocol';
import type { Refused } from './answers.js';
import type { Key } from './key.js';

/** How one kind of op is sent and its result read; one constant per kind, nothing per call. */
export interface Command<Answer = unknown> {
  /** As the spec names it. */
  readonly name: string;
  /** Changes data: never asked again by itself once it may have been executed. */
  readonly mutates: boolean;
  /** Must be the only op of its request. */
  readonly isAlone?: boolean;
  /** What it means where the op's condition does not hold. */
  readonly onConditionFailed?: Refused['reason'];
  /** The caller's answer; throws where `result` is a refusal. The bytes of `result` are lent for this call only. */
  answer(result: Result, call: Call): Answer;
}

/** What an atomic batch adds to its call: the command and key of each op, in order. */
export interface AtomicParts {
  readonly commands: readonly Command[];
  readonly keys: readonly Key[];
  /** The batch's answer from the results of all its ops; throws where the server refused it. */
  answer(nextResult: () => Result | undefined, call: Call): unknown;
}

/** A request on its way: the calls it carries, in the order of its ops. */
export interface InFlightRequest {
  rid: number;
  readonly ops: Uint8Array;
  readonly calls: Call[];
  /** Calls of it that still wait; at 0 the transport need not go on with it. */
  waiting: number;
}

export class Call {
  readonly command: Command;
  readonly key: Key | undefined;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly timeoutMs: number;
  readonly deadlineAtMs: number;
  /** Where its op lies: in the outbox while it waits, in `request.ops` while that is in flight, in `ownOps` else. */
  start: number;
  end: number;
  ownOps: Uint8Array | undefined = undefined;
  /** What it counts for in `maxInFlightBytes`. */
  readonly sizeBytes: number;
  atomic: AtomicParts | undefined = undefined;
  request: InFlightRequest | undefined = undefined;
  signal: AbortSignal | undefined = undefined;
  isSettled = false;
  /** Some request with it was handed to the transport: a write's fate may be unknown from then on. */
  wasSubmitted = false;
  /** The server said that it executed; only the value is still to be read. */
  wasExecuted = false;
  /** How often its answer was cut out of a reply and asked for again. */
  rereads = 0;
  // Links of the list in deadlines.ts.
  previous: Call | undefined = undefined;
  next: Call | undefined = undefined;

  constructor(
    command: Command,
    key: Key | undefined,
    timeoutMs: number,
    deadlineAtMs: number,
    start: number,
    end: number,
    resolve: (answer: unknown) => void,
    reject: (error: unknown) => void,
  ) {
    this.command = command;
    this.key = key;
    this.timeoutMs = timeoutMs;
    this.deadlineAtMs = deadlineAtMs;
    this.start = start;
    this.end = end;
    this.sizeBytes = end - start;
    this.resolve = resolve;
    this.reject = reject;
  }
}
