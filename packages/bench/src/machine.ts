/** What the numbers were measured on; without it they mean nothing. */

import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem, type } from 'node:os';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly kernel: string;
  readonly node: string;
  /** Mean of the last minute when the run began; far above 0, the numbers are those of a busy machine. */
  readonly loadBefore: number;
}

export function describeMachine(): Machine {
  const processors = cpus();
  return {
    cpu: processors[0]?.model.trim() || cpuFromProc() || 'unknown',
    cores: processors.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: `${type()} ${release()}`,
    node: process.version,
    loadBefore: Math.round(loadavg()[0] * 10) / 10,
  };
}

export function machineText(machine: Machine): string {
  const { cpu, cores, memoryGiB, kernel, node, loadBefore } = machine;
  return `${cpu}, ${cores} cores, ${memoryGiB} GiB, ${kernel}, Node ${node}, load average ${loadBefore} before`;
}

function cpuFromProc(): string | undefined {
  try {
    return /model name\s*:\s*(.+)/.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}
