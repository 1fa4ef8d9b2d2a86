/**
 * Which hosts open mode may bind: only those no other machine can reach.
 * Open mode has no keys, so anybody who reaches the port reads and writes everything.
 */

import { SettingsError } from './load-settings.js';

/** Whether `host` names this machine alone: 127.0.0.0/8, ::1, or the name `localhost`. */
export function isLoopbackHost(host: string): boolean {
  const bare = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
  if (bare.toLowerCase() === 'localhost' || bare === '::1' || bare === '0:0:0:0:0:0:0:1') return true;
  const v4 = /^(?:::ffff:)?127\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/i.exec(bare);
  return v4?.slice(1).every((octet) => Number(octet) <= 255) ?? false;
}

/** @throws SettingsError where an open server would be reachable from elsewhere. */
export function refuseOpenBeyondLoopback(host: string): void {
  if (isLoopbackHost(host)) return;
  throw new SettingsError(
    `Refusing to listen on ${host}: this server has no access keys yet, so whoever reaches the port could ` +
      'read and change everything. Bind to this machine only: anoa serve --host 127.0.0.1 ' +
      '(access keys and sealed datagrams, which make other addresses safe, are not in this version).',
  );
}
