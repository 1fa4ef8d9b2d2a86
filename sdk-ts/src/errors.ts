/**
 * Every error this SDK rejects with: one root, few branches, told apart by class or by `code`, never by prose.
 *
 * A message says what was asked, for which key, what went wrong and what helps. It may hold a key; it never
 * holds a value or an access key.
 */

/** Whether the server applied what was asked: `'unknown'` is honest where no answer came. */
export type Executed = 'no' | 'yes' | 'unknown';

/** What is known of a failure beside its message. */
export interface AnoaErrorDetails {
  readonly code: string;
  readonly executed?: Executed;
  /** The command that failed, as it is named in the spec: `GET`, `SET`, … */
  readonly command?: string | undefined;
  /** The key it was about, as the caller gave it. */
  readonly key?: string | Uint8Array | undefined;
  readonly cause?: unknown;
}

/** Root of every error of this SDK. */
export class AnoaError extends Error {
  override readonly name: string = 'AnoaError';
  /** A code of the protocol's spec (`TYPE_MISMATCH`), or one of the SDK's own (`TIMEOUT`, `INVALID_KEY`). */
  readonly code: string;
  readonly executed: Executed;
  readonly command: string | undefined;
  readonly key: string | Uint8Array | undefined;

  constructor(message: string, details: AnoaErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = details.code;
    this.executed = details.executed ?? 'no';
    this.command = details.command;
    this.key = details.key;
  }
}

/** The deadline passed. `executed` is `'no'` where the call was never sent; a read that was sent says `'unknown'`. */
export class AnoaTimeoutError extends AnoaError {
  override readonly name = 'AnoaTimeoutError';
}

/**
 * A write was sent and its answer is lost: it may have taken effect or not. `cause` says why (a deadline, an
 * abort, a restart of the server). Read the key, or use `ifVersion`, before writing again.
 */
export class AnoaOutcomeUnknownError extends AnoaError {
  override readonly name = 'AnoaOutcomeUnknownError';
}

/** More calls, or more bytes, in flight than `maxInFlight` or `maxInFlightBytes` allow; refused at once, nothing sent. */
export class AnoaOverloadError extends AnoaError {
  override readonly name = 'AnoaOverloadError';
}

/** No connection: refused, unreachable, incompatible, or the client was closed. */
export class AnoaConnectionError extends AnoaError {
  override readonly name = 'AnoaConnectionError';
}

/** The server answered, and its answer is a refusal; `code` is the spec's and `executed` says what it did. */
export class AnoaResponseError extends AnoaError {
  override readonly name = 'AnoaResponseError';
}

/** One thing a schema found, as Standard Schema words it. */
export interface AnoaIssue {
  readonly message: string;
  readonly path?: ReadonlyArray<PropertyKey | { readonly key: PropertyKey }> | undefined;
}

/** A stored value does not fit the schema it was read with. */
export class AnoaValidationError extends AnoaError {
  override readonly name = 'AnoaValidationError';
  readonly issues: readonly AnoaIssue[];

  constructor(message: string, details: AnoaErrorDetails & { readonly issues: readonly AnoaIssue[] }) {
    super(message, details);
    this.issues = details.issues;
  }
}
