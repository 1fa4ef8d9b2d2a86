/**
 * Ops that wait to be sent, encoded one behind the other in one buffer, so that a run of them *is* a request.
 *
 * Invariant: `waiting[head..]` are in the order of their calls, each call's op is `writer.bytes[start, end)`, and
 * neighbours touch (a call that settled while it waited leaves a gap, which ends a run).
 */

import { ByteWriter } from '@anoadb/protocol';
import type { Call } from './call.js';

/** A buffer grown beyond this by large values is given back once it is empty. */
const KEPT_BYTES_MAX = 1024 * 1024;

/** Sent bytes at the front that make it worth moving the rest down. */
const COMPACT_BYTES_MIN = 64 * 1024;

export class Outbox {
  writer = new ByteWriter(16 * 1024);
  #waiting: Call[] = [];
  #head = 0;

  get isEmpty(): boolean {
    return this.#head === this.#waiting.length;
  }

  push(call: Call): void {
    this.#waiting.push(call);
  }

  /** The first call that still waits for being sent, or undefined. Drops those that settled meanwhile. */
  peek(): Call | undefined {
    const waiting = this.#waiting;
    while (this.#head < waiting.length && waiting[this.#head].isSettled) this.#head += 1;
    if (this.#head < waiting.length) return waiting[this.#head];
    this.#reset();
    return undefined;
  }

  /**
   * Takes the longest run from the front that fits one request: at most `bytesMax` bytes and `opsMax` ops. Its
   * first call is taken in any case. A call that must be alone, or is an atomic batch, is a run of its own.
   */
  takeRun(bytesMax: number, opsMax: number): Call[] {
    const first = this.peek();
    if (first === undefined) return [];
    const run = [first];
    this.#head += 1;
    if (mustBeAlone(first)) return run;
    let end = first.end;
    while (this.#head < this.#waiting.length && run.length < opsMax) {
      const call = this.#waiting[this.#head];
      if (call.isSettled || call.start !== end || mustBeAlone(call)) break;
      if (call.end - first.start > bytesMax) break;
      run.push(call);
      end = call.end;
      this.#head += 1;
    }
    return run;
  }

  /** Frees what was sent. Ranges of waiting calls move with their bytes. */
  compact(): void {
    const first = this.peek();
    if (first === undefined || first.start < COMPACT_BYTES_MIN || first.start < this.writer.at / 2) return;
    const moved = first.start;
    this.writer.bytes.copyWithin(0, moved, this.writer.at);
    this.writer.at -= moved;
    this.#waiting = this.#waiting.slice(this.#head);
    this.#head = 0;
    for (const call of this.#waiting) {
      call.start -= moved;
      call.end -= moved;
    }
  }

  #reset(): void {
    if (this.#head > 0) {
      this.#waiting = [];
      this.#head = 0;
    }
    if (this.writer.bytes.length > KEPT_BYTES_MAX) this.writer = new ByteWriter(16 * 1024);
    else this.writer.reset();
  }
}

function mustBeAlone(call: Call): boolean {
  return call.command.isAlone === true || call.atomic !== undefined;
}
