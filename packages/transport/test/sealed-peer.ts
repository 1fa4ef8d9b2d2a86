/**
 * Not a test: a hand-made sealed client, straight into one server endpoint. Its handshake and its boxes are put
 * together here from the key schedule alone, so that it shares no code with the endpoints' own.
 */

import assert from 'node:assert/strict';
import { AuthAt, DatagramBytes, DatagramType, MAGIC_BYTE, ServerParamsAt, WelcomeAt } from '@anoadb/protocol';
import nacl from 'tweetnacl';
import { type ClientParams, encodeClientParams } from '../src/handshake-messages.js';
import type { AccessLookup, ServerEndpointOptions, ServerLimits } from '../src/index.js';
import { tweetnaclCrypto } from '../src/index.js';
import { authBoxKey, HandshakeSecret, keyIdOf, type SessionKeys } from '../src/key-schedule.js';
import { readU16, readU32, writeU32, writeU48 } from '../src/little-endian.js';
import { Bench, type Frame, framesOf, RawPeer } from './raw-peer.js';
import { ipv4, Keyring, PSK } from './two-parties.js';

/** A sealed server whose answers are caught. */
export class SealedBench extends Bench {
  readonly access: Keyring;

  constructor(limits: Partial<ServerLimits> = {}, options: Partial<ServerEndpointOptions> = {}) {
    const access = new Keyring();
    super(limits, { mode: 'sealed', access: access as AccessLookup, ...options });
    this.access = access;
  }
}

export class SealedPeer extends RawPeer {
  readonly psk: Uint8Array;
  /** Fresh for every AUTH unless a test sets it. */
  ephemeralSecret: Uint8Array | undefined;
  #secret: Uint8Array = new Uint8Array(32);
  keys!: SessionKeys;
  lastAuth: Uint8Array = new Uint8Array(0);

  constructor(
    bench: Bench,
    address: Uint8Array = ipv4(203, 0, 113, 5, 50_000),
    params: Partial<ClientParams> = {},
    psk: Uint8Array = PSK,
  ) {
    super(bench, address, params);
    this.psk = psk;
  }

  override hello(): Uint8Array {
    const hello = super.hello();
    hello[1] = DatagramType.HELLO;
    return hello;
  }

  override auth(challenge: Uint8Array): Uint8Array {
    return this.sealedAuth(challenge, (auth) => auth);
  }

  /** AUTH, changed by `change` before its box is sealed over it. */
  sealedAuth(challenge: Uint8Array, change: (auth: Uint8Array) => void): Uint8Array {
    const auth = super.auth(challenge);
    auth[1] = DatagramType.AUTH;
    this.#secret = this.ephemeralSecret ?? this.bench.random.bytes(32);
    auth.set(keyIdOf(this.psk, tweetnaclCrypto), AuthAt.keyId);
    auth.set(nacl.scalarMult.base(this.#secret), AuthAt.ephemeralKey);
    auth.fill(0, AuthAt.params);
    encodeClientParams(auth, AuthAt.params, this.params);
    change(auth);
    const { key, nonce } = authBoxKey(this.psk, auth, tweetnaclCrypto);
    auth.set(nacl.secretbox(auth.subarray(AuthAt.params), nonce, key), AuthAt.tag);
    this.lastAuth = auth;
    return auth;
  }

  override connect(): Uint8Array {
    const [challenge] = this.send(this.hello());
    const auth = this.auth(challenge);
    const [welcome] = this.send(auth);
    this.takeWelcome(auth, welcome);
    return auth;
  }

  takeWelcome(auth: Uint8Array, welcome: Uint8Array): void {
    assert.equal(welcome[1], DatagramType.WELCOME);
    assert.equal(welcome.length, DatagramBytes.WELCOME);
    const dh = nacl.scalarMult(this.#secret, welcome.subarray(WelcomeAt.ephemeralKey, WelcomeAt.tag));
    const secret = new HandshakeSecret(this.psk, auth, welcome, dh, tweetnaclCrypto);
    const { key, nonce } = secret.welcomeBoxKey();
    const params = nacl.secretbox.open(welcome.subarray(WelcomeAt.tag), nonce, key);
    assert.ok(params, 'the box of WELCOME opens');
    this.keys = secret.sessionKeys(welcome);
    this.welcome = new Uint8Array([...welcome.subarray(0, WelcomeAt.params), ...params]);
    this.sid = readU32(params, ServerParamsAt.sid);
    this.dedup = params[ServerParamsAt.dedup];
    this.maxDatagram = readU16(params, ServerParamsAt.maxDatagram);
    this.counter = 0;
  }

  override datagramOf(counter: number, ...frames: Uint8Array[]): Uint8Array {
    return this.sealed(counter, new Uint8Array(frames.flatMap((frame) => [...frame])));
  }

  sealed(counter: number, plaintext: Uint8Array, sid = this.sid, keys = this.keys.toServer): Uint8Array {
    const header = new Uint8Array(12);
    header.set([MAGIC_BYTE, DatagramType.DATA_TO_SERVER]);
    writeU32(header, 2, sid);
    writeU48(header, 6, counter);
    const nonce = new Uint8Array([...header, ...keys.iv]);
    return new Uint8Array([...header, ...nacl.secretbox(plaintext, nonce, keys.key)]);
  }

  /** Frames of a datagram of the server. */
  opened(datagram: Uint8Array): Frame[] {
    assert.equal(datagram[1], DatagramType.DATA_TO_CLIENT);
    const nonce = new Uint8Array([...datagram.subarray(0, 12), ...this.keys.toClient.iv]);
    const plaintext = nacl.secretbox.open(datagram.subarray(12), nonce, this.keys.toClient.key);
    assert.ok(plaintext, 'the server sealed it for this session');
    return framesOf(new Uint8Array([...datagram.subarray(0, 12), ...plaintext]));
  }

  override say(...frames: Uint8Array[]): Frame[] {
    return this.send(this.datagram(...frames)).flatMap((datagram) => this.opened(datagram));
  }
}
