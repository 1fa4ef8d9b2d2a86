/** The shared vector of one sealed handshake, made byte by byte by the real endpoints with the vector's randomness. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import {
  ClientEndpoint,
  DatagramBatch,
  type DatagramSink,
  keyIdOf,
  type RandomBytes,
  ServerEndpoint,
  tweetnaclCrypto,
} from '../src/index.js';
import { choosePlatformCrypto } from '../src/node-crypto.js';
import { tweetnaclSealCrypto } from '../src/seal-crypto.js';
import { CountingHandler, ipv4 } from './two-parties.js';

const folder = new URL('../../../protocol-spec/vectors/handshake/', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, folder), 'utf8').trim();
const { inputs, outputs } = JSON.parse(read('handshake-v1.json'));
const bytes = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'));
const hex = (data: Uint8Array) => Buffer.from(data).toString('hex');
const psk = bytes(inputs.psk);

/** Answers each request for randomness of a certain length with what the vector has, else with zeros. */
function scripted(byLength: Record<number, Uint8Array[]>): RandomBytes {
  return (into) => {
    into.set(byLength[into.length]?.shift() ?? new Uint8Array(into.length));
  };
}

class Wire implements DatagramSink {
  readonly batch = new DatagramBatch(8);
  readonly sent: Uint8Array[] = [];

  flush(): void {
    for (let i = 0; i < this.batch.count; i++) {
      const at = this.batch.startOf(i);
      this.sent.push(this.batch.bytes.slice(at, at + this.batch.lengths[i]));
    }
    this.batch.clear();
  }

  /** What was sent, as a batch that arrives from `from`. */
  take(from: Uint8Array): DatagramBatch {
    const inbox = new DatagramBatch(8);
    for (const datagram of this.sent.splice(0)) inbox.push(datagram, from);
    return inbox;
  }
}

for (const [name, platform] of [
  ['tweetnacl', { crypto: tweetnaclCrypto, sealCrypto: tweetnaclSealCrypto() }],
  ['the platform', choosePlatformCrypto()],
] as const) {
  test(`both endpoints make the messages of the vector with the cryptography of ${name}`, () => {
    const { crypto, sealCrypto } = platform;
    const toServer = new Wire();
    const toClient = new Wire();
    const clientAddress = ipv4(192, 0, 2, 7, 40_000);
    const serverAddress = ipv4(192, 0, 2, 1, 2662);
    const nowMs = inputs.ts * 1000;
    const sid = bytes('44332211');
    const server = new ServerEndpoint({
      handler: new CountingHandler(),
      sink: toClient,
      crypto,
      sealCrypto,
      // Seed of the tables, sid; epoch; cookie key and its predecessor, stand-in key, f.
      random: scripted({
        4: [new Uint8Array(4), sid],
        8: [bytes(inputs.epoch)],
        32: [
          bytes(inputs.cookieKey),
          new Uint8Array(32),
          new Uint8Array(32),
          bytes(inputs.serverEphemeralSecret_f),
        ],
      }),
      mode: 'sealed',
      worker: 0x11223344 >>> 26,
      limits: { windowMax: 128 },
      access: {
        find: () => ({ keyId: keyIdOf(psk, crypto), psk, permissions: 0, prefix: new Uint8Array(0) }),
      },
    });
    const client = new ClientEndpoint({
      random: scripted({
        8: [bytes(inputs.cnonce)],
        16: [bytes(inputs.clientId)],
        32: [bytes(inputs.clientEphemeralSecret_e)],
      }),
      isLoopback: false,
      sink: toServer,
      crypto,
      sealCrypto,
      psk,
      mode: 'sealed',
      tlvs: Uint8Array.of(1, 1, 0, 0),
      listener: {
        onReady: () => {},
        onReply: () => {},
        onOutcomeUnknown: () => {},
        onDisconnected: () => {},
        onFatal: (code) => assert.fail(code),
      },
    });
    client.start(nowMs);
    client.submit(bytes(outputs.frame).subarray(9), { mutates: false, isAtomic: false }, nowMs);
    server.handleBatch(toServer.take(clientAddress), nowMs);
    assert.equal(hex(toClient.sent[0]), outputs.challenge);
    client.handleBatch(toClient.take(serverAddress), nowMs);
    assert.equal(hex(toServer.sent[0]), read('auth.hex'));
    server.handleBatch(toServer.take(clientAddress), nowMs);
    assert.equal(hex(toClient.sent[0]), read('welcome.hex'));
    client.handleBatch(toClient.take(serverAddress), nowMs);
    assert.equal(hex(toServer.sent[0]), outputs.data);
    server.handleBatch(toServer.take(clientAddress), nowMs);
    assert.equal(server.counters().dropped['bad-tag'], 0);
    assert.equal(toClient.sent.length, 1, 'the server opened and answered it');
  });
}

test.run();
