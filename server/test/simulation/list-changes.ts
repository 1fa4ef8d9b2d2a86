/** Lists that no client of the simulation knows: made and changed as a Redis door would, straight through the engine. */

import { encodeCopy, encodeDelete, encodeExpire, encodeRename } from '@anoadb/protocol';
import { SeededRandom } from '@anoadb/testkit';
import type { Engine } from '../../src/engine/engine.js';
import { ListClient } from '../support/list-client.js';

const KEYS = 4;

/** Makes so many changes, each a request of its own; what they are follows from the seed and from what is there. */
export function changeLists(engine: Engine, seed: number, changes: number): void {
  const random = new SeededRandom(seed);
  const lists = new ListClient(engine);
  for (let i = 0; i < changes; i++) changeOne(lists, random);
}

function changeOne(lists: ListClient, random: SeededRandom): void {
  const key = `list ${random.int(0, KEYS - 1)}`;
  const other = `list ${random.int(0, KEYS - 1)}`;
  const length = lists.length(key);
  const element = (): string =>
    random.chance(0.05) ? 'x'.repeat(random.int(1000, 30_000)) : `${random.int(0, 20)}`;
  const elements = (): string[] => Array.from({ length: random.int(1, 6) }, element);
  switch (random.int(0, 9)) {
    case 0:
      lists.insert(key, 0, elements(), true);
      return;
    case 1:
    case 2:
      lists.insert(key, length, elements());
      return;
    case 3:
      lists.insert(key, random.int(0, length), elements());
      return;
    case 4:
      if (length > 0) lists.remove(key, 0, random.int(1, length));
      return;
    case 5:
      if (length > 0) lists.remove(key, length - 1, 1);
      return;
    case 6:
      if (length > 0) lists.replace(key, random.int(0, length - 1), element());
      return;
    case 7:
      if (length > 0) lists.removeEqual(key, `${random.int(0, 20)}`, random.int(1, 4), random.chance(0.5));
      return;
    case 8:
      lists.execute((w) => encodeRename(w, { key: Buffer.from(key), newKey: Buffer.from(other) }));
      return;
    default:
      lists.execute((w) => {
        const k = Buffer.from(key);
        if (random.chance(0.3)) encodeDelete(w, { key: k });
        else if (random.chance(0.5)) encodeCopy(w, { key: k, newKey: Buffer.from(other) });
        else encodeExpire(w, { key: k, timeMs: random.int(1, 5000) });
      });
  }
}
