/**
 * Watches every datagram at every end, and knows what the protocol promises about them: counters never come twice,
 * nobody unproven gets more bytes than he sent, a session needs a cookie that was fetched, a stored reply stays as
 * it was, a genuine datagram is not taken for a replay.
 */

import { DatagramType, DataHeaderAt, FrameType, OPEN_TYPE_OFFSET, Status } from '@anoadb/protocol';
import { addressKey } from '@anoadb/testkit';
import type { ServerCounters } from '@anoadb/transport';
import type { Ledger } from './ledger.js';
import type { Mode } from './plan.js';
import { readTag } from './request-codec.js';
import { witnessedCrypto } from './simulated-keys.js';

const HEADER_BYTES = 12;
const FRAME_HEADER_BYTES = 3;
const RSP_RESULTS_AT = 6;
const KEPT_PER_CLIENT = 12;
const REPLAY_WINDOW = 2016;

interface Peer {
  bytesIn: number;
  bytesOut: number;
  wasChallenged: boolean;
  isProven: boolean;
}

interface Captured {
  readonly sent: Uint8Array[];
  readonly received: Uint8Array[];
}

export class WireWatch {
  readonly #ledger: Ledger;
  readonly #typeOffset: number;
  #peers = new Map<string, Peer>();
  readonly #captured = new Map<number, Captured>();
  readonly #counters = { toServer: new Map<number, number>(), toClient: new Map<number, number>() };
  /** Highest counter of a session that reached the server from its own client. */
  readonly #reached = new Map<number, Set<number>>();
  readonly #highest = new Map<number, number>();
  /** AUTHs that genuine clients sent, by their hash. */
  readonly #auths = new Set<number>();
  #authsReached = new Set<number>();
  readonly #replies = new Map<string, string>();
  /** Boxes for both ends of a sealed run. */
  readonly sealCrypto: ReturnType<typeof witnessedCrypto>;
  /** To which address the server sent a datagram, by its hash. */
  readonly #sentTo = new Map<number, string>();
  /** Where each client heard the server last, and what that proves once it arrives, by hash. */
  readonly #heardAt = new Map<number, string>();
  readonly #proofs = new Map<number, string>();
  #before: ServerCounters | undefined;
  #isFirstArrival = false;

  constructor(ledger: Ledger, mode: Mode) {
    this.#ledger = ledger;
    this.#typeOffset = mode === 'open' ? OPEN_TYPE_OFFSET : 0;
    this.sealCrypto = witnessedCrypto(ledger, (bytes, start, end) => this.checkReplies(bytes, start, end));
  }

  /** A server starts that has never heard of anybody. */
  startIncarnation(): void {
    this.#peers = new Map();
    this.#authsReached = new Set();
    this.#before = undefined;
  }

  captured(client: number): Captured {
    let captured = this.#captured.get(client);
    if (captured === undefined) {
      captured = { sent: [], received: [] };
      this.#captured.set(client, captured);
    }
    return captured;
  }

