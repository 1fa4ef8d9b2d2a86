/**
 * A bad network, the same one for the same seed: loss, duplication, reordering, delay, corruption, a narrow
 * pipe with a queue, partitions, one-way black holes and NAT rebinding. Fits between the sockets of a
 * MemoryNetwork (`link`) or stands alone (`carry` with any `arrive`).
 *
 * Every decision and delivery goes into `traceHash`: equal hashes mean equal runs.
 */

import { ADDRESS_BYTES } from '@anoadb/transport';
import { type Arrive, addressBytes, type DatagramLink, decodeAddress, formatAddress } from '@anoadb/udp';
import type { SeededRandom } from './seeded-random.js';
import type { VirtualClock } from './virtual-clock.js';

/** Probabilities are per datagram, in [0, 1]. */
export interface PathConditions {
  readonly loss: number;
  readonly duplication: number;
  /** Held back by up to `reorderDelayMs` so that later ones overtake. */
  readonly reorder: number;
  readonly reorderDelayMs: number;
  /** One to three bits flipped. */
  readonly corruption: number;
  readonly delayMs: number;
  /** Added to `delayMs`, uniformly from 0; by itself it reorders as real jitter does. */
  readonly jitterMs: number;
  /** Of each direction of each pair of ends; Infinity = no limit. */
  readonly bytesPerSecond: number;
  /** What may wait for the narrow pipe; more is lost at its tail. */
  readonly queueBytes: number;
}

export const PERFECT_PATH: PathConditions = {
  loss: 0,
  duplication: 0,
  reorder: 0,
  reorderDelayMs: 50,
  corruption: 0,
  delayMs: 0,
  jitterMs: 0,
  bytesPerSecond: Number.POSITIVE_INFINITY,
  queueBytes: Number.POSITIVE_INFINITY,
};

export interface SimulatorCounters {
  sent: number;
  delivered: number;
  bytesDelivered: number;
  lost: number;
  duplicated: number;
  reordered: number;
  corrupted: number;
  overflowed: number;
  blackholed: number;
}

interface Pipe {
  /** When the last byte accepted so far will have left. */
  freeAtMs: number;
}

interface Host {
  readonly host: string;
  readonly port?: number;
}

interface Hole {
  readonly from: string;
  readonly to: string;
}

const ANYWHERE = '*';
/** IPv4 and UDP headers, which a narrow pipe carries too. */
const DATAGRAM_OVERHEAD_BYTES = 28;

export class PacketSimulator implements DatagramLink {
  readonly counters: SimulatorCounters = {
    sent: 0,
    delivered: 0,
    bytesDelivered: 0,
    lost: 0,
    duplicated: 0,
    reordered: 0,
    corrupted: 0,
    overflowed: 0,
    blackholed: 0,
  };

  readonly #clock: VirtualClock;
  readonly #random: SeededRandom;
  readonly #pipes = new Map<string, Pipe>();
  readonly #holes = new Set<Hole>();
  /** NAT: what an inner address is seen as outside, and back. */
  readonly #outerOf = new Map<string, Uint8Array>();
  readonly #innerOf = new Map<string, Uint8Array>();
  readonly #staleOuters = new Set<string>();
  #conditions: PathConditions;
  #hash = 0x811c9dc5;
  #hashHigh = 0x01000193;

  constructor(options: { clock: VirtualClock; random: SeededRandom; conditions?: Partial<PathConditions> }) {
    this.#clock = options.clock;
    this.#random = options.random;
    this.#conditions = { ...PERFECT_PATH, ...options.conditions };
  }

  /** 16 hex digits over everything that happened so far. */
  get traceHash(): string {
    return hex(this.#hashHigh) + hex(this.#hash);
  }

  get conditions(): PathConditions {
    return this.#conditions;
  }

  /** Changes the weather from now on; what is on its way keeps its fate. */
  change(conditions: Partial<PathConditions>): void {
    this.#conditions = { ...this.#conditions, ...conditions };
  }

  /** Swallows what goes from one end to the other, one way; `port` left out means every port. Returns the cure. */
  blackhole(from: Host | '*', to: Host | '*'): () => void {
    const hole: Hole = { from: nameOf(from), to: nameOf(to) };
    this.#holes.add(hole);
    return () => void this.#holes.delete(hole);
  }

  /** A black hole both ways. */
  partition(a: Host | '*', b: Host | '*'): () => void {
    const cures = [this.blackhole(a, b), this.blackhole(b, a)];
    return () => {
      for (const cure of cures) cure();
    };
  }

  /** From now on the socket at `inner` is seen at `outer`; what is sent to its former address is lost. */
  rebind(inner: Required<Host>, outer: Required<Host>): void {
    const innerKey = formatAddress(inner.host, inner.port);
    const former = this.#outerOf.get(innerKey);
    const formerKey = former === undefined ? innerKey : keyOf(former);
    this.#innerOf.delete(formerKey);
    this.#staleOuters.add(formerKey);
    const outerKey = formatAddress(outer.host, outer.port);
    this.#staleOuters.delete(outerKey);
    this.#outerOf.set(innerKey, addressBytes(outer.host, outer.port));
    this.#innerOf.set(outerKey, addressBytes(inner.host, inner.port));
  }

  /** One datagram sets out. Deterministic in the order of calls. */
  carry(datagram: Uint8Array, from: Uint8Array, to: Uint8Array, arrive: Arrive): void {
    const { counters } = this;
    const random = this.#random;
    const path = this.#conditions;
    const source = this.#outerOf.get(keyOf(from)) ?? from;
    const sourceKey = keyOf(source);
    const targetKey = keyOf(to);
    counters.sent++;
    this.#note(1, datagram, sourceKey, targetKey);
    if (this.#isBlackholed(sourceKey, targetKey)) {
      counters.blackholed++;
      return;
    }
    if (random.chance(path.loss)) {
      counters.lost++;
      return;
    }
    const departsAtMs = this.#depart(datagram.length, `${sourceKey}>${targetKey}`);
    if (departsAtMs === undefined) {
      counters.overflowed++;
      return;
    }
    let copies = 1;
    if (random.chance(path.duplication)) {
      counters.duplicated++;
      copies = 2;
    }
    for (let copy = 0; copy < copies; copy++) {
      const bytes = this.#maybeCorrupt(datagram);
      let delayMs = path.delayMs + random.fraction() * path.jitterMs;
      if (random.chance(path.reorder)) {
        counters.reordered++;
        delayMs += random.fraction() * path.reorderDelayMs;
      }
      this.#clock.at(departsAtMs + delayMs, () => this.#land(bytes, source, to, arrive));
    }
  }

  #land(datagram: Uint8Array, from: Uint8Array, to: Uint8Array, arrive: Arrive): void {
    const targetKey = keyOf(to);
    const inner = this.#innerOf.get(targetKey);
    if (inner === undefined && this.#staleOuters.has(targetKey)) {
      this.counters.blackholed++;
      return;
    }
    this.counters.delivered++;
    this.counters.bytesDelivered += datagram.length;
    this.#note(2, datagram, keyOf(from), targetKey);
    arrive(datagram, from, inner ?? to);
  }

