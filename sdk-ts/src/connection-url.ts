/**
 * `anoa://[KEY@]host[:port]`: where the server is.
 *
 * A KEY is a secret. No message of this file repeats the text it was given: it may hold one, in any place.
 */

import { AnoaConnectionError } from './errors.js';

/** Where a client goes when nothing else is said. */
export const DEFAULT_URL = 'anoa://127.0.0.1:2662';
export const DEFAULT_PORT = 2662;

export interface ServerAddress {
  /** A name, an IPv4 address, or an IPv6 address without its brackets. */
  readonly host: string;
  readonly port: number;
  /** The access key of a sealed server, where the URL carries one. */
  readonly accessKey: string | undefined;
}

/** Reads a connection string; throws an {@link AnoaConnectionError} with code `INVALID_URL` where it is none. */
export function parseConnectionUrl(url: string): ServerAddress {
  if (typeof url !== 'string') throw invalid('it is not text');
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(url);
  if (scheme === null) throw invalid('it has no scheme');
  // Another scheme's name is safe to repeat: what precedes :// cannot be an access key.
  if (scheme[1].toLowerCase() !== 'anoa') throw invalid(`its scheme is ${scheme[1].toLowerCase()}, not anoa`);

  let rest = url.slice(scheme[0].length);
  if (rest.endsWith('/')) rest = rest.slice(0, -1);
  const separator = rest.lastIndexOf('@');
  const accessKey = separator === -1 ? undefined : rest.slice(0, separator);
  if (accessKey === '') throw invalid('there is nothing before its @');
  const { host, portText } = splitHost(rest.slice(separator + 1));
  return { host, port: portText === undefined ? DEFAULT_PORT : portOf(portText), accessKey };
}

/** `host:port` as a person reads it, for messages; never with the key. */
export function printableAddress(address: { readonly host: string; readonly port: number }): string {
  return address.host.includes(':') ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}

function splitHost(text: string): { host: string; portText: string | undefined } {
  if (text.startsWith('[')) {
    const match = /^\[([0-9A-Fa-f:.]+(?:%[A-Za-z0-9._-]+)?)\](?::(.*))?$/.exec(text);
    if (match === null || !match[1].includes(':'))
      throw invalid('what is in its brackets is no IPv6 address');
    return { host: match[1], portText: match[2] };
  }
  const parts = text.split(':');
  if (parts.length > 2) throw invalid('an IPv6 address stands in brackets, as in anoa://[::1]:2662');
  if (parts[0] === '') throw invalid('it names no host');
  if (!/^[A-Za-z0-9._-]+$/.test(parts[0])) throw invalid('its host has a character that no host name has');
  return { host: parts[0], portText: parts[1] };
}

function portOf(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) throw invalid('its port is not a number from 1 to 65535');
  return port;
}

function invalid(why: string): AnoaConnectionError {
  return new AnoaConnectionError(
    `The connection URL cannot be read: ${why}. It looks like anoa://host:port or anoa://KEY@host:port; the default is ${DEFAULT_URL}.`,
    { code: 'INVALID_URL' },
  );
}
