/**
 * HELLO, CHALLENGE, AUTH, WELCOME at the client: retries with growing, jittered pauses, for as long as its
 * owner wants. A retransmitted AUTH is byte-identical; a new one is made only with a new cookie.
 */
import {
  AuthAt,
  ChallengeAt,
  CLIENT_PARAMS_BYTES,
  DatagramBytes,
  DatagramType,
  HelloAt,
  Limits,
  MAGIC_BYTE,
  PROTOCOL_VERSION_MAX,
  PROTOCOL_VERSION_MIN,
  WelcomeAt,
} from '@anoadb/protocol';
import { isChallengeClean, isWelcomeClean } from '../admission.js';
import { COOKIE_NONCE_BYTES } from '../cookie.js';
import type { RandomBytes } from '../crypto.js';
import { ADDRESS_BYTES } from '../datagram-batch.js';
import type { DropReason } from '../drop-reasons.js';
import {
  type ClientParams,
  decodeServerParams,
  encodeClientParams,
  type ServerParams,
} from '../handshake-messages.js';
import { copyBytes, equalBytes } from '../little-endian.js';
import type { Outgoing } from '../outgoing.js';
import type { Jitter } from '../rtt-estimator.js';
import { type Mode, openSealing, type Sealing, typeOffsetOf } from '../sealing.js';
import type { ClientSealedHandshake } from './client-sealed-handshake.js';

const RETRY_MS_FIRST = 200;
const RETRY_MS_MAX = 1000;
/** Where nothing waits to be sent. */
const RETRY_MS_MAX_IDLE = 5000;
/**
 * Rounds of HELLO, CHALLENGE and three AUTHs before a path is called unable to carry 1200 bytes. One round
 * would call a path with 30 % loss so every eighth time.
 */
const FRUITLESS_ROUNDS_MAX = 4;
/** The socket is connected to the one server. */
const PEER = new Uint8Array(ADDRESS_BYTES);

export interface ClientHandshakeOptions {
  outgoing: Outgoing;
  random: RandomBytes;
  jitter: Jitter;
  mode: Mode;
  /** Sealed mode only. */
  sealed: ClientSealedHandshake | undefined;
  /** What follows the fixed part of the params. */
  tlvs: Uint8Array | undefined;
}

/** What a WELCOME grants. */
export interface Welcome {
  readonly params: ServerParams;
  readonly sealing: Sealing;
}

export class ClientHandshake {
  readonly #outgoing: Outgoing;
  readonly #random: RandomBytes;
  readonly #jitter: Jitter;
  readonly #mode: Mode;
  readonly #typeOffset: number;
  readonly #sealed: ClientSealedHandshake | undefined;
  readonly #tlvs: Uint8Array | undefined;
  readonly #nonce = new Uint8Array(COOKIE_NONCE_BYTES);
  readonly #auth = new Uint8Array(DatagramBytes.AUTH);
  #phase: 'none' | 'hello' | 'auth' = 'none';
  #tries = 0;
  #authSentMs = 0;
  /** Rounds in which a CHALLENGE came but no WELCOME. */
  #fruitlessRounds = 0;
  #hellosInARow = 0;
  nextAtMs = Number.POSITIVE_INFINITY;

  constructor(options: ClientHandshakeOptions) {
    this.#outgoing = options.outgoing;
    this.#random = options.random;
    this.#jitter = options.jitter;
    this.#mode = options.mode;
    this.#typeOffset = typeOffsetOf(options.mode);
    this.#sealed = options.sealed;
    this.#tlvs = options.tlvs;
  }

  get isRunning(): boolean {
    return this.#phase !== 'none';
  }

  /** Small messages pass, full ones do not. */
  get isFruitless(): boolean {
    return this.#fruitlessRounds >= FRUITLESS_ROUNDS_MAX;
  }

