/**
 * What a call may be told. Groups that exclude each other (one condition, one kind of expiry) are unions whose
 * other members are `undefined`, so that an impossible combination does not compile.
 */

import type { Duration } from './duration.js';

/** Every call takes these. */
export interface CallOptions {
  /** Deadline of this call, retries included; `Infinity` waits for ever. Default: the client's `timeout`. */
  readonly timeout?: Duration | undefined;
  /** Ends the call: rejects with the signal's reason, or with {@link AnoaOutcomeUnknownError} for a write that was sent. */
  readonly signal?: AbortSignal | undefined;
}

/** How `connect` behaves, and the defaults of every call. */
export interface ConnectOptions {
  /** The access key of a sealed server, `anoa1_…`; default: that of the URL, else the file that `ANOA_KEY` names. */
  readonly accessKey?: string | undefined;
  /** How long `connect` waits for the server. Default 5 s. */
  readonly connectTimeout?: Duration | undefined;
  /** Deadline of every call that has none of its own. Default 5 s; `Infinity` waits for ever. */
  readonly timeout?: Duration | undefined;
  /** Calls that may be in flight at once; more are refused with {@link AnoaOverloadError}. Default 10 000. */
  readonly maxInFlight?: number | undefined;
  /** Bytes of calls that may be in flight at once. Default 64 MiB. */
  readonly maxInFlightBytes?: number | undefined;
}

/** When the entry is gone: after `ttl`, at `expireAt` (a Date or Unix milliseconds), or as before (`keepTtl`). */
export type Expiry =
  | { readonly ttl?: Duration | undefined; readonly expireAt?: undefined; readonly keepTtl?: undefined }
  | { readonly expireAt: Date | number; readonly ttl?: undefined; readonly keepTtl?: undefined }
  | { readonly keepTtl: boolean; readonly ttl?: undefined; readonly expireAt?: undefined };

export interface Unconditional {
  readonly ifAbsent?: undefined;
  readonly ifPresent?: undefined;
  readonly ifVersion?: undefined;
}

/** Exactly one of three: the key must be missing, must be there, or must have this version. */
export type Condition =
  | { readonly ifAbsent: boolean; readonly ifPresent?: undefined; readonly ifVersion?: undefined }
  | { readonly ifPresent: boolean; readonly ifAbsent?: undefined; readonly ifVersion?: undefined }
  | { readonly ifVersion: number; readonly ifAbsent?: undefined; readonly ifPresent?: undefined };

/** All that `set` may be told, for code that passes options on. */
export type SetOptions = CallOptions &
  Expiry &
  (Unconditional | Condition) & { readonly returnOld?: boolean | undefined };

export interface GetOptions extends CallOptions {
  /** Untyped text as it was typed, not as what it reads like: `'042'` and `'42'` both stay strings. */
  readonly raw?: boolean | undefined;
}

export interface DeleteOptions extends CallOptions {
  readonly ifVersion?: undefined;
}

export interface ConditionalDeleteOptions extends CallOptions {
  readonly ifVersion: number;
}

/** Which expiry may be replaced, exactly one; a key without expiry counts as one that never ends. */
export type ExpiryCondition =
  | (Omit<NoExpiryCondition, 'ifNone'> & { readonly ifNone: boolean })
  | (Omit<NoExpiryCondition, 'ifSome'> & { readonly ifSome: boolean })
  | (Omit<NoExpiryCondition, 'ifLater'> & { readonly ifLater: boolean })
  | (Omit<NoExpiryCondition, 'ifEarlier'> & { readonly ifEarlier: boolean });

export interface NoExpiryCondition {
  readonly ifNone?: undefined;
  readonly ifSome?: undefined;
  readonly ifLater?: undefined;
  readonly ifEarlier?: undefined;
}

export interface IncrOptions extends CallOptions {
  /** Applies only where this call creates the key: a counter per minute needs no second call. */
  readonly ttl?: Duration | undefined;
}

/** What `getExpire` does to the expiry while it reads; exactly one. */
export type Touch =
  | { readonly ttl: Duration; readonly expireAt?: undefined; readonly persist?: undefined }
  | { readonly expireAt: Date | number; readonly ttl?: undefined; readonly persist?: undefined }
  | { readonly persist: true; readonly ttl?: undefined; readonly expireAt?: undefined };

/** Names of stored types, as `type()` answers them. */
export type TypeName = 'null' | 'boolean' | 'integer' | 'float' | 'string' | 'json' | 'bytes' | 'list';

export interface ScanOptions extends CallOptions {
  /** Only keys that begin so. */
  readonly prefix?: string | Uint8Array | undefined;
  /** Only keys that match this glob: `*` any run, `?` one byte, `[a-z]` one of, `\` the next as it is. */
  readonly pattern?: string | undefined;
  /** Only keys whose value has this type. */
  readonly type?: TypeName | undefined;
  /** Keys asked for at once; more is faster, less answers sooner. Default 256. */
  readonly batchSize?: number | undefined;
  /** `'bytes'` yields keys as Uint8Array, for stores whose keys are not all UTF-8. Default `'text'`. */
  readonly keys?: 'text' | 'bytes' | undefined;
}
