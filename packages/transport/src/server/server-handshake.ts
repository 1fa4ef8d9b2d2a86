/**
 * HELLO and AUTH at the server. Nothing is kept of a client before its cookie proved that it receives at
 * its address, and no answer is longer than what it answers.
 */
import {
  AuthAt,
  ChallengeAt,
  DatagramBytes,
  DatagramType,
  Dedup,
  HelloAt,
  Limits,
  MAGIC_BYTE,
  PROTOCOL_VERSION_MAX,
  PROTOCOL_VERSION_MIN,
  RejectAt,
  RejectReason,
  VersionsAt,
  WelcomeAt,
} from '@anoadb/protocol';
import type { AccessGrant, AccessLookup } from '../access.js';
import { isLoopbackAddress, latin1, sourceBytesOf, sourceKeyOf } from '../address.js';
import { isAuthClean, isHelloClean } from '../admission.js';
import { COOKIE_NONCE_BYTES, CookieJar } from '../cookie.js';
import type { RandomBytes, TransportCrypto } from '../crypto.js';
import type { DropReason } from '../drop-reasons.js';
import {
  type ClientParams,
  decodeClientParams,
  EPOCH_BYTES,
  encodeServerParams,
} from '../handshake-messages.js';
import type { ByteBudget } from '../incoming-transfers.js';
import type { ServerLimits } from '../limits.js';
import { copyBytes, equalBytes, isAllZero, readU32, writeU32 } from '../little-endian.js';
import type { Outgoing } from '../outgoing.js';
import type { SealCrypto } from '../seal-crypto.js';
import { type Mode, openSealing, typeOffsetOf } from '../sealing.js';
import { TokenBucketTable } from '../token-bucket.js';
import type { ClientRecord } from './client-record.js';
import { SeenAuths } from './seen-auths.js';
import { ServerSealedHandshake } from './server-sealed-handshake.js';
import { ALL_PERMISSIONS, ServerSession } from './server-session.js';
import type { SessionTable } from './session-table.js';

const HASH_BYTES = 16;
const RETRY_AFTER_MS = 1000;
const RETRY_WHILE_LOADING_MS = 250;
/** A remote attacker cannot forge loopback; a machine's own tools connect in crowds. */
const LOOPBACK_FACTOR = 100;

export interface ServerHandshakeOptions {
  crypto: TransportCrypto;
  random: RandomBytes;
  limits: ServerLimits;
  mode: Mode;
  /** Sealed mode only. */
  access: AccessLookup | undefined;
  sealCrypto: SealCrypto;
  outgoing: Outgoing;
  sessions: SessionTable;
  outgoingBudget: ByteBudget;
  drop: (reason: DropReason) => void;
  /** A session was made, or has to go: the owner sets its timer. */
  onOpened: (session: ServerSession, nowMs: number) => void;
  onReplaced: (session: ServerSession, nowMs: number) => void;
}

export class ServerHandshake {
  readonly #options: ServerHandshakeOptions;
  readonly #cookies: CookieJar;
  readonly #hellos: TokenBucketTable;
  readonly #auths: TokenBucketTable;
  readonly #seen: SeenAuths;
  readonly #typeOffset: number;
  /** Undefined in open mode. */
  readonly #sealed: ServerSealedHandshake | undefined;
  /** Names the run of client records that this server knows: random, or as old as the database. */
  readonly epoch = new Uint8Array(EPOCH_BYTES);

  /** Percent; undefined: the server has loaded everything. */
  loadingPercent: number | undefined;

  constructor(options: ServerHandshakeOptions, seed: number, epoch: Uint8Array | undefined) {
    const { limits } = options;
    this.#options = options;
    this.#cookies = new CookieJar(options.crypto, options.random);
    this.#hellos = new TokenBucketTable(limits.hello, seed);
    this.#auths = new TokenBucketTable(limits.auth, seed + 1);
    this.#seen = new SeenAuths(limits.seenAuthMax);
    this.#typeOffset = typeOffsetOf(options.mode);
    if (epoch === undefined) options.random(this.epoch);
    else this.epoch.set(epoch);
    if (options.mode === 'sealed') this.#sealed = new ServerSealedHandshake(options, seed);
  }

