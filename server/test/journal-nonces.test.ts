/** Fault 9: a directory is copied and both go on, with random numbers that repeat; no box tells on another. */

import * as assert from 'node:assert/strict';
import { test } from 'uvu';
import type { StorageCrypto } from '../src/persistence/storage-crypto.js';
import { MemoryDisk } from './persistence-memory-disk.js';
import { testCrypto } from './persistence-model.js';
import { beginOn, journalOn, written } from './support/journalled-store.js';

/** Every box that was sealed: (key, nonce) to plaintext. */
class NonceRegistry {
  seals = 0;
  /** Boxes whose key, nonce and plaintext had all been there before. */
  repeats = 0;
  readonly #plaintexts = new Map<string, string>();

  watch(crypto: StorageCrypto): StorageCrypto {
    const { seal } = crypto;
    crypto.seal = (box, plain, nonce, key) => {
      const pair = `${Buffer.from(key).toString('hex')} ${Buffer.from(nonce).toString('hex')}`;
      const text = Buffer.from(plain).toString('base64');
      const former = this.#plaintexts.get(pair);
      assert.equal(former ?? text, text, 'one key and nonce for two plaintexts');
      if (former !== undefined) this.repeats++;
      this.#plaintexts.set(pair, text);
      this.seals++;
      seal(box, plain, nonce, key);
    };
    return crypto;
  }
}

/** Some batches in segments of a few hundred bytes; ends as a kill does, or cleanly with a snapshot. */
async function live(disk: MemoryDisk, crypto: StorageCrypto, text: string, isClean: boolean): Promise<void> {
  const { store, database } = await beginOn(disk, {
    ...journalOn('always', 700),
    crypto,
    reserveBytesMax: 0,
  });
  for (let i = 0; i < 6; i++) {
    store.setText(`key ${i}`, `${text} ${i}`);
    store.noteMark('client', `${text} rid ${i}`);
    store.commit();
    await written(database, store.lastVersion());
  }
  if (!isClean) return;
  await database.snapshot(store, { isFinal: true });
  await database.close();
}

for (const [what, randomOf] of [
  ['seeded alike', () => testCrypto(5)],
  ['constant', () => ({ ...testCrypto(5), random: (into: Uint8Array) => void into.fill(9) })],
] as const) {
  for (const isClean of [true, false]) {
    const ending = isClean ? 'a clean stop' : 'a kill';
    test(`copied after ${ending}, both run, random numbers ${what}: no nonce for two plaintexts`, async () => {
      const registry = new NonceRegistry();
      const disk = new MemoryDisk();
      await live(disk, registry.watch(randomOf()), 'original', isClean);
      const copies = ['left', 'right', 'right'].map((text) => ({ text, copy: disk.afterKill() }));
      for (const { text, copy } of copies) {
        await live(copy, registry.watch(randomOf()), text, isClean);
        await live(copy.afterKill(), registry.watch(randomOf()), `${text} again`, isClean);
      }
      assert.ok(registry.seals > 60, `${registry.seals} boxes`);
      // Two copies that write the same with the same random numbers write the same boxes: nothing is told by that.
      assert.ok(registry.repeats > 0);
    });
  }
}

test.run();
