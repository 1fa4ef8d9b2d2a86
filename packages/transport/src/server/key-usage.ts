/** What the clients of one access key use together; in open mode there is one for all, without limits of its own. */
import type { ByteBudget } from '../incoming-transfers.js';
import type { ServerLimits } from '../limits.js';

export class KeyUsage {
  /** The key id as a Map key; empty in open mode. */
  readonly id: string;
  readonly reassembly: ByteBudget;
  readonly #limits: ServerLimits;
  sessionCount = 0;
  recordCount = 0;

  constructor(id: string, limits: ServerLimits, whole: ByteBudget) {
    this.id = id;
    this.#limits = limits;
    this.reassembly = this.#isOpen ? whole : { usedBytes: 0, maxBytes: limits.reassemblyBytesPerKey, whole };
  }

  get isUnused(): boolean {
    return this.sessionCount === 0 && this.recordCount === 0;
  }

  get hasRoomForSession(): boolean {
    return this.#isOpen || this.sessionCount < this.#limits.sessionsPerKeyMax;
  }

  get hasRoomForRecord(): boolean {
    return this.#isOpen || this.recordCount < this.#limits.clientRecordsPerKeyMax;
  }

  get #isOpen(): boolean {
    return this.id === '';
  }
}
