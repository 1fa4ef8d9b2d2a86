/** What a row group hands to the report, and what it is handed to work with. */

/** One line of the table. Numbers are in `unit`; the report only formats them. */
export interface Line {
  /** Stable, for comparing runs: `memory/bytes-per-entry`. */
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  readonly ours: number;
  readonly theirs?: Contender;
  /** Smallest and largest ratio of one round. */
  readonly spread?: { readonly least: number; readonly most: number };
  /** Ratio of what a second of each server's processor time answered. */
  readonly perCore?: number;
  /** Percent of a core that server and load used, of ours and of the other. */
  readonly busy?: string;
  /** Place in the table that comes first; lines without one stand only in their group. */
  readonly headline?: number;
  /** What the project promises of this line, and whether it holds here. */
  readonly aim?: Aim;
  /** How it was measured, or why a contender is missing. */
  readonly note?: string;
}

/** Keys of every row that says nothing else. */
export const KEYS = 1_000_000;

export interface Contender {
  readonly name: string;
  readonly value: number;
}

export interface Aim {
  readonly text: string;
  readonly isMet: boolean;
}

export interface BenchContext {
  /** Entries of the memory, snapshot and load rows. */
  readonly entries: number;
  /** How often A and B take turns; the median counts. */
  readonly rounds: number;
  /** Everything, whatever it takes. */
  readonly isFull: boolean;
  /** One line on standard error. */
  progress(text: string): void;
}

/** One file per group in `rows/`. */
export interface RowGroup {
  /** What `--only` takes. */
  readonly name: string;
  readonly title: string;
  /** Runs only when asked for by name or flag. */
  readonly isOptIn: boolean;
  run(context: BenchContext): Promise<Line[]>;
}

export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('no values to take the median of');
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** `fraction` in [0, 1]; nearest rank. */
export function percentile(sorted: ArrayLike<number>, fraction: number): number {
  if (sorted.length === 0) throw new RangeError('no values to take a percentile of');
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(fraction * sorted.length) - 1))];
}

/** Takes turns, so that a machine that slows down slows both, and returns each one's median. */
export async function alternate(
  rounds: number,
  contenders: readonly (() => Promise<number>)[],
): Promise<number[]> {
  const values: number[][] = contenders.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < contenders.length; i++) values[i].push(await contenders[i]());
  }
  return values.map(median);
}
