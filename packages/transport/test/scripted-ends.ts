/** Not a test: a real client and a real server whose randomness, clock and wire are those of a vector. */

import {
  ClientEndpoint,
  DatagramBatch,
  type DatagramSink,
  keyIdOf,
  type RandomBytes,
  type RequestHandler,
  type SealCrypto,
  ServerEndpoint,
  type TransportCrypto,
} from '../src/index.js';

export interface VectorInputs {
  psk: Uint8Array;
  cookieKey: Uint8Array;
  clientEphemeralSecret: Uint8Array;
  serverEphemeralSecret: Uint8Array;
  cnonce: Uint8Array;
  clientId: Uint8Array;
  epoch: Uint8Array;
  /** 18 bytes. */
  address: Uint8Array;
  timestamp: number;
  sid: number;
  permissions: number;
  tlvs?: Uint8Array;
}

/** Answers each request for randomness of a certain length with what the vector has, else with zeros. */
function scripted(byLength: Record<number, Uint8Array[]>): RandomBytes {
  return (into) => {
    into.set(byLength[into.length]?.shift() ?? new Uint8Array(into.length));
  };
}

class Wire implements DatagramSink {
  readonly batch = new DatagramBatch(8);
  sent: Uint8Array[] = [];

  flush(): void {
    for (let i = 0; i < this.batch.count; i++) {
      const at = this.batch.startOf(i);
      this.sent.push(this.batch.bytes.slice(at, at + this.batch.lengths[i]));
    }
    this.batch.clear();
  }
}

export class ScriptedEnds {
  readonly server: ServerEndpoint;
  readonly client: ClientEndpoint;
  readonly said: string[] = [];
  readonly #inputs: VectorInputs;
  readonly #toServer = new Wire();
  readonly #toClient = new Wire();
  readonly nowMs: number;

  constructor(
    inputs: VectorInputs,
    platform: { crypto: TransportCrypto; sealCrypto: SealCrypto },
    handler: RequestHandler,
  ) {
    const { crypto, sealCrypto } = platform;
    const { psk, permissions } = inputs;
    const zeros = () => new Uint8Array(32);
    const sid = new Uint8Array(4);
    new DataView(sid.buffer).setUint32(0, inputs.sid, true);
    this.#inputs = inputs;
    this.nowMs = inputs.timestamp * 1000;
    const often = { perSecond: 1000, burst: 100_000 };
    this.server = new ServerEndpoint({
      handler,
      sink: this.#toClient,
      crypto,
      sealCrypto,
      // Seed of the tables, sid; epoch; cookie key and its predecessor, stand-in key, f.
      random: scripted({
        4: [new Uint8Array(4), sid],
        8: [inputs.epoch],
        32: [inputs.cookieKey, zeros(), zeros(), inputs.serverEphemeralSecret],
      }),
      mode: 'sealed',
      worker: inputs.sid >>> 26,
      limits: { windowMax: 128, auth: often, authPerKey: often, noSession: often, noSessionTotal: often },
      access: {
        find: (bytes, at) => {
          const keyId = keyIdOf(psk, crypto);
          const isKnown = keyId.every((byte, i) => byte === bytes[at + i]);
          return isKnown ? { keyId, psk, permissions, prefix: new Uint8Array(0) } : undefined;
        },
      },
    });
    const note = (text: string) => void this.said.push(text);
    this.client = new ClientEndpoint({
      random: scripted({
        8: [inputs.cnonce],
        16: [inputs.clientId],
        32: [inputs.clientEphemeralSecret],
      }),
      isLoopback: false,
      sink: this.#toServer,
      crypto,
      sealCrypto,
      psk,
      mode: 'sealed',
      ...(inputs.tlvs === undefined ? {} : { tlvs: inputs.tlvs }),
      listener: {
        onReady: () => note('ready'),
        onReply: (rid, status) => note(`reply ${rid} ${status}`),
        onOutcomeUnknown: () => note('unknown'),
        onDisconnected: () => note('disconnected'),
        onFatal: (code) => note(`fatal ${code}`),
      },
    });
  }

  /** The first request waits for the session. Returns what the client sends first. */
  start(ops: Uint8Array): Uint8Array[] {
    this.client.start(this.nowMs);
    this.client.submit(ops, { mutates: true, isAtomic: false }, this.nowMs);
    this.client.flush(this.nowMs);
    return this.#take(this.#toServer);
  }

  /** What the server answers. */
  toServer(datagram: Uint8Array, options: { second?: number; isElsewhere?: boolean } = {}): Uint8Array[] {
    const address = this.#inputs.address.slice();
    if (options.isElsewhere) address[15] ^= 1;
    const second = options.second ?? this.#inputs.timestamp;
    this.server.handleBatch(batchOf(datagram, address), second * 1000);
    return this.#take(this.#toClient);
  }

  /** What the client answers. */
  toClient(datagram: Uint8Array): Uint8Array[] {
    this.client.handleBatch(batchOf(datagram, new Uint8Array(18)), this.nowMs);
    return this.#take(this.#toServer);
  }

  complete(ticket: number, results: Uint8Array): Uint8Array[] {
    this.server.complete(ticket, 0, results, this.nowMs);
    return this.#take(this.#toClient);
  }

  #take(wire: Wire): Uint8Array[] {
    const { sent } = wire;
    wire.sent = [];
    return sent;
  }
}

function batchOf(datagram: Uint8Array, from: Uint8Array): DatagramBatch {
  const batch = new DatagramBatch(1);
  batch.push(datagram, from);
  return batch;
}
