/** What ends a client for good, and in which words: trying again cannot help. */
import { RejectReason, VersionsAt } from '@anoadb/protocol';
import type { FatalCode } from './client-listener.js';

export interface Fatal {
  readonly code: FatalCode;
  readonly message: string;
}

export const KEY_REVOKED: Fatal = { code: 'AUTH_FAILED', message: 'the access key was revoked' };

export const PATH_TOO_NARROW: Fatal = {
  code: 'PATH_MTU_OR_KEY',
  message:
    'the server answers, but no full-sized datagram gets through: the path does not carry 1200 bytes, or the server speaks another mode or key',
};

const PERCENT_MAX = 100;

/** How far a server that still loads is: what is above LOADING. Undefined: it gives another reason. */
export function loadingPercentOf(reason: number): number | undefined {
  const percent = reason - RejectReason.LOADING;
  return percent >= 0 && percent <= PERCENT_MAX ? percent : undefined;
}

/** Undefined where a later try may succeed. `isFirst`: there never was a session. */
export function fatalOfReject(reason: number, isFirst: boolean): Fatal | undefined {
  if (reason === RejectReason.AUTH_FAILED)
    return { code: 'AUTH_FAILED', message: 'the server does not accept this access key' };
  if (!isFirst) return undefined;
  if (reason === RejectReason.SERVER_FULL)
    return { code: 'SERVER_FULL', message: 'the server has no room for another client' };
  if (reason === RejectReason.KEY_QUOTA)
    return { code: 'KEY_QUOTA', message: 'this access key has no room for another client' };
  return undefined;
}

export function fatalOfVersions(bytes: Uint8Array, at: number): Fatal {
  const range = `${bytes[at + VersionsAt.versionMin]} to ${bytes[at + VersionsAt.versionMax]}`;
  return {
    code: 'VERSION',
    message: `the server speaks protocol versions ${range}, this client version 1`,
  };
}
