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
export { ElementReader } from './list-record.js';
export { type NodeDatabaseOptions, openNodeDatabase } from './node-database.js';
export {
  catJournal,
  catSnapshot,
  copyDatabase,
  type OfflineOptions,
  refuseTakenDirectory,
  rotateDatabaseKeys,
  salvageDatabase,
  verifyJournal,
  verifySnapshot,
} from './node-offline.js';
export type { CopyProgress, CopyReport } from './offline/directory-copy.js';
export type { JournalReport } from './offline/journal-reading.js';
export type { Loss, SalvageReport } from './offline/salvage.js';
export type { RotationReport } from './offline/secret-rotation.js';
export type { VerifiedFile, VerifyReport } from './offline/snapshot-reading.js';
export { ExitCode, isFatal, PersistenceError } from './persistence-error.js';
