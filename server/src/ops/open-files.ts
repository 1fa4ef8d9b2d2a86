/** How many files, sockets among them, the system lets this process have open at a time. */

import { readFileSync } from 'node:fs';

/** For journal, snapshots, their threads and the UDP port: connections must never take the last ones. */
const FILES_RESERVED = 128;
const CONNECTIONS_MIN = 16;

/** `wanted` TCP connections, or as many as leave room for the files. Node has raised the soft limit to the hard one. */
export function connectionsWithinOpenFiles(
  wanted: number,
  openFiles: number | undefined = openFilesMax(),
): number {
  if (openFiles === undefined) return wanted;
  return Math.min(wanted, Math.max(CONNECTIONS_MIN, openFiles - FILES_RESERVED));
}

/** Undefined where the system does not say (it is not Linux), or there is no limit. */
function openFilesMax(): number | undefined {
  try {
    const soft = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return soft === undefined ? undefined : Number(soft);
  } catch {
    return undefined;
  }
}
