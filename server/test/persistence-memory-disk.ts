/**
 * A disk in memory that can fail at any call, and forgets on a power cut what was not synced: file contents since
 * their last sync (simulated-file.ts), names since the last sync of their directory. Stricter than most real file
 * systems: syncing a file does not sync its name, and names of one directory reach the medium in any order.
 */

import type { SeededRandom } from '@anoadb/testkit';
import type { FileHandle, FileStat, FileSystem } from '../src/persistence/file-system.js';
import { SimulatedFile } from './support/simulated-file.js';

export interface DiskCall {
  /** Counts from 1 over all calls of this disk. */
  readonly index: number;
  readonly name: keyof FileSystem;
  readonly path: string;
}

/**
 * What a planned fault does to a call: an error code thrown before it takes effect, `short`: half a transfer,
 * `crash-torn`: half a transfer, then the machine is down.
 */
export type Fault = string | 'short' | 'crash-before' | 'crash-after' | 'crash-torn' | undefined;

export class Crash extends Error {
  override readonly name = 'Crash';
}

/** A change of names that no sync of its directory has made safe yet. */
interface NameChange {
  readonly directories: readonly string[];
  readonly removed: string | undefined;
  readonly made: { readonly path: string; readonly file: SimulatedFile } | undefined;
}

export class MemoryDisk implements FileSystem {
  calls = 0;
  readonly log: DiskCall[] = [];
  /** Asked before every call. */
  plan: (call: DiskCall) => Fault = () => undefined;
  /** A full disk: bytes that may still be written. */
  freeBytes = Number.POSITIVE_INFINITY;
  /** How long a call takes; added up in `elapsedMs`, which is virtual: nobody waits. */
  latencyMs: (call: DiskCall) => number = () => 0;
  elapsedMs = 0;
  #files: Map<string, SimulatedFile>;
  /** Names that survive a power cut. */
  #durable: Map<string, SimulatedFile>;
  #unsyncedNames: NameChange[] = [];
  #directories: Map<string, number>;
  readonly #handles = new Map<FileHandle, { file: SimulatedFile; path: string }>();
  #nextHandle = 3;
  #isCrashed = false;

  constructor(
    files: Map<string, SimulatedFile> = new Map(),
    directories: Map<string, number> = new Map([['/', 0o755]]),
  ) {
    this.#files = files;
    this.#durable = new Map(files);
    this.#directories = directories;
  }

  get isCrashed(): boolean {
    return this.#isCrashed;
  }

