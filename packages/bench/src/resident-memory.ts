/** Resident memory of a process, as the system sees it: the one number that no program can flatter. */

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const SAMPLE_INTERVAL_MS = 250;
const SETTLED_SAMPLES = 4;
const SETTLED_WITHIN = 0.002;
const SAMPLES_MAX = 80;

export function residentBytes(pid: number): number {
  try {
    const kib = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    if (kib !== undefined) return Number(kib) * 1024;
  } catch {
    // No /proc: macOS and others have ps.
  }
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) * 1024;
}

/** Samples until the number stands still for a second (garbage collected, buffers given back), 20 s at the most. */
export async function settledResidentBytes(pid: number): Promise<number> {
  const samples: number[] = [];
  while (samples.length < SAMPLES_MAX) {
    samples.push(residentBytes(pid));
    const last = samples.slice(-SETTLED_SAMPLES);
    const highest = Math.max(...last);
    if (last.length === SETTLED_SAMPLES && highest - Math.min(...last) <= highest * SETTLED_WITHIN) break;
    await sleep(SAMPLE_INTERVAL_MS);
  }
  return samples[samples.length - 1];
}
