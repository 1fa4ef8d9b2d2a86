/**
 * A disk in memory that can fail at any call, and forgets on a power cut what was not synced: file contents since
 * their last sync, names since the last sync of their directory. Stricter than most real file systems.
 */

import type { FileHandle, FileStat, FileSystem } from '../src/persistence/file-system.js';

interface Inode {
  bytes: Uint8Array;
  synced: Uint8Array;
  mode: number;
}

export interface DiskCall {
  /** Counts from 1 over all calls of this disk. */
  readonly index: number;
  readonly name: keyof FileSystem;
  readonly path: string;
}

/** What a planned fault does to a call: an error code thrown before it takes effect, or `short`: half a transfer. */
export type Fault = string | 'short' | 'crash-before' | 'crash-after' | undefined;

export class Crash extends Error {
  override readonly name = 'Crash';
}

export class MemoryDisk implements FileSystem {
  calls = 0;
  readonly log: DiskCall[] = [];
  /** Asked before every call. */
  plan: (call: DiskCall) => Fault = () => undefined;
  /** A full disk: bytes that may still be written. */
  freeBytes = Number.POSITIVE_INFINITY;
  #files: Map<string, Inode>;
  #durable: Map<string, Inode>;
  #directories: Map<string, number>;
  readonly #handles = new Map<FileHandle, { inode: Inode; path: string }>();
  #nextHandle = 3;
  #isCrashed = false;

  constructor(
    files: Map<string, Inode> = new Map(),
    directories: Map<string, number> = new Map([['/', 0o755]]),
  ) {
    this.#files = files;
    this.#durable = new Map(files);
    this.#directories = directories;
  }

  /** The disk as a process finds it after kill -9: all that was written is there. */
  afterKill(): MemoryDisk {
    return this.#copy(this.#files, (inode) => inode.bytes);
  }

  /** As after a power cut: only what was synced, names and contents. */
  afterPowerCut(): MemoryDisk {
    return this.#copy(this.#durable, (inode) => inode.synced);
  }

  /** All files by path, for comparing. */
  contents(): Map<string, Uint8Array> {
    return new Map([...this.#files].map(([path, inode]) => [path, inode.bytes]));
  }

  modeOf(path: string): number | undefined {
    return this.#files.get(path)?.mode ?? this.#directories.get(path);
  }

  /** Puts a file there as if it had always been. */
  put(path: string, bytes: Uint8Array, mode = 0o600): void {
    const inode = { bytes: bytes.slice(), synced: bytes.slice(), mode };
    this.#files.set(path, inode);
    this.#durable.set(path, inode);
  }

  stat(path: string): FileStat | undefined {
    return this.#call('stat', path, () => {
      const mode = this.#directories.get(path);
      if (mode !== undefined) return { kind: 'directory', bytes: 0, mode };
      const inode = this.#files.get(path);
      return inode && { kind: 'file', bytes: inode.bytes.length, mode: inode.mode };
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
      else this.#inode(path).mode = mode;
    });
  }

  openToRead(path: string): FileHandle {
    return this.#call('openToRead', path, () => this.#handleOf(this.#inode(path), path));
  }

  createToWrite(path: string, mode: number): FileHandle {
    return this.#call('createToWrite', path, () => {
      if (this.#files.has(path)) throw systemError('EEXIST');
      const inode = { bytes: new Uint8Array(0), synced: new Uint8Array(0), mode };
      this.#files.set(path, inode);
      return this.#handleOf(inode, path);
    });
  }

  read(handle: FileHandle, into: Uint8Array, start: number, end: number, position: number): number {
    const { inode, path } = this.#open(handle);
    return this.#call('read', path, (isShort) => {
      const available = Math.max(0, Math.min(end - start, inode.bytes.length - position));
      const count = isShort && available > 1 ? available >> 1 : available;
      into.set(inode.bytes.subarray(position, position + count), start);
      return count;
    });
  }

  write(handle: FileHandle, bytes: Uint8Array, start: number, end: number, position: number): number {
    const { inode, path } = this.#open(handle);
    return this.#call('write', path, (isShort) => {
      const wanted = isShort && end - start > 1 ? (end - start) >> 1 : end - start;
      const count = Math.min(wanted, this.freeBytes);
      if (count === 0 && wanted > 0) throw systemError('ENOSPC');
      this.freeBytes -= count;
      const length = Math.max(inode.bytes.length, position + count);
      const grown = new Uint8Array(length);
      grown.set(inode.bytes);
      grown.set(bytes.subarray(start, start + count), position);
      inode.bytes = grown;
      return count;
    });
  }

  sync(handle: FileHandle): void {
    const { inode, path } = this.#open(handle);
    this.#call('sync', path, () => {
      inode.synced = inode.bytes;
    });
  }

  close(handle: FileHandle): void {
    const { path } = this.#open(handle);
    this.#call('close', path, () => {
      this.#handles.delete(handle);
    });
  }

  rename(from: string, to: string): void {
    this.#call('rename', to, () => {
      const inode = this.#inode(from);
      this.#files.delete(from);
      this.#files.set(to, inode);
    });
  }

  link(from: string, to: string): void {
    this.#call('link', to, () => {
      if (this.#files.has(to)) throw systemError('EEXIST');
      this.#files.set(to, this.#inode(from));
    });
  }

  remove(path: string): void {
    this.#call('remove', path, () => {
      this.freeBytes += this.#inode(path).bytes.length;
      this.#files.delete(path);
    });
  }

  syncDirectory(directory: string): void {
    this.#call('syncDirectory', directory, () => {
      const isIn = (path: string) => path.slice(0, path.lastIndexOf('/')) === directory;
      for (const path of [...this.#durable.keys()]) if (isIn(path)) this.#durable.delete(path);
      for (const [path, inode] of this.#files) if (isIn(path)) this.#durable.set(path, inode);
    });
  }

  get openHandles(): number {
    return this.#handles.size;
  }

  #call<T>(name: keyof FileSystem, path: string, action: (isShort: boolean) => T): T {
    const call = { index: ++this.calls, name, path };
    this.log.push(call);
    if (this.#isCrashed) throw new Crash('the machine is down');
    const fault = this.plan(call);
    if (fault === 'crash-before') return this.#crash();
    if (fault !== undefined && fault !== 'short' && fault !== 'crash-after') throw systemError(fault);
    const result = action(fault === 'short');
    if (fault === 'crash-after') return this.#crash();
    return result;
  }

  /** From here on no call has any effect: what the disk holds is what a restart finds. */
  #crash(): never {
    this.#isCrashed = true;
    throw new Crash('planned by the test');
  }

  #inode(path: string): Inode {
    const inode = this.#files.get(path);
    if (inode === undefined) throw systemError('ENOENT');
    return inode;
  }

  #open(handle: FileHandle): { inode: Inode; path: string } {
    const open = this.#handles.get(handle);
    if (open === undefined) throw systemError('EBADF');
    return open;
  }

  #handleOf(inode: Inode, path: string): FileHandle {
    const handle = this.#nextHandle++;
    this.#handles.set(handle, { inode, path });
    return handle;
  }

  #copy(files: Map<string, Inode>, contentOf: (inode: Inode) => Uint8Array): MemoryDisk {
    const copied = new Map<string, Inode>();
    for (const [path, inode] of files) {
      const bytes = contentOf(inode).slice();
      copied.set(path, { bytes, synced: bytes, mode: inode.mode });
    }
    return new MemoryDisk(copied, new Map(this.#directories));
  }
}

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: planned by the test`), { code });
}
