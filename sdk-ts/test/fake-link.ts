/** A link whose other end is the test: it keeps what is submitted, and answers when told to. */

import type { AnoaValue } from '@anoadb/protocol';
import {
  ByteReader,
  ByteWriter,
  decodeOp,
  encodeValue,
  Op,
  Result,
  Status,
  writeResult,
} from '@anoadb/protocol';
import type { Command } from '../src/call.js';
import { CallQueue, type QueueLimits, type RequestLink } from '../src/call-queue.js';
import * as ops from '../src/commands/ops.js';
import type { Key } from '../src/key.js';
import type { CallOptions } from '../src/options.js';
import type { Storable } from '../src/value.js';

export interface Submitted {
  readonly rid: number;
  readonly ops: Uint8Array;
  readonly mutates: boolean;
  readonly isAtomic: boolean;
  isCancelled: boolean;
}

/** One answer: a status alone, or a value with an optional version. */
export interface Answer {
  readonly status?: number;
  readonly value?: AnoaValue;
  readonly version?: number;
}

export class FakeLink implements RequestLink {
  readonly peer = 'fake:1';
  obstacle: unknown = undefined;
  requestBytesMax = 1163;
  messageBytesMax = 100_000;
  now = 1000;
  window = 100;
  wasEverSent = true;
  flushes = 0;
  readonly submitted: Submitted[] = [];
  readonly busy: boolean[] = [];
  readonly queue: CallQueue;

  constructor(limits: Partial<QueueLimits> = {}) {
    this.queue = new CallQueue(this, {
      timeoutMs: 5000,
      maxInFlight: 1000,
      maxInFlightBytes: 1 << 20,
      ...limits,
    });
  }

  nowMs(): number {
    return this.now;
  }

  canSubmit(): boolean {
    return this.window > 0;
  }

  submit(bytes: Uint8Array, options: { mutates: boolean; isAtomic: boolean }): number {
    this.window -= 1;
    this.submitted.push({ rid: this.submitted.length + 1, ops: bytes, ...options, isCancelled: false });
    return this.submitted.length;
  }

  flush(): void {
    this.flushes += 1;
  }

  cancel(rid: number): boolean {
    this.submitted[rid - 1].isCancelled = true;
    this.window += 1;
    return this.wasEverSent;
  }

  rearm(): void {}

  busyChanged(isBusy: boolean): void {
    this.busy.push(isBusy);
  }

  // What a test does.

  call<A>(key: Key, encode: (writer: ByteWriter) => Command<A>, options?: CallOptions): Promise<A> {
    let start = -1;
    try {
      const writer = this.queue.open('TEST', key);
      start = writer.at;
      return this.queue.enqueue(encode(writer), key, start, options);
    } catch (error) {
      return this.queue.discard(start, error);
    }
  }

  get(key: Key, options?: CallOptions): Promise<AnoaValue | undefined> {
    return this.call(key, (writer) => ops.get(writer, key), options);
  }

  set(key: Key, value: Storable, options?: CallOptions): Promise<{ ok: boolean }> {
    return this.call(key, (writer) => ops.set(writer, key, value, undefined), options);
  }

  /** The microtasks of this tick, the flush among them. */
  async tick(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** The keys of a request's ops, in order. */
  keysOf(rid: number): string[] {
    const reader = new ByteReader(this.submitted[rid - 1].ops);
    const op = new Op();
    const keys: string[] = [];
    while (reader.remaining > 0 && decodeOp(reader, op) === Status.OK) {
      keys.push(Buffer.from(op.bytes.subarray(op.keyStart, op.keyEnd)).toString());
    }
    return keys;
  }

  opcodesOf(rid: number): number[] {
    const reader = new ByteReader(this.submitted[rid - 1].ops);
    const op = new Op();
    const opcodes: number[] = [];
    while (reader.remaining > 0 && decodeOp(reader, op) === Status.OK) opcodes.push(op.opcode);
    return opcodes;
  }

  reply(rid: number, answers: Answer[], status: number = Status.OK): void {
    const writer = new ByteWriter();
    for (const answer of answers) {
      const value = new ByteWriter();
      const result = new Result().reset(answer.status ?? Status.OK);
      if (answer.value !== undefined) result.type = encodeValue(value, answer.value);
      result.hasVersion = answer.version !== undefined;
      result.version = answer.version ?? 0;
      result.bytes = value.written();
      result.end = value.at;
      writeResult(writer, result);
    }
    this.window += 1;
    this.queue.handleReply(rid, status, writer.bytes, 0, writer.at);
    this.queue.flush();
  }

  /** Moves time and sweeps. */
  pass(ms: number): void {
    this.now += ms;
    this.queue.sweep(this.now);
    this.queue.flush();
  }
}
