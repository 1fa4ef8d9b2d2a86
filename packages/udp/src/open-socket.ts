/** The doors to real sockets: resolves names, picks what carries the datagrams, says what went wrong. */

import dns from 'node:dns/promises';
import { nativeAddon, nativeAddonMissing } from './native-addon.js';
import { openNodeDgramSocket } from './node-dgram-socket.js';
import { openRecvmmsgSocket } from './recvmmsg-socket.js';
import { codeOf, type DatagramSocket, SocketError, type SocketOptions } from './socket.js';
import { formatAddress, type HostAddress, isLoopbackHost } from './socket-address.js';

export type SocketKind = 'recvmmsg' | 'node:dgram';

export interface BindOptions extends SocketOptions {
  /** IP literal or name. `::` takes IPv4 too. */
  readonly host: string;
  /** 0 lets the system choose; see `local.port`. */
  readonly port: number;
  /** By default the faster one that is there, unless ANOA_UDP says otherwise; ENOTSUP where it is not. */
  readonly kind?: SocketKind;
}

export interface ConnectOptions extends SocketOptions {
  readonly host: string;
  readonly port: number;
  /** As in {@link BindOptions}. */
  readonly kind?: SocketKind;
}

/** A socket for a server. Rejects with a SocketError that names the address. */
export async function bindDatagramSocket(options: BindOptions): Promise<DatagramSocket> {
  const [target] = await resolveHost(options.host, options.port);
  try {
    return await openSocket(target, false, options);
  } catch (cause) {
    throw describeFailure('bind', target, cause);
  }
}

/**
 * A socket for a client, connected in the kernel: only the peer's datagrams come in, and a closed port is
 * reported. Names are resolved; where one has several addresses the first that routes is taken.
 */
export async function connectDatagramSocket(options: ConnectOptions): Promise<DatagramSocket> {
  let failure: unknown;
  for (const target of await resolveHost(options.host, options.port)) {
    try {
      return await openSocket(target, true, options);
    } catch (cause) {
      failure ??= describeFailure('connect', target, cause);
    }
  }
  throw failure;
}

/** Why `recvmmsg` is not to be had here; undefined where it is. */
export function recvmmsgMissing(): string | undefined {
  return nativeAddonMissing();
}

async function openSocket(
  target: HostAddress,
  isConnected: boolean,
  options: SocketOptions & { readonly kind?: SocketKind },
): Promise<DatagramSocket> {
  const { port } = target;
  if (!Number.isInteger(port) || port < (isConnected ? 1 : 0) || port > 65_535) {
    throw new SocketError('ERR_SOCKET_BAD_PORT', `${port} is no port`);
  }
  const wanted = options.kind ?? kindOfEnvironment();
  const addon = wanted === 'node:dgram' ? undefined : nativeAddon();
  if (addon === undefined && wanted === 'recvmmsg') {
    throw new SocketError('ENOTSUP', `the UDP addon is missing: ${nativeAddonMissing()}`);
  }
  // The 18 bytes have no room for a zone (fe80::1%eth0).
  if (addon !== undefined && !target.host.includes('%')) {
    try {
      return openRecvmmsgSocket(addon, target, isConnected, options);
    } catch (error) {
      // A sandbox or an old kernel without batches.
      if (codeOf(error) !== 'ENOSYS' || wanted === 'recvmmsg') throw error;
    }
  }
  return openNodeDgramSocket(target, isConnected, options);
}

function kindOfEnvironment(): SocketKind | undefined {
  return process.env['ANOA_UDP'] === 'dgram' ? 'node:dgram' : undefined;
}

async function resolveHost(host: string, port: number): Promise<HostAddress[]> {
  let found: { address: string; family: number }[];
  try {
    found = await dns.lookup(host, { all: true, verbatim: true });
  } catch (cause) {
    throw new SocketError(codeOf(cause), `cannot resolve host "${host}": ${codeOf(cause)}`, cause);
  }
  const targets = found.map(({ address, family }): HostAddress => {
    return { host: address, port, family: family === 6 ? 'IPv6' : 'IPv4' };
  });
  // `localhost` is often both; a server bound to 127.0.0.1, our default, is found there and not at ::1.
  if (targets.every((target) => isLoopbackHost(target.host))) {
    targets.sort((a, b) => Number(a.family === 'IPv6') - Number(b.family === 'IPv6'));
  }
  return targets;
}

function describeFailure(action: 'bind' | 'connect', target: HostAddress, cause: unknown): SocketError {
  const code = codeOf(cause);
  const where = formatAddress(target.host, target.port);
  if (cause instanceof SocketError) {
    return new SocketError(code, `cannot ${action} UDP ${where}: ${cause.message}`, cause);
  }
  const preposition = action === 'bind' ? '' : ' to';
  return new SocketError(
    code,
    `cannot ${action} UDP${preposition} ${where}: ${REASONS[code] ?? code}`,
    cause,
  );
}

const REASONS: Record<string, string> = {
  EADDRINUSE: 'the port is in use (EADDRINUSE); stop the other process or choose another port',
  EACCES: 'not permitted (EACCES); ports below 1024 need privileges',
  EADDRNOTAVAIL: 'no such address on this machine (EADDRNOTAVAIL)',
  ENETUNREACH: 'no route to that network (ENETUNREACH)',
};
