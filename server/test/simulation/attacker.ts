/** Who has no key but a good place on the path: sees everything, sends anything under any address. */

import { DatagramBytes, DatagramType, MAGIC_BYTE, OPEN_TYPE_OFFSET } from '@anoadb/protocol';
import type { SeededRandom, SimulatedNetwork } from '@anoadb/testkit';
import { addressBytes } from '@anoadb/udp';
import type { Ledger } from './ledger.js';
import type { Attack, Mode } from './plan.js';
import type { ScriptedClient } from './scripted-client.js';
import { sidOf, type WireWatch } from './wire-watch.js';

export interface AttackerOptions {
  readonly network: SimulatedNetwork;
  readonly wire: WireWatch;
  readonly ledger: Ledger;
  readonly mode: Mode;
  readonly serverAddress: Uint8Array;
  readonly random: SeededRandom;
  readonly clientOf: (index: number) => ScriptedClient | undefined;
}

const JUNK_BYTES_MAX = 1300;
const FAR_COUNTER = 100_000;

export class Attacker {
  readonly #options: AttackerOptions;
  readonly #typeOffset: number;

  constructor(options: AttackerOptions) {
    this.#options = options;
    this.#typeOffset = options.mode === 'open' ? OPEN_TYPE_OFFSET : 0;
  }

  attack(attack: Attack, client: number, count: number): void {
    this.#options.ledger.trace(() => `attack: ${attack}, ${count} times`);
    for (let i = 0; i < count; i++) this.#once(attack, client);
  }

  #once(attack: Attack, index: number): void {
    const { random, wire } = this.#options;
    const client = this.#options.clientOf(index);
    const { sent, received } = wire.captured(index);
    switch (attack) {
      case 'forged HELLO':
        this.#toServer(this.#hello(DatagramBytes.HELLO), this.#stranger());
        break;
      case 'short HELLO':
        this.#toServer(this.#hello(random.int(12, DatagramBytes.HELLO - 1)), this.#stranger());
        break;
      case 'junk':
        this.#toServer(random.bytes(random.int(0, JUNK_BYTES_MAX)), this.#stranger());
        break;
      case 'replay':
        if (client !== undefined && sent.length > 0) this.#toServer(random.pick(sent), client.address);
        break;
      case 'replay from elsewhere':
        if (sent.length > 0) this.#toServer(random.pick(sent), this.#stranger());
        break;
      case 'reflection':
        if (client !== undefined && received.length > 0)
          this.#toServer(random.pick(received), client.address);
        break;
      case 'forged NO_SESSION':
        if (client !== undefined) this.#forgeHint(client, sent);
        break;
      case 'garbage with a live sid':
        this.#garbage(client, sent);
    }
  }

  /** The client must take no hint about what it never sent. */
  #forgeHint(client: ScriptedClient, sent: readonly Uint8Array[]): void {
    const data = sent.findLast((datagram) => datagram[1] - this.#typeOffset === DatagramType.DATA_TO_SERVER);
    if (data === undefined || client.isDead || client.endpoint.state === 'closed') return;
    const hint = new Uint8Array(DatagramBytes.NO_SESSION);
    const view = new DataView(hint.buffer);
    hint[0] = MAGIC_BYTE;
    hint[1] = DatagramType.NO_SESSION + this.#typeOffset;
    view.setUint32(2, sidOf(data), true);
    view.setUint32(6, FAR_COUNTER, true);
    const before = client.endpoint.counters().dropped['bad-hint'];
    client.port.take(hint, this.#options.serverAddress);
    if (client.endpoint.counters().dropped['bad-hint'] === before)
      this.#options.ledger.violate('a client believed a forged NO_SESSION about a datagram it never sent');
  }

  /** In open mode a program at the client's own address could say anything; from elsewhere nobody may. */
  #garbage(client: ScriptedClient | undefined, sent: readonly Uint8Array[]): void {
    const { random, mode } = this.#options;
    const data = sent.findLast((datagram) => datagram[1] - this.#typeOffset === DatagramType.DATA_TO_SERVER);
    if (data === undefined || client === undefined) return;
    const garbage = random.bytes(random.int(28, 400));
    garbage.set(data.subarray(0, 12));
    new DataView(garbage.buffer).setUint32(6, random.int(0, FAR_COUNTER), true);
    this.#toServer(garbage, mode === 'sealed' ? client.address : this.#stranger());
  }

  #hello(length: number): Uint8Array {
    const hello = new Uint8Array(length);
    hello.set([MAGIC_BYTE, DatagramType.HELLO + this.#typeOffset, 1, 1]);
    this.#options.random.fill(hello.subarray(4, Math.min(12, length)));
    return hello;
  }

  #stranger(): Uint8Array {
    const { random } = this.#options;
    return addressBytes(`198.51.100.${random.int(1, 254)}`, random.int(1024, 65_535));
  }

  #toServer(datagram: Uint8Array, from: Uint8Array): void {
    this.#options.network.inject(datagram, from, this.#options.serverAddress);
  }
}
