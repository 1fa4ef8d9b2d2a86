/**
 * Not a test: makes `protocol-spec/vectors/sealed.json`. Deterministic: every input is written here. Messages are put
 * together from the key schedule and tweetnacl alone, not by the endpoints that are tested with them.
 */

import {
  AuthAt,
  DatagramBytes,
  DatagramType,
  FrameType,
  MAGIC_BYTE,
  RejectReason,
  WelcomeAt,
} from '@anoadb/protocol';
import nacl from 'tweetnacl';
import {
  type ClientParams,
  encodeClientParams,
  encodeServerParams,
  type ServerParams,
} from '../src/handshake-messages.js';
import { tweetnaclCrypto } from '../src/index.js';
import { authBoxKey, HandshakeSecret, keyIdOf, type SessionKeys } from '../src/key-schedule.js';
import { writeU32, writeU48 } from '../src/little-endian.js';
import { frame, u16, u32 } from './raw-peer.js';

export const hex = (data: Uint8Array): string => Buffer.from(data).toString('hex');
export const fromHex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));
const run = (first: number, length: number) => Uint8Array.from({ length }, (_, i) => first + i);
const joined = (...parts: Uint8Array[]) => new Uint8Array(parts.flatMap((part) => [...part]));
const ascii = (text: string) => new Uint8Array(Buffer.from(text, 'ascii'));

export const INPUTS = {
  psk: run(0x30, 32),
  cookieKey: run(0x50, 32),
  clientEphemeralSecret: run(0x70, 32),
  serverEphemeralSecret: run(0x91, 32),
  cnonce: run(0xb8, 8),
  clientId: run(0xc0, 16),
  epoch: run(0xd0, 8),
  /** 198.51.100.7:50000 */
  address: joined(fromHex('00000000000000000000ffffc6336407'), Uint8Array.of(0x50, 0xc3)),
  timestamp: 7000,
  sid: 0x02345678,
  permissions: 7,
  window: 128,
} as const;

const NO_EPOCH = new Uint8Array(8);

const CLIENT_PARAMS: ClientParams = {
  clientId: INPUTS.clientId,
  floor: 1,
  maxDatagram: 1200,
  window: INPUTS.window,
  features: 0,
  required: 0,
  previousSid: 0,
  previousEpoch: NO_EPOCH,
};

const SERVER_PARAMS: ServerParams = {
  sid: INPUTS.sid,
  epoch: INPUTS.epoch,
  dedup: 0,
  window: INPUTS.window,
  maxDatagram: 1200,
  maxReassembly: 8,
  maxMessage: 1_052_672,
  idleSeconds: 600,
  maxAgeSeconds: 7200,
  features: 0,
  permissions: INPUTS.permissions,
};

function message(type: keyof typeof DatagramBytes, ...fields: [number, Uint8Array | number][]): Uint8Array {
  const bytes = new Uint8Array(DatagramBytes[type]);
  bytes.set([MAGIC_BYTE, DatagramType[type]]);
  for (const [at, value] of fields) bytes.set(typeof value === 'number' ? [value] : value, at);
  return bytes;
}

function challengeMessage(): Uint8Array {
  const { cookieKey, timestamp, address, cnonce } = INPUTS;
  const covered = joined(ascii('anoadb1 cookie'), u32(timestamp), address, cnonce, Uint8Array.of(1));
  const mac = tweetnaclCrypto.hmacSha512(cookieKey, covered).subarray(0, 16);
  return message('CHALLENGE', [2, 1], [4, cnonce], [12, u32(timestamp)], [16, mac]);
}

function authMessage(psk: Uint8Array, ephemeralKey: Uint8Array): Uint8Array {
  const challenge = challengeMessage();
  const auth = message(
    'AUTH',
    [2, 1],
    [4, INPUTS.cnonce],
    [12, challenge.subarray(12)],
    [AuthAt.keyId, keyIdOf(psk, tweetnaclCrypto)],
    [AuthAt.ephemeralKey, ephemeralKey],
  );
  encodeClientParams(auth, AuthAt.params, CLIENT_PARAMS);
  const { key, nonce } = authBoxKey(psk, auth, tweetnaclCrypto);
  auth.set(nacl.secretbox(auth.subarray(AuthAt.params), nonce, key), AuthAt.tag);
  return auth;
}

