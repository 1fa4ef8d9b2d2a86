/**
 * The first look at a datagram: one table of (type, length), before any state or cryptography is touched.
 * Also the reserved fields of handshake messages, which in open mode include key id, ephemeral key and tag.
 */
import {
  AuthAt,
  ChallengeAt,
  DATA_HEADER_BYTES,
  DatagramBytes,
  DatagramType,
  datagramBytesByType,
  HelloAt,
  MAGIC_BYTE,
  OPEN_TYPE_OFFSET,
  ServerParamsAt,
  VersionsAt,
  WelcomeAt,
} from '@anoadb/protocol';
import type { DropReason } from './drop-reasons.js';
import { isAllZero } from './little-endian.js';
import { type Mode, RESERVED_BYTES, typeOffsetOf } from './sealing.js';

const TO_SERVER: readonly number[] = [DatagramType.HELLO, DatagramType.AUTH, DatagramType.DATA_TO_SERVER];
const TO_CLIENT: readonly number[] = [
  DatagramType.CHALLENGE,
  DatagramType.WELCOME,
  DatagramType.VERSIONS,
  DatagramType.REJECT,
  DatagramType.NO_SESSION,
  DatagramType.DATA_TO_CLIENT,
];

const NOT_RECEIVED = -1;
const OTHER_MODE = -2;

export class Admission {
  /** Per type byte: shortest and longest length, or why it is never received here. */
  readonly #bytesMin = new Int32Array(256).fill(NOT_RECEIVED);
  readonly #bytesMax = new Int32Array(256);

  constructor(end: 'server' | 'client', mode: Mode, maxDatagram: number) {
    const offset = typeOffsetOf(mode);
    const dataBytesMin = mode === 'sealed' ? RESERVED_BYTES : DATA_HEADER_BYTES;
    const otherOffset = OPEN_TYPE_OFFSET - offset;
    for (const type of Object.values(DatagramType)) {
      this.#bytesMin[type + otherOffset] = OTHER_MODE;
    }
    for (const type of end === 'server' ? TO_SERVER : TO_CLIENT) {
      const exact = datagramBytesByType[type];
      this.#bytesMin[type + offset] = exact > 0 ? exact : dataBytesMin;
      this.#bytesMax[type + offset] = exact > 0 ? exact : maxDatagram;
    }
  }

  /** Why the datagram [start, end) goes no further; undefined: it may. */
  refuse(bytes: Uint8Array, start: number, end: number): DropReason | undefined {
    const length = end - start;
    if (length < 2) return 'too-short';
    if (bytes[start] !== MAGIC_BYTE)
      return bytes[start] >> 4 === MAGIC_BYTE >> 4 ? 'bad-version' : 'bad-magic';
    const type = bytes[start + 1];
    const bytesMin = this.#bytesMin[type];
    if (bytesMin < 0) return bytesMin === OTHER_MODE ? 'wrong-mode' : 'unknown-type';
    return length < bytesMin || length > this.#bytesMax[type] ? 'bad-length' : undefined;
  }
}

export function isHelloClean(bytes: Uint8Array, start: number): boolean {
  return isAllZero(bytes, start + HelloAt.zero, start + DatagramBytes.HELLO);
}

/** In open mode there is no key in AUTH. */
export function isAuthClean(bytes: Uint8Array, start: number, mode: Mode): boolean {
  if (bytes[start + AuthAt.flags] !== 0) return false;
  return mode === 'sealed' || isAllZero(bytes, start + AuthAt.keyId, start + AuthAt.params);
}

export function isChallengeClean(bytes: Uint8Array, start: number): boolean {
  return bytes[start + ChallengeAt.zero] === 0;
}

/** Of a sealed WELCOME, what is in clear; the params are read only once its box was opened. */
export function isWelcomeClean(bytes: Uint8Array, start: number, mode: Mode): boolean {
  if (bytes[start + WelcomeAt.flags] !== 0) return false;
  return (
    mode === 'sealed' ||
    (isAllZero(bytes, start + WelcomeAt.ephemeralKey, start + WelcomeAt.params) &&
      bytes[start + WelcomeAt.params + ServerParamsAt.zero] === 0)
  );
}

export function isVersionsClean(bytes: Uint8Array, start: number): boolean {
  return isAllZero(bytes, start + VersionsAt.zero, start + DatagramBytes.VERSIONS);
}
