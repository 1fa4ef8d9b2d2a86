/**
 * Keys that expire, each set once: seen missing after its SET was acknowledged, a key may never be seen again, whatever
 * the clock does and however often the server starts; and none outlives its time for good.
 */

import { Status } from '@anoadb/protocol';
import type { CallRecord, Ledger } from './ledger.js';

export class ExpiryWatch {
  readonly #ledger: Ledger;
  /** By key: event number of the acknowledgement of its SET, of the last crash that may have undone it. */
  readonly #setAt = new Map<number, number>();
  /** By key: earliest end of a look that found nothing, called after the SET was acknowledged. */
  readonly #missingAt = new Map<number, number>();

  /** Looks that found a key at twice its TTL and more after its SET was answered. */
  readonly found: string[] = [];
  /** By key: until when, in virtual time, it may be there however slow the clock. */
  readonly #untilMs = new Map<number, number>();

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  /** A request was answered. */
  answered(call: CallRecord): void {
    call.request.ops.forEach((op, i) => {
      const status = call.results?.[i]?.status;
      if (op.kind === 'expiring' && status === Status.OK) {
        this.#setAt.set(op.key, call.endedAt);
        this.#untilMs.set(op.key, call.endedAtMs + 2 * op.ttlMs);
      }
      if (op.kind === 'look' && status !== undefined) this.#looked(op.key, status, call);
    });
  }

  /** Writes that were acknowledged may be gone, and removals too: what was seen before proves nothing. */
  mayHaveLost(): void {
    this.#setAt.clear();
    this.#missingAt.clear();
  }

  #looked(key: number, status: number, call: CallRecord): void {
    const untilMs = this.#untilMs.get(key) ?? Number.POSITIVE_INFINITY;
    // Its reply may have been long on its way, so this is told, not judged: a story without loss knows better.
    if (status === Status.OK && call.endedAtMs > untilMs + 1000) this.found.push(`x${key} by ${call.tag}`);
    const missingAt = this.#missingAt.get(key) ?? Number.POSITIVE_INFINITY;
    if (status === Status.OK && call.calledAt > missingAt)
      this.#ledger.violate(`key x${key} was missing by its TTL, and ${call.tag} found it again`);
    const setAt = this.#setAt.get(key) ?? Number.POSITIVE_INFINITY;
    if (status === Status.NOT_FOUND && call.calledAt > setAt)
      this.#missingAt.set(key, Math.min(missingAt, call.endedAt));
  }
}
