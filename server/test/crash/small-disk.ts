/**
 * Disks of their own for crash tests: an ext4 in a file, whose power can be cut, and a small tmpfs. Both need root
 * and a system that lets root mount; where that is missing `isMissing` says what.
 */

import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from '@anoadb/testkit';

const IMAGE_BYTES = 64 * 1024 * 1024;
/**
 * EXT4_IOC_SHUTDOWN with NOLOGFLUSH: from that call on nothing reaches the device, also what the journal of the file
 * system had not committed; all later calls of the file system fail with EIO.
 */
const CUT_POWER = `
import fcntl, os, struct, sys
fcntl.ioctl(os.open(sys.argv[1], os.O_RDONLY), 0x8004587d, struct.pack('I', 2))
`;

export interface SmallDisk {
  /** Mounted here, for the server's data directory. */
  readonly path: string;
  dispose(): void;
}

export interface PowerCutDisk extends SmallDisk {
  /** What was not synced by now is lost; the disk answers EIO until `repower`. */
  cutPower(): void;
  /** Mounts again what is left. Nobody may have a file open. */
  repower(): void;
}

/** Why there can be no such disk here; undefined: there can. Tried, not guessed. */
export function whyNoPowerCut(): string | undefined {
  const why = whyNoMount() ?? whyNoProgram('mkfs.ext4', ['-V']) ?? whyNoProgram('python3', ['-V']);
  if (why !== undefined) return why;
  try {
    const disk = makePowerCutDisk();
    disk.dispose();
    return undefined;
  } catch (error) {
    return `no loop-mounted ext4 here (${firstLine(error)})`;
  }
}

export function whyNoTmpfs(): string | undefined {
  const why = whyNoMount();
  if (why !== undefined) return why;
  try {
    makeTmpfs(1024 * 1024).dispose();
    return undefined;
  } catch (error) {
    return `no tmpfs can be mounted here (${firstLine(error)})`;
  }
}

export function whyNoProgram(name: string, args: string[]): string | undefined {
  try {
    execFileSync(name, args, { stdio: 'ignore' });
    return undefined;
  } catch {
    return `${name} is not installed`;
  }
}

export function makePowerCutDisk(): PowerCutDisk {
  const directory = temporaryDirectory();
  const image = join(directory, 'disk.img');
  const path = join(directory, 'disk');
  mkdirSync(path);
  writeFileSync(image, '');
  truncateSync(image, IMAGE_BYTES);
  run('mkfs.ext4', ['-q', '-F', image]);
  const mount = (): void => run('mount', ['-o', 'loop', image, path]);
  mount();
  return {
    path,
    cutPower: () => run('python3', ['-c', CUT_POWER, path]),
    repower: () => {
      run('umount', [path]);
      mount();
    },
    dispose: () => unmount(path, directory),
  };
}

export function makeTmpfs(bytes: number): SmallDisk {
  const directory = temporaryDirectory();
  const path = join(directory, 'disk');
  mkdirSync(path);
  run('mount', ['-t', 'tmpfs', '-o', `size=${bytes},mode=0700`, 'tmpfs', path]);
  return { path, dispose: () => unmount(path, directory) };
}

function unmount(path: string, directory: string): void {
  try {
    run('umount', [path]);
  } catch {
    // Somebody still has a file of it open: it goes when that one does.
    run('umount', ['-l', path]);
  }
  rmSync(directory, { recursive: true, force: true });
}

function whyNoMount(): string | undefined {
  if (process.platform !== 'linux') return 'Linux only';
  return process.getuid?.() === 0 ? undefined : 'only root may mount';
}

function run(program: string, args: string[]): void {
  execFileSync(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
}

function firstLine(error: unknown): string {
  return String((error as Error).message)
    .trim()
    .split('\n')
    .slice(-1)[0];
}
