/**
 * The lock of a data directory, without native code. Node has no flock, and a file with a pid in it proves nothing
 * after a kill -9 (pids come again) or across containers (pids mean other processes). What the kernel takes away
 * with the process, and what anyone who sees the directory can ask, is a listening unix-domain socket:
 *
 *   1. On Linux first a socket in the abstract namespace, named by device and inode of the directory. bind() is
 *      atomic, so of two servers on one machine exactly one gets it. Not seen from another network namespace.
 *   2. Then LOCK.socket in the directory itself. Whoever has the same file system on the same kernel, other
 *      containers too, can connect: an answer (the pid) means alive, ECONNREFUSED means the process is dead, and
 *      the socket is replaced by rename.
 *   3. LOCK says pid, boot id and start time, for people and for a file system without sockets, where it decides.
 *
 * Limits, stated in docs/STORAGE.md: two machines on one network file system do not see each other's sockets. Two
 * containers that both replace the same dead socket within a moment are told apart by inode a moment later, and
 * again before each publication (confirm()).
 */

import fs from 'node:fs';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DirectoryLock, HeldLock } from './directory-lock.js';
import { ExitCode, PersistenceError } from './persistence-error.js';
import { ioError } from './whole-file.js';

const LOCK_NAME = 'LOCK';
const SOCKET_NAME = 'LOCK.socket';
const ANSWER_TIMEOUT_MS = 2000;
/** Longer than another starter takes from "it is dead" to its rename. */
const SETTLE_MS = 30;
/** sun_path has 108 bytes on Linux, 104 on macOS and BSD. */
const SOCKET_PATH_BYTES_MAX = 103;

export function nodeDirectoryLock(): DirectoryLock {
  return { acquire };
}

async function acquire(directory: string): Promise<HeldLock> {
  const held: net.Server[] = [];
  const releaseAll = async () => {
    for (const server of held.splice(0)) {
      server.ref();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    }
  };
  try {
    const abstract = abstractName(directory);
    if (abstract !== undefined) {
      const server = await listen(abstract);
      if (server === undefined) throw locked(directory, await askPid(abstract));
      held.push(server);
    }
    const socket = await takeSocket(directory);
    if (socket.server !== undefined) held.push(socket.server);
    else refuseLivingPid(directory);
    const hadLock = fs.existsSync(`${directory}/${LOCK_NAME}`);
    writeLockFile(directory);
    return {
      replacedStale: socket.replacedStale || (socket.server === undefined && hadLock),
      confirm() {
        if (socket.inode === undefined) return;
        const inode = fs.statSync(`${directory}/${SOCKET_NAME}`, { throwIfNoEntry: false })?.ino;
        if (inode !== socket.inode) {
          throw new PersistenceError('the lock of this directory was taken away while the server ran.', {
            exitCode: ExitCode.LOCKED,
            file: `${directory}/${SOCKET_NAME}`,
            help: 'Nothing more is written. Find out who else uses this directory.',
          });
        }
      },
      async release() {
        if (socket.inode === undefined || inodeOf(`${directory}/${SOCKET_NAME}`) === socket.inode) {
          fs.rmSync(`${directory}/${LOCK_NAME}`, { force: true });
          fs.rmSync(`${directory}/${SOCKET_NAME}`, { force: true });
        }
        await releaseAll();
      },
    };
  } catch (error) {
    await releaseAll();
    throw error instanceof PersistenceError
      ? error
      : ioError(`${directory}/${LOCK_NAME}`, 'take the lock', error);
  }
}

interface TakenSocket {
  /** Undefined: this file system has no sockets. */
  readonly server: net.Server | undefined;
  readonly inode: number | undefined;
  readonly replacedStale: boolean;
}

async function takeSocket(directory: string): Promise<TakenSocket> {
  const directoryHandle = fs.openSync(directory, 'r');
  try {
    const fresh = `${SOCKET_NAME}.${process.pid}.${Date.now().toString(36)}`;
    const reach = (name: string) => reachable(directory, directoryHandle, name);
    const path = `${directory}/${SOCKET_NAME}`;
    const wasThere = fs.existsSync(path);
    if (wasThere) {
      const pid = await askPid(reach(SOCKET_NAME));
      if (pid !== undefined) throw locked(directory, pid);
    }
    let server: net.Server | undefined;
    try {
      server = await listen(reach(fresh));
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === 'EOPNOTSUPP' || code === 'ENOTSUP' || code === 'EPERM') {
        return { server: undefined, inode: undefined, replacedStale: false };
      }
      throw error;
    }
    try {
      const inode = inodeOf(`${directory}/${fresh}`);
      fs.chmodSync(`${directory}/${fresh}`, 0o600);
      if (wasThere) {
        fs.renameSync(`${directory}/${fresh}`, path);
        await sleep(SETTLE_MS);
      } else {
        takeFreeName(directory, fresh, path);
      }
      if (inodeOf(path) !== inode) throw locked(directory, await askPid(reach(SOCKET_NAME)));
      return { server, inode, replacedStale: wasThere };
    } catch (error) {
      fs.rmSync(`${directory}/${fresh}`, { force: true });
      server?.close();
      throw error;
    }
  } finally {
    fs.closeSync(directoryHandle);
  }
}

