/** The door behind the server endpoint: what executes a request once the transport knows that it should run. */
import type { ByteWriter } from '@anoadb/protocol';
import type { AccessGrant } from '../access.js';
import type { HistoryTarget } from './client-history.js';

export const RequestKind = { READ: 0, WRITE: 1, MALFORMED: 2 } as const;
export type RequestKind = (typeof RequestKind)[keyof typeof RequestKind];

/** Returned by `execute`: the answer comes later, through `ServerEndpoint.complete`. */
export const PENDING = -1;

/** One reused object: valid only during `execute`; a handler that answers later copies what it needs. */
export interface IncomingRequest {
  bytes: Uint8Array;
  /** The ops are `bytes[start, end)`. */
  start: number;
  end: number;
  isAtomic: boolean;
  permissions: number;
  /** The access key behind the session; undefined in open mode. */
  grant: AccessGrant | undefined;
  nowMs: number;
  /** Names this execution in `ServerEndpoint.complete` if it ends as PENDING. */
  ticket: number;
  /** More results than this cannot be sent. */
  maxReplyBytes: number;
  /** Set by the handler: the answer leaves once `ServerEndpoint.release` was told this position. 0: at once. */
  releasePosition: number;
  /** Set by the handler: something was changed, so that a retry must be known also after a restart. */
  hasEffects: boolean;
}

export interface RequestHandler {
  /**
   * `bytes[starts[i], ends[i])` are probably the ops of requests that come next: time to fetch what they lead to. A
   * hint: nothing of them has been checked, and they may never be executed.
   */
  expect?(bytes: Uint8Array, starts: Int32Array, ends: Int32Array, count: number): void;
  /**
   * From op headers alone: does it change anything? Must not throw on hostile bytes. An `execute` of the same range
   * right behind it may rely on these bytes being what they were.
   */
  classify(bytes: Uint8Array, start: number, end: number): RequestKind;
  /** Appends the results to `reply` and returns the status of the whole request, or PENDING (-1). */
  execute(request: IncomingRequest, reply: ByteWriter): number;
  /** The results to keep for a retry where `results` is larger than `storedReplyBytesMax`. */
  summarize(ops: Uint8Array, results: Uint8Array): Uint8Array;
  /** Keeps what a restart must not forget; a mark follows the execution it is about, before anything else runs. */
  readonly history?: HistoryTarget | undefined;
}
