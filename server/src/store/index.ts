export { EntryFields } from './entry-fields.js';
export type { ListBlocks } from './lists/list-blocks.js';
export type { ListCursor } from './lists/list-cursor.js';
export { SavedEntry } from './saved-entry.js';
export { STORE_MEMORY_BYTES_MIN, Store } from './store.js';
export { checkStore } from './store-check.js';
export type {
  EntryRef,
  EvictionPolicy,
  RemovalReason,
  RemovedListener,
  StoreCounters,
  StoreMemory,
  StoreOptions,
} from './store-options.js';