/** link() fails where the name is taken, rename() would not. */
function takeFreeName(directory: string, fresh: string, path: string): void {
  try {
    fs.linkSync(`${directory}/${fresh}`, path);
    fs.unlinkSync(`${directory}/${fresh}`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw locked(directory, undefined);
    throw error;
  }
}

/** On Linux a path through the open directory, so that a long path to it does no harm. */
function reachable(directory: string, directoryHandle: number, name: string): string {
  const direct = `${directory}/${name}`;
  if (Buffer.byteLength(direct) <= SOCKET_PATH_BYTES_MAX || process.platform !== 'linux') return direct;
  return `/proc/self/fd/${directoryHandle}/${name}`;
}

function abstractName(directory: string): string | undefined {
  if (process.platform !== 'linux') return undefined;
  const { dev, ino } = fs.statSync(directory);
  return `\0anoadb-lock-${dev}-${ino}`;
}

/** A server that tells its pid; undefined where the name is taken. Does not keep the process alive. */
function listen(path: string): Promise<net.Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = net.createServer((socket) => {
      socket.on('error', () => undefined);
      socket.unref();
      // Closed as soon as it is told: an open connection would hold up the release.
      socket.end(`${process.pid}\n`, () => socket.destroy());
    });
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    server.listen(path, () => {
      server.on('error', () => undefined);
      server.unref();
      resolve(server);
    });
  });
}

/** The pid that answers; 0 where someone lives there but does not say who; undefined where nobody does. */
function askPid(path: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = net.connect(path);
    const timer = setTimeout(() => done(0), ANSWER_TIMEOUT_MS);
    const done = (pid: number | undefined) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(pid);
    };
    socket.on('data', (data) => {
      answer += data.toString('latin1');
    });
    socket.on('end', () => done(Number.parseInt(answer, 10) || 0));
    socket.on('error', (error: NodeJS.ErrnoException) =>
      // Refused: the socket is there, its process is not. Any other error proves nothing, so it counts as alive.
      done(error.code === 'ECONNREFUSED' || error.code === 'ENOENT' ? undefined : 0),
    );
  });
}

function locked(directory: string, pid: number | undefined): PersistenceError {
  const who = pid === undefined || pid === 0 ? 'another process' : `the process ${pid}`;
  return new PersistenceError(`this data directory is in use by ${who}.`, {
    exitCode: ExitCode.LOCKED,
    file: directory,
    help: 'Stop it first, or give another data directory.',
  });
}

/** Identity of a process across reboots and reused pids. */
function identityOf(pid: number): { bootId: string; startTime: string } | undefined {
  try {
    const bootId = fs.readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'latin1');
    // Fields after the name, which stands in brackets and may hold anything; start time is field 22.
    return { bootId, startTime: stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] };
  } catch {
    return undefined;
  }
}

/** Without sockets: the process that LOCK names lives, on this boot, and is the same one. */
function refuseLivingPid(directory: string): void {
  let lock: { pid?: number; bootId?: string; startTime?: string };
  try {
    lock = JSON.parse(fs.readFileSync(`${directory}/${LOCK_NAME}`, 'utf8'));
  } catch {
    return;
  }
  const living = lock.pid === undefined ? undefined : identityOf(lock.pid);
  if (living !== undefined && living.bootId === lock.bootId && living.startTime === lock.startTime) {
    throw locked(directory, lock.pid);
  }
}

function writeLockFile(directory: string): void {
  const path = `${directory}/${LOCK_NAME}`;
  fs.rmSync(path, { force: true });
  const text = JSON.stringify({ pid: process.pid, ...identityOf(process.pid), sinceMs: Date.now() });
  fs.writeFileSync(path, `${text}\n`, { flag: 'wx', mode: 0o600 });
}

function inodeOf(path: string): number | undefined {
  return fs.lstatSync(path, { throwIfNoEntry: false })?.ino;
}
