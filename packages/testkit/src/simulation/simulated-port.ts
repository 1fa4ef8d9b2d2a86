/**
 * Ports in a simulated network, lean enough for thousands of runs: a datagram goes through the PacketSimulator and
 * arrives alone, in a step of the virtual clock. Whoever watches sees every datagram leave and arrive.
 */

import { ADDRESS_BYTES, DatagramBatch, type DatagramSink } from '@anoadb/transport';
import type { PacketSimulator } from '../packet-simulator.js';

const BATCH_CAPACITY = 16;
const SLOT_BYTES = 2048;

/** Sees datagrams at the ends; must not keep or change them. */
export interface PortWatcher {
  onLeave?(datagram: Uint8Array, to: Uint8Array): void;
  onArrive?(datagram: Uint8Array, from: Uint8Array): void;
}

export class SimulatedNetwork {
  readonly simulator: PacketSimulator;
  readonly #ports = new Map<string, SimulatedPort>();
  readonly #arrive = (datagram: Uint8Array, from: Uint8Array, to: Uint8Array): void => {
    this.#ports.get(addressKey(to))?.take(datagram, from);
  };

  constructor(simulator: PacketSimulator) {
    this.simulator = simulator;
  }

  /** A port at `local`; one that was there before hears nothing any more. `remote`: the only peer. */
  open(local: Uint8Array, remote: Uint8Array | undefined, watcher: PortWatcher = {}): SimulatedPort {
    const port = new SimulatedPort(this, local, remote, watcher);
    this.#ports.set(addressKey(local), port);
    return port;
  }

  /** A datagram of anybody's making, also under a foreign address. */
  inject(datagram: Uint8Array, from: Uint8Array, to: Uint8Array): void {
    this.simulator.carry(datagram.slice(), from, to, this.#arrive);
  }

  /** @internal */
  close(port: SimulatedPort): void {
    const key = addressKey(port.local);
    if (this.#ports.get(key) === port) this.#ports.delete(key);
  }
}

export class SimulatedPort implements DatagramSink {
  readonly batch = new DatagramBatch(BATCH_CAPACITY, SLOT_BYTES);
  readonly local: Uint8Array;
  readonly #remote: Uint8Array | undefined;
  readonly #network: SimulatedNetwork;
  readonly #watcher: PortWatcher;
  readonly #arrived = new DatagramBatch(1, SLOT_BYTES);
  #onBatch: ((batch: DatagramBatch) => void) | undefined;
  #isClosed = false;

  constructor(
    network: SimulatedNetwork,
    local: Uint8Array,
    remote: Uint8Array | undefined,
    watcher: PortWatcher,
  ) {
    this.#network = network;
    this.local = local;
    this.#remote = remote;
    this.#watcher = watcher;
  }

  start(handlers: { onBatch: (batch: DatagramBatch) => void }): void {
    this.#onBatch = handlers.onBatch;
  }

  flush(): void {
    const { batch } = this;
    for (let i = 0; i < batch.count && !this.#isClosed; i++) {
      const to = this.#remote ?? batch.addresses.slice(i * ADDRESS_BYTES, (i + 1) * ADDRESS_BYTES);
      const start = batch.startOf(i);
      const datagram = batch.bytes.slice(start, start + batch.lengths[i]);
      this.#watcher.onLeave?.(datagram, to);
      this.#network.inject(datagram, this.local, to);
    }
    batch.clear();
  }

  close(): void {
    this.#isClosed = true;
    this.#network.close(this);
  }

  /** @internal */
  take(datagram: Uint8Array, from: Uint8Array): void {
    if (this.#isClosed || datagram.length > SLOT_BYTES) return;
    if (this.#remote !== undefined && addressKey(from) !== addressKey(this.#remote)) return;
    this.#watcher.onArrive?.(datagram, from);
    const arrived = this.#arrived;
    arrived.clear();
    arrived.push(datagram, from);
    this.#onBatch?.(arrived);
  }
}

/** The 18 bytes as a string of as many characters: cheap, and equal only for equal addresses. */
export function addressKey(address: Uint8Array, at = 0): string {
  let key = '';
  for (let i = 0; i < ADDRESS_BYTES; i++) key += String.fromCharCode(address[at + i]);
  return key;
}