function welcomeMessage(
  auth: Uint8Array,
  ephemeralKey: Uint8Array,
  dh: Uint8Array,
): { welcome: Uint8Array; keys: SessionKeys } {
  const welcome = message('WELCOME', [2, 1], [4, INPUTS.cnonce], [WelcomeAt.ephemeralKey, ephemeralKey]);
  encodeServerParams(welcome, WelcomeAt.params, SERVER_PARAMS);
  const secret = new HandshakeSecret(INPUTS.psk, auth, welcome, dh, tweetnaclCrypto);
  const { key, nonce } = secret.welcomeBoxKey();
  welcome.set(nacl.secretbox(welcome.subarray(WelcomeAt.params), nonce, key), WelcomeAt.tag);
  return { welcome, keys: secret.sessionKeys(welcome) };
}

export type Direction = 'toServer' | 'toClient';

export function sealed(
  keys: SessionKeys,
  direction: Direction,
  counter: number,
  plaintext: Uint8Array,
  sid: number = INPUTS.sid,
): Uint8Array {
  const header = new Uint8Array(12);
  header.set([
    MAGIC_BYTE,
    direction === 'toServer' ? DatagramType.DATA_TO_SERVER : DatagramType.DATA_TO_CLIENT,
  ]);
  writeU32(header, 2, sid);
  writeU48(header, 6, counter);
  const { key, iv } = keys[direction];
  return joined(header, nacl.secretbox(plaintext, joined(header, iv), key));
}

/** GET k and INCR k. */
const GET = fromHex('01000100000000006b');
const INCR = fromHex('08000100000000006b');
/** Anything that answers later. */
const SNAPSHOT = fromHex('1600000000000000');

function frames(): { name: string; direction: Direction; frames: Uint8Array }[] {
  const both = ['toServer', 'toClient'] as const;
  const list: { name: string; direction: Direction; frames: Uint8Array }[] = [
    { name: 'REQ', direction: 'toServer', frames: frame(FrameType.REQ, u32(1), 0, 0, GET) },
    {
      name: 'RSP',
      direction: 'toClient',
      frames: frame(FrameType.RSP, u32(1), 0, 0, fromHex('010000000000')),
    },
    {
      name: 'REQ_FRAG',
      direction: 'toServer',
      frames: frame(FrameType.REQ_FRAG, u32(2), 1, 0, u32(1260), u16(1), run(0, 108)),
    },
    {
      name: 'RSP_FRAG',
      direction: 'toClient',
      frames: frame(FrameType.RSP_FRAG, u32(2), 0, 0, u32(1260), u16(1), run(0, 108)),
    },
    { name: 'WORKING', direction: 'toClient', frames: frame(FrameType.WORKING, u32(3), 2) },
    { name: 'PING', direction: 'toServer', frames: frame(FrameType.PING, u32(4), u32(0x01020304)) },
    { name: 'PONG', direction: 'toClient', frames: frame(FrameType.PONG, u32(0x01020304)) },
  ];
  for (const direction of both) {
    list.push(
      {
        name: 'FRAG_ACK',
        direction,
        frames: frame(
          FrameType.FRAG_ACK,
          u32(2),
          direction === 'toClient' ? 0 : 1,
          0,
          u16(1),
          run(1, 8),
          u32(9),
        ),
      },
      { name: 'PATH_CHALLENGE', direction, frames: frame(FrameType.PATH_CHALLENGE, run(0xe0, 8)) },
      { name: 'PATH_RESPONSE', direction, frames: frame(FrameType.PATH_RESPONSE, run(0xe0, 8)) },
      { name: 'a frame to be skipped', direction, frames: frame(0x80, run(1, 5)) },
      { name: 'padding only', direction, frames: new Uint8Array(16) },
      { name: 'nothing', direction, frames: new Uint8Array(0) },
      { name: 'CLOSE', direction, frames: frame(FrameType.CLOSE, u16(0), ascii('bye')) },
    );
  }
  list.push(
    {
      name: 'several frames, then padding',
      direction: 'toServer',
      frames: joined(
        frame(FrameType.PING, u32(1), u32(5)),
        frame(FrameType.REQ, u32(1), 0, 0, INCR),
        new Uint8Array(7),
      ),
    },
    {
      name: 'the largest datagram',
      direction: 'toServer',
      frames: frame(0x80, new Uint8Array(1172 - 3).fill(0x5a)),
    },
  );
  return list;
}

