/** The address of an entry in 8-byte units; 0 means "no entry". See `Store` for how long one stays valid. */
export type EntryRef = number;

/** What happens when a write would pass `maxMemoryBytes`. */
export type EvictionPolicy = 'refuse' | 'sieve' | 'sieve-ttl';

/** Why the store itself took an entry away. */
export type RemovalReason = 'expired' | 'evicted';

/**
 * Called for entries that the store removes by itself (expiry, eviction), while the key is still readable
 * at `bytes[keyStart, keyEnd)`. It must not call back into the store. Explicit removals do not call it.
 */
export type RemovedListener = (
  bytes: Uint8Array,
  keyStart: number,
  keyEnd: number,
  reason: RemovalReason,
) => void;

export interface StoreOptions {
  /** All memory of the store: segments, index, wheel. At least `STORE_MEMORY_BYTES_MIN`. Default: no limit. */
  maxMemoryBytes?: number;
  /** Default `refuse`. */
  eviction?: EvictionPolicy;
  /** Secret of the key hash, any number up to 2^53 - 1; draw it at random at every start. */
  hashSeed: number;
  onRemoved?: RemovedListener;
}

/** What `Store.memory()` reports. `usedBytes` is what the limit is compared with. */
export interface StoreMemory {
  usedBytes: number;
  /** The most that `usedBytes` has been since the store was made, `clear` or not. */
  peakBytes: number;
  /** Segments that hold entries, with the free space in them. */
  arenaBytes: number;
  /** Segments that hold index pages, and the directory. */
  indexBytes: number;
  /** Blocks in use by entries. */
  liveBytes: number;
  /** Infinity where there is no limit. */
  limitBytes: number;
  entries: number;
  withTtl: number;
  segments: number;
  /** arenaBytes / liveBytes; 1 for an empty store. */
  fragmentationRatio: number;
}

/** Counted since the store was made. */
export interface StoreCounters {
  expired: number;
  evicted: number;
  /** Writes that found no memory. */
  refused: number;
  /** Index slots moved by growing, shrinking, splitting and merging pages. */
  slotsMoved: number;
  /** Entries moved to empty a sparse segment. */
  entriesMoved: number;
}
