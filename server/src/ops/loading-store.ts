/**
 * The store while a snapshot is loaded into it: what was on disk comes in even where it passes the memory limit.
 *
 * A full server must be able to start again: the same entries, laid out anew, can take a segment more than before,
 * and a limit may have been lowered. Above the limit new writes are refused (or evict) until there is room.
 */

import { ValueType } from '@anoadb/protocol';
import type { HistoryTarget } from '@anoadb/transport';
import type { LoadTarget } from '../persistence/index.js';
import { SavedEntry, type Store } from '../store/index.js';
import { LoadingLists } from './loading-lists.js';

export class LoadingStore implements LoadTarget {
  readonly #store: Store;
  readonly #lists: LoadingLists;
  #entriesAboveLimit = 0;
  readonly #clients: HistoryTarget | undefined;

  /** @param clients takes what is known of clients; undefined: they start anew. */
  constructor(store: Store, clients?: HistoryTarget) {
    this.#store = store;
    this.#lists = new LoadingLists(store);
    this.#clients = clients;
  }

  /** Entries, and changes of lists, that came in above the limit. */
  get entriesAboveLimit(): number {
    return this.#entriesAboveLimit + this.#lists.recordsAboveLimit;
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
    clientFlags: number,
  ): boolean {
    if (type === ValueType.LIST) {
      this.#lists.put(bytes, keyStart, keyEnd, valueStart, valueEnd, expiryMs, version, nowMs);
      return true;
    }
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
      clientFlags,
    );
    if (isPut) return true;
    const entry = new SavedEntry();
    entry.key = bytes.slice(keyStart, keyEnd);
    entry.value = valueBytes.slice(valueStart, valueEnd);
    entry.type = type;
    entry.expiryMs = expiryMs;
    entry.version = version;
    entry.clientFlags = clientFlags;
    this.#store.restore(entry);
    this.#entriesAboveLimit++;
    return true;
  }

  splice(
    bytes: Uint8Array,
    keyStart: number,
    keyEnd: number,
    lengthBefore: number,
    at: number,
    removed: number,
    elementsStart: number,
    elementsEnd: number,
    expiryMs: number,
    version: number,
  ): boolean {
    return this.#lists.splice(
      bytes,
      keyStart,
      keyEnd,
      lengthBefore,
      at,
      removed,
      elementsStart,
      elementsEnd,
      expiryMs,
      version,
    );
  }

  removeEqual(
    bytes: Uint8Array,
    keyStart: number,
    keyEnd: number,
    lengthBefore: number,
    removed: number,
    isBackward: boolean,
    start: number,
    end: number,
    version: number,
  ): boolean {
    return this.#lists.removeEqual(
      bytes,
      keyStart,
      keyEnd,
      lengthBefore,
      removed,
      isBackward,
      start,
      end,
      version,
    );
  }

  copy(
    bytes: Uint8Array,
    keyStart: number,
    keyEnd: number,
    fromStart: number,
    fromEnd: number,
    expiryMs: number,
    version: number,
    nowMs: number,
  ): boolean {
    return this.#lists.copy(bytes, keyStart, keyEnd, fromStart, fromEnd, expiryMs, version, nowMs);
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
