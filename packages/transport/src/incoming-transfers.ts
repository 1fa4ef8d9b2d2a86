/**
 * The fragmented messages one session is receiving: admission against the limits, acknowledgements every
 * two fragments or 10 ms, and forgetting what came to a halt.
 */
import { FRAME_HEADER_BYTES, FrameBodyBytes, Limits, Timings } from '@anoadb/protocol';
import type { Channel } from './channel.js';
import { writeFragAck } from './frames.js';
import type { Outgoing } from './outgoing.js';
import { Reassembly } from './reassembly.js';

/**
 * Timings.reassemblyMsMax grows with the message: at 10 % loss and 50 ms a fair sender moves some 90 KB/s, and
 * a value of any allowed size has to get across.
 */
const OVERALL_MS_PER_BYTE = 1000 / 32_768;

/** Bytes held by all sessions of an endpoint together. */
export interface ByteBudget {
  usedBytes: number;
  readonly maxBytes: number;
  /** What this is a part of: an access key's share of the whole. */
  readonly whole?: ByteBudget;
}

export interface ReassemblyLimits {
  readonly messagesMax: number;
  /** Sum of `total` of all messages in the making. */
  readonly bytesMax: number;
  readonly messageBytesMax: number;
}

export const FragmentOutcome = { PARTIAL: 0, COMPLETE: 1, CONFLICT: 2, TOO_LARGE: 3, OVER_LIMIT: 4 } as const;
export type FragmentOutcome = (typeof FragmentOutcome)[keyof typeof FragmentOutcome];

export class IncomingTransfers {
  readonly #channel: Channel;
  readonly #outgoing: Outgoing;
  /** ACK_OF_REQUEST or ACK_OF_REPLY: what the FRAG_ACKs written here are about. */
  readonly #direction: number;
  readonly #limits: ReassemblyLimits;
  readonly #budget: ByteBudget;
  readonly #reassemblies: Reassembly[] = [];
  #promisedBytes = 0;

  constructor(
    channel: Channel,
    outgoing: Outgoing,
    direction: number,
    limits: ReassemblyLimits,
    budget: ByteBudget,
  ) {
    this.#channel = channel;
    this.#outgoing = outgoing;
    this.#direction = direction;
    this.#limits = limits;
    this.#budget = budget;
  }

  get isEmpty(): boolean {
    return this.#reassemblies.length === 0;
  }

