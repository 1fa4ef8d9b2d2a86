/** One session at the client: a channel, what the server granted, and the large messages on their way. */
import { FrameType } from '@anoadb/protocol';
import { Channel } from '../channel.js';
import { Congestion } from '../congestion.js';
import { ACK_OF_REPLY } from '../frames.js';
import type { ServerParams } from '../handshake-messages.js';
import { IncomingTransfers } from '../incoming-transfers.js';
import type { Outgoing } from '../outgoing.js';
import { OutgoingTransfers } from '../outgoing-transfers.js';
import type { RttEstimator } from '../rtt-estimator.js';
import type { Sealing } from '../sealing.js';
import { RING } from './request-window.js';

/** The client asked for these replies itself, so its window is the bound. */
const REPLIES_BYTES_MAX = 1024 * 1024 * 1024;
/** Seconds for which it is known which counters were in use: how long a NO_SESSION hint may refer back. */
const HINT_SECONDS = 30;

export class ClientSession extends Channel {
  readonly params: ServerParams;
  readonly createdMs: number;
  readonly rtt: RttEstimator;
  readonly congestion: Congestion;
  /** Replies coming in, requests going out. */
  readonly incoming: IncomingTransfers;
  readonly outgoing: OutgoingTransfers;
  lastHeardMs: number;
  /** sendCounter at the start of each of the last seconds. */
  readonly #countersBySecond = new Float64Array(HINT_SECONDS + 1);
  #second: number;

  constructor(params: ServerParams, sealing: Sealing, outgoing: Outgoing, rtt: RttEstimator, nowMs: number) {
    super(params.sid, sealing, params.maxDatagram);
    this.params = params;
    this.createdMs = nowMs;
    this.lastHeardMs = nowMs;
    this.rtt = rtt;
    this.congestion = new Congestion(rtt, params.maxDatagram);
    this.#second = Math.floor(nowMs / 1000);
    const limits = { messagesMax: RING, bytesMax: REPLIES_BYTES_MAX, messageBytesMax: params.maxMessage };
    const budget = { usedBytes: 0, maxBytes: REPLIES_BYTES_MAX };
    this.incoming = new IncomingTransfers(this, outgoing, ACK_OF_REPLY, limits, budget);
    this.outgoing = new OutgoingTransfers(
      this,
      outgoing,
      FrameType.REQ_FRAG,
      rtt,
      this.congestion,
      { usedBytes: 0, maxBytes: Number.POSITIVE_INFINITY },
      Number.POSITIVE_INFINITY,
    );
  }

  /** Call before sending: keeps the history that `wasSentLately` needs. */
  noteTime(nowMs: number): void {
    const second = Math.floor(nowMs / 1000);
    if (second === this.#second) return;
    const from = Math.max(this.#second + 1, second - HINT_SECONDS);
    for (let s = from; s <= second; s++) this.#countersBySecond[s % (HINT_SECONDS + 1)] = this.sendCounter;
    this.#second = second;
  }

  /** Did the datagram of this counter leave within the last 30 s? */
  wasSentLately(counter: number, nowMs: number): boolean {
    this.noteTime(nowMs);
    const oldest = this.#countersBySecond[(this.#second + 1) % (HINT_SECONDS + 1)];
    return counter < this.sendCounter && counter >= oldest;
  }
}
