/**
 * The store while a snapshot is loaded into it: what was on disk comes in even where it passes the memory limit.
 *
 * A full server must be able to start again: the same entries, laid out anew, can take a segment more than before,
 * and a limit may have been lowered. Above the limit new writes are refused (or evict) until there is room.
 */

import type { HistoryTarget } from '@anoadb/transport';
import type { LoadTarget } from '../persistence/index.js';
import { SavedEntry, type Store } from '../store/index.js';

export class LoadingStore implements LoadTarget {
  /** Entries that came in above the limit. */
  entriesAboveLimit = 0;
  readonly #store: Store;
  readonly #clients: HistoryTarget | undefined;

  /** @param clients takes what is known of clients; undefined: they start anew. */
  constructor(store: Store, clients?: HistoryTarget) {
    this.#store = store;
    this.#clients = clients;
  }

  presize(entries: number): void {
    this.#store.presize(entries);
  }

  put(
    bytes: Uint8Array,
    keyStart: number,
    keyEnd: number,
    type: number,
    valueBytes: Uint8Array,
    valueStart: number,
    valueEnd: number,
    expiryMs: number,
    version: number,
    nowMs: number,
  ): boolean {
    const isPut = this.#store.put(
      bytes,
      keyStart,
      keyEnd,
      type,
      valueBytes,
      valueStart,
      valueEnd,
      expiryMs,
      version,
      nowMs,
    );
    if (isPut) return true;
    const entry = new SavedEntry();
    entry.key = bytes.slice(keyStart, keyEnd);
    entry.value = valueBytes.slice(valueStart, valueEnd);
    entry.type = type;
    entry.expiryMs = expiryMs;
    entry.version = version;
    this.#store.restore(entry);
    this.entriesAboveLimit++;
    return true;
  }

  mark(
    bytes: Uint8Array,
    identityStart: number,
    identityEnd: number,
    payloadStart: number,
    payloadEnd: number,
  ): void {
    this.#clients?.mark(bytes, identityStart, identityEnd, payloadStart, payloadEnd);
  }

  session(
    bytes: Uint8Array,
    identityStart: number,
    identityEnd: number,
    payloadStart: number,
    payloadEnd: number,
  ): void {
    this.#clients?.session(bytes, identityStart, identityEnd, payloadStart, payloadEnd);
  }

  remove(bytes: Uint8Array, start: number, end: number): boolean {
    return this.#store.remove(bytes, start, end);
  }

  clear(): number {
    return this.#store.clear();
  }
}