  /** When the pipe has taken the datagram's last byte; undefined where its queue is full. */
  #depart(length: number, direction: string): number | undefined {
    const { bytesPerSecond, queueBytes } = this.#conditions;
    const { nowMs } = this.#clock;
    if (bytesPerSecond === Number.POSITIVE_INFINITY) return nowMs;
    let pipe = this.#pipes.get(direction);
    if (pipe === undefined) {
      pipe = { freeAtMs: 0 };
      this.#pipes.set(direction, pipe);
    }
    const bytes = length + DATAGRAM_OVERHEAD_BYTES;
    const startMs = Math.max(nowMs, pipe.freeAtMs);
    const queuedBytes = ((startMs - nowMs) * bytesPerSecond) / 1000;
    if (queuedBytes + bytes > queueBytes) return undefined;
    pipe.freeAtMs = startMs + (bytes * 1000) / bytesPerSecond;
    return pipe.freeAtMs;
  }

  #maybeCorrupt(datagram: Uint8Array): Uint8Array {
    const copy = datagram.slice();
    if (copy.length === 0 || !this.#random.chance(this.#conditions.corruption)) return copy;
    this.counters.corrupted++;
    for (let flips = this.#random.int(1, 3); flips > 0; flips--) {
      copy[this.#random.int(0, copy.length - 1)] ^= 1 << this.#random.int(0, 7);
    }
    return copy;
  }

  #isBlackholed(from: string, to: string): boolean {
    for (const hole of this.#holes) if (covers(hole.from, from) && covers(hole.to, to)) return true;
    return false;
  }

  /** FNV-1a, two lanes: the event, when, between whom, and the bytes. */
  #note(kind: number, datagram: Uint8Array, from: string, to: string): void {
    this.#mix(kind);
    this.#mix(Math.round(this.#clock.nowMs * 1000));
    for (const key of [from, to]) for (let i = 0; i < key.length; i++) this.#mix(key.charCodeAt(i));
    this.#mix(datagram.length);
    for (let i = 0; i < datagram.length; i++) this.#mix(datagram[i]);
  }

  #mix(value: number): void {
    this.#hash = Math.imul(this.#hash ^ value, 0x01000193) >>> 0;
    this.#hashHigh = (Math.imul(this.#hashHigh, 0x5bd1e995) ^ (this.#hash >>> 13) ^ value) >>> 0;
  }
}

function nameOf(end: Host | '*'): string {
  if (end === ANYWHERE) return ANYWHERE;
  const { host, port } = end;
  // Without a port: the text every `host:port` of that host begins with.
  return port === undefined ? formatAddress(host, 0).slice(0, -1) : formatAddress(host, port);
}

function covers(rule: string, key: string): boolean {
  if (rule === ANYWHERE) return true;
  return rule.endsWith(':') ? key.startsWith(rule) : key === rule;
}

/** Texts of addresses seen before: making one costs more than the rest of a datagram's way. */
const knownKeys = new Map<string, string>();
const KNOWN_KEYS_MAX = 10_000;

function keyOf(address: Uint8Array): string {
  if (address.length !== ADDRESS_BYTES) throw new RangeError(`an address has ${ADDRESS_BYTES} bytes`);
  const bytes = String.fromCharCode(...address);
  let key = knownKeys.get(bytes);
  if (key === undefined) {
    const { host, port } = decodeAddress(address);
    key = formatAddress(host, port);
    if (knownKeys.size >= KNOWN_KEYS_MAX) knownKeys.clear();
    knownKeys.set(bytes, key);
  }
  return key;
}

function hex(word: number): string {
  return word.toString(16).padStart(8, '0');
}
