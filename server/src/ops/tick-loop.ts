/**
 * The one timer of the server: wakes for the endpoint's retransmits, for entries that expire and for the store's
 * housekeeping, and sleeps otherwise.
 *
 * Two clocks: the transport counts monotonic milliseconds, the store Unix ones.
 */

import type { DatagramPort } from '../doors/datagram/datagram-port.js';
import type { Engine } from '../engine/engine.js';
import type { WallClock } from '../engine/wall-clock.js';

/** Entries' worth of work per tick: well under a millisecond. */
const STORE_BUDGET = 1_000;
/** Housekeeping that no expiry asks for. */
const IDLE_TICK_MS = 100;

export interface TickLoopOptions {
  readonly port: DatagramPort;
  readonly engine: Engine;
  readonly wallClock: WallClock;
  readonly monotonicMs: () => number;
  /** What the store did by itself goes to the journal. */
  readonly flushJournal: () => void;
}

export class TickLoop {
  readonly #options: TickLoopOptions;
  #timer: NodeJS.Timeout | undefined;
  /** Monotonic time the timer is set for. */
  #dueMs = Number.POSITIVE_INFINITY;
  #storeDueMs = 0;
  #isStopped = false;

  constructor(options: TickLoopOptions) {
    this.#options = options;
  }

  start(): void {
    this.#arm(this.#options.monotonicMs() + 1);
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  /** To be called when a batch was handled: something may be due earlier than the timer is set for. */
  reconsider(): void {
    const due = this.#options.port.endpoint.nextTickAtMs();
    if (due < this.#dueMs) this.#arm(due);
  }

  readonly #tick = (): void => {
    if (this.#isStopped) return;
    const { engine, wallClock, monotonicMs } = this.#options;
    const { endpoint } = this.#options.port;
    const nowMs = monotonicMs();
    engine.nowMs = wallClock.now();
    if (nowMs >= this.#storeDueMs) {
      const work = engine.store.tick(engine.nowMs, STORE_BUDGET);
      engine.commit();
      this.#options.flushJournal();
      const untilExpiryMs = Math.max(1, engine.store.nextExpiryAtMs() - engine.nowMs);
      this.#storeDueMs = nowMs + (work >= STORE_BUDGET ? 1 : Math.min(IDLE_TICK_MS, untilExpiryMs));
    }
    if (nowMs >= endpoint.nextTickAtMs()) endpoint.tick(nowMs);
    this.#arm(Math.min(this.#storeDueMs, endpoint.nextTickAtMs()));
  };

  #arm(dueMs: number): void {
    if (this.#isStopped) return;
    this.#dueMs = dueMs;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#tick, Math.max(0, dueMs - this.#options.monotonicMs()));
  }
}
