/** A sealed server against everything but a well-behaved client: rows of section 9 of the protocol design. */

import assert from 'node:assert/strict';
import {
  AuthAt,
  CloseCode,
  DatagramBytes,
  DatagramType,
  FrameType,
  OPEN_TYPE_OFFSET,
  RejectAt,
  RejectReason,
  WelcomeAt,
} from '@anoadb/protocol';
import { test } from 'uvu';
import { ServerEndpoint, tweetnaclCrypto, tweetnaclSealCrypto } from '../src/index.js';
import { writeU32, writeU48 } from '../src/little-endian.js';
import { frame, RawPeer, u16, u32 } from './raw-peer.js';
import { SealedBench, SealedPeer } from './sealed-peer.js';
import { CountingHandler, grantOf, ipv4, op } from './two-parties.js';

const AFAR = ipv4(203, 0, 113, 5, 50_000);
const ELSEWHERE = ipv4(198, 51, 100, 9, 40_000);

function request(rid: number, ops: Uint8Array = op('I', 1)): Uint8Array {
  return frame(FrameType.REQ, u32(rid), rid - 1, 0, ops);
}

function total(bench: SealedBench): number {
  return Object.values(bench.dropped).reduce((sum, count) => sum + count, 0);
}

test('a sealed client is served, with the permissions and the key of its grant', () => {
  const bench = new SealedBench();
  const seen: unknown[] = [];
  const execute = bench.handler.execute.bind(bench.handler);
  bench.handler.execute = (incoming, reply) => {
    seen.push(incoming.grant, incoming.permissions);
    return execute(incoming, reply);
  };
  bench.access.grants = [grantOf(bench.access.grants[0].psk, 3)];
  const peer = new SealedPeer(bench);
  peer.connect();
  const [reply] = peer.say(request(1));
  assert.equal(reply.type, FrameType.RSP);
  assert.deepEqual(seen, [bench.access.grants[0], 3]);
});

test('wrong-mode: a sealed server drops every open type, unread and unanswered', () => {
  const bench = new SealedBench();
  const open = new RawPeer(bench, AFAR);
  assert.deepEqual(open.send(open.hello()), []);
  for (const type of Object.values(DatagramType)) {
    const datagram = new Uint8Array(1200);
    datagram.set([0xa1, type + OPEN_TYPE_OFFSET]);
    assert.deepEqual(open.send(datagram), []);
  }
  assert.equal(bench.dropped['wrong-mode'], 1 + Object.keys(DatagramType).length);
});

test('a sealed server without access keys to look in is a defect of its maker', () => {
  const bench = new SealedBench();
  assert.throws(
    () =>
      new ServerEndpoint({
        handler: new CountingHandler(),
        sink: bench,
        random: bench.random.source,
        mode: 'sealed',
      }),
    /access/,
  );
});

test('unknown key and bad tag are one: the same REJECT, and as much work', () => {
  const work: string[] = [];
  const boxes = tweetnaclSealCrypto();
  const bench = new SealedBench(
    {},
    {
      crypto: {
        hmacSha512: (key, data) => {
          work.push(`hmac ${key.length} ${data.length}`);
          return tweetnaclCrypto.hmacSha512(key, data);
        },
        sha512: (data) => {
          work.push(`hash ${data.length}`);
          return tweetnaclCrypto.sha512(data);
        },
      },
      sealCrypto: {
        ...boxes,
        open: (...box) => {
          work.push(`open ${box[5]}`);
          return boxes.open(...box);
        },
      },
    },
  );
  const peer = new SealedPeer(bench);
  const [challenge] = peer.send(peer.hello());
  const auth = peer.auth(challenge);
  const badTag = auth.slice();
  badTag[AuthAt.tag] ^= 1;
  const unknown = auth.slice();
  unknown[AuthAt.keyId] ^= 1;
  const works: string[][] = [];
  const answers = [badTag, unknown].map((forged) => {
    work.length = 0;
    const answer = peer.send(forged);
    works.push([...work]);
    return answer;
  });
  assert.deepEqual(works[0], works[1]);
  assert.ok(works[0].includes(`open ${DatagramBytes.AUTH - AuthAt.params}`));
  assert.deepEqual(answers[0], answers[1]);
  assert.equal(answers[0].length, 1);
  assert.equal(answers[0][0].length, DatagramBytes.REJECT);
  assert.equal(answers[0][0][RejectAt.reason], RejectReason.AUTH_FAILED);
  assert.equal(bench.dropped['auth-failed'], 2);
  assert.equal(bench.server.counters().sessions, 0);
  // A key that opens the box but that nobody has: the stand-in of the server would have to be guessed.
  bench.access.grants = [];
  assert.deepEqual(peer.send(auth), answers[0]);
});

