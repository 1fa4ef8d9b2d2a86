/**
 * Which keys a load asks for: uniform, or Zipf with exponent 0.99 as YCSB draws (a few keys take most of the
 * requests), spread over the key space so that neighbours are not all popular. A drawn sequence goes into a file
 * that every contestant's load walks, each from a place of its own.
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from '@anoadb/testkit';

const ZIPF_EXPONENT = 0.99;
const DRAWN = 1 << 20;
/** A prime near 2^32 over the golden ratio: walks every key once. */
const SPREAD = 2_654_435_761n;

export type Distribution = 'uniform' | 'zipf';

export interface KeyDraw {
  readonly count: number;
  readonly distribution: Distribution;
  /** For the generator; undefined: it draws uniformly itself. */
  readonly file: string | undefined;
}

const made = new Map<number, string>();
let directory: string | undefined;

export function drawKeys(count: number, distribution: Distribution = 'uniform'): KeyDraw {
  return { count, distribution, file: distribution === 'zipf' ? zipfFile(count) : undefined };
}

function zipfFile(count: number): string {
  const known = made.get(count);
  if (known !== undefined) return known;
  directory ??= temporaryDirectory();
  const file = join(directory, `zipf-${count}`);
  writeFileSync(file, zipfSequence(count, DRAWN));
  made.set(count, file);
  return file;
}

/** Gray et al., "Quickly generating billion-record synthetic databases", as YCSB uses it. */
export function zipfSequence(count: number, length: number, random: () => number = Math.random): Uint32Array {
  const theta = ZIPF_EXPONENT;
  let zeta = 0;
  for (let i = 1; i <= count; i++) zeta += i ** -theta;
  const alpha = 1 / (1 - theta);
  const eta = (1 - (2 / count) ** (1 - theta)) / (1 - (1 + 0.5 ** theta) / zeta);
  const keys = new Uint32Array(length);
  for (let i = 0; i < length; i++) {
    const u = random();
    const uz = u * zeta;
    let rank = Math.floor(count * (eta * u - eta + 1) ** alpha);
    if (uz < 1) rank = 0;
    else if (uz < 1 + 0.5 ** theta) rank = 1;
    keys[i] = Number((BigInt(Math.min(rank, count - 1)) * SPREAD) % BigInt(count));
  }
  return keys;
}
