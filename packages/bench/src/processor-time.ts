/** How much of a core a process used: shows which side of a benchmark was the limit. */

import { readdirSync, readFileSync } from 'node:fs';

/** Seconds of processor time so far, of all threads that live; undefined where there is no /proc. */
export function processorSeconds(pid: number): number | undefined {
  try {
    const folder = `/proc/${pid}/task`;
    // Nanoseconds on a core; /proc/PID/stat counts in hundredths of a second.
    const nanoseconds = readdirSync(folder).map((task) =>
      Number(readFileSync(`${folder}/${task}/schedstat`, 'utf8').split(' ')[0]),
    );
    return nanoseconds.reduce((sum, one) => sum + one, 0) / 1e9;
  } catch {
    return undefined;
  }
}
