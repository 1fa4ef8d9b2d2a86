/**
 * Sessions for the native load generator. The handshake is made here, by the transport's own client on a socket
 * of its own; then that socket is closed and the generator takes its port over, with the session's id.
 *
 * A sealed session's keys are what the transport hands to the cryptography it was given: no second key schedule
 * stands here. The generator has no cryptography, so its datagrams are sealed before it starts.
 */

import { randomFillSync } from 'node:crypto';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import {
  ByteReader,
  ByteWriter,
  CloseCode,
  DATA_HEADER_BYTES,
  DatagramType,
  DataHeaderAt,
  encodeGet,
  encodeSet,
  FRAME_HEADER_BYTES,
  FrameBodyBytes,
  FrameType,
  Limits,
  MAGIC_BYTE,
  OpenDatagramType,
  RESULT_HEADER_BYTES,
  ReqFrameAt,
  Result,
  readResult,
  Status,
  TypedValue,
  ValueType,
} from '@anoadb/protocol';
import { ClientEndpoint, type ClientListener, type SealCrypto } from '@anoadb/transport';
import { choosePlatformCrypto } from '@anoadb/transport/node-crypto';
import { connectDatagramSocket } from '@anoadb/udp';
import { KEY_BYTES, writeKey } from './entries.js';

const CONNECT_WITHIN_MS = 10_000;
/** Well above what the handshake's own client has used. */
const FIRST_COUNTER = 64;
const TAG_BYTES = Limits.sealOverheadBytes - DATA_HEADER_BYTES;
const HANDSHAKES_AT_ONCE = 16;

/** Key and the constant half of the nonce of one direction. */
interface DirectionSecret {
  readonly key: Uint8Array;
  readonly iv: Uint8Array;
}

export interface LoadSession {
  readonly localPort: number;
  readonly sid: number;
  readonly send: DirectionSecret | undefined;
  readonly receive: DirectionSecret | undefined;
}

export interface SessionTarget {
  readonly host: string;
  readonly port: number;
  /** Sealed with it, open without. */
  readonly psk?: Uint8Array;
  /** 1200 unless larger ones are wanted, as loopback allows. */
  readonly maxDatagram?: number;
}

export async function makeSessions(target: SessionTarget, count: number): Promise<LoadSession[]> {
  const sessions: LoadSession[] = [];
  while (sessions.length < count) {
    const many = Math.min(HANDSHAKES_AT_ONCE, count - sessions.length);
    sessions.push(...(await Promise.all(Array.from({ length: many }, () => makeSession(target)))));
  }
  return sessions;
}

/** For the generator's `sessionsFile`. */
export function writeSessions(file: string, sessions: readonly LoadSession[]): void {
  const lines = sessions.map(({ localPort, sid }) => `${localPort} ${sid} ${FIRST_COUNTER}\n`);
  writeFileSync(file, lines.join(''));
}

