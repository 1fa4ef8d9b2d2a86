/** Readers of the words that options take; commander shows what they throw beside the option's name. */
import { parseDurationMs } from '@anoadb/protocol/quantity';
import { InvalidArgumentError } from 'commander';

/** A duration in milliseconds. */
export function durationOption(text: string): number {
  const ms = parseDurationMs(text);
  if (ms === undefined || ms <= 0)
    throw new InvalidArgumentError('A duration looks like 250ms, 30s, 5m, 12h or 7d.');
  return ms;
}

/** A whole number above 0. */
export function countOption(text: string): number {
  const count = /^\d+$/.test(text) ? Number(text) : 0;
  if (!Number.isSafeInteger(count) || count < 1)
    throw new InvalidArgumentError('It takes a whole number above 0.');
  return count;
}
