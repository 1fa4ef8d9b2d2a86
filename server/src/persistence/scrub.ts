/**
 * Reads the files that nothing is written to any more, a little at a time, and proves them as a load would: damage is
 * found while memory still has everything, and not at the next start. Through the system's cache, so a disk that has
 * rotted below a page still cached is found later. Changes nothing.
 */

import { ByteWriter } from '@anoadb/protocol';
import type { FileSystem } from './file-system.js';
import { damageOf } from './journal/journal-end.js';
import { SegmentReader } from './journal/segment-reader.js';
import type { Keyring } from './keyring.js';
import type { ListedJournal, Manifest } from './manifest.js';
import { listedFiles, SnapshotReader } from './snapshot-reader.js';
import type { StorageCrypto } from './storage-crypto.js';

export interface ScrubOptions {
  readonly directory: string;
  readonly keyring: Keyring;
  readonly manifest: Manifest;
}

export class Scrub {
  readonly #fs: FileSystem;
  readonly #crypto: StorageCrypto;
  readonly #options: ScrubOptions;
  readonly #lines = new ByteWriter(0);
  #snapshot: SnapshotReader | undefined;
  #segments: readonly ListedJournal[];
  #segment: SegmentReader | undefined;

  constructor(fs: FileSystem, crypto: StorageCrypto, options: ScrubOptions) {
    this.#fs = fs;
    this.#crypto = crypto;
    this.#options = options;
    const { directory, keyring, manifest } = options;
    this.#segments = manifest.journal.filter((segment) => segment.bytes !== undefined);
    if (manifest.snapshot !== null) {
      const nextFile = listedFiles(directory, manifest.snapshot.files);
      this.#snapshot = new SnapshotReader({ fs, crypto, nextFile, keyringFor: () => keyring });
    }
  }

  /** Proves the next chunk or frame; false: that was all. Throws PersistenceError 65 with file and offset. */
  step(): boolean {
    if (this.#snapshot !== undefined) {
      this.#lines.reset();
      if (!this.#snapshot.next(this.#lines)) this.#snapshot = undefined;
      return true;
    }
    const reader = this.#segment ?? this.#openSegment();
    if (reader === undefined) return false;
    if (reader.next()) return true;
    if (reader.flaw !== undefined) throw damageOf(reader);
    this.#closeSegment();
    return true;
  }

  close(): void {
    this.#snapshot?.close();
    this.#snapshot = undefined;
    this.#closeSegment();
    this.#segments = [];
  }

  #openSegment(): SegmentReader | undefined {
    const [listed, ...rest] = this.#segments;
    if (listed === undefined) return undefined;
    const { directory, keyring } = this.#options;
    const { name, bytes } = listed;
    this.#segments = rest;
    this.#segment = new SegmentReader({
      fs: this.#fs,
      crypto: this.#crypto,
      directory,
      keyring,
      name,
      bytes,
    });
    return this.#segment;
  }

  #closeSegment(): void {
    this.#segment?.close();
    this.#segment = undefined;
  }
}