/** SET big = 2400 bytes: three fragments of 1152, 1152 and 108 bytes, which arrive as 0, 2, 1. */
function fragments(keys: SessionKeys) {
  const value = Uint8Array.from({ length: 2400 }, (_, i) => (i * 7) & 0xff);
  const ops = joined(fromHex('0200'), u16(3), u32(value.length + 1), ascii('big'), Uint8Array.of(7), value);
  const order = [0, 2, 1];
  const piece = (index: number) => ops.subarray(index * 1152, (index + 1) * 1152);
  const body = (index: number) =>
    frame(FrameType.REQ_FRAG, u32(1), 0, 0, u32(ops.length), u16(index), piece(index));
  const ack = (next: number, bitmap: number, echo: number) =>
    hex(
      frame(FrameType.FRAG_ACK, u32(1), 0, 0, u16(next), Uint8Array.of(bitmap), new Uint8Array(7), u32(echo)),
    );
  return {
    about:
      'One request in three fragments. `answers` are the frames that the server sends because of each datagram: the gap is acknowledged at once, bit 0 of the bitmap is fragment next + 1.',
    ops: hex(ops),
    datagrams: order.map((index, counter) => ({
      counter,
      fragment: index,
      bytes: hex(sealed(keys, 'toServer', counter, body(index))),
    })),
    answers: [[], [ack(1, 1, 1)], [ack(3, 0, 2), hex(frame(FrameType.RSP, u32(1), 0, 0))]],
  };
}

/** By the definition alone: a set of all counters seen, and how far back one may come. */
function replayWindow() {
  const order = [
    0,
    0,
    1,
    3,
    2,
    2,
    3,
    31,
    32,
    33,
    32,
    64,
    63,
    2016,
    0,
    1,
    4,
    5,
    4,
    2047,
    30,
    31,
    34,
    2048,
    32,
    2080,
    100,
    5000,
    2984,
    2983,
    2985,
    2984,
    4999,
    5000,
    2 ** 32,
    2 ** 32 - 2016,
    2 ** 32 - 2017,
    2 ** 32 + 1,
    2 ** 40 - 1,
  ];
  const seen = new Set<number>();
  let highest = -1;
  const trace = order.map((counter) => {
    const verdict = highest - counter >= 2016 ? 'too-old' : seen.has(counter) ? 'replayed' : 'fresh';
    if (verdict === 'fresh') {
      seen.add(counter);
      highest = Math.max(highest, counter);
    }
    return [counter, verdict];
  });
  return {
    about:
      'Counters of genuine datagrams of one direction in the order of arrival, and what becomes of each. A counter is too old where it is 2016 or more below the highest one.',
    window: 2016,
    trace,
  };
}

export interface DedupStep {
  rid?: number;
  delta?: number;
  flags?: number;
  ops?: string;
  /** The request of this rid, still running, ends. */
  completes?: number;
  expect: { executed: boolean; frame: 'RSP' | 'WORKING' | 'none'; status?: string; fromCache?: boolean };
}

function dedup(): { about: string; window: number; steps: DedupStep[] } {
  const [get, incr, snapshot] = [GET, INCR, SNAPSHOT].map(hex);
  const other = hex(fromHex('08000100000000006a'));
  const executed = { executed: true, frame: 'RSP', status: 'OK', fromCache: false } as const;
  const cached = { executed: false, frame: 'RSP', status: 'OK', fromCache: true } as const;
  const refused = (status: string) => ({ executed: false, frame: 'RSP', status, fromCache: false }) as const;
  const ask = (
    rid: number,
    delta: number,
    ops: string,
    expect: DedupStep['expect'],
    flags = 0,
  ): DedupStep => ({
    rid,
    delta,
    flags,
    ops,
    expect,
  });
  return {
    about:
      'REQ frames of one client, in order, each in a datagram of its own. GET k reads, INCR k writes and answers at once, SNAPSHOT counts as a write here that ends when a step says so. `executed`: the op runs because of this step.',
    window: INPUTS.window,
    steps: [
      ask(1, 0, incr, executed),
      ask(1, 0, incr, cached, 1),
      ask(1, 0, other, refused('RID_REUSED'), 1),
      ask(1, 0, incr, refused('RID_REUSED'), 0x10),
      ask(2, 1, get, executed),
      ask(2, 1, get, executed, 1),
      ask(128, 127, incr, executed),
      ask(129, 128, incr, refused('WINDOW_EXCEEDED')),
      ask(129, 127, incr, executed),
      ask(1, 0, incr, refused('STALE_RID')),
      ask(2, 0, incr, executed),
      ask(3, 2, incr, executed),
      ask(3, 3, incr, refused('MALFORMED')),
      ask(2, 0, incr, cached, 2),
      ask(4, 1, snapshot, { executed: true, frame: 'none' }),
      ask(4, 1, snapshot, { executed: false, frame: 'WORKING' }, 1),
      { completes: 4, expect: { executed: false, frame: 'RSP', status: 'OK', fromCache: false } },
      ask(4, 1, snapshot, cached, 2),
      ask(130, 126, incr, executed),
      ask(3, 0, incr, refused('STALE_RID')),
      ask(4, 0, snapshot, cached, 3),
      ask(400, 20, incr, executed),
      ask(130, 0, incr, refused('STALE_RID')),
    ],
  };
}

