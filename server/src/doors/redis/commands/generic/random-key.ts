import type { EntryRef } from '../../../../store/index.js';
import type { RedisHandler } from '../../redis-handler.js';
import type { RedisServer } from '../../redis-server.js';
import { startsWith } from './key-listing.js';

/**
 * One of some neighbours at a random place in the order of hashes. An access key with a prefix may have to pass many
 * keys that are not its own.
 */
export const randomKey: RedisHandler = ({ server, reply }) => {
  const { engine } = server;
  const { store } = engine;
  engine.restOnAll();
  const ref = pick.from(server);
  if (ref === 0) {
    reply.nullBulk();
    return;
  }
  const start = store.keyStartOf(ref);
  reply.bulk(store.segmentOf(ref), start, start + store.keyLengthOf(ref));
};

/**
 * Neighbours to choose among: keys stand at random distances, so a place alone would choose those behind a wide gap far
 * too often. Of up to this many keys all are neighbours, and each comes as often as the others.
 */
const NEIGHBOURS = 32;
const SLICE_ENTRIES = 8;

class RandomPick {
  #server!: RedisServer;
  #found: EntryRef = 0;
  #seen = 0;

  /** 0: there is none in reach. */
  from(server: RedisServer): EntryRef {
    this.#server = server;
    this.#found = 0;
    this.#seen = 0;
    const hash = server.engine.store.count <= NEIGHBOURS ? 0 : server.random32();
    this.#search(hash, 2 ** 32);
    if (this.#seen < NEIGHBOURS) this.#search(0, hash);
    return this.#found;
  }

  /** Visits entries from that hash on until there are neighbours enough, or another hash is passed. */
  #search(from: number, to: number): void {
    const { engine } = this.#server;
    let cursor = from;
    while (cursor < to && this.#seen < NEIGHBOURS) {
      const next = engine.store.scan(cursor, SLICE_ENTRIES, engine.nowMs, this.#visit);
      cursor = next === 0 ? to : next;
    }
  }

  readonly #visit = (ref: EntryRef): void => {
    const { engine } = this.#server;
    const { store, keyPrefix } = engine;
    const start = store.keyStartOf(ref);
    if (!startsWith(store.segmentOf(ref), start, start + store.keyLengthOf(ref), keyPrefix)) return;
    // Each of n is chosen with a chance of 1 in n (Vitter's reservoir, of one).
    this.#seen++;
    if (this.#server.random32() % this.#seen === 0) this.#found = ref;
  };
}

const pick = new RandomPick();
