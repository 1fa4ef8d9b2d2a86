import type { Engine } from '../../../../engine/engine.js';
import type { EntryRef } from '../../../../store/index.js';
import type { RedisHandler } from '../../redis-handler.js';
import { startsWith } from './key-listing.js';

/**
 * The first key from a random place in the order of hashes on. Keys stand there at random distances, so some come a
 * little more often than others. An access key with a prefix may have to pass many that are not its own.
 */
export const randomKey: RedisHandler = (client) => {
  const { engine } = client.server;
  const { reply } = client;
  const { store } = engine;
  engine.restOnAll();
  const ref = pick.from(engine, client.server.random32());
  if (ref === 0) {
    reply.nullBulk();
    return;
  }
  const start = store.keyStartOf(ref);
  reply.bulk(store.segmentOf(ref), start, start + store.keyLengthOf(ref));
};

/** Entries visited at a time: few, since one is wanted. */
const SLICE_ENTRIES = 4;

class RandomPick {
  #engine!: Engine;
  #found: EntryRef = 0;

  /** The first entry in reach whose hash is at least that, going on at the start behind the last; 0: there is none. */
  from(engine: Engine, hash: number): EntryRef {
    this.#engine = engine;
    this.#found = 0;
    this.#search(hash);
    if (this.#found === 0) this.#search(0);
    return this.#found;
  }

  #search(hash: number): void {
    let cursor = hash;
    do {
      cursor = this.#engine.store.scan(cursor, SLICE_ENTRIES, this.#engine.nowMs, this.#visit);
    } while (cursor !== 0 && this.#found === 0);
  }

  readonly #visit = (ref: EntryRef): void => {
    if (this.#found !== 0) return;
    const { store, keyPrefix } = this.#engine;
    const start = store.keyStartOf(ref);
    if (startsWith(store.segmentOf(ref), start, start + store.keyLengthOf(ref), keyPrefix)) this.#found = ref;
  };
}

const pick = new RandomPick();