  /** Begins with a new HELLO, after `delayMs`. */
  start(nowMs: number, delayMs = 0): void {
    this.#phase = 'hello';
    this.#tries = 0;
    this.#random(this.#nonce);
    this.nextAtMs = nowMs + (delayMs > 0 ? this.#jitter.spread(delayMs) : 0);
  }

  stop(): void {
    this.#phase = 'none';
    this.#sealed?.forgetExchange();
    this.nextAtMs = Number.POSITIVE_INFINITY;
    this.#fruitlessRounds = 0;
    this.#hellosInARow = 0;
  }

  /** Sends what is due. */
  tick(nowMs: number, isIdle: boolean): void {
    if (this.nextAtMs > nowMs) return;
    if (this.#phase === 'auth' && this.#tries >= Limits.handshakeTriesMax) {
      this.#fruitlessRounds++;
      this.start(nowMs);
    }
    if (this.#phase === 'hello') this.#sendHello();
    else this.#sendAuth(nowMs);
    const doublings = this.#phase === 'hello' ? this.#hellosInARow++ : this.#tries;
    this.#tries++;
    const pauseMs = Math.min(
      isIdle ? RETRY_MS_MAX_IDLE : RETRY_MS_MAX,
      RETRY_MS_FIRST * 2 ** Math.min(doublings, 8),
    );
    this.nextAtMs = nowMs + this.#jitter.spread(pauseMs);
  }

  /** A CHALLENGE at `at`. False: it answers nothing we asked. */
  handleChallenge(bytes: Uint8Array, at: number, params: ClientParams, nowMs: number): boolean {
    if (this.#phase !== 'hello' || !this.#isOurs(bytes, at) || !isChallengeClean(bytes, at)) return false;
    if (bytes[at + ChallengeAt.version] !== PROTOCOL_VERSION_MAX) return false;
    const auth = this.#auth.fill(0);
    auth[0] = MAGIC_BYTE;
    auth[1] = DatagramType.AUTH + this.#typeOffset;
    auth[AuthAt.version] = bytes[at + ChallengeAt.version];
    copyBytes(auth, AuthAt.cnonce, this.#nonce, 0, COOKIE_NONCE_BYTES);
    copyBytes(auth, AuthAt.timestamp, bytes, at + ChallengeAt.timestamp, at + DatagramBytes.CHALLENGE);
    encodeClientParams(auth, AuthAt.params, params);
    if (this.#tlvs !== undefined) auth.set(this.#tlvs, AuthAt.params + CLIENT_PARAMS_BYTES);
    this.#sealed?.sealAuth(auth);
    this.#phase = 'auth';
    this.#tries = 0;
    this.#hellosInARow = 0;
    this.nextAtMs = nowMs;
    return true;
  }

  /** A WELCOME at `at`: what the server grants, or why it is dropped. Opened in a copy: only a genuine one counts. */
  handleWelcome(bytes: Uint8Array, at: number): Welcome | DropReason {
    if (this.#phase !== 'auth' || !this.#isOurs(bytes, at)) return 'unexpected-handshake';
    if (bytes[at + WelcomeAt.version] !== PROTOCOL_VERSION_MAX) return 'unexpected-handshake';
    if (!isWelcomeClean(bytes, at, this.#mode)) return 'reserved-bits';
    const welcome = bytes.slice(at, at + DatagramBytes.WELCOME);
    const sealing = this.#sealed === undefined ? openSealing : this.#sealed.openWelcome(this.#auth, welcome);
    if (typeof sealing === 'string') return sealing;
    const params = decodeServerParams(welcome, WelcomeAt.params);
    return params === undefined ? 'bad-params' : { params, sealing };
  }

  /** Does a REJECT at `at` answer the AUTH that was sent last? */
  isRefusal(bytes: Uint8Array, at: number): boolean {
    return this.#phase === 'auth' && this.#isOurs(bytes, at);
  }

  /** Does a VERSIONS at `at` answer the HELLO that was sent last? */
  isVersionsAnswer(bytes: Uint8Array, at: number): boolean {
    return this.#phase === 'hello' && this.#isOurs(bytes, at);
  }

  /** Time since AUTH was sent, if it was sent once: the first round-trip sample. */
  roundTripMs(nowMs: number): number {
    return this.#tries === 1 ? nowMs - this.#authSentMs : -1;
  }

  #isOurs(bytes: Uint8Array, at: number): boolean {
    return equalBytes(bytes, at + ChallengeAt.cnonce, this.#nonce, 0, COOKIE_NONCE_BYTES);
  }

  #sendHello(): void {
    const at = this.#outgoing.openMessage(DatagramBytes.HELLO, PEER, 0);
    const bytes = this.#outgoing.bytes;
    bytes[at] = MAGIC_BYTE;
    bytes[at + 1] = DatagramType.HELLO + this.#typeOffset;
    bytes[at + HelloAt.versionMin] = PROTOCOL_VERSION_MIN;
    bytes[at + HelloAt.versionMax] = PROTOCOL_VERSION_MAX;
    copyBytes(bytes, at + HelloAt.cnonce, this.#nonce, 0, COOKIE_NONCE_BYTES);
  }

  #sendAuth(nowMs: number): void {
    const at = this.#outgoing.openMessage(DatagramBytes.AUTH, PEER, 0);
    this.#outgoing.bytes.set(this.#auth, at);
    this.#authSentMs = nowMs;
  }
}
