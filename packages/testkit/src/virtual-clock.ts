/**
 * Time that only the test moves. Tasks run in order of their moment, those of one moment in the order they
 * were scheduled; `nowMs` is monotonic, `wallNowMs` is what a real-time clock would say and may be skewed.
 */

interface Task {
  readonly atMs: number;
  readonly order: number;
  run: (() => void) | undefined;
}

export interface Timer {
  cancel(): void;
}

/** 2026-01-01T00:00:00Z: a fixed start, so that traces do not depend on the day. */
const WALL_START_MS = 1_767_225_600_000;

export class VirtualClock {
  /** Monotonic milliseconds since the clock was made. */
  nowMs = 0;
  /** Added to the wall clock; set it to jump. */
  wallSkewMs = 0;

  readonly #heap: Task[] = [];
  #nextOrder = 0;

  /** Whole Unix milliseconds, as Date.now gives. */
  get wallNowMs(): number {
    return Math.floor(WALL_START_MS + this.nowMs + this.wallSkewMs);
  }

  /** Tasks waiting, cancelled ones included until their moment has come. */
  get pending(): number {
    return this.#heap.length;
  }

  /** The moment of the next task, Infinity where there is none. */
  get nextAtMs(): number {
    return this.#heap.length === 0 ? Number.POSITIVE_INFINITY : this.#heap[0].atMs;
  }

  /** Runs `run` at `atMs`, or at once in the next step where that has passed. */
  at(atMs: number, run: () => void): Timer {
    if (Number.isNaN(atMs)) throw new RangeError('a task needs a moment, not NaN');
    const task: Task = { atMs: Math.max(atMs, this.nowMs), order: this.#nextOrder++, run };
    this.#push(task);
    return {
      cancel: () => {
        task.run = undefined;
      },
    };
  }

  after(delayMs: number, run: () => void): Timer {
    return this.at(this.nowMs + delayMs, run);
  }

  /** Resolves when virtual time has come that far; somebody else must move it. */
  sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => void this.after(delayMs, resolve));
  }

  /** Moves to the next task and runs it; false where there is none. */
  step(): boolean {
    const task = this.#pop();
    if (task === undefined) return false;
    this.nowMs = task.atMs;
    task.run?.();
    return true;
  }

  /** Runs everything due up to `untilMs`, also what that schedules, and stands there. */
  runUntil(untilMs: number): void {
    while (this.nextAtMs <= untilMs) this.step();
    this.nowMs = Math.max(this.nowMs, untilMs);
  }

  runFor(durationMs: number): void {
    this.runUntil(this.nowMs + durationMs);
  }

  /** Runs until `isDone`; throws where that is not so by `limitMs` from now or nothing is left to happen. */
  runUntilDone(isDone: () => boolean, limitMs: number): void {
    const endMs = this.nowMs + limitMs;
    while (!isDone()) {
      if (this.nextAtMs > endMs) throw new Error(`not done within ${limitMs} ms of virtual time`);
      this.step();
    }
  }

  /**
   * As {@link runUntilDone} for code with promises in it: between moments the microtasks run, and every
   * `sleep` or callback that resolved something is followed before time moves on.
   */
  async driveUntilDone(isDone: () => boolean, limitMs: number): Promise<void> {
    const endMs = this.nowMs + limitMs;
    for (;;) {
      await new Promise<void>((resolve) => void setImmediate(resolve));
      if (isDone()) return;
      if (this.nextAtMs > endMs) throw new Error(`not done within ${limitMs} ms of virtual time`);
      const momentMs = this.nextAtMs;
      while (this.nextAtMs === momentMs) this.step();
    }
  }

  #push(task: Task): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(task);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(task, heap[parent])) break;
      heap[at] = heap[parent];
      at = parent;
    }
    heap[at] = task;
  }

  #pop(): Task | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (last === undefined || last === first) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1], heap[child])) child++;
      if (!isBefore(heap[child], last)) break;
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = last;
    return first;
  }
}

function isBefore(a: Task, b: Task): boolean {
  return a.atMs !== b.atMs ? a.atMs < b.atMs : a.order < b.order;
}