export interface MustFail {
  name: string;
  /** Who receives it. */
  at: 'server' | 'client';
  /** What it is made of: a message by name, or `bytes`. */
  of?: string;
  bytes?: string;
  /** Each of these bits flipped, one at a time; bit 0 is the lowest of byte 0. First and last. */
  flipEach?: [number, number];
  /** Every shorter length. */
  truncate?: boolean;
  /** Seconds of the server's clock, where they are not those of the cookie. */
  second?: number;
  /** Comes from another address. */
  isElsewhere?: boolean;
  expect: string;
}

function mustFail(known: {
  auth: Uint8Array;
  keys: SessionKeys;
  toServer: Uint8Array;
  toClient: Uint8Array;
}): MustFail[] {
  const { auth, keys, toServer, toClient } = known;
  const bits = (from: number, to: number): [number, number] => [from * 8, to * 8 - 1];
  const silence = 'silence';
  const lowOrder = welcomeMessage(auth, new Uint8Array(32), new Uint8Array(32)).welcome;
  const wrongDirection = toClient.slice();
  wrongDirection[1] = DatagramType.DATA_TO_SERVER;
  const reflected = toServer.slice();
  reflected[1] = DatagramType.DATA_TO_CLIENT;
  const otherKeys: SessionKeys = {
    toServer: { key: run(1, 32), iv: run(2, 12) },
    toClient: { key: run(3, 32), iv: run(4, 12) },
  };
  const ping = frame(FrameType.PING, u32(1), u32(1));
  return [
    {
      name: 'HELLO with reserved bytes that are not zero',
      at: 'server',
      of: 'hello',
      flipEach: bits(12, 128),
      expect: silence,
    },
    { name: 'HELLO cut short', at: 'server', of: 'hello', truncate: true, expect: silence },
    {
      name: 'AUTH: magic, type, version, flags, nonce, timestamp or cookie changed',
      at: 'server',
      of: 'auth',
      flipEach: bits(0, 32),
      expect: silence,
    },
    {
      name: 'AUTH: key id changed, an unknown key',
      at: 'server',
      of: 'auth',
      flipEach: bits(32, 40),
      expect: 'AUTH_FAILED',
    },
    {
      name: 'AUTH: ephemeral key changed',
      at: 'server',
      of: 'auth',
      flipEach: bits(40, 72),
      expect: 'AUTH_FAILED',
    },
    { name: 'AUTH: tag changed', at: 'server', of: 'auth', flipEach: bits(72, 88), expect: 'AUTH_FAILED' },
    { name: 'AUTH: box changed', at: 'server', of: 'auth', flipEach: bits(88, 1200), expect: 'AUTH_FAILED' },
    { name: 'AUTH cut short', at: 'server', of: 'auth', truncate: true, expect: silence },
    {
      name: 'AUTH with another key',
      at: 'server',
      bytes: hex(authMessage(run(1, 32), nacl.scalarMult.base(INPUTS.clientEphemeralSecret))),
      expect: 'AUTH_FAILED',
    },
    {
      name: 'AUTH with a stale cookie',
      at: 'server',
      of: 'auth',
      second: INPUTS.timestamp + 11,
      expect: 'STALE_COOKIE',
    },
    { name: 'AUTH from another address', at: 'server', of: 'auth', isElsewhere: true, expect: silence },
    {
      name: 'AUTH with the zero point',
      at: 'server',
      bytes: hex(authMessage(INPUTS.psk, new Uint8Array(32))),
      expect: silence,
    },
    {
      name: 'WELCOME: anything changed',
      at: 'client',
      of: 'welcome',
      flipEach: bits(0, 1200),
      expect: silence,
    },
    { name: 'WELCOME cut short', at: 'client', of: 'welcome', truncate: true, expect: silence },
    {
      name: 'WELCOME with the zero point, sealed by one who has the key',
      at: 'client',
      bytes: hex(lowOrder),
      expect: silence,
    },
    {
      name: 'DATA to the server: magic or type changed',
      at: 'server',
      of: 'dataToServer',
      flipEach: bits(0, 2),
      expect: silence,
    },
    {
      name: 'DATA to the server: sid changed',
      at: 'server',
      of: 'dataToServer',
      flipEach: bits(2, 6),
      expect: 'NO_SESSION',
    },
    {
      name: 'DATA to the server: counter, tag or ciphertext changed',
      at: 'server',
      of: 'dataToServer',
      flipEach: bits(6, toServer.length),
      expect: silence,
    },
    {
      name: 'DATA to the server cut short',
      at: 'server',
      of: 'dataToServer',
      truncate: true,
      expect: silence,
    },
    {
      name: 'DATA to the client, sent back as if to the server',
      at: 'server',
      bytes: hex(wrongDirection),
      expect: silence,
    },
    {
      name: 'DATA sealed with the keys of another session',
      at: 'server',
      bytes: hex(sealed(otherKeys, 'toServer', 0, ping)),
      expect: silence,
    },
    {
      name: 'DATA sealed for another sid',
      at: 'server',
      bytes: hex(withSid(sealed(keys, 'toServer', 0, ping, INPUTS.sid ^ 1))),
      expect: silence,
    },
    {
      name: 'DATA in open mode',
      at: 'server',
      bytes: hex(joined(fromHex('a130'), u32(INPUTS.sid), new Uint8Array(6), ping, new Uint8Array(16))),
      expect: silence,
    },
    {
      name: 'DATA to the client: anything changed',
      at: 'client',
      of: 'dataToClient',
      flipEach: bits(0, toClient.length),
      expect: silence,
    },
    {
      name: 'DATA to the client cut short',
      at: 'client',
      of: 'dataToClient',
      truncate: true,
      expect: silence,
    },
    {
      name: 'DATA to the server, sent back as if to the client',
      at: 'client',
      bytes: hex(reflected),
      expect: silence,
    },
  ];
}