  /** One HMAC and no state. */
  handleHello(bytes: Uint8Array, at: number, from: Uint8Array, fromAt: number, nowMs: number): void {
    if (!isHelloClean(bytes, at)) {
      this.#options.drop('reserved-bits');
      return;
    }
    if (!this.#take(this.#hellos, from, fromAt, nowMs)) {
      this.#options.drop('hello-rate');
      return;
    }
    const nonceAt = at + HelloAt.cnonce;
    if (
      bytes[at + HelloAt.versionMin] > PROTOCOL_VERSION_MAX ||
      bytes[at + HelloAt.versionMax] < PROTOCOL_VERSION_MIN
    ) {
      const reply = this.#open('VERSIONS', bytes, nonceAt, from, fromAt);
      const out = this.#options.outgoing.bytes;
      out[reply + VersionsAt.versionMin] = PROTOCOL_VERSION_MIN;
      out[reply + VersionsAt.versionMax] = PROTOCOL_VERSION_MAX;
      return;
    }
    const reply = this.#open('CHALLENGE', bytes, nonceAt, from, fromAt);
    const out = this.#options.outgoing.bytes;
    out[reply + ChallengeAt.version] = PROTOCOL_VERSION_MAX;
    writeU32(out, reply + ChallengeAt.timestamp, CookieJar.secondOf(nowMs));
    const macAt = reply + ChallengeAt.cookieMac;
    this.#cookies.bake(bytes, nonceAt, from, fromAt, PROTOCOL_VERSION_MAX, nowMs, out, macAt);
  }

  handleAuth(bytes: Uint8Array, at: number, from: Uint8Array, fromAt: number, nowMs: number): void {
    const { drop } = this.#options;
    if (!isAuthClean(bytes, at, this.#options.mode)) {
      drop('reserved-bits');
      return;
    }
    const verdict = this.#cookies.check(
      readU32(bytes, at + AuthAt.timestamp),
      bytes,
      at + AuthAt.cookieMac,
      bytes,
      at + AuthAt.cnonce,
      from,
      fromAt,
      bytes[at + AuthAt.version],
      nowMs,
    );
    if (verdict === 'bad') {
      drop('bad-cookie');
      return;
    }
    if (verdict === 'stale') {
      drop('stale-cookie');
      this.#reject(RejectReason.STALE_COOKIE, 0, bytes, at, from, fromAt);
      return;
    }
    if (!this.#take(this.#auths, from, fromAt, nowMs)) {
      drop('auth-rate');
      this.#reject(RejectReason.RATE_LIMITED, RETRY_AFTER_MS, bytes, at, from, fromAt);
      return;
    }
    const auth = bytes.subarray(at, at + DatagramBytes.AUTH);
    const grant = this.#sealed?.grantOf(auth, nowMs, factorOf(from, fromAt));
    if (grant === 'key-rate') {
      drop('key-rate');
      this.#reject(RejectReason.RATE_LIMITED, RETRY_AFTER_MS, bytes, at, from, fromAt);
      return;
    }
    const params = this.#sealed === undefined ? auth : this.#sealed.openAuth(auth, grant);
    if (params === undefined) {
      drop('auth-failed');
      this.#reject(RejectReason.AUTH_FAILED, 0, bytes, at, from, fromAt);
      return;
    }
    const seenKey = latin1(this.#options.crypto.sha512(auth), 0, HASH_BYTES);
    const seen = this.#seen.find(seenKey, nowMs);
    if (seen !== undefined) {
      const reply = this.#options.outgoing.openMessage(seen.length, from, fromAt);
      this.#options.outgoing.bytes.set(seen, reply);
      return;
    }
    const clientParams = decodeClientParams(params, AuthAt.params);
    if (clientParams === undefined || !isSound(clientParams)) {
      drop('bad-params');
      return;
    }
    // Not a WELCOME that says FRESH: what is known of this client may still be on its way.
    if (this.loadingPercent !== undefined) {
      drop('loading');
      const percent = Math.max(0, Math.min(100, Math.floor(this.loadingPercent)));
      this.#reject(RejectReason.LOADING + percent, RETRY_WHILE_LOADING_MS, bytes, at, from, fromAt);
      return;
    }
    this.#welcome(clientParams, grant, auth, seenKey, from, fromAt, nowMs);
  }

  #welcome(
    params: ClientParams,
    grant: AccessGrant | undefined,
    auth: Uint8Array,
    seenKey: string,
    from: Uint8Array,
    fromAt: number,
    nowMs: number,
  ): void {
    const { sessions, limits, outgoing } = this.#options;
    const isLoopback = isLoopbackAddress(from, fromAt);
    const sourceKey = sourceKeyOf(from, fromAt);
    const keyId = grant === undefined ? '' : latin1(grant.keyId, 0, grant.keyId.length);
    const clientId = keyId + latin1(params.clientId, 0, params.clientId.length);
    const known = sessions.recordOf(clientId);
    // A client that tries again makes room for itself.
    if (known !== undefined) this.#replaceUnconfirmed(known, nowMs);
    const usage = known?.usage ?? sessions.usageOf(keyId);
    const refusal = this.#seen.hasRoom()
      ? sessions.refusalFor(usage, known === undefined, sourceKey, isLoopback, nowMs)
      : 'server-full';
    if (refusal !== undefined) {
      const reason = refusal === 'key-quota' ? RejectReason.KEY_QUOTA : RejectReason.SERVER_FULL;
      this.#options.drop(refusal);
      this.#reject(reason, RETRY_AFTER_MS, auth, 0, from, fromAt);
      return;
    }
    const exchange = grant === undefined ? undefined : this.#sealed!.exchange(auth);
    if (exchange === null) {
      this.#options.drop('low-order-point');
      return;
    }
    const window = Math.min(params.window, limits.windowMax);
    const record = known ?? sessions.createRecord(clientId, usage, window, Math.max(1, params.floor), nowMs);
    const isResumed =
      equalBytes(params.previousEpoch, 0, this.epoch, 0, EPOCH_BYTES) &&
      record.reachesBackTo(params.previousSid);
    record.replies.advance(params.floor);
    const maxDatagram = isLoopback
      ? Math.min(params.maxDatagram, limits.maxDatagramLoopback)
      : Limits.datagramBytesMax;
    const sid = sessions.newSid(nowMs);
    const reply = this.#open('WELCOME', auth, AuthAt.cnonce, from, fromAt);
    const welcome = outgoing.bytes.subarray(reply, reply + DatagramBytes.WELCOME);
    welcome[WelcomeAt.version] = auth[AuthAt.version];
    encodeServerParams(welcome, WelcomeAt.params, {
      sid,
      epoch: this.epoch,
      dedup: isResumed ? Dedup.RESUMED : Dedup.FRESH,
      window: Math.min(window, record.replies.window),
      maxDatagram,
      maxReassembly: limits.reassemblyMessagesPerSession,
      maxMessage: limits.maxMessageBytes,
      idleSeconds: Math.floor(limits.idleMs / 1000),
      maxAgeSeconds: Math.floor(limits.sessionAgeMsMax / 1000),
      features: 0,
      permissions: grant === undefined ? ALL_PERMISSIONS : grant.permissions,
    });
    const sealing =
      grant === undefined || exchange === undefined
        ? openSealing
        : this.#sealed!.sealWelcome(exchange, grant, auth, welcome);
    const session = new ServerSession({
      sid,
      index: sessions.takeIndex(),
      sealing,
      maxDatagram,
      address: from,
      addressAt: fromAt,
      sourceKey,
      record,
      grant,
      outgoing,
      limits,
      outgoingBudget: this.#options.outgoingBudget,
      nowMs,
    });
    sessions.add(session);
    record.noteSid(sid);
    this.#seen.add(seenKey, welcome.slice(), nowMs);
    this.#options.onOpened(session, nowMs);
  }

