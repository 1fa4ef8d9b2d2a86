/** Server and load on cores of their own, where there is taskset and more than one core. */

import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

export interface Pinning {
  /** Goes before the server's command. */
  readonly serverPrefix: readonly string[];
  /** For the notes of a table. */
  readonly note: string;
  /** Lets this process run anywhere again. */
  release(): void;
}

/** Pins this process, which makes the load, to core 1, and says how to start a server on core 0. */
export function pinLoad(): Pinning {
  const cores = availableParallelism();
  if (cores < 2 || !setCores('1')) return { serverPrefix: [], note: 'not pinned', release() {} };
  return {
    serverPrefix: ['taskset', '-c', '0'],
    note: 'server on core 0, load on core 1',
    release: () => void setCores(`0-${cores - 1}`),
  };
}

function setCores(list: string): boolean {
  const done = spawnSync('taskset', ['-a', '-c', '-p', list, String(process.pid)], { stdio: 'ignore' });
  return done.status === 0;
}