function withSid(datagram: Uint8Array): Uint8Array {
  writeU32(datagram, 2, INPUTS.sid);
  return datagram;
}

export function sealedVectors() {
  const e = nacl.scalarMult.base(INPUTS.clientEphemeralSecret);
  const f = nacl.scalarMult.base(INPUTS.serverEphemeralSecret);
  const hello = message('HELLO', [2, 1], [3, 1], [4, INPUTS.cnonce]);
  const auth = authMessage(INPUTS.psk, e);
  const dh = nacl.scalarMult(INPUTS.clientEphemeralSecret, f);
  const { welcome, keys } = welcomeMessage(auth, f, dh);
  const toServer = sealed(keys, 'toServer', 0, frame(FrameType.REQ, u32(1), 0, 0, INCR));
  const toClient = sealed(keys, 'toClient', 0, frame(FrameType.RSP, u32(1), 0, 0));
  const counters = { toServer: 100, toClient: 200 };
  return {
    about:
      'Sealed mode, generated. `handshake` is a whole handshake; everything after it belongs to the session it opens. Bytes are hex; `sid` and counters are numbers.',
    inputs: Object.fromEntries(
      Object.entries(INPUTS).map(([name, value]) => [name, value instanceof Uint8Array ? hex(value) : value]),
    ),
    session: {
      keyId: hex(keyIdOf(INPUTS.psk, tweetnaclCrypto)),
      toServer: { key: hex(keys.toServer.key), iv: hex(keys.toServer.iv) },
      toClient: { key: hex(keys.toClient.key), iv: hex(keys.toClient.iv) },
    },
    handshake: {
      hello: hex(hello),
      challenge: hex(challengeMessage()),
      auth: hex(auth),
      welcome: hex(welcome),
      dataToServer: hex(toServer),
      dataToClient: hex(toClient),
    },
    refusals: {
      about: 'Not sealed: nothing authenticates them. `helloOfOtherVersions` is answered with `versions`.',
      helloOfOtherVersions: hex(message('HELLO', [2, 2], [3, 9], [4, INPUTS.cnonce])),
      versions: hex(message('VERSIONS', [2, 1], [3, 1], [4, INPUTS.cnonce])),
      reject: Object.fromEntries(
        Object.entries(RejectReason).map(([name, reason]) => [
          name,
          hex(
            message(
              'REJECT',
              [2, 1],
              [3, reason],
              [4, INPUTS.cnonce],
              [12, u32(name === 'RATE_LIMITED' ? 1000 : 0)],
            ),
          ),
        ]),
      ),
      noSession: hex(message('NO_SESSION', [2, u32(0x00abcdef)], [6, fromHex('070000000000')])),
    },
    datagrams: frames().map(({ name, direction, frames: plaintext }) => {
      const counter = counters[direction]++;
      return {
        name,
        direction,
        counter,
        frames: hex(plaintext),
        bytes: hex(sealed(keys, direction, counter, plaintext)),
      };
    }),
    fragments: fragments(keys),
    replayWindow: replayWindow(),
    dedup: dedup(),
    mustFail: mustFail({ auth, keys, toServer, toClient }),
  };
}
