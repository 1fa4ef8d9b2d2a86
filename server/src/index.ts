/** The server as a library: what the command line, tests and benchmarks use. */

export { AccessKeyError, type AccessRole, type NewKeyOptions } from './access/access-key.js';
export {
  type AccessKeyInfo,
  type AccessKeyList,
  createAccessKey,
  type KeyAdministrationOptions,
  listAccessKeys,
  type MadeAccessKey,
  revokeAccessKey,
  rotateAccessKey,
} from './access/node-key-administration.js';
export * from './config/index.js';
export {
  type EffectiveSetting,
  type LoadedSettings,
  loadSettings,
  type SettingSources,
  type Settings,
  SettingsError,
} from './config/load-settings.js';
export { serve } from './main.js';
export {
  catJournalAt,
  catSnapshotAt,
  copyDatabaseTo,
  type RepairReport,
  repairDatabase,
  rotateSecret,
  verifyJournalAt,
  verifySnapshotAt,
} from './offline.js';
export { type Logger, openLog } from './ops/log.js';
export { PersistenceError } from './persistence/index.js';
export { PortError } from './ports.js';
export { type RunningServer, startServer } from './server.js';