test('every single flipped bit of AUTH: silence or AUTH_FAILED, and no session', () => {
  const bench = new SealedBench({
    auth: { perSecond: 1, burst: 20_000 },
    authPerKey: { perSecond: 1, burst: 20_000 },
  });
  const peer = new SealedPeer(bench);
  const [challenge] = peer.send(peer.hello());
  const auth = peer.auth(challenge);
  for (let bit = 0; bit < auth.length * 8; bit++) {
    // All of the clear part and of the tag; of the long box one bit per byte.
    if (bit >= AuthAt.params * 8 && bit % 8 !== (bit >> 3) % 8) continue;
    const forged = auth.slice();
    forged[bit >> 3] ^= 1 << (bit & 7);
    const answers = peer.send(forged);
    for (const answer of answers) {
      assert.equal(answer[1], DatagramType.REJECT, `bit ${bit}`);
      const { AUTH_FAILED, STALE_COOKIE } = RejectReason;
      assert.ok([AUTH_FAILED, STALE_COOKIE].includes(answer[RejectAt.reason] as never), `bit ${bit}`);
    }
    assert.ok(answers.length <= 1);
    assert.equal(bench.server.counters().sessions, 0, `bit ${bit}`);
  }
  assert.equal(peer.send(auth)[0][1], DatagramType.WELCOME, 'the AUTH itself is still good');
});

test('AUTH without, with another’s, with an expired cookie, and after a restart', () => {
  const bench = new SealedBench();
  const peer = new SealedPeer(bench);
  const [challenge] = peer.send(peer.hello());
  const auth = peer.auth(challenge);
  const without = peer.sealedAuth(challenge, (message) => message.fill(0, AuthAt.timestamp, AuthAt.keyId));
  assert.deepEqual(peer.send(without), []);
  assert.deepEqual(bench.deliver(auth, ELSEWHERE), [], 'another address');
  assert.deepEqual(new SealedBench().deliver(auth, AFAR), [], 'another server, or this one restarted');
  bench.nowMs += 12_000;
  const [reject] = peer.send(auth);
  assert.equal(reject.length, 16);
  assert.equal(reject[RejectAt.reason], RejectReason.STALE_COOKIE);
  assert.equal(bench.server.counters().sessions, 0);
});

test('reserved-bits: flags in AUTH are refused before its key is looked at', () => {
  const bench = new SealedBench();
  const peer = new SealedPeer(bench);
  const [challenge] = peer.send(peer.hello());
  const flagged = peer.sealedAuth(challenge, (auth) => {
    auth[AuthAt.flags] = 1;
  });
  assert.deepEqual(peer.send(flagged), []);
  assert.equal(bench.dropped['reserved-bits'], 1);
});

test('bad-params: sealed parameters that contradict themselves, and TLVs beyond their space', () => {
  const bench = new SealedBench();
  const peer = new SealedPeer(bench);
  const [challenge] = peer.send(peer.hello());
  const changes: ((auth: Uint8Array) => void)[] = [
    (auth) => auth.fill(0, AuthAt.params, AuthAt.params + 16),
    (auth) => auth.fill(0, AuthAt.params + 22, AuthAt.params + 24),
    (auth) => writeU32(auth, AuthAt.params + 28, 1),
    (auth) => auth.set([1, 0xff, 0xff], AuthAt.params + 44),
  ];
  for (const change of changes) assert.deepEqual(peer.send(peer.sealedAuth(challenge, change)), []);
  assert.equal(bench.dropped['bad-params'], changes.length);
});

