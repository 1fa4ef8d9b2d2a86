/** The TypeScript SDK of AnoaDB: `connect()` and what it returns. */

export type { AnoaValue, JsonValue } from '@anoadb/protocol';
export type {
  Done,
  Entry,
  OldValue,
  RawEntry,
  Refused,
  ScanPage,
  SnapshotSummary,
  Written,
} from './answers.js';
export type { Atomic, Check, Committed, NotCommitted } from './atomic.js';
export type { AnoaClient } from './client.js';
export type { ServerStats } from './commands/server-ops.js';
export { connect } from './connect.js';
export type { Duration } from './duration.js';
export {
  AnoaConnectionError,
  AnoaError,
  type AnoaErrorDetails,
  type AnoaIssue,
  AnoaOutcomeUnknownError,
  AnoaOverloadError,
  AnoaResponseError,
  AnoaTimeoutError,
  AnoaValidationError,
  type Executed,
} from './errors.js';
export type { AnoaEventName, AnoaEvents, AnoaListener } from './events.js';
export { Float, float } from './float.js';
export type { Key } from './key.js';
export type {
  CallOptions,
  Condition,
  ConditionalDeleteOptions,
  ConnectOptions,
  DeleteOptions,
  Expiry,
  ExpiryCondition,
  GetOptions,
  IncrOptions,
  NoExpiryCondition,
  ScanOptions,
  SetOptions,
  Touch,
  TypeName,
  Unconditional,
} from './options.js';
export type { AnySchema, SchemaOutput, StandardSchema, StandardSchemaResult } from './standard-schema.js';
export { Text, text } from './text.js';
export type { Storable } from './value.js';
