/**
 * All that persistence asks of a file system: small, synchronous, without retries or guesses. Only
 * node-file-system.ts touches a real disk; tests put one in its place that fails at any chosen call.
 *
 * Synchronous because it runs in a worker thread, or before the port is open. Every call may throw an error with
 * the `code` of the operating system; turning that into a PersistenceError is whole-file.ts.
 */
export interface FileSystem {
  /** Undefined where there is nothing by this name. Does not follow a symbolic link at the end of the path. */
  stat(path: string): FileStat | undefined;
  /** Names, sorted; undefined where there is no such directory. */
  list(directory: string): string[] | undefined;
  makeDirectory(path: string, mode: number): void;
  setMode(path: string, mode: number): void;
  openToRead(path: string): FileHandle;
  /** O_EXCL: fails with EEXIST rather than touch an existing file. */
  createToWrite(path: string, mode: number): FileHandle;
  /** Bytes read, 0 at the end of the file; may be fewer than asked for. */
  read(handle: FileHandle, into: Uint8Array, start: number, end: number, position: number): number;
  /** Bytes written; may be fewer than asked for. */
  write(handle: FileHandle, bytes: Uint8Array, start: number, end: number, position: number): number;
  sync(handle: FileHandle): void;
  /** fdatasync: content and length, not the times. Where it is absent, sync() is as good. */
  syncData?(handle: FileHandle): void;
  close(handle: FileHandle): void;
  rename(from: string, to: string): void;
  /** A second name; fails with EEXIST rather than replace a file. */
  link(from: string, to: string): void;
  remove(path: string): void;
  syncDirectory(path: string): void;
}

export type FileHandle = number;

export interface FileStat {
  readonly kind: 'file' | 'directory' | 'other';
  readonly bytes: number;
  /** Permission bits only, such as 0o600. */
  readonly mode: number;
}

export const DIRECTORY_MODE = 0o700;
export const FILE_MODE = 0o600;

/** Paths of a data directory are one directory and one name; no more is needed than this. */
export function pathIn(directory: string, name: string): string {
  return directory.endsWith('/') ? directory + name : `${directory}/${name}`;
}
