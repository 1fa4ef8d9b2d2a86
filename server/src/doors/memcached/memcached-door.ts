/**
 * memcached's protocols on the data of the database: text, meta and binary. A connection speaks the binary one where
 * its first byte is 0x80, else the other two, mixed as it likes.
 *
 * Here is what all connections share; sessions and commands are in `text/`, `meta/` and `binary/`.
 */

import { Permission } from '@anoadb/protocol';
import type { Engine } from '../../engine/engine.js';
import type { StreamServices } from '../stream/stream-services.js';
import type { StreamConnection, StreamProtocolDoor, StreamSession } from '../stream/stream-session.js';
import { CommandTimer } from './command-timer.js';
import { MemcachedItems, Outcome } from './memcached-items.js';
import { MemcachedSession } from './memcached-session.js';
import { MemcachedStatistics } from './memcached-statistics.js';

/** A flush whose time comes while the disk is full is not lost. */
const FULL_DISK_RETRY_MS = 1000;

export class MemcachedDoor implements StreamProtocolDoor {
  readonly services: StreamServices;
  readonly engine: Engine;
  readonly items: MemcachedItems;
  readonly statistics = new MemcachedStatistics();
  readonly timer: CommandTimer;
  #cancelFlush: (() => void) | undefined;

  constructor(services: StreamServices) {
    this.services = services;
    this.engine = services.engine;
    this.items = new MemcachedItems(services.engine);
    this.timer = new CommandTimer(this.statistics.commands, services.monotonicMs);
  }

  open(connection: StreamConnection): StreamSession {
    return new MemcachedSession(this, connection);
  }

  /** Whether the connection in hand may not read that key. */
  deniesRead(bytes: Uint8Array, keyStart: number, keyEnd: number): boolean {
    return this.#denies(Permission.READ, bytes, keyStart, keyEnd);
  }

  /** Whether the connection in hand may not write that key. */
  deniesWrite(bytes: Uint8Array, keyStart: number, keyEnd: number): boolean {
    return this.#denies(Permission.WRITE, bytes, keyStart, keyEnd);
  }

  /**
   * flush_all: at once, or so many ms from now. There is one flush to come at most: another, early or late, takes its
   * place.
   */
  flush(delayMs: number): Outcome {
    this.statistics.flushes++;
    if (delayMs > 0) {
      // Whether it is allowed must be said now.
      if (!this.#mayFlush()) return Outcome.DENIED;
      this.#flushLater(delayMs);
      return Outcome.DONE;
    }
    const outcome = this.items.flush();
    if (outcome === Outcome.DONE) {
      this.#cancelFlush?.();
      this.#cancelFlush = undefined;
    }
    return outcome;
  }

  /** In the place of one that is to come. */
  #flushLater(delayMs: number): void {
    const { services, engine } = this;
    this.#cancelFlush?.();
    this.#cancelFlush = services.schedule(services.monotonicMs() + delayMs, () => {
      this.#cancelFlush = undefined;
      if (engine.refusesWrites) this.#flushLater(FULL_DISK_RETRY_MS);
      else {
        engine.startRequest();
        engine.clear();
        engine.commit();
      }
    });
  }

  #mayFlush(): boolean {
    const { permissions, keyPrefix } = this.engine;
    return (permissions & Permission.ADMIN) !== 0 && keyPrefix.length === 0;
  }

  #denies(permission: number, bytes: Uint8Array, keyStart: number, keyEnd: number): boolean {
    const { permissions, keyPrefix } = this.engine;
    if ((permissions & permission) === 0) return true;
    if (keyPrefix.length === 0) return false;
    if (keyEnd - keyStart < keyPrefix.length) return true;
    for (let i = 0; i < keyPrefix.length; i++) if (bytes[keyStart + i] !== keyPrefix[i]) return true;
    return false;
  }
}

export function createMemcachedDoor(services: StreamServices): MemcachedDoor {
  return new MemcachedDoor(services);
}