test('AUTH captured and replayed, also after the session was evicted: the identical WELCOME, never a second session', () => {
  const bench = new SealedBench();
  const peer = new SealedPeer(bench);
  const [challenge] = peer.send(peer.hello());
  const auth = peer.auth(challenge);
  const [welcome] = peer.send(auth);
  assert.deepEqual(peer.send(auth), [welcome]);
  assert.equal(bench.server.counters().sessionsOpened, 1);
  peer.takeWelcome(auth, welcome);
  peer.say(frame(FrameType.CLOSE, u16(CloseCode.NORMAL)));
  assert.equal(bench.server.counters().sessions, 0);
  assert.deepEqual(peer.send(auth), [welcome]);
  assert.equal(bench.server.counters().sessions, 0);
  assert.equal(bench.server.counters().sessionsOpened, 1);
  bench.nowMs += 9000;
  assert.deepEqual(peer.send(auth), [welcome], 'as long as its cookie lives');
  assert.deepEqual(bench.deliver(auth, ELSEWHERE), []);
  bench.nowMs += 2000;
  assert.equal(peer.send(auth)[0][RejectAt.reason], RejectReason.STALE_COOKIE);
  assert.equal(bench.server.counters().sessionsOpened, 1);
});

test('keys are fresh for every handshake: no two WELCOMEs have the same ephemeral key', () => {
  const bench = new SealedBench();
  const keys = new Set<string>();
  for (let port = 1; port <= 20; port++) {
    const peer = new SealedPeer(bench, ipv4(203, 0, 113, 5, port));
    peer.connect();
    keys.add(peer.welcome.subarray(WelcomeAt.ephemeralKey, WelcomeAt.tag).join());
  }
  assert.equal(keys.size, 20);
});

/** The points of order 1, 2, 4 and 8 on curve and twist, canonical and not (RFC 7748, section 7). */
const LOW_ORDER_POINTS = [
  '00'.repeat(32),
  `01${'00'.repeat(31)}`,
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  `ec${'ff'.repeat(30)}7f`,
  `ed${'ff'.repeat(30)}7f`,
  `ee${'ff'.repeat(30)}7f`,
];

for (const point of LOW_ORDER_POINTS) {
  test(`low-order-point: no session with the ephemeral key ${point.slice(0, 8)}…`, () => {
    const bench = new SealedBench();
    const peer = new SealedPeer(bench);
    const [challenge] = peer.send(peer.hello());
    const auth = peer.sealedAuth(challenge, (message) =>
      message.set(Buffer.from(point, 'hex'), AuthAt.ephemeralKey),
    );
    assert.deepEqual(peer.send(auth), []);
    assert.equal(bench.dropped['low-order-point'], 1);
    const { sessions, clientRecords } = bench.server.counters();
    assert.deepEqual([sessions, clientRecords], [0, 0]);
  });
}

test('bad-tag: every flipped bit of a datagram is dropped without an answer and the window does not move', () => {
  const bench = new SealedBench({ noSession: { perSecond: 0, burst: 0 } });
  const peer = new SealedPeer(bench);
  peer.connect();
  const good = peer.datagramOf(7, request(1));
  for (let bit = 0; bit < good.length * 8; bit++) {
    const forged = good.slice();
    forged[bit >> 3] ^= 1 << (bit & 7);
    const before = total(bench);
    assert.deepEqual(peer.send(forged), [], `bit ${bit}`);
    assert.equal(total(bench), before + 1, `bit ${bit}`);
  }
  assert.equal(bench.handler.executions, 0);
  assert.equal(bench.server.counters().sessions, 1, 'the session stays up');
  assert.equal(peer.send(peer.datagramOf(0, frame(FrameType.PING, u32(1), u32(1)))).length, 1);
  assert.equal(peer.send(good).length, 1);
});

test('every truncation of a datagram is dropped, and so is one byte more', () => {
  const bench = new SealedBench();
  const peer = new SealedPeer(bench);
  peer.connect();
  const good = peer.datagramOf(0, request(1));
  for (let length = 0; length < good.length; length++) {
    assert.deepEqual(peer.send(good.subarray(0, length)), [], `${length} bytes`);
  }
  assert.deepEqual(peer.send(new Uint8Array([...good, 0])), []);
  assert.equal(bench.dropped['bad-length'] + bench.dropped['too-short'], 28);
  assert.equal(bench.dropped['bad-tag'], good.length - 28 + 1);
});

