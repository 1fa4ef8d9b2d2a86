/** From a URL to a client that is ready. */

import type { AnoaClient } from './client.js';
import { DEFAULT_URL, parseConnectionUrl } from './connection-url.js';
import type { ConnectOptions } from './options.js';

/**
 * Connects and resolves when the server has answered.
 *
 * With an access key the connection is sealed: encrypted and authenticated both ways. The key is taken from
 * `options.accessKey`, else from the URL, else from the file that the environment variable `ANOA_KEY` names. Without
 * one the connection is open, which servers serve on their own machine only.
 *
 * Rejects with {@link AnoaConnectionError} where the URL or the key cannot be read, nobody listens there, the key is
 * not accepted (`AUTH_FAILED`) or the two are of incompatible versions, and with `AnoaTimeoutError` after
 * `connectTimeout`. Once connected, the client survives restarts of the server by itself.
 *
 * @param url `anoa://[KEY@]host[:port]`; by default the environment variable `ANOA_URL`, then `anoa://127.0.0.1:2662`.
 */
export async function connect(url?: string | URL, options: ConnectOptions = {}): Promise<AnoaClient> {
  const address = parseConnectionUrl(String(url ?? (process.env['ANOA_URL'] || DEFAULT_URL)));
  // A program that imports the SDK and does not connect (yet) does not pay for protocol, transport and sockets.
  const [{ findAccessKey }, { openUdpClient }] = await Promise.all([
    import('./access-key.js'),
    import('./open-udp.js'),
  ]);
  const { accessKey, ...rest } = options;
  const psk = await findAccessKey({
    option: accessKey,
    url: address.accessKey,
    keyFile: process.env['ANOA_KEY'],
  });
  return openUdpClient({ host: address.host, port: address.port, psk }, rest);
}
