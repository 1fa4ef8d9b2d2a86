/**
 * Finds the compiled addon (native/addon.c), which is there where a C compiler was at install. Looked for once
 * per thread, beside this package only: a bundle that carries this file elsewhere uses node:dgram.
 */

import { createRequire } from 'node:module';

/** A socket inside the addon; opaque. */
export interface AddonSocket {
  readonly addonSocket: unique symbol;
}

interface AddonBatch {
  readonly bytes: Uint8Array;
  readonly lengths: Uint16Array;
  readonly addresses: Uint8Array;
}

export interface AddonSettings {
  readonly family: 4 | 6;
  /** 18 bytes: of the peer where connected, else our own. */
  readonly address: Uint8Array;
  readonly isConnected: boolean;
  readonly reusePort: boolean;
  readonly kernelBufferBytes: number;
  readonly capacity: number;
  readonly slotBytes: number;
  /** Held while the socket is open; filled before each `onEvent`. */
  readonly arrived: AddonBatch;
  readonly outgoing: AddonBatch;
  /** `count` datagrams have arrived; 0: errors have. */
  readonly onEvent: (count: number) => void;
}

/** As native/addon.c has it. Throws TypeErrors for wrong arguments and errors with `errno` for the system's. */
export interface Addon {
  open(settings: AddonSettings): AddonSocket;
  start(socket: AddonSocket): void;
  /** Sends the first `count` of `outgoing`; true where errors wait to be taken. */
  send(socket: AddonSocket, count: number): boolean;
  /** Triples: was it a send, errno, how often. */
  takeErrors(socket: AddonSocket): (boolean | number)[];
  /** In the order of `NUMBERS`. */
  numbers(socket: AddonSocket, into: Float64Array): void;
  local(socket: AddonSocket, into: Uint8Array): void;
  ref(socket: AddonSocket): void;
  unref(socket: AddonSocket): void;
  /** Frees the port at once. */
  close(socket: AddonSocket): void;
}

let found: Addon | undefined;
let missing: string | undefined;

/** The addon, or undefined where it was not built or does not load here. */
export function nativeAddon(): Addon | undefined {
  if (found === undefined && missing === undefined) load();
  return found;
}

/** Why there is no addon; undefined where there is. */
export function nativeAddonMissing(): string | undefined {
  nativeAddon();
  return missing;
}

function load(): void {
  // Both take Node-API addons, but not libuv's functions beside it.
  if (process.versions['bun'] !== undefined || process.versions['deno'] !== undefined) {
    missing = 'not on this runtime';
    return;
  }
  try {
    found = createRequire(import.meta.url)('../build/anoa-udp.node') as Addon;
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    missing = code === 'MODULE_NOT_FOUND' ? 'it was not built here' : (error as Error).message;
  }
}