test('DATA of session A under sid B, and what the server sent reflected to it', () => {
  const bench = new SealedBench();
  const a = new SealedPeer(bench);
  a.connect();
  const b = new SealedPeer(bench, a.address);
  b.connect();
  const plaintext = request(1);
  assert.deepEqual(bench.deliver(a.sealed(0, plaintext, b.sid), a.address), []);
  const ofA = a.sealed(0, plaintext);
  writeU32(ofA, 2, b.sid);
  assert.deepEqual(bench.deliver(ofA, a.address), []);
  assert.deepEqual(bench.deliver(a.sealed(0, plaintext, a.sid, a.keys.toClient), a.address), []);
  assert.equal(bench.dropped['bad-tag'], 3);
  const [pong] = a.send(a.datagram(frame(FrameType.PING, u32(1), u32(1))));
  assert.deepEqual(a.send(pong), [], 'a type that no server receives');
  const reflected = pong.slice();
  reflected[1] = DatagramType.DATA_TO_SERVER;
  writeU48(reflected, 6, 99);
  assert.deepEqual(a.send(reflected), []);
  assert.equal(bench.dropped['bad-tag'], 4);
  assert.equal(bench.handler.executions, 0);
});

test('a datagram replayed, delayed and reordered by 2016 and beyond is executed once', () => {
  const bench = new SealedBench();
  const peer = new SealedPeer(bench);
  peer.connect();
  const oldest = peer.datagramOf(0, request(1));
  const edge = peer.datagramOf(1, request(2));
  assert.equal(peer.send(peer.datagramOf(2016, request(3))).length, 1);
  assert.deepEqual(peer.send(oldest), []);
  assert.equal(bench.dropped['too-old'], 1);
  assert.equal(peer.send(edge).length, 1);
  assert.deepEqual(peer.send(edge), []);
  assert.equal(bench.dropped['replayed'], 1);
  assert.equal(bench.handler.executions, 2);
});

test('a forged datagram far ahead does not push good ones out of the window', () => {
  const bench = new SealedBench();
  const peer = new SealedPeer(bench);
  peer.connect();
  const forged = peer.datagramOf(1_000_000, request(1));
  forged[forged.length - 1] ^= 1;
  peer.send(forged);
  assert.equal(peer.send(peer.datagramOf(0, request(1))).length, 1);
});

test('counters at 2^40 and sessions at two hours are refused with CLOSE(AGE)', () => {
  const bench = new SealedBench();
  const peer = new SealedPeer(bench);
  peer.connect();
  assert.equal(peer.send(peer.datagramOf(2 ** 40 - 1, request(1))).length, 1);
  const [close] = peer
    .send(peer.datagramOf(2 ** 40, request(2)))
    .flatMap((datagram) => peer.opened(datagram));
  assert.equal(close.type, FrameType.CLOSE);
  assert.equal(close.body[0], CloseCode.AGE);
  const old = new SealedPeer(bench);
  old.connect();
  old.say(request(1));
  // No tick came: the timer has not had its turn.
  bench.nowMs += 7_200_000;
  const [aged] = old.say(request(2));
  assert.equal(aged.body[0], CloseCode.AGE);
  assert.equal(bench.handler.executions, 2);
});

test('NO_SESSION answers only what is at least 28 bytes long', () => {
  const bench = new SealedBench();
  const peer = new SealedPeer(bench);
  peer.connect();
  const strange = peer.sealed(0, new Uint8Array(0), 0x00123456);
  assert.equal(strange.length, 28);
  const [hint] = peer.send(strange);
  assert.equal(hint.length, 12);
  assert.equal(hint[1], DatagramType.NO_SESSION);
  assert.deepEqual(peer.send(strange.subarray(0, 27)), []);
});

test('key-rate: AUTHs with one key are limited over all sources, those with another key are not', () => {
  const bench = new SealedBench({ authPerKey: { perSecond: 20, burst: 3 } });
  const other = Uint8Array.from({ length: 32 }, () => 9);
  bench.access.grants.push(grantOf(other));
  for (let host = 1; host <= 3; host++) new SealedPeer(bench, ipv4(203, 0, 113, host, 1)).connect();
  const late = new SealedPeer(bench, ipv4(203, 0, 113, 4, 1));
  const [challenge] = late.send(late.hello());
  const [reject] = late.send(late.auth(challenge));
  assert.equal(reject[RejectAt.reason], RejectReason.RATE_LIMITED);
  assert.equal(bench.dropped['key-rate'], 1);
  new SealedPeer(bench, ipv4(203, 0, 113, 5, 1), {}, other).connect();
  bench.nowMs += 50;
  assert.equal(late.send(late.auth(challenge))[0][1], DatagramType.WELCOME);
});