  find(rid: number): Reassembly | undefined {
    for (const reassembly of this.#reassemblies) if (reassembly.rid === rid) return reassembly;
    return undefined;
  }

  /** Takes one fragment in; COMPLETE means that `take(rid)` has the message. */
  accept(
    rid: number,
    identity: number,
    total: number,
    index: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    counter: number,
    nowMs: number,
  ): FragmentOutcome {
    let reassembly = this.find(rid);
    if (reassembly === undefined) {
      if (total > this.#limits.messageBytesMax) return FragmentOutcome.TOO_LARGE;
      if (total === 0 || index * this.#channel.fragmentBytes >= total) return FragmentOutcome.CONFLICT;
      if (this.#reassemblies.length >= this.#limits.messagesMax) return FragmentOutcome.OVER_LIMIT;
      if (this.#promisedBytes > 0 && this.#promisedBytes + total > this.#limits.bytesMax)
        return FragmentOutcome.OVER_LIMIT;
      reassembly = new Reassembly(rid, total, this.#channel.fragmentBytes, identity, nowMs);
      this.#reassemblies.push(reassembly);
      this.#promisedBytes += total;
    }
    if (!hasRoom(this.#budget, end - start)) {
      this.drop(rid);
      return FragmentOutcome.OVER_LIMIT;
    }
    const verdict = reassembly.accept(total, identity, index, bytes, start, end, nowMs);
    if (verdict === 'conflict') {
      this.drop(rid);
      return FragmentOutcome.CONFLICT;
    }
    if (verdict === 'new') charge(this.#budget, end - start);
    reassembly.echo = counter % 0x1_0000_0000;
    reassembly.unacked++;
    if (reassembly.hasGap || reassembly.isComplete || reassembly.unacked >= Limits.fragmentsPerAck) {
      this.#acknowledge(reassembly);
    } else if (reassembly.ackDueMs === Number.POSITIVE_INFINITY)
      reassembly.ackDueMs = nowMs + Timings.fragmentAckDelayMs;
    return reassembly.isComplete ? FragmentOutcome.COMPLETE : FragmentOutcome.PARTIAL;
  }

  /** Removes a complete message and returns it. */
  take(rid: number): Uint8Array {
    const message = this.find(rid)!.assemble();
    this.drop(rid);
    return message;
  }

  drop(rid: number): void {
    for (let i = 0; i < this.#reassemblies.length; i++) {
      if (this.#reassemblies[i].rid === rid) this.#removeAt(i);
    }
  }

  dropAll(): void {
    for (let i = this.#reassemblies.length - 1; i >= 0; i--) this.#removeAt(i);
  }

  /** Tells the sender of a message that is not in the making (any more) that all of it arrived. */
  acknowledgeWhole(rid: number, total: number, counter: number): void {
    const fragmentCount = Math.ceil(total / this.#channel.fragmentBytes);
    if (fragmentCount < 0x1_0000) this.#write(rid, fragmentCount, 0, 0, counter % 0x1_0000_0000);
  }

  /** Earliest moment at which `tick` has something to do. */
  get deadlineMs(): number {
    let deadlineMs = Number.POSITIVE_INFINITY;
    for (const reassembly of this.#reassemblies) {
      deadlineMs = Math.min(deadlineMs, reassembly.ackDueMs, expiryMsOf(reassembly));
    }
    return deadlineMs;
  }

  tick(nowMs: number): void {
    for (let i = this.#reassemblies.length - 1; i >= 0; i--) {
      const reassembly = this.#reassemblies[i];
      if (expiryMsOf(reassembly) <= nowMs) this.#removeAt(i);
      else if (reassembly.ackDueMs <= nowMs) this.#acknowledge(reassembly);
    }
  }

  #acknowledge(reassembly: Reassembly): void {
    reassembly.unacked = 0;
    reassembly.ackDueMs = Number.POSITIVE_INFINITY;
    this.#write(
      reassembly.rid,
      reassembly.next,
      reassembly.bitmap(0),
      reassembly.bitmap(32),
      reassembly.echo,
    );
  }

  #write(rid: number, next: number, bitmapLow: number, bitmapHigh: number, echo: number): void {
    const at = this.#outgoing.reserve(this.#channel, FRAME_HEADER_BYTES + FrameBodyBytes.FRAG_ACK);
    writeFragAck(this.#outgoing.bytes, at, rid, this.#direction, next, bitmapLow, bitmapHigh, echo);
  }

  #removeAt(index: number): void {
    const [reassembly] = this.#reassemblies.splice(index, 1);
    this.#promisedBytes -= reassembly.total;
    charge(this.#budget, -reassembly.heldBytes);
  }
}

function expiryMsOf(reassembly: Reassembly): number {
  const overallMs = Timings.reassemblyMsMax + reassembly.total * OVERALL_MS_PER_BYTE;
  return Math.min(reassembly.lastNewMs + Timings.reassemblyIdleMs, reassembly.startedMs + overallMs);
}

function hasRoom(budget: ByteBudget, byteCount: number): boolean {
  if (budget.usedBytes + byteCount > budget.maxBytes) return false;
  return budget.whole === undefined || hasRoom(budget.whole, byteCount);
}

function charge(budget: ByteBudget, byteCount: number): void {
  budget.usedBytes += byteCount;
  if (budget.whole !== undefined) charge(budget.whole, byteCount);
}
