/** The port of the server, of UDP and of TCP: one number, taken before anything is loaded. */

import { bindDatagramSocket, type DatagramSocket, SocketError } from '@anoadb/udp';
import type { Settings } from './config/load-settings.js';
import { refuseBeyondLoopbackWithoutKey } from './config/loopback.js';
import { StreamListener } from './doors/stream/node-stream-listener.js';
import type { TlsFiles } from './doors/stream/node-tls-files.js';
import { streamLimitsDefault } from './doors/stream/stream-limits.js';

/** The port cannot be taken. */
export class PortError extends Error {
  override readonly name = 'PortError';
  /** EX_UNAVAILABLE of sysexits. */
  readonly exitCode = 69;
}

export interface Ports {
  readonly socket: DatagramSocket;
  /** Undefined: the TCP doors are closed, by their setting or because nothing would protect what crosses the network. */
  readonly listener: StreamListener | undefined;
}

/** Where the system chooses the number, it chooses UDP's; TCP's may be taken by another program. */
const ATTEMPTS_MAX = 20;

/** @throws PortError, or SettingsError beyond loopback without an access key */
export async function takePorts(
  settings: Settings,
  hasKey: boolean,
  tls: TlsFiles | undefined,
  connectionsMax: number,
): Promise<Ports> {
  for (let attempt = 1; ; attempt++) {
    const socket = await takeUdpPort(settings, hasKey);
    if (!opensTcp(settings, socket.isLoopback, tls)) return { socket, listener: undefined };
    const { host, port } = socket.local;
    try {
      return {
        socket,
        listener: await StreamListener.listen({
          host,
          port,
          tls,
          connectionsMax,
          lingerMs: streamLimitsDefault.lingerMs,
        }),
      };
    } catch (error) {
      await socket.close();
      const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
      if (settings.port === 0 && code === 'EADDRINUSE' && attempt < ATTEMPTS_MAX) continue;
      throw portError(
        `TCP ${settings.host} port ${port}`,
        code,
        error,
        ' Or serve UDP alone with --tcp off.',
      );
    }
  }
}

/** Access keys and data in clear cross no network unless somebody says so. */
export function opensTcp(settings: Settings, isLoopback: boolean, tls: TlsFiles | undefined): boolean {
  if (settings.tcp === 'off') return false;
  return isLoopback || tls !== undefined || settings.tcp === 'plain';
}

async function takeUdpPort(settings: Settings, hasKey: boolean): Promise<DatagramSocket> {
  try {
    const socket = await bindDatagramSocket({ host: settings.host, port: settings.port });
    if (socket.isLoopback || hasKey) return socket;
    // A name such as `localhost` may lead anywhere: what counts is where the socket is.
    await socket.close();
    refuseBeyondLoopbackWithoutKey(socket.local.host);
    return socket;
  } catch (error) {
    if (!(error instanceof SocketError)) throw error;
    throw portError(`UDP ${settings.host} port ${settings.port}`, error.code, error);
  }
}

function portError(where: string, code: string, cause: unknown, more = ''): PortError {
  const help: Record<string, string> = {
    EADDRINUSE: `is in use by another process: stop that one, or choose another port with --port or ANOA_PORT.${more}`,
    EACCES: 'is not for this user: choose a port above 1023 with --port or ANOA_PORT.',
    EADDRNOTAVAIL: 'is no address of this machine: use --host 127.0.0.1.',
    ENOTFOUND: 'is no host that can be found: use --host 127.0.0.1.',
  };
  return new PortError(`${where} ${help[code] ?? `cannot be taken (${code}).`}`, { cause });
}
