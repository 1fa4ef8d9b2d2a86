/**
 * The deadlines of all calls behind one timer: a linked list through the calls themselves.
 *
 * Adding and removing cost a few assignments; a sweep looks at every waiting call, which happens about once
 * per timeout and not once per call. Invariant: `nextAtMs` is never later than any listed call's deadline.
 */

import type { Call } from './call.js';

export class Deadlines {
  #first: Call | undefined = undefined;
  #last: Call | undefined = undefined;
  #nextAtMs = Number.POSITIVE_INFINITY;

  /** When to sweep next; `Infinity` where no call has a deadline. May be early, never late. */
  get nextAtMs(): number {
    return this.#nextAtMs;
  }

  add(call: Call): void {
    call.previous = this.#last;
    if (this.#last === undefined) this.#first = call;
    else this.#last.next = call;
    this.#last = call;
    if (call.deadlineAtMs < this.#nextAtMs) this.#nextAtMs = call.deadlineAtMs;
  }

  remove(call: Call): void {
    if (call.previous === undefined) this.#first = call.next;
    else call.previous.next = call.next;
    if (call.next === undefined) this.#last = call.previous;
    else call.next.previous = call.previous;
    call.previous = undefined;
    call.next = undefined;
  }

  /** The calls whose deadline is at or before `nowMs`, oldest first; they stay listed. */
  sweep(nowMs: number): Call[] {
    const expired: Call[] = [];
    let nextAtMs = Number.POSITIVE_INFINITY;
    for (let call = this.#first; call !== undefined; call = call.next) {
      if (call.deadlineAtMs <= nowMs) expired.push(call);
      else if (call.deadlineAtMs < nextAtMs) nextAtMs = call.deadlineAtMs;
    }
    this.#nextAtMs = nextAtMs;
    return expired;
  }

  /** Every listed call, oldest first. */
  all(): Call[] {
    const calls: Call[] = [];
    for (let call = this.#first; call !== undefined; call = call.next) calls.push(call);
    return calls;
  }
}
