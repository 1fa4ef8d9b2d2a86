export { SavedEntry } from './saved-entry.js';
export { Store } from './store.js';
export type {
  EntryRef,
  EvictionPolicy,
  RemovalReason,
  RemovedListener,
  StoreCounters,
  StoreMemory,
  StoreOptions,
} from './store-options.js';
