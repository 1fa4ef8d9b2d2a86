/** Server and load on cores of their own, where there is taskset and more than one core. */

import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

const SERVER_CORE = 0;

function canPin(): boolean {
  return availableParallelism() > 1 && spawnSync('taskset', ['--version'], { stdio: 'ignore' }).status === 0;
}

const isPinning = canPin();

/** Where the load runs; undefined: anywhere. */
export const LOAD_CORE: number | undefined = isPinning ? 1 : undefined;

/** Goes before a server's command. */
export function serverPrefix(): readonly string[] {
  return isPinning ? ['taskset', '-c', String(SERVER_CORE)] : [];
}

/** Goes before the command of a client process. */
export function loadPrefix(): readonly string[] {
  return LOAD_CORE === undefined ? [] : ['taskset', '-c', String(LOAD_CORE)];
}

export const PINNING_TEXT =
  LOAD_CORE === undefined
    ? 'nothing pinned to a core'
    : `each server alone on core ${SERVER_CORE}, the load on core ${LOAD_CORE}`;

/** Pins this process, which then makes the load itself; returns what lets it run anywhere again. */
export function pinThisProcess(): () => void {
  if (LOAD_CORE === undefined) return () => {};
  setCores(String(LOAD_CORE));
  return () => setCores(`0-${availableParallelism() - 1}`);
}

function setCores(list: string): void {
  spawnSync('taskset', ['-a', '-c', '-p', list, String(process.pid)], { stdio: 'ignore' });
}
