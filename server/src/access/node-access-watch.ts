/**
 * The access keys of a running server: read at its start, and again within a moment of every change of ACCESS.
 *
 * The file system's notice is fast but may be missing (network file systems, no watches left), so a look at the
 * file's identity every 200 ms decides; that is one system call. A file that cannot be used changes nothing: the
 * server goes on with the keys it has, and says so once. In particular a file that vanishes opens nothing.
 */

import { type FSWatcher, statSync, watch } from 'node:fs';
import { ACCESS_NAME } from '../persistence/data-directory.js';
import { pathIn } from '../persistence/file-system.js';
import type { Keyring } from '../persistence/keyring.js';
import { nodeFileSystem } from '../persistence/node-file-system.js';
import { nodeStorageCrypto } from '../persistence/node-storage-crypto.js';
import { readAccess } from './access-file.js';
import { type AccessKeySet, withoutEnded } from './access-key.js';

const LOOK_INTERVAL_MS = 200;

export interface AccessWatchOptions {
  readonly directory: string;
  readonly keyring: Keyring;
  /** The database's clock: it never goes back, so a key whose time is over stays over. */
  readonly nowMs: () => number;
  /** Default: node's own. */
  readonly watch?: typeof watch | undefined;
}

export interface AccessListener {
  /** The keys that are good from now on. */
  readonly onKeys: (set: AccessKeySet) => void;
  /** The file cannot be used; the keys stay as they are. */
  readonly onProblem: (message: string) => void;
}

export class AccessWatch {
  readonly #options: AccessWatchOptions;
  readonly #file: string;
  readonly #fs = nodeFileSystem();
  readonly #crypto = nodeStorageCrypto();
  #listener: AccessListener | undefined;
  /** As the file says, with keys whose time may be over meanwhile. */
  #set: AccessKeySet;
  #usable: AccessKeySet;
  #identity: string | undefined;
  #lastProblem = '';
  #timer: NodeJS.Timeout | undefined;
  #watcher: FSWatcher | undefined;

  /** Reads the keys. @throws PersistenceError where the file is there and cannot be used */
  constructor(options: AccessWatchOptions) {
    this.#options = options;
    this.#file = pathIn(options.directory, ACCESS_NAME);
    // Before the content: a change in between is then noticed later rather than never.
    this.#identity = this.#look();
    this.#set = this.#read();
    this.#usable = withoutEnded(this.#set, options.nowMs());
  }

  /** The keys that are good now. */
  get usable(): AccessKeySet {
    return this.#usable;
  }

  start(listener: AccessListener): void {
    this.#listener = listener;
    this.#timer = setInterval(() => this.check(), LOOK_INTERVAL_MS);
    try {
      const { directory } = this.#options;
      this.#watcher = (this.#options.watch ?? watch)(directory, { persistent: false }, (_event, name) => {
        if (name === ACCESS_NAME) this.check();
      });
      this.#watcher.on('error', () => this.#watcher?.close());
    } catch {
      // No watches left on this machine: the timer alone finds changes.
    }
    // The keys were read before the data was loaded, which may have been minutes ago.
    this.check();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#watcher?.close();
    this.#listener = undefined;
  }

  /** Looks whether anything changed, and tells the listener. */
  check(): void {
    if (this.#listener === undefined) return;
    try {
      const identity = this.#look();
      if (identity !== this.#identity) {
        this.#take(identity);
        this.#lastProblem = '';
      }
    } catch (error) {
      this.#problem(error instanceof Error ? error.message : String(error));
    }
    const usable = withoutEnded(this.#set, this.#options.nowMs());
    if (sameKeys(usable, this.#usable)) return;
    this.#usable = usable;
    this.#listener.onKeys(usable);
  }

  #take(identity: string | undefined): void {
    if (identity === undefined) {
      this.#identity = identity;
      throw new Error(`${this.#file}: it was removed. Bring it back; a restart without it knows no key.`);
    }
    const set = this.#read();
    // Read whole: whatever it says, this version need not be read again.
    this.#identity = identity;
    if (set.generation < this.#set.generation) {
      throw new Error(
        `${this.#file}: it is older than the keys in use, so revoked keys could come back. Restart if it is meant.`,
      );
    }
    this.#set = set;
  }

  #read(): AccessKeySet {
    const { directory, keyring } = this.#options;
    return readAccess(this.#fs, this.#crypto, keyring, directory);
  }

  /** Changes with every version of the file, undefined where there is none. */
  #look(): string | undefined {
    const stat = statSync(this.#file, { bigint: true, throwIfNoEntry: false });
    return stat && `${stat.dev} ${stat.ino} ${stat.size} ${stat.mtimeNs} ${stat.ctimeNs}`;
  }

  #problem(message: string): void {
    if (message === this.#lastProblem) return;
    this.#lastProblem = message;
    this.#listener?.onProblem(message);
  }
}

/** The same objects: a new version of the file has new ones. */
function sameKeys(a: AccessKeySet, b: AccessKeySet): boolean {
  return a.keys.length === b.keys.length && a.keys.every((key, i) => key === b.keys[i]);
}
