/** The client against a hand-made server: handshake answers, hints, frames, and what is dropped. */

import assert from 'node:assert/strict';
import {
  AuthAt,
  ChallengeAt,
  CloseCode,
  DatagramBytes,
  FrameType,
  HelloAt,
  MAGIC_BYTE,
  OpenDatagramType,
  RejectAt,
  RejectReason,
  Status,
  VersionsAt,
  WelcomeAt,
} from '@anoadb/protocol';
import { freshSeed, SeededRandom } from '@anoadb/testkit';
import { test } from 'uvu';
import type { DropReason } from '../src/drop-reasons.js';
import { encodeServerParams, type ServerParams } from '../src/handshake-messages.js';
import { ClientEndpoint, type ClientLimits, DatagramBatch, type DatagramSink } from '../src/index.js';
import { readU16, readU32, writeU32, writeU48 } from '../src/little-endian.js';
import { type Frame, frame, framesOf, u16, u32 } from './raw-peer.js';
import { op, pattern } from './two-parties.js';

const SEED = freshSeed();
const ADDRESS = new Uint8Array(18);
const SID = 0x00abcdef;

class Desk implements DatagramSink {
  readonly batch = new DatagramBatch(32);
  readonly #inbox = new DatagramBatch(1);
  readonly endpoint: ClientEndpoint;
  readonly said: string[] = [];
  out: Uint8Array[] = [];
  /** The last one sent. */
  hello = new Uint8Array(0);
  nowMs = 1000;
  counter = 0;

  constructor(limits: Partial<ClientLimits> = {}, isLoopback = false) {
    const note = (text: string) => void this.said.push(text);
    this.endpoint = new ClientEndpoint({
      random: new SeededRandom(3).source,
      isLoopback,
      sink: this,
      limits,
      mode: 'open',
      listener: {
        onReady: () => note('ready'),
        onReply: (rid, status, _bytes, start, end) => note(`reply ${rid} ${status} ${end - start}`),
        onOutcomeUnknown: (rid) => note(`unknown ${rid}`),
        onDisconnected: () => note('disconnected'),
        onFatal: (code) => note(`fatal ${code}`),
      },
    });
    this.endpoint.start(this.nowMs);
  }

  flush(): void {
    for (let i = 0; i < this.batch.count; i++) {
      const at = this.batch.startOf(i);
      const datagram = this.batch.bytes.slice(at, at + this.batch.lengths[i]);
      this.out.push(datagram);
      if (datagram[1] === OpenDatagramType.HELLO) this.hello = datagram;
    }
    this.batch.clear();
  }

