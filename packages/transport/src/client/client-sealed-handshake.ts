/**
 * The client's part of the sealed handshake that needs keys: the box of AUTH, and what a WELCOME makes of it.
 *
 * A forged WELCOME must not spoil the handshake: the ephemeral secret stays until a genuine one came, or until a
 * new AUTH is made, which has a new one.
 */
import { AuthAt, DatagramBytes, WelcomeAt } from '@anoadb/protocol';
import { ACCESS_KEY_BYTES } from '../access-key.js';
import { type RandomBytes, type TransportCrypto, tweetnaclCrypto } from '../crypto.js';
import type { DropReason } from '../drop-reasons.js';
import { authBoxKey, HandshakeSecret, keyIdOf } from '../key-schedule.js';
import { KEY_BYTES, type SealCrypto, tweetnaclSealCrypto } from '../seal-crypto.js';
import { SealedSealing } from '../sealed-sealing.js';
import type { ClientEndpointOptions } from './client-options.js';

export interface ClientSealedHandshakeOptions {
  psk: Uint8Array;
  crypto: TransportCrypto;
  sealCrypto: SealCrypto;
  random: RandomBytes;
}

export class ClientSealedHandshake {
  readonly #psk: Uint8Array;
  readonly #keyId: Uint8Array;
  readonly #crypto: TransportCrypto;
  readonly #sealCrypto: SealCrypto;
  readonly #random: RandomBytes;
  /** Secret half of the ephemeral key in the AUTH that is on its way. */
  readonly #secret = new Uint8Array(KEY_BYTES);

  constructor(options: ClientSealedHandshakeOptions) {
    if (options.psk.length !== ACCESS_KEY_BYTES) throw new TypeError('an access key has 32 bytes');
    this.#psk = new Uint8Array(options.psk);
    this.#crypto = options.crypto;
    this.#sealCrypto = options.sealCrypto;
    this.#random = options.random;
    this.#keyId = keyIdOf(this.#psk, options.crypto);
  }

  /** Completes a new AUTH with key id, a fresh ephemeral key and the box over its params, in place. */
  sealAuth(auth: Uint8Array): void {
    this.#random(this.#secret);
    auth.set(this.#keyId, AuthAt.keyId);
    auth.set(this.#sealCrypto.x25519Public(this.#secret), AuthAt.ephemeralKey);
    const box = authBoxKey(this.#psk, auth, this.#crypto);
    const length = DatagramBytes.AUTH - AuthAt.params;
    this.#sealCrypto.seal(box.key, box.nonce, auth, AuthAt.tag, AuthAt.params, length);
    box.key.fill(0);
  }

  /** Opens the params of `welcome` in place and makes the session's sealing; or why it is none of ours. */
  openWelcome(auth: Uint8Array, welcome: Uint8Array): SealedSealing | DropReason {
    const theirs = welcome.slice(WelcomeAt.ephemeralKey, WelcomeAt.ephemeralKey + KEY_BYTES);
    const shared = this.#sealCrypto.x25519(this.#secret, theirs);
    if (shared === undefined) return 'low-order-point';
    const secret = new HandshakeSecret(this.#psk, auth, welcome, shared, this.#crypto);
    const sealed = welcome.slice();
    const box = secret.welcomeBoxKey();
    const length = DatagramBytes.WELCOME - WelcomeAt.params;
    const isGenuine = this.#sealCrypto.open(
      box.key,
      box.nonce,
      welcome,
      WelcomeAt.tag,
      WelcomeAt.params,
      length,
    );
    box.key.fill(0);
    if (!isGenuine) {
      secret.wipe();
      return 'bad-tag';
    }
    this.#secret.fill(0);
    const keys = secret.sessionKeys(sealed);
    return new SealedSealing(this.#sealCrypto, keys.toServer, keys.toClient);
  }

  /** The handshake is over or given up. */
  forgetExchange(): void {
    this.#secret.fill(0);
  }

  /** The client is closed. */
  wipe(): void {
    this.forgetExchange();
    this.#psk.fill(0);
  }
}

/** Undefined in open mode. */
export function sealedHandshakeOf(options: ClientEndpointOptions): ClientSealedHandshake | undefined {
  const { mode, psk, random } = options;
  if ((psk !== undefined) !== (mode === 'sealed'))
    throw new TypeError('sealed mode needs an access key, and open mode takes none');
  if (psk === undefined) return undefined;
  return new ClientSealedHandshake({
    psk,
    crypto: options.crypto ?? tweetnaclCrypto,
    sealCrypto: options.sealCrypto ?? tweetnaclSealCrypto(),
    random,
  });
}