test('key-quota: sessions and client records of one key are bounded, those of another are not', () => {
  for (const limits of [{ sessionsPerKeyMax: 2 }, { clientRecordsPerKeyMax: 2 }]) {
    const bench = new SealedBench(limits);
    const other = Uint8Array.from({ length: 32 }, () => 9);
    bench.access.grants.push(grantOf(other));
    const first = new SealedPeer(bench, ipv4(203, 0, 113, 1, 1));
    first.connect();
    first.say(request(1));
    new SealedPeer(bench, ipv4(203, 0, 113, 2, 1)).connect();
    const third = new SealedPeer(bench, ipv4(203, 0, 113, 3, 1));
    const [challenge] = third.send(third.hello());
    const [reject] = third.send(third.auth(challenge));
    assert.equal(reject[RejectAt.reason], RejectReason.KEY_QUOTA);
    assert.equal(bench.dropped['key-quota'], 1);
    new SealedPeer(bench, ipv4(203, 0, 113, 4, 1), {}, other).connect();
    first.say(frame(FrameType.CLOSE, u16(CloseCode.NORMAL)));
    third.connect();
    assert.equal(bench.server.counters().sessions, 3);
  }
});

test('a full table of records of one key gives way to a newcomer once one has been silent for long', () => {
  const bench = new SealedBench({ clientRecordsPerKeyMax: 1, clientRecordSilentMs: 1000 });
  const first = new SealedPeer(bench);
  first.connect();
  first.say(request(1));
  bench.nowMs += 1000;
  new SealedPeer(bench, ELSEWHERE).connect();
  const { sessions, clientRecords } = bench.server.counters();
  assert.deepEqual([sessions, clientRecords], [1, 1]);
});

test('reassembly is bounded per key; another key still sends large messages', () => {
  const bench = new SealedBench({ reassemblyBytesPerKey: 3000 });
  const other = Uint8Array.from({ length: 32 }, () => 9);
  bench.access.grants.push(grantOf(other));
  const piece = (rid: number, index: number) =>
    frame(FrameType.REQ_FRAG, u32(rid), 0, 0, u32(1152 * 3), u16(index), new Uint8Array(1152).fill(73));
  const one = new SealedPeer(bench, ipv4(203, 0, 113, 1, 1));
  const two = new SealedPeer(bench, ipv4(203, 0, 113, 2, 1));
  const three = new SealedPeer(bench, ipv4(203, 0, 113, 3, 1), {}, other);
  for (const peer of [one, two, three]) peer.connect();
  one.say(piece(1, 0));
  two.say(piece(1, 0));
  const refused = one.say(piece(1, 1));
  assert.ok(refused.some(({ type }) => type === FrameType.RSP));
  assert.ok(!three.say(piece(1, 0)).some(({ type }) => type === FrameType.RSP));
  assert.equal(bench.server.counters().reassemblyBytes, 2 * 1152);
});

test('two keys with the same client id are two clients', () => {
  const bench = new SealedBench();
  const other = Uint8Array.from({ length: 32 }, () => 9);
  bench.access.grants.push(grantOf(other));
  const one = new SealedPeer(bench);
  one.connect();
  one.say(request(1));
  const two = new SealedPeer(bench, ELSEWHERE, { clientId: one.params.clientId }, other);
  two.connect();
  two.say(request(1));
  assert.equal(bench.handler.executions, 2, 'no stored reply of the other');
  assert.equal(bench.server.counters().clientRecords, 2);
});

