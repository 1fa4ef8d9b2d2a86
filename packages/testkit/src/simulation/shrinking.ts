/**
 * Makes a failing plan as small as it still fails: greedy, candidate by candidate, until none of them fails any
 * more. (Delta debugging, Zeller and Hildebrandt 2002, for plans that know their own parts.)
 */

export interface Shrinking<Plan> {
  readonly plan: Plan;
  /** Runs spent. */
  readonly runs: number;
}

/** `candidates` yields smaller plans, the boldest cuts first; `fails` must be a function of the plan alone. */
export async function shrink<Plan>(
  plan: Plan,
  candidates: (plan: Plan) => Iterable<Plan>,
  fails: (plan: Plan) => boolean | Promise<boolean>,
  runsMax = 400,
): Promise<Shrinking<Plan>> {
  let smallest = plan;
  let runs = 0;
  for (let hasShrunk = true; hasShrunk; ) {
    hasShrunk = false;
    for (const candidate of candidates(smallest)) {
      if (runs >= runsMax) return { plan: smallest, runs };
      runs++;
      if (!(await fails(candidate))) continue;
      smallest = candidate;
      hasShrunk = true;
      break;
    }
  }
  return { plan: smallest, runs };
}

/** `items` without its halves, quarters, ... and single members. */
export function* cuts<Item>(items: readonly Item[]): Generator<Item[]> {
  for (let size = items.length; size >= 1; size = Math.floor(size / 2)) {
    for (let at = 0; at < items.length; at += size) {
      yield [...items.slice(0, at), ...items.slice(at + size)];
    }
  }
}
