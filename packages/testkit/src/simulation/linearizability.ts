/**
 * Is a concurrent history explained by some order of its operations, one after the other?
 *
 * Wing and Gong's search ("Testing and verifying concurrent objects", 1993) with Lowe's memory of dead ends
 * ("Testing for linearizability", 2017): a set of operations done, together with the state they led to, is never
 * looked at twice. Histories are cut into independent parts (one per group of keys) by whoever calls this.
 *
 * Operations of unknown outcome are optional: they may take effect once between `calledAt` and `endsAt`, or never.
 */

export interface HistoryEntry<Operation> {
  readonly operation: Operation;
  /** Order of events, not time: no two events of a history have the same number. */
  readonly calledAt: number;
  /** When the answer came; of an optional entry the latest moment at which it can have taken effect. */
  readonly endsAt: number;
  readonly isOptional: boolean;
  /** Tried in this order. Decides how fast an explanation is found, never whether there is one. */
  readonly hint: number;
}

export interface SequentialModel<State, Operation> {
  readonly initial: State;
  /** Equal keys, equal states. */
  keyOf(state: State): string;
  /** The states that `operation` may lead to, its answer included where it has one; none: it cannot come here. */
  step(state: State, operation: Operation): readonly State[];
}

export interface LinearizabilityVerdict<Operation> {
  readonly outcome: 'linearizable' | 'violation' | 'undecided';
  /** The longest explanation found; whole where `outcome` is linearizable. */
  readonly order: readonly Operation[];
  readonly steps: number;
}

/** Beyond this the search is given up: such a history has too many unknown outcomes. */
const STEPS_MAX = 200_000;

export function checkLinearizability<State, Operation>(
  model: SequentialModel<State, Operation>,
  history: readonly HistoryEntry<Operation>[],
  stepsMax = STEPS_MAX,
): LinearizabilityVerdict<Operation> {
  const asHinted = new Search(model, history, stepsMax, true).run();
  return asHinted.outcome === 'linearizable' ? asHinted : new Search(model, history, stepsMax, false).run();
}

class Search<State, Operation> {
  readonly #model: SequentialModel<State, Operation>;
  readonly #entries: readonly HistoryEntry<Operation>[];
  readonly #stepsMax: number;
  /** Only the order of the hints is tried; a history that came about in that order is explained at once. */
  readonly #isAsHinted: boolean;
  readonly #isDone: Uint8Array;
  readonly #deadEnds = new Set<string>();
  readonly #order: Operation[] = [];
  #longest: Operation[] = [];
  #requiredLeft: number;
  #steps = 0;

  constructor(
    model: SequentialModel<State, Operation>,
    history: readonly HistoryEntry<Operation>[],
    stepsMax: number,
    isAsHinted: boolean,
  ) {
    this.#isAsHinted = isAsHinted;
    this.#model = model;
    this.#entries = [...history].sort((a, b) => a.hint - b.hint || a.calledAt - b.calledAt);
    this.#stepsMax = stepsMax;
    this.#isDone = new Uint8Array(history.length);
    this.#requiredLeft = history.filter((entry) => !entry.isOptional).length;
  }

  run(): LinearizabilityVerdict<Operation> {
    const isFound = this.#explain(this.#model.initial, Number.NEGATIVE_INFINITY);
    const outcome = isFound ? 'linearizable' : this.#steps > this.#stepsMax ? 'undecided' : 'violation';
    return { outcome, order: isFound ? this.#order : this.#longest, steps: this.#steps };
  }

  /** Completes the order from `state` on; `latestCall` is the latest call among those done. */
  #explain(state: State, latestCall: number): boolean {
    if (this.#requiredLeft === 0) return true;
    if (++this.#steps > this.#stepsMax) return false;
    const deadEnd = `${String.fromCharCode(...this.#isDone)}${this.#model.keyOf(state)}`;
    if (this.#deadEnds.has(deadEnd)) return false;
    const entries = this.#entries;
    // Whoever was called after this moment cannot come next: somebody unexplained had his answer before.
    let earliestEnd = Number.POSITIVE_INFINITY;
    for (let i = 0; i < entries.length; i++) {
      if (this.#isDone[i] === 0 && !entries[i].isOptional)
        earliestEnd = Math.min(earliestEnd, entries[i].endsAt);
    }
    for (let i = 0; i < entries.length; i++) {
      const entry = entries[i];
      if (this.#isDone[i] === 1 || entry.calledAt > earliestEnd) continue;
      if (entry.isOptional && entry.endsAt < latestCall) continue;
      for (const next of this.#model.step(state, entry.operation)) {
        this.#isDone[i] = 1;
        this.#order.push(entry.operation);
        if (!entry.isOptional) this.#requiredLeft--;
        if (this.#order.length > this.#longest.length) this.#longest = [...this.#order];
        if (this.#explain(next, Math.max(latestCall, entry.calledAt))) return true;
        this.#isDone[i] = 0;
        this.#order.pop();
        if (!entry.isOptional) this.#requiredLeft++;
      }
      if (this.#isAsHinted) break;
    }
    this.#deadEnds.add(deadEnd);
    return false;
  }
}
