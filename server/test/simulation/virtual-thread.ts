/**
 * A worker thread on the virtual clock: its messages arrive one after the other, each takes as long as the disk says,
 * and what it answers is heard at the moment at which it was said, also where the machine goes down a moment later.
 * Buffers are really taken away, as between threads.
 */

import type { VirtualClock } from '@anoadb/testkit';
import type { MemoryDisk } from '../persistence-memory-disk.js';

/** From one thread to the other. */
const HANDOVER_MS = 0.02;

export interface VirtualThreadOptions<In, Out> {
  readonly clock: VirtualClock;
  readonly disk: MemoryDisk;
  /** Makes what runs in the thread; `reply` is its way back. */
  readonly start: (reply: (message: Out, transfer?: ArrayBuffer[]) => void) => (message: In) => void;
  /** What the other side hears of an error that nobody caught. */
  readonly deathOf: (error: unknown) => Out;
  /** The disk went down under it. */
  readonly onCrash: () => void;
  /** Something was heard or done: promises may have been settled. */
  readonly onEvent: () => void;
}

export class VirtualThread<In, Out> {
  isDead = false;
  readonly #options: VirtualThreadOptions<In, Out>;
  readonly #handle: (message: In) => void;
  readonly #queue: (() => void)[] = [];
  #listener: (message: Out) => void = () => undefined;
  /** Messages said while one is handled: heard `afterMs` later. */
  #said: { message: Out; afterMs: number }[] = [];
  #isBusy = false;

  constructor(options: VirtualThreadOptions<In, Out>) {
    this.#options = options;
    this.#handle = options.start((message, transfer) => {
      this.#said.push({
        message: structuredClone(message, { transfer: transfer ?? [] }),
        afterMs: options.disk.elapsedMs,
      });
    });
  }

  post(message: In, transfer?: ArrayBuffer[]): void {
    const copy = structuredClone(message, { transfer: transfer ?? [] });
    this.enter(() => this.#handle(copy));
  }

  /** Runs something in the thread, behind what waits there: a timer of its own, the end of something beside it. */
  enter(work: () => void): void {
    if (this.isDead) return;
    this.#queue.push(work);
    if (this.#isBusy) return;
    this.#isBusy = true;
    this.#options.clock.after(HANDOVER_MS, () => this.#next());
  }

  listen(listener: (message: Out) => void): void {
    this.#listener = listener;
  }

  /** Nothing is heard of it any more. */
  kill(): void {
    this.isDead = true;
    this.#listener = () => undefined;
  }

  async close(): Promise<void> {
    this.kill();
  }

  /** As `close`: the two worker ports name it differently. */
  async end(): Promise<void> {
    this.kill();
  }

  #next(): void {
    const work = this.#queue.shift();
    if (this.isDead || work === undefined) {
      this.#isBusy = false;
      return;
    }
    const { clock, disk, deathOf, onCrash, onEvent } = this.#options;
    disk.elapsedMs = 0;
    let died: unknown;
    try {
      work();
    } catch (error) {
      died = error;
    }
    const busyMs = disk.elapsedMs;
    const isDown = disk.isCrashed;
    if (died !== undefined && !isDown) this.#said.push({ message: deathOf(died), afterMs: busyMs });
    for (const { message: answer, afterMs } of this.#said.splice(0)) {
      clock.after(afterMs + HANDOVER_MS, () => {
        this.#listener(answer);
        onEvent();
      });
    }
    if (isDown) {
      clock.after(busyMs + HANDOVER_MS, onCrash);
      return;
    }
    clock.after(busyMs + HANDOVER_MS, () => this.#next());
    onEvent();
  }
}
