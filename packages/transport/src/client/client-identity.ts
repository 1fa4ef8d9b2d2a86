/**
 * Who a client is to the server: an id that its request ids belong to, and the last session whose WELCOME came, which
 * the server's record must reach back to. It outlives sessions, and is random: nothing of it is stored.
 */
import type { RandomBytes } from '../crypto.js';
import { CLIENT_ID_BYTES, type ClientParams, EPOCH_BYTES, type ServerParams } from '../handshake-messages.js';

export class ClientIdentity {
  readonly #random: RandomBytes;
  readonly #clientId = new Uint8Array(CLIENT_ID_BYTES);
  #previousSid = 0;
  #previousEpoch: Uint8Array = new Uint8Array(EPOCH_BYTES);

  constructor(random: RandomBytes) {
    this.#random = random;
    random(this.#clientId);
  }

  /** A WELCOME came. */
  noteSession(params: ServerParams): void {
    this.#previousSid = params.sid;
    this.#previousEpoch = params.epoch;
  }

  /** Becomes another client. */
  renew(): void {
    this.#random(this.#clientId);
    this.#previousSid = 0;
    this.#previousEpoch = new Uint8Array(EPOCH_BYTES);
  }

  /** What AUTH says of it. */
  params(wants: Pick<ClientParams, 'floor' | 'maxDatagram' | 'window'>): ClientParams {
    return {
      clientId: this.#clientId,
      ...wants,
      features: 0,
      required: 0,
      previousSid: this.#previousSid,
      previousEpoch: this.#previousEpoch,
    };
  }
}
