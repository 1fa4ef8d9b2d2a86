/**
 * The 18-byte peer address of a datagram batch, and its readable forms.
 *
 *   0..15  IPv6 address, or IPv4 as ::ffff:a.b.c.d   (so one shape serves cookies, buckets and tables)
 *   16..17 port, little-endian
 *
 * An IPv6 zone (`%eth0`) does not fit and is dropped: link-local peers are not served.
 */

import { ADDRESS_BYTES } from '@anoadb/transport';

export type AddressFamily = 'IPv4' | 'IPv6';

/** Where a socket is: an IP literal, its port and its family. */
export interface HostAddress {
  readonly host: string;
  readonly port: number;
  readonly family: AddressFamily;
}

/** Writes the 18 bytes of an IP literal and port at `into[at]`; false, and nothing written, where it is neither. */
export function encodeAddress(host: string, port: number, into: Uint8Array, at = 0): boolean {
  if (!Number.isInteger(port) || port < 0 || port > 65_535) return false;
  const groups = host.includes(':') ? parseIPv6(host) : parseIPv4Groups(host);
  if (groups === undefined) return false;
  for (let i = 0; i < 8; i++) {
    into[at + 2 * i] = groups[i] >>> 8;
    into[at + 2 * i + 1] = groups[i] & 0xff;
  }
  into[at + 16] = port & 0xff;
  into[at + 17] = port >>> 8;
  return true;
}

/** The 18 bytes of an IP literal and port. Throws a RangeError for anything else: only for addresses of our own. */
export function addressBytes(host: string, port: number): Uint8Array {
  const bytes = new Uint8Array(ADDRESS_BYTES);
  if (!encodeAddress(host, port, bytes)) {
    throw new RangeError(`not an IP address and port: ${formatAddress(host, port)}`);
  }
  return bytes;
}

export function decodeAddress(bytes: Uint8Array, at = 0): HostAddress {
  const isMapped = isMappedIPv4(bytes, at);
  return {
    host: isMapped ? hostIPv4(bytes, at) : hostIPv6(bytes, at),
    port: portOf(bytes, at),
    family: isMapped ? 'IPv4' : 'IPv6',
  };
}

export function portOf(bytes: Uint8Array, at = 0): number {
  return bytes[at + 16] | (bytes[at + 17] << 8);
}

/** `127.0.0.1:2662`, `[::1]:2662`. */
export function formatAddress(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** 127.0.0.0/8, ::1 and the mapped form of the former. */
export function isLoopback(bytes: Uint8Array, at = 0): boolean {
  if (isMappedIPv4(bytes, at)) return bytes[at + 12] === 127;
  for (let i = 0; i < 15; i++) if (bytes[at + i] !== 0) return false;
  return bytes[at + 15] === 1;
}

/** As {@link isLoopback}, of an IP literal; a name is never loopback by itself: resolve it first. */
export function isLoopbackHost(host: string): boolean {
  const bytes = new Uint8Array(ADDRESS_BYTES);
  return encodeAddress(host, 0, bytes) && isLoopback(bytes);
}

export function isMappedIPv4(bytes: Uint8Array, at = 0): boolean {
  for (let i = 0; i < 10; i++) if (bytes[at + i] !== 0) return false;
  return bytes[at + 10] === 0xff && bytes[at + 11] === 0xff;
}

/** The address as a socket of `family` must be told it: an IPv6 socket names IPv4 peers `::ffff:a.b.c.d`. */
export function hostForFamily(bytes: Uint8Array, at: number, family: AddressFamily): string {
  if (!isMappedIPv4(bytes, at)) return hostIPv6(bytes, at);
  return family === 'IPv4' ? hostIPv4(bytes, at) : `::ffff:${hostIPv4(bytes, at)}`;
}

function hostIPv4(bytes: Uint8Array, at: number): string {
  return `${bytes[at + 12]}.${bytes[at + 13]}.${bytes[at + 14]}.${bytes[at + 15]}`;
}

/** RFC 5952: lower case, the longest run of two or more zero groups becomes `::`. */
function hostIPv6(bytes: Uint8Array, at: number): string {
  const groups: string[] = [];
  let bestStart = -1;
  let bestLength = 1;
  let runLength = 0;
  for (let i = 0; i < 8; i++) {
    const group = (bytes[at + 2 * i] << 8) | bytes[at + 2 * i + 1];
    groups.push(group.toString(16));
    runLength = group === 0 ? runLength + 1 : 0;
    if (runLength > bestLength) {
      bestLength = runLength;
      bestStart = i + 1 - runLength;
    }
  }
  if (bestStart < 0) return groups.join(':');
  return `${groups.slice(0, bestStart).join(':')}::${groups.slice(bestStart + bestLength).join(':')}`;
}

function parseIPv4(text: string): [number, number] | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  const octets: number[] = [];
  for (const part of parts) {
    if (!/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return undefined;
    octets.push(Number(part));
  }
  return [(octets[0] << 8) | octets[1], (octets[2] << 8) | octets[3]];
}

function parseIPv4Groups(text: string): number[] | undefined {
  const pair = parseIPv4(text);
  return pair === undefined ? undefined : [0, 0, 0, 0, 0, 0xffff, ...pair];
}

function parseIPv6(text: string): number[] | undefined {
  const zoneAt = text.indexOf('%');
  const halves = (zoneAt < 0 ? text : text.slice(0, zoneAt)).split('::');
  if (halves.length > 2) return undefined;
  const left = parseGroups(halves[0], halves.length === 1);
  const right = halves.length === 2 ? parseGroups(halves[1], true) : [];
  if (left === undefined || right === undefined) return undefined;
  const missing = 8 - left.length - right.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  return [...left, ...new Array<number>(missing).fill(0), ...right];
}

function parseGroups(text: string, mayEndInIPv4: boolean): number[] | undefined {
  if (text === '') return [];
  const parts = text.split(':');
  const groups: number[] = [];
  for (let i = 0; i < parts.length; i++) {
    if (/^[0-9a-fA-F]{1,4}$/.test(parts[i])) {
      groups.push(Number.parseInt(parts[i], 16));
      continue;
    }
    const pair = mayEndInIPv4 && i === parts.length - 1 ? parseIPv4(parts[i]) : undefined;
    if (pair === undefined) return undefined;
    groups.push(...pair);
  }
  return groups;
}
