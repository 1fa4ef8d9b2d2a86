/** The seeds of one test file: split over files so that every core has some. */

import { drawDurablePlan } from './durable-plan.js';
import { explainFailure, runPlainly } from './failure-report.js';
import { drawPlan, type Mode, type Plan } from './plan.js';
import { simulate } from './simulation.js';

/** In all files together; ANOA_SIM_SEEDS changes it, ANOA_SIM_SEED=n runs that one alone. */
const SEEDS_DEFAULT = 2000;
/** One seed in so many is run twice and must take the same course to the byte. */
const TWICE_EVERY = 25;

export interface SeedRange {
  readonly first: number;
  readonly last: number;
}

/** Part `part` of `parts`, counted from 0. */
export function seedRange(part: number, parts: number): SeedRange {
  const only = process.env['ANOA_SIM_SEED'];
  if (only !== undefined) return { first: Number(only), last: part === 0 ? Number(only) : Number(only) - 1 };
  const each = Math.ceil(Number(process.env['ANOA_SIM_SEEDS'] ?? SEEDS_DEFAULT) / parts);
  return { first: 1 + part * each, last: (part + 1) * each };
}

/** Every other run is sealed. */
export function modeOf(seed: number): Mode {
  return seed % 2 === 0 ? 'sealed' : 'open';
}

/** Half of the runs have a disk under the server, and crashes. */
export function planOf(seed: number): Plan {
  return seed % 4 < 2 ? drawPlan(seed, modeOf(seed)) : drawDurablePlan(seed, modeOf(seed));
}

/** Throws for the first seed that fails, with its smallest failing plan. */
export async function runSeeds(range: SeedRange): Promise<void> {
  for (let seed = range.first; seed <= range.last; seed++) {
    const plan = planOf(seed);
    const report = await simulate(plan);
    if (report.violations.length > 0) throw new Error(await explainFailure(plan, runPlainly));
    if (seed % TWICE_EVERY === 0 && (await simulate(plan)).traceHash !== report.traceHash)
      throw new Error(`seed ${seed} (${plan.mode}) took another course the second time`);
  }
}
