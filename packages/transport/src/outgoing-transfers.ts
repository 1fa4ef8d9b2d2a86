/** The fragmented messages one session is sending: whose turn it is, pacing, acknowledgements, timeouts. */
import type { Channel } from './channel.js';
import type { Congestion } from './congestion.js';
import { FragmentSender } from './fragment-sender.js';
import { FRAGMENT_OVERHEAD_BYTES, writeFragmentHead } from './frames.js';
import type { ByteBudget } from './incoming-transfers.js';
import { copyBytes, readU16, readU32 } from './little-endian.js';
import type { Outgoing } from './outgoing.js';
import type { RttEstimator } from './rtt-estimator.js';

export class OutgoingTransfers {
  readonly #channel: Channel;
  readonly #outgoing: Outgoing;
  readonly #frameType: number;
  readonly #rtt: RttEstimator;
  readonly #congestion: Congestion;
  readonly #budget: ByteBudget;
  readonly #giveUpMs: number;
  readonly #senders: FragmentSender[] = [];
  #turn = 0;
  #pacedAtMs = Number.POSITIVE_INFINITY;
  queuedBytes = 0;
  retransmits = 0;

  /** `giveUpMs`: without any progress for this long a message is dropped; Infinity where its owner decides. */
  constructor(
    channel: Channel,
    outgoing: Outgoing,
    frameType: number,
    rtt: RttEstimator,
    congestion: Congestion,
    budget: ByteBudget,
    giveUpMs: number,
  ) {
    this.#channel = channel;
    this.#outgoing = outgoing;
    this.#frameType = frameType;
    this.#rtt = rtt;
    this.#congestion = congestion;
    this.#budget = budget;
    this.#giveUpMs = giveUpMs;
  }

  get isEmpty(): boolean {
    return this.#senders.length === 0;
  }

  get count(): number {
    return this.#senders.length;
  }

  find(rid: number): FragmentSender | undefined {
    for (const sender of this.#senders) if (sender.rid === rid) return sender;
    return undefined;
  }

  /** `bytes` are kept until the message arrived or is dropped. Nothing leaves before `pump`. */
  start(rid: number, bytes: Uint8Array, first: number, second: number, nowMs: number): FragmentSender {
    const sender = new FragmentSender(rid, bytes, this.#channel.fragmentBytes, first, second, nowMs);
    this.#senders.push(sender);
    this.queuedBytes += bytes.length;
    this.#budget.usedBytes += bytes.length;
    return sender;
  }

  drop(rid: number): void {
    for (let i = 0; i < this.#senders.length; i++) if (this.#senders[i].rid === rid) this.#removeAt(i);
  }

  dropAll(): void {
    for (let i = this.#senders.length - 1; i >= 0; i--) this.#removeAt(i);
  }

  /** A FRAG_ACK body at `at`. Returns the sender it speaks of, or undefined. */
  handleAck(bytes: Uint8Array, at: number, counter: number, nowMs: number): FragmentSender | undefined {
    const sender = this.find(readU32(bytes, at));
    sender?.onAck(
      readU16(bytes, at + 6),
      readU32(bytes, at + 8),
      readU32(bytes, at + 12),
      readU32(bytes, at + 16),
      counter,
      this.#rtt,
      this.#congestion,
      nowMs,
    );
    return sender;
  }

  /** Sends what window and pace allow, one fragment per message in turn, so that no message starves another. */
  pump(nowMs: number): void {
    this.#pacedAtMs = Number.POSITIVE_INFINITY;
    let idle = 0;
    while (idle < this.#senders.length) {
      this.#turn = (this.#turn + 1) % this.#senders.length;
      const sender = this.#senders[this.#turn];
      const index = sender.nextToSend();
      if (index < 0) {
        idle++;
        continue;
      }
      const dataBytes = sender.endOf(index) - sender.startOf(index);
      if (sender.probesDue === 0) {
        if (!this.#congestion.hasRoom(dataBytes)) return;
        const paceMs = this.#congestion.paceAtMs(nowMs);
        if (paceMs > nowMs) {
          this.#pacedAtMs = paceMs;
          return;
        }
      }
      this.#send(sender, index, dataBytes, nowMs);
      idle = 0;
    }
  }

  get deadlineMs(): number {
    let deadlineMs = this.#pacedAtMs;
    for (const sender of this.#senders) {
      deadlineMs = Math.min(deadlineMs, sender.timeoutAtMs, sender.lastProgressMs + this.#giveUpMs);
    }
    return deadlineMs;
  }

  tick(nowMs: number): void {
    for (let i = this.#senders.length - 1; i >= 0; i--) {
      const sender = this.#senders[i];
      if (sender.lastProgressMs + this.#giveUpMs <= nowMs) this.#removeAt(i);
      else if (sender.timeoutAtMs <= nowMs) {
        const isStalled = sender.onTimeout(this.#rtt, this.#congestion, nowMs);
        // As long as other messages get through, the path has not stalled.
        if (isStalled && nowMs - this.#lastProgressMs() >= this.#rtt.timeoutMs(0))
          this.#congestion.onStalled(nowMs);
      }
    }
    this.pump(nowMs);
  }

  #send(sender: FragmentSender, index: number, dataBytes: number, nowMs: number): void {
    const at = this.#outgoing.reserve(this.#channel, FRAGMENT_OVERHEAD_BYTES + dataBytes);
    const bytes = this.#outgoing.bytes;
    const { rid, first, second } = sender;
    const total = sender.bytes.length;
    const dataAt = writeFragmentHead(bytes, at, this.#frameType, rid, first, second, total, index, dataBytes);
    copyBytes(bytes, dataAt, sender.bytes, sender.startOf(index), sender.endOf(index));
    const before = sender.retransmits;
    sender.onSent(index, this.#channel.sendCounter - 1, this.#rtt, this.#congestion, nowMs);
    this.retransmits += sender.retransmits - before;
  }

  #lastProgressMs(): number {
    let lastMs = 0;
    for (const sender of this.#senders) lastMs = Math.max(lastMs, sender.lastProgressMs);
    return lastMs;
  }

  #removeAt(index: number): void {
    const [sender] = this.#senders.splice(index, 1);
    sender.abandon(this.#congestion);
    this.queuedBytes -= sender.bytes.length;
    this.#budget.usedBytes -= sender.bytes.length;
  }
}
