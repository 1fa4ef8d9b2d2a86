/** The 18-byte peer addresses of a batch: IPv6 or IPv4-mapped in 16 bytes, then the port. */
import { ADDRESS_BYTES } from './datagram-batch.js';

export function isSameAddress(a: Uint8Array, aAt: number, b: Uint8Array, bAt: number): boolean {
  // The port and the last byte first: they are what differs, and nothing here is secret.
  for (let i = ADDRESS_BYTES - 1; i >= 0; i--) if (a[aAt + i] !== b[bAt + i]) return false;
  return true;
}

/** ::ffff:0:0/96 */
function isIpv4(address: Uint8Array, at: number): boolean {
  for (let i = 0; i < 10; i++) if (address[at + i] !== 0) return false;
  return address[at + 10] === 0xff && address[at + 11] === 0xff;
}

/** 127.0.0.0/8 or ::1: kernels drop these when they arrive from a wire, so they cannot be forged from afar. */
export function isLoopbackAddress(address: Uint8Array, at: number): boolean {
  if (isIpv4(address, at)) return address[at + 12] === 127;
  for (let i = 0; i < 15; i++) if (address[at + i] !== 0) return false;
  return address[at + 15] === 1;
}

/** Bytes that count as one source: the whole IPv4 address, an IPv6 /64 (whoever has one has all of it). */
export function sourceBytesOf(address: Uint8Array, at: number): number {
  return isIpv4(address, at) ? 16 : 8;
}

/** A source as a key for tables that are not on the datagram path. */
export function sourceKeyOf(address: Uint8Array, at: number): string {
  return latin1(address, at, at + sourceBytesOf(address, at));
}

/** Bytes as a string of as many characters, to key a Map. */
export function latin1(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let i = start; i < end; i++) text += String.fromCharCode(bytes[i]);
  return text;
}

/** Seeded FNV-1a with a final mix: spreads sources over fixed tables. */
export function hashBytes(bytes: Uint8Array, start: number, end: number, seed: number): number {
  let hash = 0x811c9dc5 ^ seed;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i], 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}
