/**
 * The parameters inside AUTH and WELCOME, encode beside decode. Offsets are generated from the spec.
 * After the fixed part come TLVs (type u8, length u16, bytes) up to a type 0, then zeros; none is known in
 * version 1, so all are stepped over.
 */
import {
  AuthAt,
  CLIENT_PARAMS_BYTES,
  ClientParamsAt,
  DatagramBytes,
  Limits,
  SERVER_PARAMS_BYTES,
  ServerParamsAt,
  WelcomeAt,
} from '@anoadb/protocol';
import { isAllZero, readU16, readU32, writeU16, writeU32 } from './little-endian.js';

export const CLIENT_ID_BYTES = 16;
export const EPOCH_BYTES = 8;
const CLIENT_PARAMS_SPACE = DatagramBytes.AUTH - AuthAt.params;
const SERVER_PARAMS_SPACE = DatagramBytes.WELCOME - WelcomeAt.params;

export interface ClientParams {
  clientId: Uint8Array;
  floor: number;
  maxDatagram: number;
  window: number;
  features: number;
  required: number;
  previousSid: number;
  previousEpoch: Uint8Array;
}

export interface ServerParams {
  sid: number;
  epoch: Uint8Array;
  dedup: number;
  window: number;
  maxDatagram: number;
  maxReassembly: number;
  maxMessage: number;
  idleSeconds: number;
  maxAgeSeconds: number;
  features: number;
  permissions: number;
}

/** Writes into zeroed space at `at`. */
export function encodeClientParams(bytes: Uint8Array, at: number, params: ClientParams): void {
  bytes.set(params.clientId, at + ClientParamsAt.clientId);
  writeU32(bytes, at + ClientParamsAt.floor, params.floor);
  writeU16(bytes, at + ClientParamsAt.maxDatagram, params.maxDatagram);
  writeU16(bytes, at + ClientParamsAt.window, params.window);
  writeU32(bytes, at + ClientParamsAt.features, params.features);
  writeU32(bytes, at + ClientParamsAt.required, params.required);
  writeU32(bytes, at + ClientParamsAt.previousSid, params.previousSid);
  bytes.set(params.previousEpoch, at + ClientParamsAt.previousEpoch);
}

/** Undefined where the TLVs do not fit their space. */
export function decodeClientParams(bytes: Uint8Array, at: number): ClientParams | undefined {
  if (!areTlvsSound(bytes, at + CLIENT_PARAMS_BYTES, at + CLIENT_PARAMS_SPACE)) return undefined;
  return {
    clientId: bytes.slice(at + ClientParamsAt.clientId, at + ClientParamsAt.clientId + CLIENT_ID_BYTES),
    floor: readU32(bytes, at + ClientParamsAt.floor),
    maxDatagram: readU16(bytes, at + ClientParamsAt.maxDatagram),
    window: readU16(bytes, at + ClientParamsAt.window),
    features: readU32(bytes, at + ClientParamsAt.features),
    required: readU32(bytes, at + ClientParamsAt.required),
    previousSid: readU32(bytes, at + ClientParamsAt.previousSid),
    previousEpoch: bytes.slice(
      at + ClientParamsAt.previousEpoch,
      at + ClientParamsAt.previousEpoch + EPOCH_BYTES,
    ),
  };
}

/** Writes into zeroed space at `at`. */
export function encodeServerParams(bytes: Uint8Array, at: number, params: ServerParams): void {
  writeU32(bytes, at + ServerParamsAt.sid, params.sid);
  bytes.set(params.epoch, at + ServerParamsAt.epoch);
  bytes[at + ServerParamsAt.dedup] = params.dedup;
  writeU16(bytes, at + ServerParamsAt.window, params.window);
  writeU16(bytes, at + ServerParamsAt.maxDatagram, params.maxDatagram);
  writeU16(bytes, at + ServerParamsAt.maxReassembly, params.maxReassembly);
  writeU32(bytes, at + ServerParamsAt.maxMessage, params.maxMessage);
  writeU32(bytes, at + ServerParamsAt.idleSeconds, params.idleSeconds);
  writeU32(bytes, at + ServerParamsAt.maxAgeSeconds, params.maxAgeSeconds);
  writeU32(bytes, at + ServerParamsAt.features, params.features);
  writeU32(bytes, at + ServerParamsAt.permissions, params.permissions);
}

export function decodeServerParams(bytes: Uint8Array, at: number): ServerParams | undefined {
  if (!areTlvsSound(bytes, at + SERVER_PARAMS_BYTES, at + SERVER_PARAMS_SPACE)) return undefined;
  return {
    sid: readU32(bytes, at + ServerParamsAt.sid),
    epoch: bytes.slice(at + ServerParamsAt.epoch, at + ServerParamsAt.epoch + EPOCH_BYTES),
    dedup: bytes[at + ServerParamsAt.dedup],
    window: readU16(bytes, at + ServerParamsAt.window),
    maxDatagram: readU16(bytes, at + ServerParamsAt.maxDatagram),
    maxReassembly: readU16(bytes, at + ServerParamsAt.maxReassembly),
    maxMessage: readU32(bytes, at + ServerParamsAt.maxMessage),
    idleSeconds: readU32(bytes, at + ServerParamsAt.idleSeconds),
    maxAgeSeconds: readU32(bytes, at + ServerParamsAt.maxAgeSeconds),
    features: readU32(bytes, at + ServerParamsAt.features),
    permissions: readU32(bytes, at + ServerParamsAt.permissions),
  };
}

function areTlvsSound(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  while (at < end && bytes[at] !== 0) {
    if (end - at < 3) return false;
    at += 3 + readU16(bytes, at + 1);
  }
  return at <= end && isAllZero(bytes, at, end);
}

/** May a session be built on what a WELCOME grants to a client that wanted `maxDatagramWanted`? */
export function isSoundGrant(params: ServerParams, maxDatagramWanted: number): boolean {
  if (params.sid === 0 || params.window === 0 || params.maxMessage === 0) return false;
  return params.maxDatagram >= Limits.datagramBytesMax && params.maxDatagram <= maxDatagramWanted;
}
