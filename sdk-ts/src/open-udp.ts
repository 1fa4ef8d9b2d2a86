/** A client on a real socket and the real clock. Loaded by the first `connect()`. */

import { connectDatagramSocket, type DatagramSocket } from '@anoadb/udp';
import type { AnoaClient } from './client.js';
import { systemClock } from './clock.js';
import type { SealedAccess } from './connection.js';
import { printableAddress, type ServerAddress } from './connection-url.js';
import { AnoaConnectionError } from './errors.js';
import { openClient } from './internal.js';
import type { ConnectOptions } from './options.js';

/** Where to connect, and with which key, if any. */
export interface UdpTarget extends Pick<ServerAddress, 'host' | 'port'> {
  readonly psk: Uint8Array | undefined;
}

export async function openUdpClient(target: UdpTarget, options: ConnectOptions): Promise<AnoaClient> {
  const access = target.psk === undefined ? undefined : await sealedAccess(target.psk);
  const socket = await openSocket(target);
  const random = (into: Uint8Array): void => void globalThis.crypto.getRandomValues(into);
  const peer = printableAddress(target);
  return openClient({ socket, clock: systemClock, random, peer, access }, options);
}

/** Open clients do not pay for the choice, which tests every implementation. */
async function sealedAccess(psk: Uint8Array): Promise<SealedAccess> {
  const { choosePlatformCrypto } = await import('@anoadb/transport/node-crypto');
  const { crypto, sealCrypto } = choosePlatformCrypto();
  return { psk, crypto, sealCrypto };
}

async function openSocket(address: UdpTarget): Promise<DatagramSocket> {
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
