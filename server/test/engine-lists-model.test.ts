/** Random changes of lists against plain arrays: contents, versions, effects, and what a rolled-back request leaves. */

import assert from 'node:assert/strict';
import { encodeCopy, encodeDelete, encodeExpire, encodeRename, encodeSet } from '@anoadb/protocol';
import { SeededRandom } from '@anoadb/testkit';
import { test } from 'uvu';
import { checkStore } from '../src/store/index.js';
import { ListClient } from './support/list-client.js';
import { bytes, type Encode, TestEngine, type TestEngineOptions } from './test-engine.js';

const STEPS = 1500;
const KEYS = ['a', 'b', 'c', 'd'];

class Model {
  readonly db: TestEngine;
  readonly lists: ListClient;
  state = new Map<string, string[]>();
  readonly #random: SeededRandom;
  #ballast = 0;

  constructor(seed: number, options: TestEngineOptions) {
    this.db = new TestEngine(options);
    this.lists = new ListClient(this.db.engine);
    this.#random = new SeededRandom(seed);
  }

  /** Fills the store up, so that many an insert is refused. */
  fillUp(): void {
    const value = 'x'.repeat(20_000);
    while (this.#run((w) => encodeSet(w, { key: bytes(`ballast ${this.#ballast}`), value }))) this.#ballast++;
  }

  step(): void {
    const random = this.#random;
    // What a rollback puts back may pass the limit: a full store has none here.
    if (random.chance(0.1)) this.#atomic(random.int(1, 5), this.#ballast === 0 && random.chance(0.5));
    else this.#change();
  }

  check(): void {
    for (const key of KEYS) assert.deepEqual(this.lists.range(key), this.state.get(key), key);
    assert.equal(this.db.store.count, this.state.size + this.#ballast);
    this.db.assertFollowed();
    checkStore(this.db.store);
  }

  #atomic(changes: number, isRolledBack: boolean): void {
    const { engine } = this.db;
    const before = new Map([...this.state].map(([key, elements]) => [key, [...elements]]));
    const contents = isRolledBack ? this.db.contents() : undefined;
    engine.startRequest();
    engine.begin();
    for (let i = 0; i < changes; i++) this.#change();
    if (!isRolledBack) {
      engine.commit();
      return;
    }
    engine.rollback();
    this.state = before;
    assert.deepEqual(this.db.contents(), contents);
  }

  #change(): void {
    const random = this.#random;
    const { lists, state } = this;
    const key = random.pick(KEYS);
    const elements = state.get(key);
    const length = elements?.length ?? 0;
    switch (random.int(0, 9)) {
      case 0:
      case 1:
      case 2:
      case 3: {
        const at = random.pick([0, length, random.int(0, length)]);
        const added = Array.from({ length: random.int(1, random.pick([3, 60])) }, () => this.#element());
        const isReversed = random.chance(0.5);
        if (!lists.insert(key, at, added, isReversed)) return;
        const list = elements ?? [];
        list.splice(at, 0, ...(isReversed ? added.toReversed() : added));
        state.set(key, list);
        return;
      }
      case 4:
      case 5: {
        if (elements === undefined) return;
        const at = random.int(0, length - 1);
        const count = random.int(1, length - at);
        if (!lists.remove(key, at, count)) return;
        elements.splice(at, count);
        break;
      }
      case 6: {
        if (elements === undefined) return;
        const at = random.int(0, length - 1);
        const element = this.#element();
        if (lists.replace(key, at, element)) elements[at] = element;
        return;
      }
      case 7: {
        if (elements === undefined) return;
        const element = this.#element();
        const isBackward = random.chance(0.5);
        const limit = random.int(1, 5);
        const removed = lists.removeEqual(key, element, limit, isBackward);
        assert.equal(removed, Math.min(limit, elements.filter((other) => other === element).length));
        for (let i = 0; i < removed; i++)
          elements.splice(isBackward ? elements.lastIndexOf(element) : elements.indexOf(element), 1);
        break;
      }
      case 8: {
        const to = random.pick(KEYS);
        const isRename = random.chance(0.5);
        const encode = isRename ? encodeRename : encodeCopy;
        if (!this.#run((w) => encode(w, { key: bytes(key), newKey: bytes(to) })) || elements === undefined)
          return;
        if (isRename) state.delete(key);
        state.set(to, isRename ? elements : [...elements]);
        return;
      }
      default:
        if (random.chance(0.2) && this.#run((w) => encodeDelete(w, { key: bytes(key) }))) state.delete(key);
        else this.#run((w) => encodeExpire(w, { key: bytes(key), timeMs: 1e9 }));
    }
    if (elements?.length === 0) state.delete(key);
  }

  #run(encode: Encode): boolean {
    return this.lists.execute(encode);
  }

  #element(): string {
    const random = this.#random;
    if (random.chance(0.02)) return 'x'.repeat(random.int(1000, 20_000));
    return `${random.int(0, 30)}`;
  }
}

const STORES: [string, TestEngineOptions][] = [
  ['without a limit', {}],
  ['full', { maxMemoryBytes: 5 * 1024 * 1024, eviction: 'refuse' }],
];

for (const [name, options] of STORES)
  for (const seed of [1, 2, 3])
    test(`lists are what arrays are, in a store ${name} (seed ${seed})`, () => {
      const model = new Model(seed, options);
      const isFull = options.maxMemoryBytes !== undefined;
      if (isFull) model.fillUp();
      for (let i = 0; i < STEPS; i++) {
        model.step();
        if (i % 50 === 0) model.check();
      }
      model.check();
      if (isFull)
        assert.ok(model.db.store.counters.refused > 20, `${model.db.store.counters.refused} refused`);
    });

test.run();
