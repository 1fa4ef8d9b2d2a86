/** From a URL to a client that is ready. */

import type { AnoaClient } from './client.js';
import { DEFAULT_URL, parseConnectionUrl, printableAddress } from './connection-url.js';
import { AnoaConnectionError } from './errors.js';
import type { ConnectOptions } from './options.js';

/**
 * Connects and resolves when the server has answered.
 *
 * Rejects with {@link AnoaConnectionError} where the URL cannot be read, nobody listens there or the two are of
 * incompatible versions, and with `AnoaTimeoutError` after `connectTimeout`. Once connected, the client
 * survives restarts of the server by itself.
 *
 * @param url `anoa://host[:port]`; by default the environment variable `ANOA_URL`, then `anoa://127.0.0.1:2662`.
 */
export async function connect(url?: string | URL, options: ConnectOptions = {}): Promise<AnoaClient> {
  const address = parseConnectionUrl(String(url ?? (process.env['ANOA_URL'] || DEFAULT_URL)));
  if (address.accessKey !== undefined) {
    throw new AnoaConnectionError(
      `The URL for ${printableAddress(address)} carries an access key, and sealed connections are not supported yet. An open server on this machine needs none: anoa://${printableAddress(address)}`,
      { code: 'SEALED_UNSUPPORTED' },
    );
  }
  // A program that imports the SDK and does not connect (yet) does not pay for protocol, transport and sockets.
  const { openUdpClient } = await import('./open-udp.js');
  return openUdpClient(address, options);
}
