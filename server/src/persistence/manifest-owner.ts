/**
 * The one place that publishes MANIFEST while a server runs: every change starts from the version that the last one
 * left, so that a snapshot and a new segment of the journal never undo each other.
 */

import { ACCESS_NAME } from './data-directory.js';
import { type FileSystem, pathIn } from './file-system.js';
import type { Keyring } from './keyring.js';
import { type Manifest, publishManifest } from './manifest.js';
import { writeInReserve } from './reserve.js';
import type { StorageCrypto } from './storage-crypto.js';
import { attempt } from './whole-file.js';

export class ManifestOwner {
  readonly #fs: FileSystem;
  readonly #crypto: StorageCrypto;
  readonly #keyring: Keyring;
  readonly #directory: string;
  #manifest: Manifest;

  constructor(
    fs: FileSystem,
    crypto: StorageCrypto,
    keyring: Keyring,
    directory: string,
    manifest: Manifest,
  ) {
    this.#fs = fs;
    this.#crypto = crypto;
    this.#keyring = keyring;
    this.#directory = directory;
    this.#manifest = manifest;
  }

  get manifest(): Manifest {
    return this.#manifest;
  }

  /** The generation that the next version will have; files that it lists first are numbered with it. */
  get nextGeneration(): number {
    return this.#manifest.generation + 1;
  }

  /** From its return on a restart finds these changes. `isFinal`: RESERVE may be spent for it. */
  publish(changes: Partial<Manifest>, isFinal = false): void {
    const manifest: Manifest = {
      ...this.#manifest,
      generation: this.nextGeneration,
      ...changes,
      // A database that has had an access key must never look as if it had had none.
      ...(this.#hasAccess() && { isSealed: true }),
    };
    const publish = () => publishManifest(this.#fs, this.#crypto, this.#keyring, this.#directory, manifest);
    if (isFinal) writeInReserve(this.#fs, this.#directory, publish);
    else publish();
    this.#manifest = manifest;
  }

  #hasAccess(): boolean {
    const file = pathIn(this.#directory, ACCESS_NAME);
    return attempt(file, 'look at it', () => this.#fs.stat(file)) !== undefined;
  }
}