test('a key that is revoked: its sessions are closed at once, those of others stay', () => {
  const bench = new SealedBench();
  const other = Uint8Array.from({ length: 32 }, () => 9);
  bench.access.grants.push(grantOf(other));
  const doomed = new SealedPeer(bench);
  doomed.connect();
  doomed.say(request(1));
  const spared = new SealedPeer(bench, ELSEWHERE, {}, other);
  spared.connect();
  spared.say(request(1));
  const [grant] = bench.access.grants.splice(0, 1);
  bench.out = [];
  bench.server.revoke(grant.keyId, bench.nowMs);
  assert.equal(bench.out.length, 1);
  const [close] = doomed.opened(bench.out[0]);
  assert.equal(close.type, FrameType.CLOSE);
  assert.equal(close.body[0], CloseCode.KEY_REVOKED);
  const { sessions, clientRecords } = bench.server.counters();
  assert.deepEqual([sessions, clientRecords], [1, 1]);
  assert.equal(spared.say(request(2)).length, 1);
  const [challenge] = doomed.send(doomed.hello());
  assert.equal(doomed.send(doomed.auth(challenge))[0][RejectAt.reason], RejectReason.AUTH_FAILED);
});

test('roaming: a new address gets one challenge, no more bytes than it sent, and the session once it answered', () => {
  const bench = new SealedBench();
  const peer = new SealedPeer(bench);
  peer.connect();
  peer.say(request(1));
  const moved = peer.datagram(request(2), frame(FrameType.PING, u32(1), u32(7)));
  const answers = bench.deliver(moved, ELSEWHERE);
  const to = bench.outTo.map((address) => (address.join() === ELSEWHERE.join() ? 'new' : 'old'));
  assert.deepEqual(to, ['old', 'new'], 'the reply goes where the session is');
  const [challenge] = peer.opened(answers[1]);
  assert.equal(challenge.type, FrameType.PATH_CHALLENGE);
  assert.ok(answers[1].length <= moved.length);
  // Answered from elsewhere, or wrongly: nothing moves.
  bench.deliver(peer.datagram(frame(FrameType.PATH_RESPONSE, new Uint8Array(8))), ELSEWHERE);
  bench.deliver(peer.datagram(frame(FrameType.PATH_RESPONSE, challenge.body)), AFAR);
  assert.equal(bench.server.counters().pathsMoved, 0);
  bench.deliver(peer.datagram(frame(FrameType.PATH_RESPONSE, challenge.body)), ELSEWHERE);
  assert.equal(bench.server.counters().pathsMoved, 1);
  bench.deliver(peer.datagram(request(3)), ELSEWHERE);
  assert.deepEqual(bench.outTo, [ELSEWHERE]);
});

test('roaming: a path that never answers gets no more bytes than came from it, however many replays', () => {
  const bench = new SealedBench();
  const peer = new SealedPeer(bench);
  peer.connect();
  let bytesIn = 0;
  let bytesOut = 0;
  for (let i = 0; i < 500; i++) {
    const datagram = peer.datagram(frame(0x80, new Uint8Array(i % 40)));
    bytesIn += datagram.length;
    bench.deliver(datagram, ELSEWHERE);
    bench.deliver(datagram, ELSEWHERE);
    for (const [at, out] of bench.out.entries())
      if (bench.outTo[at].join() === ELSEWHERE.join()) bytesOut += out.length;
    bench.nowMs += 7;
  }
  assert.ok(bytesOut <= bytesIn, `${bytesOut} of ${bytesIn}`);
  assert.equal(bench.server.counters().pathsMoved, 0);
});

test('roaming: an old datagram delivered from elsewhere makes no candidate', () => {
  const bench = new SealedBench();
  const peer = new SealedPeer(bench);
  peer.connect();
  const late = peer.datagram(frame(FrameType.PING, u32(1), u32(1)));
  peer.say(request(1));
  bench.deliver(late, ELSEWHERE);
  assert.ok(bench.outTo.every((address) => address.join() === AFAR.join()));
});

test('other-address: a session with large datagrams does not leave loopback', () => {
  const bench = new SealedBench();
  const peer = new SealedPeer(bench, ipv4(127, 0, 0, 1, 9), { maxDatagram: 9000 });
  peer.connect();
  assert.deepEqual(bench.deliver(peer.datagram(request(1)), ELSEWHERE), []);
  assert.equal(bench.dropped['other-address'], 1);
});

test('sids carry the number of their worker in their top bits', () => {
  const bench = new SealedBench({}, { worker: 63 });
  const peer = new SealedPeer(bench);
  peer.connect();
  assert.equal(peer.sid >>> 26, 63);
  assert.throws(() => new SealedBench({}, { worker: 64 }), RangeError);
});

test.run();