  /** Whether it is an AUTH that has not left before. */
  leftClient(client: number, datagram: Uint8Array): boolean {
    this.#ledger.trace(() => `client ${client} sends ${this.describe(datagram)}`);
    keep(this.captured(client).sent, datagram);
    const type = this.#typeOf(datagram);
    if (type === DatagramType.DATA_TO_SERVER) {
      this.#checkCounter(datagram, this.#counters.toServer, `client ${client}`);
      const heardAt = this.#heardAt.get(client);
      if (heardAt !== undefined) this.#proofs.set(hashOf(datagram), heardAt);
    }
    if (type !== DatagramType.AUTH) return false;
    const hash = hashOf(datagram);
    if (this.#auths.has(hash)) return false;
    this.#auths.add(hash);
    return true;
  }

  reachedClient(client: number, datagram: Uint8Array): void {
    this.#ledger.trace(() => `client ${client} gets ${this.describe(datagram)}`);
    keep(this.captured(client).received, datagram);
    const heardAt = this.#sentTo.get(hashOf(datagram));
    if (heardAt !== undefined) this.#heardAt.set(client, heardAt);
  }

  /** Before the server handles it. */
  reachedServer(datagram: Uint8Array, from: Uint8Array): void {
    this.#ledger.trace(() => `server gets ${this.describe(datagram)}`);
    const peer = this.#peerOf(from);
    peer.bytesIn += datagram.length;
    // What was written after hearing the server there: nobody else can answer for that address.
    if (this.#proofs.get(hashOf(datagram)) === addressKey(from)) peer.isProven = true;
    const type = this.#typeOf(datagram);
    if (type === DatagramType.AUTH && this.#auths.has(hashOf(datagram)))
      this.#authsReached.add(hashOf(datagram));
    this.#isFirstArrival = type === DatagramType.DATA_TO_SERVER && this.#isFirstOfItsCounter(datagram);
  }

  leftServer(datagram: Uint8Array, to: Uint8Array): void {
    this.#ledger.trace(() => `server sends ${this.describe(datagram)}`);
    const peer = this.#peerOf(to);
    const type = this.#typeOf(datagram);
    peer.bytesOut += datagram.length;
    if (!peer.isProven && peer.bytesOut > peer.bytesIn) {
      this.#ledger.violate(
        `${peer.bytesOut} bytes went to an address that has proven nothing and sent ${peer.bytesIn}`,
      );
    }
    if (type === DatagramType.CHALLENGE) peer.wasChallenged = true;
    if (type === DatagramType.WELCOME) {
      if (!peer.wasChallenged)
        this.#ledger.violate('a session was opened for an address that fetched no cookie');
      peer.isProven = true;
    }
    if (type === DatagramType.DATA_TO_CLIENT) {
      this.#sentTo.set(hashOf(datagram), addressKey(to));
      this.#checkCounter(datagram, this.#counters.toClient, 'the server');
      if (this.#typeOffset !== 0) this.checkReplies(datagram, HEADER_BYTES, datagram.length);
    }
  }

  /** After the server handled what had reached it. */
  afterServer(counters: ServerCounters): void {
    const before = this.#before;
    this.#before = counters;
    if (counters.sessionsOpened > this.#authsReached.size) {
      this.#ledger.violate(
        `${counters.sessionsOpened} sessions were opened by ${this.#authsReached.size} AUTHs of genuine clients`,
      );
    }
    if (before === undefined || !this.#isFirstArrival) return;
    this.#isFirstArrival = false;
    for (const reason of ['replayed', 'too-old'] as const) {
      if (counters.dropped[reason] > before.dropped[reason])
        this.#ledger.violate(`a genuine datagram that came for the first time was dropped as ${reason}`);
    }
  }

  /** Frames in clear [start, end) on their way to a client. */
  checkReplies(bytes: Uint8Array, start: number, end: number): void {
    for (let at = start; at + FRAME_HEADER_BYTES <= end && bytes[at] !== FrameType.PADDING; ) {
      const body = at + FRAME_HEADER_BYTES;
      const bodyEnd = body + bytes[at + 1] + bytes[at + 2] * 256;
      if (bytes[at] === FrameType.RSP && bytes[body + 5] === Status.OK)
        this.#checkReply(bytes, body + RSP_RESULTS_AT, bodyEnd);
      at = bodyEnd;
    }
  }

  describe(datagram: Uint8Array): string {
    const type = this.#typeOf(datagram);
    const name = Object.entries(DatagramType).find(([, value]) => value === type)?.[0] ?? `type ${type}`;
    if (type !== DatagramType.DATA_TO_SERVER && type !== DatagramType.DATA_TO_CLIENT)
      return `${name}, ${datagram.length} bytes`;
    const frames = this.#typeOffset === 0 ? '' : `: ${describeFrames(datagram)}`;
    return `${name} sid ${sidOf(datagram).toString(16)} counter ${counterOf(datagram)}${frames}`;
  }

  /** -1: too short for any type there is. */
  #typeOf(datagram: Uint8Array): number {
    return datagram.length < HEADER_BYTES ? -1 : datagram[1] - this.#typeOffset;
  }

  #checkReply(bytes: Uint8Array, start: number, end: number): void {
    const tag = readTag(bytes, start - 2, end);
    if (tag === undefined || this.#ledger.calls.get(tag)?.mutates !== true) return;
    const reply = Buffer.from(bytes.subarray(start, end)).toString('latin1');
    const former = this.#replies.get(tag);
    if (former === undefined) this.#replies.set(tag, reply);
    else if (former !== reply && !this.#ledger.isReplyOf(tag, bytes.subarray(start, end)))
      this.#ledger.violate(`${tag} was answered twice, and not alike`);
  }

  /** One number per (session, direction, datagram): sealed, a repeat would be a nonce used twice. */
  #checkCounter(datagram: Uint8Array, counters: Map<number, number>, sender: string): void {
    const key = counterKey(datagram);
    if (counters.has(key))
      this.#ledger.violate(`${sender} used counter ${counterOf(datagram)} of a session twice`);
    counters.set(key, hashOf(datagram));
  }

  #isFirstOfItsCounter(datagram: Uint8Array): boolean {
    if (this.#counters.toServer.get(counterKey(datagram)) !== hashOf(datagram)) return false;
    const sid = sidOf(datagram);
    const counter = counterOf(datagram);
    const reached = this.#reached.get(sid) ?? new Set<number>();
    this.#reached.set(sid, reached);
    const highest = this.#highest.get(sid) ?? 0;
    this.#highest.set(sid, Math.max(highest, counter));
    if (reached.has(counter) || counter + REPLAY_WINDOW <= highest) return false;
    reached.add(counter);
    return true;
  }

  #peerOf(address: Uint8Array): Peer {
    const key = addressKey(address);
    let peer = this.#peers.get(key);
    if (peer === undefined) {
      peer = { bytesIn: 0, bytesOut: 0, wasChallenged: false, isProven: false };
      this.#peers.set(key, peer);
    }
    return peer;
  }
}

function describeFrames(datagram: Uint8Array): string {
  const frames: string[] = [];
  for (let at = HEADER_BYTES; at + FRAME_HEADER_BYTES + 4 <= datagram.length && datagram[at] !== 0; ) {
    const body = at + FRAME_HEADER_BYTES;
    const name = Object.entries(FrameType).find(([, value]) => value === datagram[at])?.[0] ?? 'unknown';
    frames.push(`${name} ${new DataView(datagram.buffer, datagram.byteOffset + body).getUint32(0, true)}`);
    at = body + datagram[at + 1] + datagram[at + 2] * 256;
  }
  return frames.join(', ');
}

export function sidOf(datagram: Uint8Array): number {
  return new DataView(datagram.buffer, datagram.byteOffset).getUint32(DataHeaderAt.sid, true);
}

export function counterOf(datagram: Uint8Array): number {
  const view = new DataView(datagram.buffer, datagram.byteOffset);
  const at = DataHeaderAt.counter;
  return view.getUint32(at, true) + view.getUint16(at + 4, true) * 2 ** 32;
}

/** Sids have 26 bits, and no run here sends 2^20 datagrams. */
function counterKey(datagram: Uint8Array): number {
  return sidOf(datagram) * 2 ** 20 + counterOf(datagram);
}

function hashOf(datagram: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < datagram.length; i++) hash = Math.imul(hash ^ datagram[i], 0x01000193);
  return hash >>> 0;
}

function keep(ring: Uint8Array[], datagram: Uint8Array): void {
  ring.push(datagram);
  if (ring.length > KEPT_PER_CLIENT) ring.shift();
}
