/**
 * Several ops that all apply or none does: `db.atomic().check(…).set(…).incr(…).commit()`.
 *
 * Nothing is sent before `commit`. Its ops run in order and see each other's effects; its results stand in the
 * order of the calls and are typed by them. A condition that does not hold is an answer, `{ok: false}`; any
 * other refusal (an INCR of a string, say) rejects, and nothing was applied either.
 */

import { type AnoaValue, ByteWriter, Limits, type Result, Status } from '@anoadb/protocol';
import type { Refused, Written } from './answers.js';
import type { AtomicParts, Call, Command } from './call.js';
import { protocolError, refusedRequest } from './call-errors.js';
import type { CallQueue } from './call-queue.js';
import * as ops from './commands/ops.js';
import type { Duration } from './duration.js';
import { AnoaError } from './errors.js';
import type { Key } from './key.js';
import type { CallOptions, Condition, Expiry, Unconditional } from './options.js';
import type { Storable } from './value.js';

/** What must hold of a key, exactly one: this version, no such key, or some value. */
export type Check =
  | { readonly version: number; readonly absent?: undefined; readonly present?: undefined }
  | { readonly absent: true; readonly version?: undefined; readonly present?: undefined }
  | { readonly present: true; readonly version?: undefined; readonly absent?: undefined };

/** Every op was applied; one result per op, in order. */
export interface Committed<Results extends readonly unknown[]> {
  readonly ok: true;
  readonly results: Results;
}

/** A condition did not hold, nothing was applied. */
export interface NotCommitted extends Refused {
  /** Which op's condition: its position among the calls, from 0. */
  readonly failed: number;
  readonly key: Key;
}

const OPS_MAX = Limits.opsPerRequestMax;

export class Atomic<Results extends readonly unknown[] = []> {
  readonly #queue: CallQueue;
  readonly #writer = new ByteWriter();
  readonly #commands: Command[] = [];
  readonly #keys: Key[] = [];

  /** @internal Made by `AnoaClient.atomic()`. */
  constructor(queue: CallQueue) {
    this.#queue = queue;
  }

  /** Goes on only if this holds of `key`; its result is `true`. */
  check(key: Key, expected: Check): Atomic<[...Results, true]> {
    return this.#add(key, (writer) => ops.check(writer, key, expected));
  }

  /**
   * For small values. Where the batch also writes, its answer is kept for a retry up to 4 KB; a larger one that
   * was lost cannot be given again, and `commit` rejects with `READ_NOT_REPLAYED`, `executed: 'yes'`.
   */
  get(key: Key): Atomic<[...Results, AnoaValue | undefined]> {
    return this.#add(key, (writer) => ops.get(writer, key));
  }

  exists(key: Key): Atomic<[...Results, boolean]> {
    return this.#add(key, (writer) => ops.exists(writer, key));
  }

  /** With a condition: where that does not hold, nothing of the batch is applied. */
  set(
    key: Key,
    value: Storable,
    options?: Expiry & (Unconditional | Condition),
  ): Atomic<[...Results, Written]> {
    return this.#add(key, (writer) => ops.set(writer, key, value, options));
  }

  /** Whether there was such a key. */
  delete(key: Key): Atomic<[...Results, boolean]> {
    return this.#add(key, (writer) => ops.remove(writer, key));
  }

  incr(
    key: Key,
    amount: number | bigint = 1,
    options?: { readonly ttl?: Duration },
  ): Atomic<[...Results, number | bigint]> {
    return this.#add(key, (writer) => ops.incr(writer, key, amount, options));
  }

  incrFloat(key: Key, amount: number, options?: { readonly ttl?: Duration }): Atomic<[...Results, number]> {
    return this.#add(key, (writer) => ops.incrFloat(writer, key, amount, options));
  }

  append(key: Key, tail: string | Uint8Array): Atomic<[...Results, number]> {
    return this.#add(key, (writer) => ops.append(writer, key, tail));
  }

  expire(key: Key, ttl: Duration): Atomic<[...Results, boolean]> {
    return this.#add(key, (writer) => ops.expire(writer, key, { ttl }));
  }

