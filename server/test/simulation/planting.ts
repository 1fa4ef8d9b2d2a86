/**
 * Defects are planted from outside: a method of an internal class is replaced while a run lasts, so that the code
 * that serves production holds no switch for them. A check that misses its defect is no check.
 */

import type { Mode, Plan } from './plan.js';

export interface PlantedDefect {
  readonly name: string;
  /** A violation that it causes, in the words of the check that found it. */
  readonly found: RegExp;
  readonly mode: Mode;
  /** It must show within so many. */
  readonly seedsMax: number;
  /** Bends drawn plans towards what the defect needs, where chance alone would take too long. */
  readonly bend?: (plan: Plan) => Plan;
  /** Returns the cure. Called before every run, so that a defect may count. */
  readonly plant: () => () => void;
}

type Method = (...given: never[]) => unknown;

/** Puts `make(original)` in the place of a method; returns what puts it back. */
export function replace<Instance extends object, Name extends keyof Instance & string>(
  of: { prototype: Instance },
  name: Name,
  make: (original: Extract<Instance[Name], Method>) => Instance[Name],
): () => void {
  const original = of.prototype[name];
  of.prototype[name] = make(original as Extract<Instance[Name], Method>);
  return () => {
    of.prototype[name] = original;
  };
}

export function all(...cures: (() => void)[]): () => void {
  return () => {
    for (const cure of cures) cure();
  };
}
