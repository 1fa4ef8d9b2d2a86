/**
 * What the journal hears of Redis commands is enough: a follower that knows the effects alone has the same strings, with
 * the same expiry and version, after any sequence of commands, as each is written into one request.
 */

import assert from 'node:assert/strict';
import { freshSeed, SeededRandom } from '@anoadb/testkit';
import { suite } from 'uvu';
import { createRedisDoor } from '../src/doors/redis/redis-door.js';
import { VolatileJournal } from '../src/engine/journal.js';
import type { EntryRef } from '../src/store/index.js';
import { checkStore } from '../src/store/store-check.js';
import { commandName, encodeCommand } from './redis-differential/command.js';
import { type CommandDraw, Draw, mixed, spoiled } from './redis-differential/draw.js';
import { bits } from './redis-differential/generators/bits.js';
import { keys } from './redis-differential/generators/keys.js';
import { strings } from './redis-differential/generators/strings.js';
import { StreamHarness, type StreamHarnessOptions } from './support/stream-harness.js';

const test = suite('redis keys and the journal');

const SEQUENCES = 20;
const COMMANDS = 400;
const draw = mixed([4, strings], [2, bits], [3, keys]);

class Follower {
  readonly entries = new Map<string, string>();
  readonly harness: StreamHarness;

  constructor(options: StreamHarnessOptions = {}) {
    const journal = new VolatileJournal();
    this.harness = new StreamHarness((services) => ({ redis: createRedisDoor(services) }), {
      ...options,
      journal,
    });
    const { store } = this.harness.engine;
    const ofLists = (): never => assert.fail('no list was made');
    journal.subscribe({
      put: (ref) => void this.entries.set(this.keyOf(ref), this.stateOf(ref)),
      remove: (bytes, start, end) => void this.entries.delete(latin1(bytes, start, end)),
      clear: () => this.entries.clear(),
      splice: ofLists,
      removeEqual: ofLists,
      copy: ofLists,
    });
    assert.equal(store.count, 0);
  }

  keyOf(ref: EntryRef): string {
    const { store } = this.harness.engine;
    const start = store.keyStartOf(ref);
    return latin1(store.segmentOf(ref), start, start + store.keyLengthOf(ref));
  }

  stateOf(ref: EntryRef): string {
    const { store } = this.harness.engine;
    const start = store.valueStartOf(ref);
    const value = latin1(store.segmentOf(ref), start, start + store.valueLengthOf(ref));
    return `${store.typeOf(ref)} ${store.expiryOf(ref)} ${store.versionOf(ref)} ${value}`;
  }

  /** What is stored, and has not expired. */
  stored(): Map<string, string> {
    const { store, nowMs } = this.harness.engine;
    const stored = new Map<string, string>();
    store.scan(
      0,
      Number.POSITIVE_INFINITY,
      nowMs,
      (ref) => void stored.set(this.keyOf(ref), this.stateOf(ref)),
    );
    return stored;
  }
}

function latin1(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.subarray(start, end)).toString('latin1');
}

/** Random commands on a new server, whose follower must have what is stored at the end. Returns how many were evicted. */
function follow(seed: number, draw: CommandDraw, options: StreamHarnessOptions = {}): number {
  const words = new Draw(new SeededRandom(seed));
  const follower = new Follower(options);
  const { harness } = follower;
  const client = harness.connect();
  for (let i = 0; i < COMMANDS; i++) {
    const command = spoiled(draw(words), words);
    if (commandName(command) !== 'rpush') client.send(encodeCommand(command));
  }
  const stored = new Map([...follower.stored()].sort());
  assert.deepEqual(new Map([...follower.entries].sort()), stored, `seed ${seed}`);
  assert.deepEqual(harness.defects, []);
  checkStore(harness.engine.store);
  return harness.engine.store.counters.evicted;
}

test('a follower of the effects has what is stored', () => {
  const seed = freshSeed();
  console.log(`# seed ${seed}`);
  for (let i = 0; i < SEQUENCES; i++) follow((seed + i) >>> 0, draw);
});

test('also where entries are evicted to make room', () => {
  const seed = freshSeed();
  console.log(`# seed ${seed}`);
  const filling = mixed(
    [2, draw],
    [1, (words) => ['SET', `filler:${words.int(0, 999)}`, 'x'.repeat(30_000)]],
  );
  let evicted = 0;
  for (let i = 0; i < SEQUENCES; i++) {
    const maxMemoryBytes = 5 * 1024 * 1024;
    evicted += follow((seed + i) >>> 0, filling, { maxMemoryBytes, eviction: 'sieve' });
  }
  assert.ok(evicted > SEQUENCES, `${evicted} evicted`);
});

test.run();
