/** How long the tests with real processes go on: a few rounds in `npm test`, all of them in `npm run test:crash`. */

import { SeededRandom } from '@anoadb/testkit';

export const POLICIES = ['always', 'everysec', 'no'] as const;
export type Policy = (typeof POLICIES)[number];

const isFull = process.env['ANOA_CRASH'] === 'full';

/** `full` of them in the long run, `short` in the short one. ANOA_CRASH_CYCLES changes either. */
export function cycles(short: number, full: number): number {
  const asked = process.env['ANOA_CRASH_CYCLES'];
  return asked === undefined ? (isFull ? full : short) : Number(asked);
}

/** Printed with every failure; ANOA_TEST_SEED repeats its choices (not the scheduling of the machine). */
export const crashSeed = Number(process.env['ANOA_TEST_SEED'] ?? Date.now() % 1_000_000);

export function crashRandom(stream: number): SeededRandom {
  return new SeededRandom(crashSeed * 1000 + stream);
}
