/** Encrypted files: what the server and the command line use of this folder. */

export type {
  Database,
  EffectListener,
  LoadProgress,
  LoadReport,
  LoadTarget,
  PersistenceEvent,
  SecretSource,
  SnapshotOptions,
  SnapshotReport,
  SnapshotSource,
  WalkableStore,
} from './database-types.js';
export { RecordKind, RecordReader, writeRecordHead } from './entry-record.js';
export { GroupCommit } from './group-commit.js';
export {
  BATCH_BYTES_MAX,
  BATCH_BYTES_TARGET,
  BATCH_HEAD_BYTES,
  BATCH_REQUESTS_MAX,
  BATCHES_IN_FLIGHT_MAX,
  type JournalListener,
  type JournalPort,
  type JournalStatistics,
  type MarkTarget,
  type SyncPolicy,
} from './journal/journal-types.js';
export {
  catSnapshot,
  type NodeDatabaseOptions,
  type OfflineOptions,
  openNodeDatabase,
  verifySnapshot,
} from './node-database.js';
export type { VerifiedFile, VerifyReport } from './offline.js';
export { ExitCode, isFatal, PersistenceError } from './persistence-error.js';
