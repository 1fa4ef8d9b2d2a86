/** The real disk. The only file of persistence that imports node:fs. */

import fs from 'node:fs';
import type { FileHandle, FileStat, FileSystem } from './file-system.js';

const { O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_RDONLY, O_RDWR } = fs.constants;

export function nodeFileSystem(): FileSystem {
  return {
    stat(path): FileStat | undefined {
      const stat = fs.lstatSync(path, { throwIfNoEntry: false });
      if (stat === undefined) return undefined;
      return {
        kind: stat.isFile() ? 'file' : stat.isDirectory() ? 'directory' : 'other',
        bytes: stat.size,
        mode: stat.mode & 0o777,
      };
    },
    list(directory) {
      try {
        return fs.readdirSync(directory).sort();
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      }
    },
    makeDirectory(path, mode) {
      fs.mkdirSync(path, { mode });
    },
    setMode: (path, mode) => fs.chmodSync(path, mode),
    openToRead: (path): FileHandle => fs.openSync(path, O_RDONLY | (O_NOFOLLOW ?? 0)),
    createToWrite(path, mode): FileHandle {
      const handle = fs.openSync(path, O_RDWR | O_CREAT | O_EXCL, mode);
      fs.fchmodSync(handle, mode); // the umask may have taken bits away, never added any; make it exact
      return handle;
    },
    read: (handle, into, start, end, position) => fs.readSync(handle, into, start, end - start, position),
    write: (handle, bytes, start, end, position) => fs.writeSync(handle, bytes, start, end - start, position),
    sync: (handle) => fs.fsyncSync(handle),
    syncData: (handle) => fs.fdatasyncSync(handle),
    close: (handle) => fs.closeSync(handle),
    rename: (from, to) => fs.renameSync(from, to),
    link(from, to) {
      try {
        fs.linkSync(from, to);
      } catch (error) {
        // File systems without hard links: look, then rename.
        const code = (error as NodeJS.ErrnoException).code;
        if ((code !== 'EPERM' && code !== 'ENOTSUP') || fs.existsSync(to)) throw error;
        fs.renameSync(from, to);
      }
    },
    remove: (path) => fs.unlinkSync(path),
    syncDirectory(path) {
      const handle = fs.openSync(path, O_RDONLY | (O_DIRECTORY ?? 0));
      try {
        fs.fsyncSync(handle);
      } finally {
        fs.closeSync(handle);
      }
    },
  };
}
