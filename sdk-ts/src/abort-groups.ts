/** One listener per AbortSignal, however many calls it ends: a thousand calls under one signal are no leak. */

import type { Call } from './call.js';

interface Group {
  readonly calls: Set<Call>;
  readonly listener: () => void;
}

export class AbortGroups {
  readonly #groups = new Map<AbortSignal, Group>();
  readonly #onAbort: (calls: Call[], reason: unknown) => void;

  constructor(onAbort: (calls: Call[], reason: unknown) => void) {
    this.#onAbort = onAbort;
  }

  add(signal: AbortSignal, call: Call): void {
    let group = this.#groups.get(signal);
    if (group === undefined) {
      const calls = new Set<Call>();
      group = { calls, listener: () => this.#onAbort([...calls], signal.reason) };
      this.#groups.set(signal, group);
      signal.addEventListener('abort', group.listener, { once: true });
    }
    group.calls.add(call);
  }

  remove(signal: AbortSignal, call: Call): void {
    const group = this.#groups.get(signal);
    if (group === undefined) return;
    group.calls.delete(call);
    if (group.calls.size > 0) return;
    signal.removeEventListener('abort', group.listener);
    this.#groups.delete(signal);
  }
}
