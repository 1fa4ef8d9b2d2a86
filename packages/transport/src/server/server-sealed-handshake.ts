/**
 * The server's part of the sealed handshake that needs keys: finding and proving the access key, the exchange of
 * ephemeral keys, the box of WELCOME. It keeps nothing between two calls; all secrets of one call are wiped in it.
 */
import { AuthAt, DatagramBytes, WelcomeAt } from '@anoadb/protocol';
import type { AccessGrant, AccessLookup } from '../access.js';
import { ACCESS_KEY_BYTES } from '../access-key.js';
import type { RandomBytes, TransportCrypto } from '../crypto.js';
import { authBoxKey, HandshakeSecret, KEY_ID_BYTES } from '../key-schedule.js';
import type { ServerLimits } from '../limits.js';
import { copyBytes } from '../little-endian.js';
import { KEY_BYTES, type SealCrypto } from '../seal-crypto.js';
import { SealedSealing } from '../sealed-sealing.js';
import { TokenBucketTable } from '../token-bucket.js';

/** Both halves of one X25519 exchange; `shared` is secret. */
export interface Exchange {
  readonly publicKey: Uint8Array;
  readonly shared: Uint8Array;
}

export interface ServerSealedHandshakeOptions {
  crypto: TransportCrypto;
  sealCrypto: SealCrypto;
  random: RandomBytes;
  access: AccessLookup | undefined;
  limits: ServerLimits;
}

export class ServerSealedHandshake {
  readonly #crypto: TransportCrypto;
  readonly #sealCrypto: SealCrypto;
  readonly #random: RandomBytes;
  readonly #access: AccessLookup;
  readonly #perKey: TokenBucketTable;
  /** Stands in for keys that do not exist, so that they cost the same work. */
  readonly #dummyKey = new Uint8Array(ACCESS_KEY_BYTES);
  readonly #opened = new Uint8Array(DatagramBytes.AUTH);

  constructor(options: ServerSealedHandshakeOptions, seed: number) {
    if (options.access === undefined) throw new TypeError('a sealed server needs access keys: pass `access`');
    this.#crypto = options.crypto;
    this.#sealCrypto = options.sealCrypto;
    this.#random = options.random;
    this.#access = options.access;
    this.#perKey = new TokenBucketTable(options.limits.authPerKey, seed + 3);
    options.random(this.#dummyKey);
  }

  /** The key that AUTH names; undefined: there is none. `factor` scales the rate limit, as for its source. */
  grantOf(auth: Uint8Array, nowMs: number, factor: number): AccessGrant | undefined | 'key-rate' {
    if (!this.#perKey.take(auth, AuthAt.keyId, AuthAt.keyId + KEY_ID_BYTES, nowMs, factor)) return 'key-rate';
    return this.#access.find(auth, AuthAt.keyId);
  }

  /** AUTH with its params in clear, valid until the next call; undefined: not sealed with a key of ours. */
  openAuth(auth: Uint8Array, grant: AccessGrant | undefined): Uint8Array | undefined {
    const box = authBoxKey(grant?.psk ?? this.#dummyKey, auth, this.#crypto);
    const opened = this.#opened;
    copyBytes(opened, 0, auth, 0, DatagramBytes.AUTH);
    const length = DatagramBytes.AUTH - AuthAt.params;
    const isGenuine = this.#sealCrypto.open(box.key, box.nonce, opened, AuthAt.tag, AuthAt.params, length);
    box.key.fill(0);
    return isGenuine && grant !== undefined ? opened : undefined;
  }

  /** A fresh ephemeral key meets that of AUTH; null: that one is a point of low order. */
  exchange(auth: Uint8Array): Exchange | null {
    const secret = new Uint8Array(KEY_BYTES);
    this.#random(secret);
    const theirs = auth.slice(AuthAt.ephemeralKey, AuthAt.ephemeralKey + KEY_BYTES);
    const shared = this.#sealCrypto.x25519(secret, theirs);
    const publicKey = shared === undefined ? undefined : this.#sealCrypto.x25519Public(secret);
    secret.fill(0);
    return shared === undefined || publicKey === undefined ? null : { publicKey, shared };
  }

  /** Puts the server's ephemeral key into `welcome`, seals its params in place and makes the session's sealing. */
  sealWelcome(exchange: Exchange, grant: AccessGrant, auth: Uint8Array, welcome: Uint8Array): SealedSealing {
    welcome.set(exchange.publicKey, WelcomeAt.ephemeralKey);
    const secret = new HandshakeSecret(grant.psk, auth, welcome, exchange.shared, this.#crypto);
    const box = secret.welcomeBoxKey();
    const length = DatagramBytes.WELCOME - WelcomeAt.params;
    this.#sealCrypto.seal(box.key, box.nonce, welcome, WelcomeAt.tag, WelcomeAt.params, length);
    box.key.fill(0);
    const keys = secret.sessionKeys(welcome);
    return new SealedSealing(this.#sealCrypto, keys.toClient, keys.toServer);
  }
}
