/** A client on a real socket and the real clock. Loaded by the first `connect()`. */

import { connectDatagramSocket, type DatagramSocket } from '@anoadb/udp';
import type { AnoaClient } from './client.js';
import { systemClock } from './clock.js';
import { printableAddress, type ServerAddress } from './connection-url.js';
import { AnoaConnectionError } from './errors.js';
import { openClient } from './internal.js';
import type { ConnectOptions } from './options.js';

export async function openUdpClient(address: ServerAddress, options: ConnectOptions): Promise<AnoaClient> {
  const socket = await openSocket(address);
  const random = (into: Uint8Array): void => void globalThis.crypto.getRandomValues(into);
  return openClient({ socket, clock: systemClock, random, peer: printableAddress(address) }, options);
}

async function openSocket(address: ServerAddress): Promise<DatagramSocket> {
  try {
    return await connectDatagramSocket({ host: address.host, port: address.port });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new AnoaConnectionError(
      `${printableAddress(address)} cannot be reached: ${why}. Look at the host in the URL and at this machine's network.`,
      { code: 'UNREACHABLE', cause },
    );
  }
}