async function makeSession({ host, port, psk, maxDatagram }: SessionTarget): Promise<LoadSession> {
  const socket = await connectDatagramSocket({ host, port });
  let sid = 0;
  let send: DirectionSecret | undefined;
  let receive: DirectionSecret | undefined;
  const dataTypes: readonly number[] = [OpenDatagramType.DATA_TO_SERVER, DatagramType.DATA_TO_SERVER];
  const sink = {
    batch: socket.batch,
    flush() {
      const { batch } = socket;
      for (let i = 0; i < batch.count; i++) {
        const at = batch.startOf(i);
        if (!dataTypes.includes(batch.bytes[at + 1])) continue;
        sid = new DataView(batch.bytes.buffer, batch.bytes.byteOffset).getUint32(at + DataHeaderAt.sid, true);
      }
      socket.flush();
    },
  };
  const platform = choosePlatformCrypto();
  const secretOf = (key: Uint8Array, nonce: Uint8Array): DirectionSecret => {
    return { key: key.slice(), iv: nonce.slice(DATA_HEADER_BYTES) };
  };
  // Handshake messages pass here too; the last before the end is the session's own.
  const sealCrypto: SealCrypto = {
    seal(key, nonce, bytes, tagAt, dataAt, length) {
      send = secretOf(key, nonce);
      platform.sealCrypto.seal(key, nonce, bytes, tagAt, dataAt, length);
    },
    open(key, nonce, bytes, tagAt, dataAt, length) {
      receive = secretOf(key, nonce);
      return platform.sealCrypto.open(key, nonce, bytes, tagAt, dataAt, length);
    },
    x25519Public: (secret) => platform.sealCrypto.x25519Public(secret),
    x25519: (secret, publicKey) => platform.sealCrypto.x25519(secret, publicKey),
  };
  let onAnswer = (): void => {};
  let onFailure: (error: Error) => void = () => {};
  const listener: ClientListener = {
    // A request of its own, so that the server has heard DATA of this session and keeps it.
    onReady: () => void endpoint.submit(ping(), { mutates: false, isAtomic: false }, performance.now()),
    onReply: () => onAnswer(),
    onOutcomeUnknown() {},
    onDisconnected: (reason) => onFailure(new Error(`disconnected: ${reason}`)),
    onFatal: (code, message) => onFailure(new Error(`${code}: ${message}`)),
  };
  const endpoint = new ClientEndpoint({
    random: (into) => void randomFillSync(into),
    isLoopback: socket.isLoopback,
    sink,
    listener,
    windowMax: Limits.windowMax,
    ...(maxDatagram === undefined ? {} : { limits: { maxDatagramLoopback: maxDatagram } }),
    ...(psk === undefined ? { mode: 'open' } : { mode: 'sealed', psk, crypto: platform.crypto, sealCrypto }),
  });
  const timer = setInterval(() => endpoint.tick(performance.now()), 20);
  try {
    await new Promise<void>((resolve, reject) => {
      onAnswer = resolve;
      onFailure = reject;
      setTimeout(reject, CONNECT_WITHIN_MS, new Error(`no session with ${host}:${port}`)).unref();
      socket.start({
        onBatch: (batch) => endpoint.handleBatch(batch, performance.now()),
        onError: () => {},
      });
      endpoint.start(performance.now());
    });
  } finally {
    clearInterval(timer);
  }
  const localPort = socket.local.port;
  // No CLOSE: the session goes on, under the generator.
  await socket.close();
  return { localPort, sid, send, receive };
}

function ping(): Uint8Array {
  const writer = new ByteWriter(64);
  encodeGet(writer, { key: new Uint8Array(KEY_BYTES) });
  return writer.written();
}

export interface SealedPlanOptions {
  readonly command: 'get' | 'set';
  readonly ops: number;
  /** Datagrams for each session. */
  readonly count: number;
  /** Requests on their way at once: says which floor a request may name. */
  readonly outstanding: number;
  readonly value: Uint8Array;
  nextKey(): number;
}

export interface SealedPlan {
  readonly planBytes: number;
  readonly replyBytes: number;
  readonly replyOverheadBytes: number;
}

/** Writes every session's datagrams and its CLOSE to `file`, sealed. All are equally long, and so are their replies. */
export function writeSealedPlan(
  file: string,
  sessions: readonly LoadSession[],
  options: SealedPlanOptions,
): SealedPlan {
  const { command, ops, count, outstanding, value } = options;
  const { sealCrypto } = choosePlatformCrypto();
  const key = new Uint8Array(KEY_BYTES);
  const request = { key, value: new TypedValue(ValueType.STRING, value) };
  const writer = new ByteWriter(64 * 1024);
  const writeOps = (): Uint8Array => {
    writer.reset();
    for (let i = 0; i < ops; i++) {
      writeKey(options.nextKey(), key, 0);
      if (command === 'get') encodeGet(writer, request);
      else encodeSet(writer, request);
    }
    return writer.written();
  };
  const overhead = DATA_HEADER_BYTES + TAG_BYTES;
  const planBytes = overhead + FRAME_HEADER_BYTES + FrameBodyBytes.REQ + writeOps().length;
  const nonce = new Uint8Array(DATA_HEADER_BYTES * 2);
  writeFileSync(file, '');
  for (const { sid, send } of sessions) {
    if (send === undefined) throw new Error('an open session cannot be sealed for');
    const bytes = new Uint8Array(planBytes * (count + 1));
    const view = new DataView(bytes.buffer);
    nonce.set(send.iv, DATA_HEADER_BYTES);
    for (let i = 0; i <= count; i++) {
      const at = i * planBytes;
      bytes[at] = MAGIC_BYTE;
      bytes[at + 1] = DatagramType.DATA_TO_SERVER;
      view.setUint32(at + DataHeaderAt.sid, sid, true);
      view.setUint32(at + DataHeaderAt.counter, FIRST_COUNTER + i, true);
      const frame = at + overhead;
      if (i < count) writeRequest(view, frame, i + 2, outstanding, writeOps());
      else writeGoodbye(view, frame);
      nonce.set(bytes.subarray(at, at + DATA_HEADER_BYTES));
      sealCrypto.seal(send.key, nonce, bytes, at + DATA_HEADER_BYTES, frame, planBytes - overhead);
    }
    appendFileSync(file, bytes);
  }
  // A GET answers with the value, a SET with its version.
  const resultBytes = RESULT_HEADER_BYTES + (command === 'get' ? value.length : 8);
  const replyBytes = FRAME_HEADER_BYTES + FrameBodyBytes.RSP + ops * resultBytes;
  return { planBytes, replyBytes, replyOverheadBytes: overhead };
}