  deliver(datagram: Uint8Array): Uint8Array[] {
    this.out = [];
    this.#inbox.clear();
    this.#inbox.push(datagram, ADDRESS);
    this.endpoint.handleBatch(this.#inbox, this.nowMs);
    return this.out;
  }

  /** Moves time to `afterMs` from now, serving every timer on the way. */
  pass(afterMs: number): Uint8Array[] {
    this.out = [];
    const end = this.nowMs + afterMs;
    while (this.endpoint.nextTickAtMs() <= end) {
      this.nowMs = Math.max(this.nowMs, this.endpoint.nextTickAtMs());
      this.endpoint.tick(this.nowMs);
    }
    this.nowMs = end;
    return this.out;
  }

  submit(ops: Uint8Array, mutates: boolean): Uint8Array[] {
    this.out = [];
    this.endpoint.submit(ops, { mutates, isAtomic: true }, this.nowMs);
    this.endpoint.flush(this.nowMs);
    return this.out;
  }

  nonceOf(message: Uint8Array): Uint8Array {
    return message.subarray(HelloAt.cnonce, HelloAt.cnonce + 8);
  }

  challenge(hello: Uint8Array): Uint8Array {
    const challenge = new Uint8Array(DatagramBytes.CHALLENGE).fill(9, ChallengeAt.timestamp);
    challenge.set([MAGIC_BYTE, OpenDatagramType.CHALLENGE, 1, 0, ...this.nonceOf(hello)]);
    return challenge;
  }

  welcome(auth: Uint8Array, params: Partial<ServerParams> = {}): Uint8Array {
    const welcome = new Uint8Array(DatagramBytes.WELCOME);
    welcome.set([MAGIC_BYTE, OpenDatagramType.WELCOME, 1, 0, ...this.nonceOf(auth)]);
    encodeServerParams(welcome, WelcomeAt.params, {
      sid: SID,
      epoch: new Uint8Array(8).fill(1),
      dedup: 0,
      window: 128,
      maxDatagram: 1200,
      maxReassembly: 8,
      maxMessage: 1_000_000,
      idleSeconds: 600,
      maxAgeSeconds: 7200,
      features: 0,
      permissions: 7,
      ...params,
    });
    return welcome;
  }

  short(type: number, nonce: Uint8Array): Uint8Array {
    const message = new Uint8Array(16);
    message.set([MAGIC_BYTE, type, 1, 1, ...nonce]);
    return message;
  }

  /** As far as AUTH, which is returned. */
  challenged(): Uint8Array {
    return this.deliver(this.challenge(this.hello))[0];
  }

  connected(params: Partial<ServerParams> = {}): this {
    this.counter = 0;
    this.deliver(this.welcome(this.challenged(), params));
    return this;
  }

  data(...frames: Uint8Array[]): Uint8Array {
    const bytes = new Uint8Array(12 + frames.reduce((sum, part) => sum + part.length, 0));
    bytes.set([MAGIC_BYTE, OpenDatagramType.DATA_TO_CLIENT]);
    writeU32(bytes, 2, SID);
    writeU48(bytes, 6, this.counter++);
    let at = 12;
    for (const part of frames) {
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  }

  say(...frames: Uint8Array[]): Frame[] {
    return this.deliver(this.data(...frames)).flatMap(framesOf);
  }

  dropped(reason: DropReason): number {
    return this.endpoint.counters().dropped[reason];
  }
}

function rsp(
  rid: number,
  flags: number,
  status: number,
  results: Uint8Array = new Uint8Array(0),
): Uint8Array {
  return frame(FrameType.RSP, u32(rid), flags, status, results);
}

function requests(datagrams: Uint8Array[]): number[] {
  return datagrams
    .filter((datagram) => datagram[1] === OpenDatagramType.DATA_TO_SERVER)
    .flatMap(framesOf)
    .filter(({ type }) => type === FrameType.REQ)
    .map(({ body }) => readU32(body, 0));
}

test('HELLO is 128 bytes and repeated with growing pauses; AUTH is repeated byte by byte', () => {
  const desk = new Desk();
  assert.equal(desk.out.length, 1);
  assert.equal(desk.out[0].length, 128);
  const hellos = desk.pass(2000);
  assert.ok(hellos.length >= 2 && hellos.length <= 4);
  const auth = desk.challenged();
  assert.equal(auth.length, 1200);
  assert.deepEqual(auth.subarray(AuthAt.timestamp, AuthAt.keyId), new Uint8Array(20).fill(9));
  const again = desk.pass(700);
  assert.equal(again.length, 2);
  for (const repeated of again) assert.deepEqual(repeated, auth);
});

test('after three AUTHs without an answer a new HELLO asks for a new cookie', () => {
  const desk = new Desk();
  const first = desk.out[0];
  desk.challenged();
  const sent = desk.pass(4000);
  const hello = sent.find((datagram) => datagram[1] === OpenDatagramType.HELLO)!;
  assert.notDeepEqual(desk.nonceOf(hello), desk.nonceOf(first));
  desk.deliver(desk.challenge(first));
  assert.equal(desk.dropped('unexpected-handshake'), 1);
});

test('WELCOME is followed by the requests submitted before, or by a PING, at once', () => {
  const desk = new Desk();
  desk.submit(op('I', 1), true);
  const [datagram] = desk.deliver(desk.welcome(desk.challenged()));
  assert.deepEqual(
    framesOf(datagram).map(({ type }) => type),
    [FrameType.REQ],
  );
  assert.equal(framesOf(datagram)[0].body[5], 0x10, 'atomic, attempt 0');
  assert.deepEqual(desk.said, ['ready']);
  const quiet = new Desk();
  const [ping] = quiet.deliver(quiet.welcome(quiet.challenged()));
  assert.deepEqual(
    framesOf(ping).map(({ type }) => type),
    [FrameType.PING],
  );
});

test('a handshake message that answers nothing is dropped', () => {
  const desk = new Desk();
  const other = new Uint8Array(8).fill(1);
  desk.deliver(desk.short(OpenDatagramType.REJECT, other));
  desk.deliver(changed(desk.short(OpenDatagramType.VERSIONS, other), 12, 0));
  desk.deliver(desk.welcome(desk.short(OpenDatagramType.WELCOME, other)));
  const hello = desk.pass(1000)[0];
  desk.deliver(changed(desk.challenge(hello), ChallengeAt.version, 2));
  desk.deliver(changed(desk.challenge(hello), ChallengeAt.zero, 2));
  assert.equal(desk.dropped('unexpected-handshake'), 5);
  desk.deliver(changed(desk.short(OpenDatagramType.VERSIONS, desk.nonceOf(hello)), VersionsAt.zero, 1));
  assert.equal(desk.dropped('reserved-bits'), 1);
  assert.equal(desk.endpoint.state, 'connecting');
});

function changed(bytes: Uint8Array, at: number, value: number): Uint8Array {
  bytes[at] = value;
  return bytes;
}

test('a WELCOME that makes no sense is dropped', () => {
  for (const params of [
    { sid: 0 },
    { window: 0 },
    { maxMessage: 0 },
    { maxDatagram: 1199 },
    { maxDatagram: 1201 },
  ]) {
    const desk = new Desk();
    desk.deliver(desk.welcome(desk.challenged(), params));
    assert.equal(desk.dropped('bad-params'), 1);
    assert.equal(desk.endpoint.state, 'connecting');
  }
  const desk = new Desk();
  const auth = desk.challenged();
  desk.deliver(changed(desk.welcome(auth), WelcomeAt.ephemeralKey, 1));
  desk.deliver(changed(desk.welcome(auth), WelcomeAt.params + 13, 1));
  assert.equal(desk.dropped('reserved-bits'), 2);
});

test('VERSIONS and AUTH_FAILED are the end; STALE_COOKIE and RATE_LIMITED start over', () => {
  const versions = new Desk();
  versions.deliver(versions.short(OpenDatagramType.VERSIONS, versions.nonceOf(versions.out[0])));
  assert.deepEqual(versions.said, ['fatal VERSION']);
  for (const [reason, said] of [
    [RejectReason.AUTH_FAILED, ['fatal AUTH_FAILED']],
    [RejectReason.SERVER_FULL, ['fatal SERVER_FULL']],
    [RejectReason.KEY_QUOTA, ['fatal KEY_QUOTA']],
    [RejectReason.STALE_COOKIE, []],
    [RejectReason.RATE_LIMITED, []],
  ] as const) {
    const desk = new Desk();
    const auth = desk.challenged();
    const reject = changed(desk.short(OpenDatagramType.REJECT, desk.nonceOf(auth)), RejectAt.reason, reason);
    const isPaused = reason === RejectReason.RATE_LIMITED;
    writeU32(reject, RejectAt.retryAfterMs, isPaused ? 500 : 0);
    const answer = desk.deliver(reject);
    assert.deepEqual(desk.said, said);
    assert.equal(desk.endpoint.state, said.length > 0 ? 'closed' : 'connecting');
    assert.equal(answer.length, reason === RejectReason.STALE_COOKIE ? 1 : 0);
    if (isPaused) assert.equal(desk.pass(600).length, 1);
  }
});

test('a full server is waited for by a client that had a session', () => {
  const desk = new Desk().connected();
  desk.say(frame(FrameType.CLOSE, u16(CloseCode.SHUTDOWN)));
  desk.submit(op('R', 1, 1), false);
  desk.pass(100);
  const auth = desk.challenged();
  desk.deliver(
    changed(
      desk.short(OpenDatagramType.REJECT, desk.nonceOf(auth)),
      RejectAt.reason,
      RejectReason.SERVER_FULL,
    ),
  );
  assert.equal(desk.endpoint.state, 'connecting');
  assert.deepEqual(desk.said, ['ready', 'disconnected']);
});

test('a NO_SESSION hint counts only for what was sent within 30 s, and then begins a handshake', () => {
  const hint = (sid: number, counter: number) => {
    const bytes = new Uint8Array(12);
    bytes.set([MAGIC_BYTE, OpenDatagramType.NO_SESSION]);
    writeU32(bytes, 2, sid);
    writeU48(bytes, 6, counter);
    return bytes;
  };
  const desk = new Desk();
  desk.deliver(hint(SID, 0));
  assert.equal(desk.dropped('bad-hint'), 1, 'before any session');
  desk.connected();
  desk.deliver(hint(SID + 1, 0));
  desk.deliver(hint(SID, 1));
  assert.equal(desk.dropped('bad-hint'), 3);
  desk.pass(32_000);
  desk.deliver(hint(SID, 0));
  assert.equal(desk.dropped('bad-hint'), 4, 'too long ago');
  desk.submit(op('R', 1, 1), false);
  assert.equal(desk.endpoint.state, 'ready');
  assert.equal(desk.deliver(hint(SID, 1))[0][1], OpenDatagramType.HELLO);
  assert.equal(desk.endpoint.state, 'connecting');
  desk.deliver(hint(SID, 1));
  assert.deepEqual(desk.said, ['ready', 'disconnected']);
  desk.say(rsp(1, 0, Status.OK));
  assert.deepEqual(desk.said, ['ready', 'disconnected', 'ready', 'reply 1 0 0'], 'it lived after all');
});

test('DATA is dropped for the reasons of the server’s end', () => {
  const desk = new Desk();
  desk.deliver(desk.data());
  assert.equal(desk.dropped('unknown-session'), 1);
  desk.connected();
  const datagram = desk.data(frame(FrameType.PONG, u32(1)));
  desk.deliver(datagram);
  desk.deliver(datagram);
  assert.equal(desk.dropped('replayed'), 1);
  desk.deliver(changed(desk.data(), 2, 0));
  assert.equal(desk.dropped('unknown-session'), 2);
  desk.deliver(Uint8Array.of(1));
  assert.equal(desk.dropped('too-short'), 1);
  desk.say(Uint8Array.of(FrameType.PONG, 200, 0));
  desk.say(frame(FrameType.PONG, 1));
  assert.equal(desk.dropped('bad-frame'), 2);
  desk.submit(op('R', 1, 1), false);
  desk.say(frame(FrameType.RSP_FRAG, u32(1), 0, 0, u32(0), u16(0)));
  assert.equal(desk.dropped('bad-fragment'), 1);
});

test('PING and PATH_CHALLENGE are answered, skippable frames are skipped, unknown ones end the session', () => {
  const desk = new Desk().connected();
  const frames = desk.say(
    frame(0xff, 1),
    frame(FrameType.PING, u32(0), u32(5)),
    frame(FrameType.PATH_CHALLENGE, u32(1), u32(2)),
    frame(FrameType.PATH_RESPONSE, u32(1), u32(2)),
  );
  assert.deepEqual(
    frames.map(({ type }) => type),
    [FrameType.PONG, FrameType.PATH_RESPONSE],
  );
  const [close] = desk.say(frame(FrameType.PUSH, 1));
  assert.equal(close.type, FrameType.CLOSE);
  assert.equal(readU16(close.body, 0), CloseCode.UNSUPPORTED_FRAME);
  assert.equal(desk.endpoint.state, 'idle');
  for (const type of [FrameType.REQ, FrameType.REQ_FRAG]) {
    const other = new Desk().connected();
    assert.equal(other.say(frame(type, new Uint8Array(20)))[0].type, FrameType.CLOSE);
  }
});

test('a reply is taken once; of refusals the request id survives, of other statuses it does not', () => {
  const desk = new Desk().connected();
  for (let i = 0; i < 6; i++) desk.submit(op('I', 1), true);
  desk.say(rsp(1, 0, Status.OK, pattern(1, 5)), rsp(1, 0, Status.OK), rsp(99, 0, Status.OK));
  desk.say(rsp(2, 0, Status.BUSY), rsp(3, 0, Status.REASSEMBLY_LIMIT), rsp(4, 0, Status.WINDOW_EXCEEDED));
  desk.say(rsp(5, 0, Status.STALE_RID), rsp(6, 0, Status.RID_REUSED));
  assert.deepEqual(desk.said, [
    'ready',
    `reply 1 0 5`,
    `reply 5 ${Status.STALE_RID} 0`,
    `reply 6 ${Status.RID_REUSED} 0`,
  ]);
  const again = requests(desk.pass(15));
  assert.deepEqual(again.sort(), [2, 3, 4]);
  desk.say(rsp(2, 1, Status.BUSY), rsp(3, 1, Status.STALE_RID));
  assert.equal(desk.said.at(-1), 'unknown 3', 'sent twice: one of them may have been executed');
});

test('WORKING stops the hurry, not the asking', () => {
  const desk = new Desk().connected();
  desk.submit(op('I', 1), true);
  desk.say(
    frame(FrameType.WORKING, u32(1), 0),
    frame(FrameType.WORKING, u32(7), 0),
    frame(FrameType.WORKING, u32(1), 0),
  );
  assert.equal(requests(desk.pass(990)).length, 0);
  assert.ok(requests(desk.pass(120)).length >= 1);
  desk.say(rsp(1, 1, Status.OK));
  assert.equal(desk.said.at(-1), 'reply 1 0 0');
});

test('fragments of two executions do not mix: a newer attempt starts over, an older one is ignored', () => {
  const desk = new Desk().connected();
  desk.submit(op('R', 1, 1), false);
  const message = pattern(5, 2000);
  const fragment = (attempt: number, index: number, bytes: Uint8Array = message) =>
    frame(
      FrameType.RSP_FRAG,
      u32(1),
      attempt,
      0,
      u32(2000),
      u16(index),
      bytes.subarray(index * 1152, Math.min(2000, (index + 1) * 1152)),
    );
  desk.pass(300);
  desk.say(fragment(0, 0, new Uint8Array(2000)));
  desk.say(fragment(2, 1));
  desk.say(fragment(0, 1, new Uint8Array(2000)));
  assert.deepEqual(desk.said, ['ready']);
  const acks = desk.say(fragment(2, 0)).filter(({ type }) => type === FrameType.FRAG_ACK);
  assert.equal(desk.said.at(-1), 'reply 1 0 2000');
  assert.equal(readU16(acks[0].body, 6), 2);
  const late = desk.say(fragment(2, 0)).filter(({ type }) => type === FrameType.FRAG_ACK);
  assert.equal(readU16(late[0].body, 6), 2, 'a late fragment is told that all arrived');
});

test('a reply larger than was granted is REPLY_TOO_LARGE', () => {
  const desk = new Desk().connected({ maxMessage: 5000 });
  desk.submit(op('R', 1, 1), false);
  desk.say(frame(FrameType.RSP_FRAG, u32(1), 0, 0, u32(5001), u16(0), new Uint8Array(1152)));
  assert.equal(desk.said.at(-1), `reply 1 ${Status.REPLY_TOO_LARGE} 0`);
});

test('a large request that arrived whole asks for its reply with one fragment', () => {
  const desk = new Desk().connected();
  const sent = desk.submit(pattern(1, 3000), true).flatMap(framesOf);
  assert.deepEqual(
    sent.map(({ type }) => type),
    [FrameType.REQ_FRAG, FrameType.REQ_FRAG, FrameType.REQ_FRAG],
  );
  desk.say(frame(FrameType.FRAG_ACK, u32(1), 0, 0, u16(3), new Uint8Array(8), u32(0)));
  const probes = desk.pass(60).flatMap(framesOf);
  assert.equal(probes.length, 1);
  assert.equal(readU16(probes[0].body, 10), 0);
  assert.equal(probes[0].body[5] & 0x0f, 1, 'the next attempt');
  desk.say(frame(FrameType.FRAG_ACK, u32(1), 0, 0, u16(0), new Uint8Array(8), u32(9)));
  const [again] = desk.out.flatMap(framesOf);
  assert.equal(readU16(again.body, 10), 1, 'the server lost it: what follows fragment 0 leaves again');
  desk.say(frame(FrameType.FRAG_ACK, u32(77), 0, 0, u16(0), new Uint8Array(8), u32(9)));
  desk.say(frame(FrameType.FRAG_ACK, u32(1), 1, 0, u16(3), new Uint8Array(8), u32(9)));
  desk.say(frame(FrameType.WORKING, u32(1), 1));
  assert.equal(desk.pass(900).length, 0, 'being executed: nothing is sent');
});

test('a small request is not kept waiting by a large one that has to wait', () => {
  const desk = new Desk().connected({ maxReassembly: 1 });
  desk.submit(pattern(1, 3000), true);
  desk.submit(pattern(1, 3000), true);
  assert.deepEqual(requests(desk.submit(op('R', 1, 1), false)), [3]);
});

test('on a long path a burst is paced', () => {
  const desk = new Desk();
  const auth = desk.challenged();
  desk.nowMs += 100;
  desk.deliver(desk.welcome(auth));
  desk.out = [];
  for (let i = 0; i < 10; i++)
    desk.endpoint.submit(pattern(i, 1150), { mutates: false, isAtomic: false }, desk.nowMs);
  desk.endpoint.flush(desk.nowMs);
  const first = desk.out.length;
  assert.ok(first >= 9);
  for (let rid = 1; rid <= first; rid++) {
    desk.nowMs += 1;
    desk.say(rsp(rid, 0, Status.OK));
  }
  desk.out = [];
  for (let i = 0; i < 60; i++)
    desk.endpoint.submit(pattern(i, 1150), { mutates: false, isAtomic: false }, desk.nowMs);
  desk.endpoint.flush(desk.nowMs);
  const atOnce = desk.out.length;
  assert.ok(atOnce < 10, `${atOnce} left at once`);
  assert.ok(desk.endpoint.nextTickAtMs() < desk.nowMs + 30);
  assert.ok(desk.pass(60).length > 0);
});

test('whatever arrives, a client throws nothing and calls nobody without cause', () => {
  const random = new SeededRandom(SEED);
  const desk = new Desk().connected();
  desk.submit(op('R', 1, 1), false);
  const samples = [
    desk.data(rsp(1, 0, 0, pattern(1, 20))),
    desk.data(frame(FrameType.RSP_FRAG, u32(1), 0, 0, u32(3000), u16(1), new Uint8Array(1152))),
    desk.data(frame(FrameType.FRAG_ACK, u32(1), 0, 0, u16(1), new Uint8Array(8), u32(1))),
    desk.data(frame(FrameType.CLOSE, u16(4))),
    desk.challenge(new Uint8Array(16)),
  ];
  for (let i = 0; i < 30_000; i++) {
    const datagram = random.chance(0.2) ? random.bytes(random.int(0, 200)) : random.pick(samples).slice();
    for (let flips = random.int(0, 5); flips > 0 && datagram.length > 0; flips--) {
      datagram[random.int(0, datagram.length - 1)] = random.int(0, 255);
    }
    if (datagram.length > 12 && random.chance(0.8)) {
      datagram.set([MAGIC_BYTE, OpenDatagramType.DATA_TO_CLIENT]);
      writeU32(datagram, 2, SID);
      writeU48(datagram, 6, i + 100);
    }
    desk.deliver(datagram.subarray(0, 1200));
    if (random.chance(0.05)) desk.pass(20);
    if (desk.endpoint.state === 'closed') throw new Error(`closed (repeat with ANOA_SEED=${SEED})`);
    if (desk.endpoint.state !== 'ready') {
      desk.pass(3000);
      const auth = desk.challenged();
      if (auth !== undefined) desk.deliver(desk.welcome(auth));
    }
    if (desk.endpoint.outstanding === 0 && desk.endpoint.canSubmit()) desk.submit(op('R', 1, 1), false);
  }
});

test.run();
