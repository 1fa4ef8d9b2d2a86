/**
 * The content of one file on a simulated disk: what programs read, what reached the medium, and the writes between
 * the two, which a power cut keeps, drops, reorders or tears.
 *
 * Invariant: `medium` holds only what a successful sync promised. What a failed sync let go of never gets there by
 * a later one, as on Linux, which marks the pages clean (Rebello et al., ATC'20): only `bytes` still shows it.
 */

import type { SeededRandom } from '@anoadb/testkit';

/** What a disk writes whole or not at all. */
export const SECTOR_BYTES = 512;

interface UnsyncedWrite {
  /** Counts the writes of the file. */
  readonly order: number;
  readonly position: number;
  readonly bytes: Uint8Array;
  /** A sync failed on it: chance may have written it, no later sync will. */
  readonly isLost: boolean;
}

/** How much of the unsynced writes of one file a power cut leaves. */
const CUTS = ['nothing', 'everything', 'a prefix', 'sectors', 'sectors', 'length only'] as const;

export class SimulatedFile {
  mode: number;
  #bytes: Uint8Array;
  #byteCount: number;
  #medium: Uint8Array;
  #unsynced: UnsyncedWrite[] = [];
  #writes = 0;

  constructor(mode: number, bytes: Uint8Array = new Uint8Array(0)) {
    this.mode = mode;
    this.#bytes = bytes.slice();
    this.#byteCount = bytes.length;
    this.#medium = bytes.slice();
  }

  /** As any process sees it, with what only the page cache has. Valid until the next write. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#byteCount);
  }

  get byteCount(): number {
    return this.#byteCount;
  }

  /** What no crash can take away any more. */
  get medium(): Uint8Array {
    return this.#medium;
  }

  write(position: number, bytes: Uint8Array): void {
    const end = position + bytes.length;
    if (end > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(end, 2 * this.#bytes.length, 256));
      grown.set(this.bytes);
      this.#bytes = grown;
    }
    this.#bytes.set(bytes, position);
    this.#byteCount = Math.max(this.#byteCount, end);
    this.#unsynced.push({ order: ++this.#writes, position, bytes: bytes.slice(), isLost: false });
  }

  /** Number of the last write so far. */
  get writes(): number {
    return this.#writes;
  }

  /** Those up to write number `upTo` are on the medium: a sync promises nothing of what came after it began. */
  sync(upTo = this.#writes): void {
    const isSynced = (write: UnsyncedWrite): boolean => !write.isLost && write.order <= upTo;
    const synced = this.#unsynced.filter(isSynced);
    if (synced.length === 0) return;
    this.#medium = this.#withWrites(synced);
    this.#unsynced = this.#unsynced.filter((write) => !isSynced(write));
  }

  /** The device refused: what was to be written is given up, though readers still see it. */
  failSync(upTo = this.#writes): void {
    this.#unsynced = this.#unsynced.map((write) => ({
      ...write,
      isLost: write.isLost || write.order <= upTo,
    }));
  }

  /** As the next process finds it after kill -9: the page cache outlives the process. */
  copy(): SimulatedFile {
    const copy = new SimulatedFile(this.mode, this.bytes);
    copy.#medium = this.#medium;
    copy.#unsynced = [...this.#unsynced];
    copy.#writes = this.#writes;
    return copy;
  }

  /** What the medium holds after a power cut; without `random` the least there can be. */
  afterPowerCut(random?: SeededRandom): SimulatedFile {
    if (random === undefined || this.#unsynced.length === 0)
      return new SimulatedFile(this.mode, this.#medium);
    return new SimulatedFile(this.mode, this.#cut(random));
  }

  #cut(random: SeededRandom): Uint8Array {
    switch (random.pick(CUTS)) {
      case 'nothing':
        return this.#medium;
      case 'everything':
        return this.#withWrites(this.#unsynced);
      case 'a prefix':
        return this.#torn(random);
      case 'length only':
        // The inode's size was written before the data: a tail of NULs.
        return resized(this.#medium, this.#byteCount);
      default:
        return this.#sectors(random);
    }
  }

  #withWrites(writes: readonly UnsyncedWrite[]): Uint8Array {
    const end = writes.reduce((max, { position, bytes }) => Math.max(max, position + bytes.length), 0);
    const image = resized(this.#medium, Math.max(this.#medium.length, end));
    for (const { position, bytes } of writes) setWithin(image, bytes, position);
    return image;
  }

  /** The first writes, the last of them cut at any byte. */
  #torn(random: SeededRandom): Uint8Array {
    if (this.#unsynced.length === 0) return this.#medium;
    const count = random.int(1, this.#unsynced.length);
    const writes = this.#unsynced.slice(0, count);
    const last = writes[count - 1];
    writes[count - 1] = { ...last, bytes: last.bytes.subarray(0, random.int(0, last.bytes.length)) };
    return this.#withWrites(writes);
  }

  /** Each sector as it was at one moment since the last sync, whatever became of the sectors before it. */
  #sectors(random: SeededRandom): Uint8Array {
    const whole = this.#withWrites(this.#unsynced);
    const byteCount = random.chance(0.5) ? whole.length : random.int(this.#medium.length, whole.length);
    const image = resized(this.#medium, byteCount);
    const keptChance = random.pick([0.1, 0.5, 0.9]);
    const version = new Map<number, number>();
    this.#unsynced.forEach(({ position, bytes }) => {
      const last = Math.floor((position + bytes.length - 1) / SECTOR_BYTES);
      for (let sector = Math.floor(position / SECTOR_BYTES); sector <= last; sector++) {
        if (version.has(sector)) continue;
        const isWhole = random.chance(keptChance);
        const isOld = !isWhole && random.chance(0.7);
        version.set(
          sector,
          isWhole ? this.#unsynced.length : isOld ? 0 : random.int(0, this.#unsynced.length),
        );
      }
    });
    this.#unsynced.forEach(({ position, bytes }, index) => {
      for (const [sector, versions] of version) {
        if (index >= versions) continue;
        const start = Math.max(position, sector * SECTOR_BYTES);
        const end = Math.min(position + bytes.length, (sector + 1) * SECTOR_BYTES);
        if (start < end) setWithin(image, bytes.subarray(start - position, end - position), start);
      }
    });
    return image;
  }
}

function resized(bytes: Uint8Array, byteCount: number): Uint8Array {
  const image = new Uint8Array(byteCount);
  image.set(bytes.subarray(0, byteCount));
  return image;
}

/** As much of `bytes` as the image has room for. */
function setWithin(image: Uint8Array, bytes: Uint8Array, position: number): void {
  if (position >= image.length) return;
  image.set(bytes.subarray(0, image.length - position), position);
}