/** Request ids begin at 2: 1 was the handshake's own. */
function writeRequest(
  view: DataView,
  frame: number,
  rid: number,
  outstanding: number,
  ops: Uint8Array,
): void {
  const body = frame + FRAME_HEADER_BYTES;
  view.setUint8(frame, FrameType.REQ);
  view.setUint16(frame + 1, FrameBodyBytes.REQ + ops.length, true);
  view.setUint32(body + ReqFrameAt.rid, rid, true);
  view.setUint8(body + ReqFrameAt.delta, Math.min(outstanding, rid - 1, Limits.windowMax - 1));
  new Uint8Array(view.buffer).set(ops, body + ReqFrameAt.ops);
}

/** As long as the requests: zeros behind a frame are padding. */
function writeGoodbye(view: DataView, frame: number): void {
  view.setUint8(frame, FrameType.CLOSE);
  view.setUint16(frame + 1, FrameBodyBytes.CLOSE, true);
  view.setUint16(frame + FRAME_HEADER_BYTES, CloseCode.NORMAL, true);
}

/** Opens the sample that the generator kept, with the keys of the one session that can be meant; counts good results. */
export function checkSamples(file: string, sessions: readonly LoadSession[]): number {
  const { sealCrypto } = choosePlatformCrypto();
  const bytes = new Uint8Array(readFileSync(file));
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const bySid = new Map(sessions.map((session) => [session.sid, session]));
  const nonce = new Uint8Array(DATA_HEADER_BYTES * 2);
  const reader = new ByteReader();
  const result = new Result();
  let good = 0;
  for (let at = 0; at < bytes.length; ) {
    const start = at + 2;
    const end = start + view.getUint16(at, true);
    at = end;
    const receive = bySid.get(view.getUint32(start + DataHeaderAt.sid, true))?.receive;
    if (receive === undefined) throw new Error('a reply of a session that is not ours');
    nonce.set(bytes.subarray(start, start + DATA_HEADER_BYTES));
    nonce.set(receive.iv, DATA_HEADER_BYTES);
    const tagAt = start + DATA_HEADER_BYTES;
    const plainAt = tagAt + TAG_BYTES;
    if (!sealCrypto.open(receive.key, nonce, bytes, tagAt, plainAt, end - plainAt))
      throw new Error('a reply is not genuine');
    for (let frame = plainAt; frame < end; ) {
      const body = frame + FRAME_HEADER_BYTES;
      const bodyEnd = body + view.getUint16(frame + 1, true);
      if (bytes[frame] === FrameType.RSP) {
        reader.reset(bytes, body + FrameBodyBytes.RSP, bodyEnd);
        while (reader.remaining > 0) {
          if (!readResult(reader, result) || result.status !== Status.OK)
            throw new Error(`a sealed reply holds status ${result.status}`);
          good++;
        }
      }
      frame = bodyEnd;
    }
  }
  return good;
}