  /** The disk as a process finds it after kill -9: all that was written is there, synced or not. */
  afterKill(): MemoryDisk {
    const copies = new Map<SimulatedFile, SimulatedFile>();
    const copyOf = (file: SimulatedFile): SimulatedFile => {
      const copy = copies.get(file) ?? file.copy();
      copies.set(file, copy);
      return copy;
    };
    const disk = new MemoryDisk(mapped(this.#files, copyOf), new Map(this.#directories));
    disk.#durable = mapped(this.#durable, copyOf);
    disk.#unsyncedNames = this.#unsyncedNames.map((change) => ({
      ...change,
      made: change.made && { path: change.made.path, file: copyOf(change.made.file) },
    }));
    return disk;
  }

  /**
   * As after a power cut: what was synced, names and contents, and of the rest what chance left of it; without
   * `random` nothing.
   */
  afterPowerCut(random?: SeededRandom): MemoryDisk {
    const names = new Map(this.#durable);
    if (random !== undefined) {
      const keptChance = random.pick([0, 0.5, 1]);
      for (const change of this.#unsyncedNames) if (random.chance(keptChance)) applyName(names, change);
    }
    const cut = mapped(names, (file) => file.afterPowerCut(random));
    return new MemoryDisk(cut, new Map(this.#directories));
  }

  /** All files by path, for comparing. */
  contents(): Map<string, Uint8Array> {
    return mapped(this.#files, (file) => file.bytes.slice());
  }

  modeOf(path: string): number | undefined {
    return this.#files.get(path)?.mode ?? this.#directories.get(path);
  }

  /** Puts a file there as if it had always been. */
  put(path: string, bytes: Uint8Array, mode = 0o600): void {
    const file = new SimulatedFile(mode, bytes);
    this.#files.set(path, file);
    this.#durable.set(path, file);
  }

  stat(path: string): FileStat | undefined {
    return this.#call('stat', path, () => {
      const mode = this.#directories.get(path);
      if (mode !== undefined) return { kind: 'directory', bytes: 0, mode };
      const file = this.#files.get(path);
      return file && { kind: 'file', bytes: file.byteCount, mode: file.mode };
    });
  }

  list(directory: string): string[] | undefined {
    return this.#call('list', directory, () => {
      if (!this.#directories.has(directory)) return undefined;
      const prefix = `${directory}/`;
      return [...this.#files.keys(), ...this.#directories.keys()]
        .filter((path) => path.startsWith(prefix) && !path.slice(prefix.length).includes('/'))
        .map((path) => path.slice(prefix.length))
        .sort();
    });
  }

  makeDirectory(path: string, mode: number): void {
    this.#call('makeDirectory', path, () => {
      const parts = path.split('/').filter((part) => part !== '');
      for (let i = 1; i <= parts.length; i++) {
        const directory = `/${parts.slice(0, i).join('/')}`;
        if (!this.#directories.has(directory)) this.#directories.set(directory, mode);
      }
    });
  }

  setMode(path: string, mode: number): void {
    this.#call('setMode', path, () => {
      if (this.#directories.has(path)) this.#directories.set(path, mode);
      else this.#file(path).mode = mode;
    });
  }

  openToRead(path: string): FileHandle {
    return this.#call('openToRead', path, () => this.#handleOf(this.#file(path), path));
  }

  createToWrite(path: string, mode: number): FileHandle {
    return this.#call('createToWrite', path, () => {
      if (this.#files.has(path)) throw systemError('EEXIST');
      const file = new SimulatedFile(mode);
      this.#change({ directories: [parentOf(path)], removed: undefined, made: { path, file } });
      return this.#handleOf(file, path);
    });
  }

  read(handle: FileHandle, into: Uint8Array, start: number, end: number, position: number): number {
    const { file, path } = this.#open(handle);
    return this.#call('read', path, (isShort) => {
      const available = Math.max(0, Math.min(end - start, file.byteCount - position));
      const count = isShort && available > 1 ? available >> 1 : available;
      into.set(file.bytes.subarray(position, position + count), start);
      return count;
    });
  }

  write(handle: FileHandle, bytes: Uint8Array, start: number, end: number, position: number): number {
    const { file, path } = this.#open(handle);
    return this.#call('write', path, (isShort) => {
      const wanted = isShort && end - start > 1 ? (end - start) >> 1 : end - start;
      const count = Math.min(wanted, this.freeBytes);
      if (count === 0 && wanted > 0) throw systemError('ENOSPC');
      this.freeBytes -= count;
      file.write(position, bytes.subarray(start, start + count));
      return count;
    });
  }

  sync(handle: FileHandle): void {
    const { file, path } = this.#open(handle);
    this.#call(
      'sync',
      path,
      () => file.sync(),
      () => file.failSync(),
    );
  }

  syncData(handle: FileHandle): void {
    this.#syncData(handle);
  }

  /** A sync that goes on beside other calls: it ends with the call of what is returned. */
  beginSync(handle: FileHandle): () => void {
    const { file } = this.#open(handle);
    const { writes } = file;
    return () => this.#syncData(handle, writes);
  }

  close(handle: FileHandle): void {
    const { path } = this.#open(handle);
    this.#call('close', path, () => {
      this.#handles.delete(handle);
    });
  }

  rename(from: string, to: string): void {
    this.#call('rename', to, () => {
      const file = this.#file(from);
      const directories = [parentOf(from), parentOf(to)];
      this.#change({ directories, removed: from, made: { path: to, file } });
    });
  }

  link(from: string, to: string): void {
    this.#call('link', to, () => {
      if (this.#files.has(to)) throw systemError('EEXIST');
      const file = this.#file(from);
      this.#change({ directories: [parentOf(to)], removed: undefined, made: { path: to, file } });
    });
  }

  remove(path: string): void {
    this.#call('remove', path, () => {
      this.freeBytes += this.#file(path).byteCount;
      this.#change({ directories: [parentOf(path)], removed: path, made: undefined });
    });
  }

  syncDirectory(directory: string): void {
    this.#call('syncDirectory', directory, () => {
      const isOfIt = ({ directories }: NameChange): boolean => directories.includes(directory);
      for (const change of this.#unsyncedNames) if (isOfIt(change)) applyName(this.#durable, change);
      this.#unsyncedNames = this.#unsyncedNames.filter((change) => !isOfIt(change));
    });
  }

  get openHandles(): number {
    return this.#handles.size;
  }

  #syncData(handle: FileHandle, upTo?: number): void {
    const { file, path } = this.#open(handle);
    this.#call(
      'syncData',
      path,
      () => file.sync(upTo),
      () => file.failSync(upTo),
    );
  }

  /** From here on no call has any effect: what the disk holds is what a restart finds. */
  crash(): void {
    this.#isCrashed = true;
  }

  #call<T>(name: keyof FileSystem, path: string, action: (isShort: boolean) => T, onError?: () => void): T {
    const call = { index: ++this.calls, name, path };
    this.log.push(call);
    if (this.#isCrashed) throw new Crash('the machine is down');
    const fault = this.plan(call);
    if (fault === 'crash-before') return this.#goDown();
    this.elapsedMs += this.latencyMs(call);
    if (fault !== undefined && fault !== 'short' && fault !== 'crash-after' && fault !== 'crash-torn') {
      onError?.();
      throw systemError(fault);
    }
    const result = action(fault === 'short' || fault === 'crash-torn');
    if (fault === 'crash-after' || fault === 'crash-torn') return this.#goDown();
    return result;
  }

  #goDown(): never {
    this.crash();
    throw new Crash('planned by the test');
  }

  #change(change: NameChange): void {
    applyName(this.#files, change);
    this.#unsyncedNames.push(change);
  }

  #file(path: string): SimulatedFile {
    const file = this.#files.get(path);
    if (file === undefined) throw systemError('ENOENT');
    return file;
  }

  #open(handle: FileHandle): { file: SimulatedFile; path: string } {
    const open = this.#handles.get(handle);
    if (open === undefined) throw systemError('EBADF');
    return open;
  }

  #handleOf(file: SimulatedFile, path: string): FileHandle {
    const handle = this.#nextHandle++;
    this.#handles.set(handle, { file, path });
    return handle;
  }
}

function applyName(names: Map<string, SimulatedFile>, { removed, made }: NameChange): void {
  if (removed !== undefined) names.delete(removed);
  if (made !== undefined) names.set(made.path, made.file);
}

function mapped<From, To>(files: Map<string, From>, contentOf: (file: From) => To): Map<string, To> {
  return new Map([...files].map(([path, file]) => [path, contentOf(file)]));
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: planned by the test`), { code });
}
