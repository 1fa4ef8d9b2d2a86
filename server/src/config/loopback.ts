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

/** For a database that has no access key. @throws SettingsError where others could reach the server */
export function refuseBeyondLoopbackWithoutKey(host: string): void {
  if (isLoopbackHost(host)) return;
  throw new SettingsError(
    `Refusing to listen on ${host}: this database has no access key, and without one nobody may be let in from ` +
      'elsewhere. Make one first, with the same settings: anoa key create. Or listen on this machine only: ' +
      'anoa serve --host 127.0.0.1',
  );
}