  expireAt(key: Key, at: Date | number): Atomic<[...Results, boolean]> {
    return this.#add(key, (writer) => ops.expire(writer, key, { at }));
  }

  persist(key: Key): Atomic<[...Results, boolean]> {
    return this.#add(key, (writer) => ops.persist(writer, key));
  }

  /** Whether there was something to rename. */
  rename(key: Key, newKey: Key): Atomic<[...Results, boolean]> {
    return this.#add(key, (writer) => ops.rename(writer, key, newKey));
  }

  /** Whether there was something to copy. */
  copy(key: Key, newKey: Key): Atomic<[...Results, boolean]> {
    return this.#add(key, (writer) => ops.copy(writer, key, newKey));
  }

  /** Sends the batch; it may be committed again, which applies it again. */
  commit(options?: CallOptions): Promise<Committed<Results> | NotCommitted> {
    let start = -1;
    try {
      if (this.#commands.length === 0) {
        return Promise.resolve({ ok: true, results: [] as unknown as Results });
      }
      const parts = new Parts(this.#commands.slice(), this.#keys.slice());
      const writer = this.#queue.open('ATOMIC', undefined);
      start = writer.at;
      writer.copy(this.#writer.bytes, 0, this.#writer.at);
      const command = parts.mutates ? ATOMIC_WRITE : ATOMIC_READ;
      return this.#queue.enqueue(
        command as Command<Committed<Results> | NotCommitted>,
        undefined,
        start,
        options,
        parts,
      );
    } catch (error) {
      return this.#queue.discard(start, error);
    }
  }

  #add<Next extends readonly unknown[]>(key: Key, encode: (writer: ByteWriter) => Command): Atomic<Next> {
    if (this.#commands.length === OPS_MAX) {
      throw new AnoaError(`An atomic batch holds at most ${OPS_MAX} ops; split it, or use larger values.`, {
        code: 'INVALID_ARGUMENT',
      });
    }
    const start = this.#writer.at;
    try {
      this.#commands.push(encode(this.#writer));
      this.#keys.push(key);
    } catch (error) {
      this.#writer.at = start;
      throw error;
    }
    return this as unknown as Atomic<Next>;
  }
}

/** Only for the name and for `mutates`; the answer is read by {@link Parts}. */
const ATOMIC_WRITE: Command = { name: 'ATOMIC', mutates: true, answer: () => undefined };
const ATOMIC_READ: Command = { name: 'ATOMIC', mutates: false, answer: () => undefined };

class Parts implements AtomicParts {
  readonly commands: readonly Command[];
  readonly keys: readonly Key[];

  constructor(commands: readonly Command[], keys: readonly Key[]) {
    this.commands = commands;
    this.keys = keys;
  }

  get mutates(): boolean {
    return this.commands.some((command) => command.mutates);
  }

  answer(nextResult: () => Result | undefined, call: Call): Committed<unknown[]> | NotCommitted {
    const results: unknown[] = [];
    for (let index = 0; index < this.commands.length; index++) {
      const result = nextResult();
      if (result === undefined) throw protocolError(call, 'the server');
      if (result.status === Status.OK || result.status === Status.NOT_FOUND) {
        results.push(this.commands[index].answer(result, call));
      } else if (result.status !== Status.ABORTED) return this.#failure(index, result);
    }
    if (results.length < this.commands.length) throw refusedRequest(Status.ABORTED, call);
    return { ok: true, results };
  }

  /** The op that made all others ABORTED: its condition is an answer, anything else an error. */
  #failure(index: number, result: Result): NotCommitted {
    const command = this.commands[index];
    const key = this.keys[index];
    const version = result.hasVersion && result.version > 0 ? result.version : undefined;
    if (result.status === Status.VERSION_MISMATCH) {
      return {
        ok: false,
        failed: index,
        key,
        reason: version === undefined ? 'missing' : 'version',
        version,
      };
    }
    if (result.status === Status.CONDITION_FAILED && command.onConditionFailed !== undefined) {
      return { ok: false, failed: index, key, reason: command.onConditionFailed, version };
    }
    const note = `op ${index} of an atomic batch, of which nothing was applied`;
    throw refusedRequest(result.status, { command, key }, note);
  }
}
