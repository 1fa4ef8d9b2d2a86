/**
 * What keeps a web page from using its reader's browser against a server on his own machine.
 *
 * - A page of another site may send a GET, and some POSTs, without asking. Browsers say so in Sec-Fetch-Site and
 *   Origin; such a request is refused, whatever it asks for.
 * - DNS rebinding makes the page's own name lead to 127.0.0.1, and then nothing is cross-site. But the name is in Host:
 *   a server without access keys answers to addresses and to localhost only.
 */

import { type HttpHead, headerOf } from './http-exchange.js';

/** Why the request is refused, or undefined. `isOpen`: the server has no access keys. */
export function browserRefusal(
  head: HttpHead,
  authority: string | undefined,
  isOpen: boolean,
): string | undefined {
  const host = authority ?? headerOf(head, 'host');
  const site = headerOf(head, 'sec-fetch-site');
  if (site !== undefined && site !== 'same-origin' && site !== 'none')
    return 'A web page of another site asked for this. Only pages of this server, programs and people may.';
  const origin = headerOf(head, 'origin');
  if (origin !== undefined && hostOfOrigin(origin) !== host?.toLowerCase())
    return 'The Origin of this request is another site. Only pages of this server, programs and people may ask.';
  if (isOpen && host !== undefined && !isLocalHost(host))
    return 'This server has no access keys and answers to 127.0.0.1, [::1] and localhost only: use one of them as the host of the URL, or make an access key with `anoa key create`.';
  return undefined;
}

function hostOfOrigin(origin: string): string | undefined {
  return /^https?:\/\/([^/]+)$/i.exec(origin)?.[1].toLowerCase();
}

/** An address, or a name that no resolver outside of this machine is asked for. */
export function isLocalHost(host: string): boolean {
  const name = host.replace(/:\d*$/, '').toLowerCase();
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(name) || /^\[[0-9a-f:.]+\]$/.test(name)) return true;
  return name === 'localhost' || name.endsWith('.localhost');
}