  #replaceUnconfirmed(record: ClientRecord, nowMs: number): void {
    for (const session of record.sessions.slice()) {
      if (!session.isConfirmed) this.#options.onReplaced(session, nowMs);
    }
  }

  #take(buckets: TokenBucketTable, from: Uint8Array, fromAt: number, nowMs: number): boolean {
    return buckets.take(from, fromAt, fromAt + sourceBytesOf(from, fromAt), nowMs, factorOf(from, fromAt));
  }

  #reject(
    reason: number,
    retryAfterMs: number,
    bytes: Uint8Array,
    at: number,
    from: Uint8Array,
    fromAt: number,
  ): void {
    const reply = this.#open('REJECT', bytes, at + AuthAt.cnonce, from, fromAt);
    const out = this.#options.outgoing.bytes;
    out[reply + RejectAt.version] = bytes[at + AuthAt.version];
    out[reply + RejectAt.reason] = reason;
    writeU32(out, reply + RejectAt.retryAfterMs, retryAfterMs);
  }

  /** Magic, type and the client's nonce; all of these messages have the nonce at the same place. */
  #open(
    type: 'CHALLENGE' | 'WELCOME' | 'VERSIONS' | 'REJECT',
    nonce: Uint8Array,
    nonceAt: number,
    to: Uint8Array,
    toAt: number,
  ): number {
    const { outgoing } = this.#options;
    const reply = outgoing.openMessage(DatagramBytes[type], to, toAt);
    outgoing.bytes[reply] = MAGIC_BYTE;
    outgoing.bytes[reply + 1] = DatagramType[type] + this.#typeOffset;
    copyBytes(outgoing.bytes, reply + ChallengeAt.cnonce, nonce, nonceAt, nonceAt + COOKIE_NONCE_BYTES);
    return reply;
  }
}

function isSound(params: ClientParams): boolean {
  if (isAllZero(params.clientId, 0, params.clientId.length)) return false;
  return params.window > 0 && params.maxDatagram >= Limits.datagramBytesMax && params.required === 0;
}

function factorOf(from: Uint8Array, fromAt: number): number {
  return isLoopbackAddress(from, fromAt) ? LOOPBACK_FACTOR : 1;
}
