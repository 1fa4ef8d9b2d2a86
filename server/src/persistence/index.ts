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
export {
  catSnapshot,
  type NodeDatabaseOptions,
  type OfflineOptions,
  openNodeDatabase,
  verifySnapshot,
} from './node-database.js';
export type { VerifiedFile, VerifyReport } from './offline.js';
export { ExitCode, isFatal, PersistenceError } from './persistence-error.js';
