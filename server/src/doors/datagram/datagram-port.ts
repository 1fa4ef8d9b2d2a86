/**
 * What answers at the UDP port: an open endpoint until the database has its first access key, a sealed one from
 * then on. Engine and store know nothing of the change.
 *
 * Invariant: it never goes from sealed to open, whatever it is told of keys.
 */

import {
  type Continuity,
  type DatagramBatch,
  type HistoryTarget,
  type Mode,
  type RandomBytes,
  type SealCrypto,
  ServerEndpoint,
  type ServerLimits,
  type TransportCrypto,
} from '@anoadb/transport';
import type { DatagramSocket } from '@anoadb/udp';
import type { AccessKeySet } from '../../access/access-key.js';
import { AccessTable } from '../../access/access-table.js';
import type { Engine } from '../../engine/engine.js';
import { DatagramDoor } from './datagram-door.js';

export interface DatagramPortOptions {
  readonly engine: Engine;
  readonly socket: DatagramSocket;
  readonly keys: AccessKeySet;
  readonly crypto: TransportCrypto;
  readonly sealCrypto: SealCrypto;
  readonly random: RandomBytes;
  readonly limits: Partial<ServerLimits>;
  readonly monotonicMs: () => number;
  /** Keeps what clients must find again after a restart, and the next process's restorer gets. */
  readonly history?: HistoryTarget | undefined;
  readonly continuity?: Continuity | undefined;
  /** A request met a defect of ours and changed nothing; its client gets INTERNAL. */
  readonly onDefect: (error: unknown) => void;
  /** A request was answered out of turn: something may be due earlier than before. */
  readonly onCompleted: () => void;
}

export class DatagramPort {
  readonly #options: DatagramPortOptions;
  readonly #access = new AccessTable();
  #mode: Mode;
  #endpoint: ServerEndpoint;
  #releasedPosition = 0;

  constructor(options: DatagramPortOptions) {
    this.#options = options;
    this.#access.replace(options.keys.keys);
    this.#mode = options.keys.isSealed ? 'sealed' : 'open';
    this.#endpoint = this.#openEndpoint();
  }

  get mode(): Mode {
    return this.#mode;
  }

  get accessKeyCount(): number {
    return this.#access.count;
  }

  /** The endpoint there is now; another one after the first key. */
  get endpoint(): ServerEndpoint {
    return this.#endpoint;
  }

  handleBatch(batch: DatagramBatch): void {
    this.#endpoint.handleBatch(batch, this.#options.monotonicMs());
  }

  /** Answers that wait for this position, or one below, leave. */
  release(position: number): void {
    this.#releasedPosition = position;
    this.#endpoint.release(position, this.#options.monotonicMs());
  }

  /** While so many percent are loaded clients are told to wait; undefined: it serves from now on. */
  setLoading(percent: number | undefined): void {
    this.#endpoint.setLoading(percent, this.#options.monotonicMs());
  }

  /**
   * These keys are good from now on: sessions of others end at once. Returns how many keys are no longer good, and
   * whether the first key has just sealed the port.
   */
  useKeys(set: AccessKeySet): { readonly revoked: number; readonly isNewlySealed: boolean } {
    const nowMs = this.#options.monotonicMs();
    // First the table: a client that comes back at once must not get in again.
    const revoked = this.#access.replace(set.keys);
    const isNewlySealed = this.#mode === 'open' && set.isSealed;
    if (isNewlySealed) {
      this.#endpoint.close(nowMs);
      this.#mode = 'sealed';
      this.#endpoint = this.#openEndpoint();
    } else {
      for (const { keyId } of revoked) this.#endpoint.revoke(keyId, nowMs);
    }
    return { revoked: revoked.length, isNewlySealed };
  }

  close(): void {
    this.#endpoint.close(this.#options.monotonicMs());
  }

  /** With a door of its own: tickets of the endpoint before must not be taken for those of this one. */
  #openEndpoint(): ServerEndpoint {
    const { engine, socket, crypto, sealCrypto, random, limits, monotonicMs, continuity, onCompleted } =
      this.#options;
    const door = new DatagramDoor(
      engine,
      (ticket, status, results) => {
        if (this.#endpoint !== endpoint) return;
        endpoint.complete(ticket, status, results, monotonicMs());
        onCompleted();
      },
      this.#options.history,
    );
    const endpoint: ServerEndpoint = new ServerEndpoint({
      handler: door,
      onDefect: (error) => {
        // Out of the endpoint: the process ends before anything of that request reaches the disk.
        if (!engine.abandonRequest()) throw error;
        this.#options.onDefect(error);
      },
      sink: socket,
      crypto,
      random,
      limits,
      ...(this.#mode === 'sealed'
        ? { mode: 'sealed', access: this.#access, sealCrypto }
        : { mode: 'open' as const }),
      ...(continuity === undefined ? {} : { continuity }),
    });
    endpoint.release(this.#releasedPosition, monotonicMs());
    return endpoint;
  }
}
