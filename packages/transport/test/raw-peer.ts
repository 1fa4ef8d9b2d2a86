/** Not a test: a hand-made client that says whatever a test wants, straight into one server endpoint. */

import assert from 'node:assert/strict';
import {
  AuthAt,
  ChallengeAt,
  DatagramBytes,
  FRAME_HEADER_BYTES,
  HelloAt,
  MAGIC_BYTE,
  OpenDatagramType,
  ServerParamsAt,
  WelcomeAt,
} from '@anoadb/protocol';
import { SeededRandom } from '@anoadb/testkit';
import { type ClientParams, encodeClientParams } from '../src/handshake-messages.js';
import {
  DatagramBatch,
  type DatagramSink,
  ServerEndpoint,
  type ServerEndpointOptions,
  type ServerLimits,
} from '../src/index.js';
import { readU16, readU32, writeU16, writeU32, writeU48 } from '../src/little-endian.js';
import { CountingHandler, ipv4 } from './two-parties.js';

let nextSeed = 1;

/** A server whose answers are caught at once, with their lengths. */
export class Bench implements DatagramSink {
  readonly batch = new DatagramBatch(32);
  readonly #inbox = new DatagramBatch(1, 65_535);
  readonly handler = new CountingHandler();
  readonly random = new SeededRandom(nextSeed++);
  readonly server: ServerEndpoint;
  nowMs = 1000;
  out: Uint8Array[] = [];
  /** Where each of them goes. */
  outTo: Uint8Array[] = [];

  constructor(limits: Partial<ServerLimits> = {}, options: Partial<ServerEndpointOptions> = {}) {
    this.server = new ServerEndpoint({
      handler: this.handler,
      sink: this,
      random: this.random.source,
      limits,
      mode: 'open',
      ...options,
    });
  }

  flush(): void {
    for (let i = 0; i < this.batch.count; i++) {
      const at = this.batch.startOf(i);
      this.out.push(this.batch.bytes.slice(at, at + this.batch.lengths[i]));
      this.outTo.push(this.batch.addresses.slice(i * 18, i * 18 + 18));
    }
    this.batch.clear();
  }

  /** Delivers one datagram and returns what the server sent because of it. */
  deliver(datagram: Uint8Array, from: Uint8Array): Uint8Array[] {
    this.out = [];
    this.outTo = [];
    this.#inbox.clear();
    this.#inbox.push(datagram, from);
    this.server.handleBatch(this.#inbox, this.nowMs);
    return this.out;
  }

  tick(): Uint8Array[] {
    this.out = [];
    this.outTo = [];
    this.server.tick(this.nowMs);
    return this.out;
  }

  get dropped(): Record<string, number> {
    return this.server.counters().dropped;
  }
}

export interface Frame {
  type: number;
  body: Uint8Array;
}

export class RawPeer {
  readonly bench: Bench;
  readonly address: Uint8Array;
  readonly params: ClientParams;
  readonly nonce = new Uint8Array(8);
  sid = 0;
  counter = 0;
  maxDatagram = 1200;
  dedup = -1;
  welcome: Uint8Array = new Uint8Array(0);

  constructor(
    bench: Bench,
    address: Uint8Array = ipv4(127, 0, 0, 1, 50_000),
    params: Partial<ClientParams> = {},
  ) {
    this.bench = bench;
    this.address = address;
    this.params = {
      clientId: bench.random.bytes(16),
      floor: 1,
      maxDatagram: 1200,
      window: 128,
      features: 0,
      required: 0,
      previousSid: 0,
      previousEpoch: new Uint8Array(8),
      ...params,
    };
  }

  hello(): Uint8Array {
    const hello = new Uint8Array(DatagramBytes.HELLO);
    hello.set([MAGIC_BYTE, OpenDatagramType.HELLO, 1, 1]);
    this.bench.random.fill(this.nonce);
    hello.set(this.nonce, HelloAt.cnonce);
    return hello;
  }

  auth(challenge: Uint8Array): Uint8Array {
    const auth = new Uint8Array(DatagramBytes.AUTH);
    auth.set([MAGIC_BYTE, OpenDatagramType.AUTH, challenge[ChallengeAt.version], 0]);
    auth.set(this.nonce, AuthAt.cnonce);
    auth.set(challenge.subarray(ChallengeAt.timestamp), AuthAt.timestamp);
    encodeClientParams(auth, AuthAt.params, this.params);
    return auth;
  }

  /** HELLO and AUTH; afterwards `sid` and the rest are set. Returns the AUTH. */
  connect(): Uint8Array {
    const [challenge] = this.send(this.hello());
    const auth = this.auth(challenge);
    const [welcome] = this.send(auth);
    assert.equal(welcome[1], OpenDatagramType.WELCOME);
    this.welcome = welcome;
    this.sid = readU32(welcome, WelcomeAt.params + ServerParamsAt.sid);
    this.dedup = welcome[WelcomeAt.params + ServerParamsAt.dedup];
    this.maxDatagram = readU16(welcome, WelcomeAt.params + ServerParamsAt.maxDatagram);
    this.counter = 0;
    return auth;
  }

  /** What a next handshake says of this session. */
  get session(): Pick<ClientParams, 'previousSid' | 'previousEpoch'> {
    const epochAt = WelcomeAt.params + ServerParamsAt.epoch;
    return { previousSid: this.sid, previousEpoch: this.welcome.slice(epochAt, epochAt + 8) };
  }

  send(datagram: Uint8Array): Uint8Array[] {
    return this.bench.deliver(datagram, this.address);
  }

  datagram(...frames: Uint8Array[]): Uint8Array {
    return this.datagramOf(this.counter++, ...frames);
  }

  datagramOf(counter: number, ...frames: Uint8Array[]): Uint8Array {
    const bytes = new Uint8Array(12 + frames.reduce((sum, frame) => sum + frame.length, 0));
    bytes.set([MAGIC_BYTE, OpenDatagramType.DATA_TO_SERVER]);
    writeU32(bytes, 2, this.sid);
    writeU48(bytes, 6, counter);
    let at = 12;
    for (const frame of frames) {
      bytes.set(frame, at);
      at += frame.length;
    }
    return bytes;
  }

  /** Sends one datagram of these frames and returns the frames that came back. */
  say(...frames: Uint8Array[]): Frame[] {
    return this.send(this.datagram(...frames)).flatMap(framesOf);
  }
}

export function frame(type: number, ...body: (number | Uint8Array)[]): Uint8Array {
  const bytes = body.flatMap((part) => (typeof part === 'number' ? [part] : [...part]));
  const whole = new Uint8Array(FRAME_HEADER_BYTES + bytes.length);
  whole[0] = type;
  writeU16(whole, 1, bytes.length);
  whole.set(bytes, FRAME_HEADER_BYTES);
  return whole;
}

export function u16(value: number): Uint8Array {
  const bytes = new Uint8Array(2);
  writeU16(bytes, 0, value);
  return bytes;
}

export function u32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  writeU32(bytes, 0, value);
  return bytes;
}

export function framesOf(datagram: Uint8Array): Frame[] {
  const frames: Frame[] = [];
  let at = 12;
  while (at < datagram.length && datagram[at] !== 0) {
    const end = at + FRAME_HEADER_BYTES + readU16(datagram, at + 1);
    frames.push({ type: datagram[at], body: datagram.slice(at + FRAME_HEADER_BYTES, end) });
    at = end;
  }
  return frames;
}
