/**
 * The internal door: a client over any socket, clock and source of randomness, for simulations and for the
 * project's own packages. Not part of the public API, and free to change in any release.
 */

import type { RandomBytes } from '@anoadb/transport';
import type { DatagramSocket } from '@anoadb/udp';
import { AnoaClient } from './client.js';
import type { Clock } from './clock.js';
import { Connection, type SealedAccess } from './connection.js';
import { durationMs } from './duration.js';
import { AnoaError } from './errors.js';
import { EventHub } from './events.js';
import type { ConnectOptions } from './options.js';

export type { Alarm, Clock } from './clock.js';
export { systemClock } from './clock.js';
export type { SealedAccess } from './connection.js';
export { parseConnectionUrl, printableAddress, type ServerAddress } from './connection-url.js';

/** What a client stands on. */
export interface ClientGround {
  readonly socket: DatagramSocket;
  readonly clock: Clock;
  readonly random: RandomBytes;
  /** Where the server is, for messages. */
  readonly peer: string;
  /** Sealed with this key; undefined: open. */
  readonly access?: SealedAccess | undefined;
}

const TIMEOUT_MS_DEFAULT = 5000;
const IN_FLIGHT_MAX_DEFAULT = 10_000;
const IN_FLIGHT_BYTES_MAX_DEFAULT = 64 * 1024 * 1024;

/** A client that is ready, or a rejection with everything closed again. */
export async function openClient(ground: ClientGround, options: ConnectOptions = {}): Promise<AnoaClient> {
  const events = new EventHub();
  let connection: Connection | undefined;
  try {
    const connectTimeoutMs = durationMs(options.connectTimeout ?? TIMEOUT_MS_DEFAULT, 'connectTimeout');
    connection = new Connection({
      ...ground,
      events,
      limits: {
        timeoutMs: durationMs(options.timeout ?? TIMEOUT_MS_DEFAULT, 'timeout'),
        maxInFlight: countOf(options.maxInFlight ?? IN_FLIGHT_MAX_DEFAULT, 'maxInFlight'),
        maxInFlightBytes: countOf(
          options.maxInFlightBytes ?? IN_FLIGHT_BYTES_MAX_DEFAULT,
          'maxInFlightBytes',
        ),
      },
    });
    await connection.ready(connectTimeoutMs);
    return new AnoaClient(connection, events);
  } catch (error) {
    await (connection ?? ground.socket).close();
    throw error;
  }
}

function countOf(count: number, name: string): number {
  if (Number.isInteger(count) && count > 0) return count;
  throw new AnoaError(`${name} is ${count}; it must be a whole number above zero.`, {
    code: 'INVALID_ARGUMENT',
  });
}
