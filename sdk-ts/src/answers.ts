/**
 * What calls resolve to.
 *
 * One rule for every command: without a condition it resolves to its plain result; with one (`if…`) it
 * resolves to `{ok: true, …}` or to a {@link Refused}. A condition that does not hold is an answer, never an error.
 */

import type { AnoaValue } from '@anoadb/protocol';
import type { TypeName } from './options.js';

/** The write took effect; `version` names exactly this state of the key, for `ifVersion` and `check`. */
export interface Written {
  readonly ok: true;
  readonly version: number;
}

/** The condition did not hold, nothing changed. */
export interface Refused {
  readonly ok: false;
  /** The key exists (`ifAbsent`), is missing, has another version, or has an expiry the condition excludes. */
  readonly reason: 'exists' | 'missing' | 'version' | 'expiry';
  /** The key's version now, where the server says it. */
  readonly version: number | undefined;
}

/** The value before a `set` with `returnOld`; `undefined` where there was none. */
export interface OldValue {
  readonly old: AnoaValue | undefined;
}

/** A conditional command without a version of its own held and took effect. */
export interface Done {
  readonly ok: true;
}

/** A value with what is known of it. */
export interface Entry<Value = AnoaValue> {
  readonly value: Value;
  readonly type: TypeName;
  readonly version: number;
}

/** An entry as it is stored: untyped text has type `text` and is a string, or bytes where it is not UTF-8. */
export interface RawEntry {
  readonly value: AnoaValue;
  readonly type: TypeName | 'text';
  readonly version: number;
}

/** One page of a scan. */
export interface ScanPage {
  /** Where the next page begins; 0 where this was the last. */
  readonly cursor: number;
  readonly keys: Uint8Array[];
}

/** What `snapshot()` wrote. */
export interface SnapshotSummary {
  readonly generation: number;
  readonly entries: number;
  readonly bytes: number;
  readonly elapsedMs: number;
}
