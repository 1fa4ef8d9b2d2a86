/** What the server does with datagrams of every kind before and inside a session: drop reasons, limits, hints. */

import assert from 'node:assert/strict';
import {
  AuthAt,
  CloseCode,
  DatagramBytes,
  FrameType,
  HelloAt,
  OpenDatagramType,
  RejectAt,
  RejectReason,
  Status,
} from '@anoadb/protocol';
import { freshSeed, SeededRandom } from '@anoadb/testkit';
import { test } from 'uvu';
import type { DropReason } from '../src/drop-reasons.js';
import { RequestKind } from '../src/index.js';
import { readU16, readU32 } from '../src/little-endian.js';
import { REPLAY_WINDOW } from '../src/replay-window.js';
import { Bench, frame, framesOf, RawPeer, u16, u32 } from './raw-peer.js';
import { ipv4, numberOf, op } from './two-parties.js';

const SEED = freshSeed();
const AFAR = ipv4(203, 0, 113, 5, 1234);

function req(rid: number, delta: number, flags: number, ops: Uint8Array): Uint8Array {
  return frame(FrameType.REQ, u32(rid), delta, flags, ops);
}

/** A fresh server, one datagram, silence, and one counter. */
function drops(
  reason: DropReason,
  name: string,
  datagram: (peer: RawPeer, bench: Bench) => Uint8Array,
  answers = 0,
): void {
  test(`${reason}: ${name}`, () => {
    const bench = new Bench();
    const peer = new RawPeer(bench);
    const bytes = datagram(peer, bench);
    const before = bench.dropped[reason];
    assert.equal(peer.send(bytes).length, answers);
    assert.equal(bench.dropped[reason], before + 1);
  });
}

function changed(bytes: Uint8Array, at: number, value: number): Uint8Array {
  const copy = bytes.slice();
  copy[at] = value;
  return copy;
}

function connected(peer: RawPeer): RawPeer {
  peer.connect();
  return peer;
}

drops('too-short', 'nothing', () => new Uint8Array(0));
drops('too-short', 'one byte', () => Uint8Array.of(0xa1));
drops('bad-magic', 'another first nibble', (peer) => changed(peer.hello(), 0, 0xb1));
drops('bad-version', 'another second nibble', (peer) => changed(peer.hello(), 0, 0xa2));
drops('wrong-mode', 'a sealed HELLO', (peer) => changed(peer.hello(), 1, 0x01));
drops('wrong-mode', 'sealed DATA', (peer) => changed(connected(peer).datagram(), 1, 0x10));
drops('unknown-type', 'a type nobody has', (peer) => changed(peer.hello(), 1, 0x2f));
drops('unknown-type', 'what only a client receives', () => {
  const challenge = new Uint8Array(32);
  challenge.set([0xa1, OpenDatagramType.CHALLENGE]);
  return challenge;
});
drops('bad-length', 'a HELLO one byte short', (peer) => peer.hello().subarray(0, 127));
drops('bad-length', 'a HELLO one byte long', (peer) => Uint8Array.from([...peer.hello(), 0]));
drops('bad-length', 'DATA without a whole header', (peer) => connected(peer).datagram().subarray(0, 11));
drops('bad-length', 'DATA above what was agreed', (peer) => connected(peer).datagram(new Uint8Array(1189)));
drops('reserved-bits', 'in HELLO', (peer) => changed(peer.hello(), HelloAt.zero + 115, 1));
drops('reserved-bits', 'flags of AUTH', (peer) =>
  changed(peer.auth(peer.send(peer.hello())[0]), AuthAt.flags, 1),
);
drops('reserved-bits', 'a key id in open mode', (peer) =>
  changed(peer.auth(peer.send(peer.hello())[0]), AuthAt.keyId, 1),
);
drops('bad-cookie', 'AUTH without a HELLO', (peer) => peer.auth(new Uint8Array(32)));
drops('bad-cookie', 'a cookie with one bit flipped', (peer) => {
  const auth = peer.auth(peer.send(peer.hello())[0]);
  auth[AuthAt.cookieMac + 15] ^= 0x80;
  return auth;
});
drops('bad-cookie', "another address's cookie", (_peer, bench) => {
  const other = new RawPeer(bench, AFAR);
  return other.auth(other.send(other.hello())[0]);
});
drops(
  'stale-cookie',
  'after 11 seconds, answered by REJECT',
  (peer, bench) => {
    const auth = peer.auth(peer.send(peer.hello())[0]);
    bench.nowMs += 11_000;
    return auth;
  },
  1,
);
drops('bad-params', 'no client id', (peer) => {
  peer.params.clientId = new Uint8Array(16);
  return peer.auth(peer.send(peer.hello())[0]);
});
drops('bad-params', 'datagrams below 1200', (peer) => {
  peer.params.maxDatagram = 1199;
  return peer.auth(peer.send(peer.hello())[0]);
});
drops('bad-params', 'no window', (peer) => {
  peer.params.window = 0;
  return peer.auth(peer.send(peer.hello())[0]);
});
drops('bad-params', 'a TLV that ends beyond its space', (peer) => {
  const auth = peer.auth(peer.send(peer.hello())[0]);
  auth.set([7, 0xff, 0xff], AuthAt.params + 44);
  return auth;
});
drops('bad-params', 'something after the last TLV', (peer) => {
  const auth = peer.auth(peer.send(peer.hello())[0]);
  auth.set([7, 2, 0, 1, 1, 0, 1], AuthAt.params + 44);
  return auth;
});
drops('unknown-session', 'too short for a hint', (peer) => peer.datagram(new Uint8Array(15)));
drops('unknown-session', 'answered by a hint', (peer) => peer.datagram(new Uint8Array(16)), 1);
drops('replayed', 'the same datagram again', (peer) => {
  const datagram = connected(peer).datagram();
  peer.send(datagram);
  return datagram;
});
drops('too-old', 'below the window', (peer) => {
  connected(peer).send(peer.datagramOf(REPLAY_WINDOW));
  return peer.datagramOf(0);
});
drops('other-address', 'a live sid from elsewhere', (_peer, bench) => {
  const live = new RawPeer(bench, AFAR);
  live.connect();
  return live.datagram(req(1, 0, 0, op('I', 1)));
});
drops('bad-frame', 'a length beyond the datagram', (peer) =>
  connected(peer).datagram(Uint8Array.of(FrameType.PING, 9, 0)),
);
drops('bad-frame', 'no room for a length', (peer) =>
  connected(peer).datagram(Uint8Array.of(FrameType.PING, 9)),
);
drops('bad-frame', 'a body too short for its type', (peer) =>
  connected(peer).datagram(frame(FrameType.PING, 1, 2, 3)),
);
drops('bad-fragment', 'an index beyond the total', (peer) =>
  connected(peer).datagram(frame(FrameType.REQ_FRAG, u32(1), 0, 0, u32(10), u16(1), 1)),
);
drops('bad-fragment', 'a total of nothing', (peer) =>
  connected(peer).datagram(frame(FrameType.REQ_FRAG, u32(1), 0, 0, u32(0), u16(0))),
);

test('hello-rate, auth-rate: beyond burst and rate a source is not served, others are', () => {
  const bench = new Bench({ hello: { perSecond: 10, burst: 3 }, auth: { perSecond: 10, burst: 2 } });
  const flood = new RawPeer(bench, AFAR);
  const authOf = () => flood.auth(flood.send(flood.hello())[0]);
  const auths = [authOf(), authOf(), authOf()];
  assert.equal(flood.send(flood.hello()).length, 0);
  assert.equal(bench.dropped['hello-rate'], 1);
  assert.equal(new RawPeer(bench, ipv4(203, 0, 113, 6, 1)).connect().length, 1200);
  bench.nowMs += 101;
  assert.equal(flood.send(flood.hello()).length, 1, 'a token came back');
  assert.equal(flood.send(auths[0])[0][1], OpenDatagramType.WELCOME);
  assert.equal(flood.send(auths[1])[0][1], OpenDatagramType.WELCOME);
  const [reject] = flood.send(auths[2]);
  assert.equal(reject[RejectAt.reason], RejectReason.RATE_LIMITED);
  assert.equal(reject.length, DatagramBytes.REJECT);
  assert.equal(bench.dropped['auth-rate'], 1);
});

test('hint-rate: NO_SESSION names sid and counter, once per second and peer, so often per second in all', () => {
  const bench = new Bench({
    noSession: { perSecond: 1, burst: 1 },
    noSessionTotal: { perSecond: 5, burst: 5 },
  });
  const peer = new RawPeer(bench, AFAR);
  peer.sid = 0x01020304;
  const datagram = peer.datagramOf(0x060504030201, new Uint8Array(16));
  const [hint] = peer.send(datagram);
  assert.equal(hint.length, DatagramBytes.NO_SESSION);
  assert.equal(readU32(hint, 2), 0x01020304);
  assert.deepEqual(hint.subarray(6), datagram.subarray(6, 12));
  assert.equal(peer.send(datagram).length, 0);
  assert.equal(bench.dropped['hint-rate'], 1);
  let hints = 0;
  for (let port = 1; port <= 100; port++) {
    hints += new RawPeer(bench, ipv4(203, 0, 113, 5, port)).send(datagram).length;
  }
  assert.equal(hints, 4);
  bench.nowMs += 1000;
  assert.equal(peer.send(datagram).length, 1);
});

test('server-full: sessions per source are bounded, but not those of loopback; REJECT says so', () => {
  const bench = new Bench({ sessionsPerSourceMax: 2 });
  for (let port = 1; port <= 2; port++) new RawPeer(bench, ipv4(203, 0, 113, 5, port)).connect();
  const third = new RawPeer(bench, ipv4(203, 0, 113, 5, 3));
  const [reject] = third.send(third.auth(third.send(third.hello())[0]));
  assert.equal(reject[RejectAt.reason], RejectReason.SERVER_FULL);
  assert.equal(bench.dropped['server-full'], 1);
  for (let port = 1; port <= 5; port++) new RawPeer(bench, ipv4(127, 0, 0, 1, port)).connect();
  assert.equal(bench.server.counters().sessions, 7);
});

test('client records are evicted only after a long silence; until then the newcomer is refused', () => {
  const bench = new Bench({ clientRecordsMax: 1, clientRecordSilentMs: 300_000 });
  const first = new RawPeer(bench);
  first.connect();
  first.say(req(1, 0, 0, op('I', 1)));
  bench.nowMs += 299_000;
  const second = new RawPeer(bench, ipv4(127, 0, 0, 1, 2));
  const [reject] = second.send(second.auth(second.send(second.hello())[0]));
  assert.equal(reject[RejectAt.reason], RejectReason.SERVER_FULL);
  bench.nowMs += 1000;
  second.connect();
  assert.equal(bench.server.counters().clientRecords, 1);
  assert.equal(bench.server.counters().sessions, 1);
  assert.equal(
    first.send(first.datagram(req(2, 0, 0, op('I', 1)), new Uint8Array(16)))[0][1],
    OpenDatagramType.NO_SESSION,
  );
});

test('a retransmitted AUTH gets the identical WELCOME and never a second session, also after that ended', () => {
  const bench = new Bench();
  const peer = new RawPeer(bench);
  const auth = peer.connect();
  assert.deepEqual(peer.send(auth), [peer.welcome]);
  assert.equal(bench.server.counters().sessionsOpened, 1);
  peer.say(frame(FrameType.CLOSE, u16(CloseCode.NORMAL)));
  assert.equal(bench.server.counters().sessions, 0);
  bench.nowMs += 5000;
  assert.deepEqual(peer.send(auth), [peer.welcome]);
  assert.equal(bench.server.counters().sessionsOpened, 1);
  bench.nowMs += 60_000;
  assert.equal(peer.send(auth)[0][RejectAt.reason], RejectReason.STALE_COOKIE);
});

test('a table full of recent AUTHs refuses new ones instead of forgetting old ones', () => {
  const bench = new Bench({ seenAuthMax: 1 });
  new RawPeer(bench).connect();
  const second = new RawPeer(bench, AFAR);
  assert.equal(
    second.send(second.auth(second.send(second.hello())[0]))[0][RejectAt.reason],
    RejectReason.SERVER_FULL,
  );
  bench.nowMs += 20_000;
  second.connect();
});

test('cookies outlive one rotation of their key, not their ten seconds', () => {
  const bench = new Bench();
  const peer = new RawPeer(bench);
  new RawPeer(bench).connect();
  bench.nowMs += 115_000;
  const auth = peer.auth(peer.send(peer.hello())[0]);
  bench.nowMs += 9000; // the key was made at 1 s: it rotates in between
  new RawPeer(bench, AFAR).connect();
  assert.equal(peer.send(auth)[0][1], OpenDatagramType.WELCOME);
});

test('a HELLO for other versions is answered VERSIONS, shorter than itself', () => {
  const bench = new Bench();
  const peer = new RawPeer(bench);
  for (const [min, max] of [
    [2, 9],
    [0, 0],
  ]) {
    const hello = peer.hello();
    hello[HelloAt.versionMin] = min;
    hello[HelloAt.versionMax] = max;
    const [versions] = peer.send(hello);
    assert.equal(versions[1], OpenDatagramType.VERSIONS);
    assert.equal(versions.length, 16);
    assert.deepEqual([...versions.subarray(2, 4)], [1, 1]);
  }
});

test('larger datagrams are agreed with a loopback peer only', () => {
  const bench = new Bench();
  const near = new RawPeer(bench, ipv4(127, 1, 2, 3, 1), { maxDatagram: 9000 });
  near.connect();
  assert.equal(near.maxDatagram, 9000);
  const afar = new RawPeer(bench, AFAR, { maxDatagram: 9000 });
  afar.connect();
  assert.equal(afar.maxDatagram, 1200);
  const six = new Uint8Array(18);
  six[15] = 1;
  const near6 = new RawPeer(bench, six, { maxDatagram: 65_535 });
  near6.connect();
  assert.equal(near6.maxDatagram, 16_384);
});

test('a client that comes back is RESUMED, its newer session becomes current with its first DATA', () => {
  const bench = new Bench();
  const first = new RawPeer(bench);
  first.connect();
  assert.equal(first.dedup, 0);
  first.say(req(1, 0, 0, op('I', 1)));
  const second = new RawPeer(bench, ipv4(127, 0, 0, 1, 2), { ...first.params, ...first.session });
  second.connect();
  assert.equal(second.dedup, 1);
  bench.nowMs += 10_000;
  bench.tick();
  assert.equal(numberOf(first.say(req(2, 1, 0, op('I', 1)))[0].body.subarray(6)), 2, 'not superseded yet');
  const [again] = second.say(req(1, 0, 1, op('I', 1)));
  assert.deepEqual([...again.body.subarray(4, 6)], [0x11, 0], 'from the cache');
  assert.equal(numberOf(again.body.subarray(6)), 1);
  assert.equal(first.say(req(3, 2, 0, op('I', 1))).length, 1, 'still received for a while');
  bench.nowMs += 3000;
  bench.tick();
  assert.equal(bench.server.counters().sessions, 1);
  assert.equal(bench.handler.counts.get(1), 3);
});

test('a record that does not reach back to the last session of its client is FRESH', () => {
  // After a restart, a first handshake makes the record and its WELCOME is lost: the second must not be
  // told RESUMED, or writes that the old server executed would run again.
  const bench = new Bench();
  const old = new RawPeer(new Bench());
  old.connect();
  const lost = new RawPeer(bench, old.address, { ...old.params, ...old.session });
  lost.connect();
  assert.equal(lost.dedup, 0);
  const again = new RawPeer(bench, old.address, { ...old.params, ...old.session });
  again.connect();
  assert.equal(again.dedup, 0);
  const sameSid = new RawPeer(bench, old.address, {
    ...again.params,
    ...again.session,
    previousEpoch: old.session.previousEpoch,
  });
  sameSid.connect();
  assert.equal(sameSid.dedup, 0);
  const resumed = new RawPeer(bench, old.address, { ...again.params, ...again.session });
  resumed.connect();
  assert.equal(resumed.dedup, 1);
  for (let i = 0; i < 16; i++) new RawPeer(bench, old.address, again.params).connect();
  const forgotten = new RawPeer(bench, old.address, { ...again.params, ...again.session });
  forgotten.connect();
  assert.equal(forgotten.dedup, 0);
});

test('a client that tries again without a word of DATA makes room for itself', () => {
  const bench = new Bench({ sessionsMax: 1 });
  const peer = new RawPeer(bench);
  peer.connect();
  peer.connect();
  assert.equal(bench.server.counters().sessions, 1);
  assert.equal(bench.server.counters().sessionsOpened, 2);
});

test('section 6: each of the seven steps', () => {
  const bench = new Bench();
  const peer = new RawPeer(bench);
  peer.connect();
  const statusOf = (...frames: Uint8Array[]) => peer.say(...frames)[0].body[5];
  assert.equal(statusOf(req(0, 0, 0, op('I', 1))), Status.MALFORMED);
  assert.equal(statusOf(req(5, 5, 0, op('I', 1))), Status.MALFORMED, 'a floor of 0');
  assert.equal(statusOf(req(5, 2, 0, op('I', 1))), Status.OK);
  assert.equal(statusOf(req(2, 0, 0, op('I', 1))), Status.STALE_RID);
  assert.equal(statusOf(req(131, 128, 0, op('I', 1))), Status.WINDOW_EXCEEDED);
  assert.equal(statusOf(req(130, 127, 0, op('I', 1))), Status.OK);
  assert.equal(statusOf(req(5, 2, 1, op('I', 2))), Status.RID_REUSED);
  assert.equal(statusOf(req(5, 2, 0x11, op('I', 1))), Status.RID_REUSED, 'atomic is part of the body');
  const [stored] = peer.say(req(5, 2, 3, op('I', 1)));
  assert.deepEqual([...stored.body.subarray(4, 6)], [0x13, Status.OK]);
  assert.equal(bench.handler.counts.get(1), 2);
  peer.say(req(6, 0, 0, op('i', 1)));
  assert.deepEqual(peer.say(req(6, 0, 2, op('i', 1))), [
    { type: FrameType.WORKING, body: Uint8Array.of(6, 0, 0, 0, 2) },
  ]);
  peer.say(req(7, 0, 0, op('R', 1, 4)));
  peer.say(req(7, 0, 1, op('R', 1, 4)));
  assert.equal(bench.handler.executions, 4, 'reads are executed again');
  assert.equal(statusOf(frame(FrameType.REQ, u32(8), 0)), Status.MALFORMED);
  assert.equal(statusOf(frame(FrameType.REQ, u32(8), 0, 0)), Status.MALFORMED, 'no ops');
});

test('a lying floor harms only the liar: what it gave up may run again for it alone', () => {
  const bench = new Bench();
  const liar = new RawPeer(bench);
  const honest = new RawPeer(bench, ipv4(127, 0, 0, 1, 2));
  liar.connect();
  honest.connect();
  honest.say(req(1, 0, 0, op('I', 1)));
  liar.say(req(0xffff_ffff, 0, 0, op('I', 2)));
  assert.equal(liar.say(req(1, 0, 0, op('I', 2)))[0].body[5], Status.STALE_RID);
  liar.say(frame(FrameType.PING, u32(0xffff_ffff), u32(1)));
  assert.equal(honest.say(req(1, 0, 1, op('I', 1)))[0].body[4] & 0x10, 0x10);
  assert.equal(bench.handler.counts.get(1), 1);
});

test('PING is answered and frees replies below its floor; PATH_CHALLENGE is answered', () => {
  const bench = new Bench();
  const peer = new RawPeer(bench);
  peer.connect();
  peer.say(req(1, 0, 0, op('I', 1)));
  assert.ok(bench.server.counters().replyCacheBytes > 0);
  const frames = peer.say(
    frame(FrameType.PING, u32(2), u32(77)),
    frame(FrameType.PATH_CHALLENGE, 1, 2, 3, 4, 5, 6, 7, 8),
    frame(FrameType.PONG, u32(1)),
    frame(FrameType.PATH_RESPONSE, 1, 2, 3, 4, 5, 6, 7, 8),
  );
  assert.deepEqual(frames, [
    { type: FrameType.PONG, body: u32(77) },
    { type: FrameType.PATH_RESPONSE, body: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8) },
  ]);
  assert.equal(bench.server.counters().replyCacheBytes, 0);
});

test('unknown frames end the session below 0x80 and are skipped from there on', () => {
  for (const type of [0x07, 0x0d, 0x0e, 0x7f, FrameType.RSP, FrameType.RSP_FRAG, FrameType.WORKING]) {
    const bench = new Bench();
    const peer = new RawPeer(bench);
    peer.connect();
    const [close] = peer.say(frame(0x80, 1, 2, 3), frame(type, new Uint8Array(32)), req(1, 0, 0, op('I', 1)));
    assert.equal(close.type, FrameType.CLOSE);
    assert.equal(readU16(close.body, 0), CloseCode.UNSUPPORTED_FRAME);
    assert.equal(bench.handler.executions, 0);
    assert.equal(bench.server.counters().sessions, 0);
  }
});

test('padding ends a datagram, also where frames seem to follow', () => {
  const bench = new Bench();
  const peer = new RawPeer(bench);
  peer.connect();
  peer.say(req(1, 0, 0, op('I', 1)), Uint8Array.of(0), req(2, 0, 0, op('I', 1)));
  assert.equal(bench.handler.executions, 1);
});

test('no datagram of the server is shorter than 28 bytes inside a session', () => {
  const bench = new Bench();
  const peer = new RawPeer(bench);
  peer.connect();
  const [datagram] = peer.send(peer.datagram(frame(FrameType.PING, u32(1), u32(1))));
  assert.equal(datagram.length, 28);
  assert.equal(framesOf(datagram).length, 1);
});

test('a lying total allocates nothing: too large is refused, large costs what arrived', () => {
  const bench = new Bench();
  const peer = new RawPeer(bench);
  peer.connect();
  const fragment = (rid: number, total: number, index: number) =>
    frame(FrameType.REQ_FRAG, u32(rid), 0, 0, u32(total), u16(index), new Uint8Array(1152));
  assert.equal(peer.say(fragment(1, 0xffff_ffff, 0))[0].body[5], Status.MESSAGE_TOO_LARGE);
  assert.equal(bench.server.counters().reassemblyBytes, 0);
  for (let rid = 1; rid <= 3; rid++) peer.say(fragment(rid, 1_000_000, 800));
  assert.equal(bench.server.counters().reassemblyBytes, 3 * 1152);
  peer.say(fragment(4, 1_000_000, 800));
  assert.equal(peer.say(fragment(5, 1_000_000, 800))[0].body[5], Status.REASSEMBLY_LIMIT);
  bench.nowMs += 2000;
  bench.tick();
  assert.equal(bench.server.counters().reassemblyBytes, 0);
});

test('eight messages at once, the ninth is refused and the others are untouched', () => {
  const bench = new Bench();
  const peer = new RawPeer(bench);
  peer.connect();
  const ops = Uint8Array.from([...op('S', 1), ...new Uint8Array(1200)]);
  const fragment = (rid: number, index: number) =>
    frame(
      FrameType.REQ_FRAG,
      u32(rid),
      rid - 1,
      0,
      u32(ops.length),
      u16(index),
      ops.subarray(index * 1152, (index + 1) * 1152),
    );
  for (let rid = 1; rid <= 8; rid++) peer.say(fragment(rid, 0));
  assert.equal(peer.say(fragment(9, 0))[0].body[5], Status.REASSEMBLY_LIMIT);
  for (let rid = 1; rid <= 8; rid++) {
    const answer = peer.say(fragment(rid, 1)).find(({ type }) => type === FrameType.RSP)!;
    assert.equal(numberOf(answer.body.subarray(6)), 1200);
  }
});

test('fragments that disagree abort their message', () => {
  for (const [total, flags, length] of [
    [2001, 0, 1152],
    [2000, 0x10, 1152],
    [2000, 0, 1151],
  ]) {
    const bench = new Bench();
    const peer = new RawPeer(bench);
    peer.connect();
    peer.say(frame(FrameType.REQ_FRAG, u32(1), 0, 0, u32(2000), u16(1), new Uint8Array(848)));
    peer.say(frame(FrameType.REQ_FRAG, u32(1), 0, flags, u32(total), u16(0), new Uint8Array(length)));
    assert.equal(bench.dropped['bad-fragment'], 1);
    assert.equal(bench.server.counters().reassemblyBytes, 0);
    assert.equal(bench.handler.executions, 0);
  }
});

test('any fragment of a done request brings its stored reply back, and says that all arrived', () => {
  const bench = new Bench();
  const peer = new RawPeer(bench);
  peer.connect();
  const ops = Uint8Array.from([...op('S', 1), ...new Uint8Array(1200)]);
  const fragment = (index: number, attempt: number) =>
    frame(
      FrameType.REQ_FRAG,
      u32(1),
      0,
      attempt,
      u32(ops.length),
      u16(index),
      ops.subarray(index * 1152, (index + 1) * 1152),
    );
  peer.say(fragment(1, 0));
  peer.say(fragment(0, 0));
  const frames = peer.say(fragment(1, 2));
  assert.deepEqual(
    frames.map(({ type }) => type),
    [FrameType.RSP, FrameType.FRAG_ACK],
  );
  assert.equal(frames[0].body[4], 0x12);
  assert.equal(readU16(frames[1].body, 6), 2);
  assert.equal(bench.handler.executions, 1);
});

test('bytes out never exceed bytes in for an unproven address, whatever the input; nothing is thrown', () => {
  const random = new SeededRandom(SEED);
  const bench = new Bench();
  const live = new RawPeer(bench);
  const auth = live.connect();
  const samples = [
    live.hello(),
    auth,
    live.datagram(req(1, 0, 0, op('I', 1))),
    live.datagram(frame(FrameType.PING, u32(1), u32(2))),
  ];
  const sessions = bench.server.counters().sessions;
  for (let i = 0; i < 30_000; i++) {
    let datagram: Uint8Array;
    if (random.chance(0.3)) datagram = random.bytes(random.int(0, random.chance(0.1) ? 1500 : 140));
    else {
      datagram = random.pick(samples).slice();
      if (random.chance(0.3)) datagram = datagram.subarray(0, random.int(0, datagram.length));
      for (let flips = random.int(0, 4); flips > 0 && datagram.length > 0; flips--) {
        datagram[random.int(0, datagram.length - 1)] ^= 1 << random.int(0, 7);
      }
    }
    if (datagram.length > 1 && random.chance(0.5)) datagram[0] = 0xa1;
    if (datagram.length > 1 && random.chance(0.5)) datagram[1] = 0x20 + random.int(0, 0x1f);
    const from = ipv4(198, 51, random.int(0, 255), random.int(0, 255), random.int(1, 65_535));
    const sent = bench.deliver(datagram, from).reduce((sum, out) => sum + out.length, 0);
    assert.ok(
      sent <= datagram.length,
      `${sent} bytes for ${datagram.length} (repeat with ANOA_SEED=${SEED})`,
    );
    bench.nowMs += 0.5;
  }
  assert.equal(bench.server.counters().sessions, sessions);
  assert.equal(bench.handler.executions, 0);
});

test('every truncation and every bit flip of frames inside a session is refused or handled, never thrown', () => {
  const random = new SeededRandom(SEED);
  const bench = new Bench();
  const ops = op('R', 1, 100);
  const classify = bench.handler.classify.bind(bench.handler);
  bench.handler.classify = (bytes, start, end) =>
    'IRSG'.includes(String.fromCharCode(bytes[start])) ? classify(bytes, start, end) : RequestKind.MALFORMED;
  const plain = [
    req(3, 1, 0x11, op('I', 1)),
    frame(FrameType.REQ_FRAG, u32(4), 2, 0, u32(2000), u16(0), new Uint8Array(1152).fill(82)),
    frame(FrameType.FRAG_ACK, u32(3), 1, 0, u16(3), new Uint8Array(8), u32(9)),
    frame(FrameType.PING, u32(2), u32(3)),
    frame(FrameType.PATH_CHALLENGE, new Uint8Array(8)),
    frame(FrameType.CLOSE, u16(0), 65, 66),
    req(5, 1, 0, ops),
    frame(FrameType.REQ, u32(6), 1, 0, op('R', 2, 9000)),
  ];
  let peer = new RawPeer(bench);
  peer.connect();
  const deliver = (body: Uint8Array) => {
    peer.send(peer.datagram(body));
    bench.nowMs += 1;
    bench.tick();
    if (bench.server.counters().sessions === 0) {
      peer = new RawPeer(bench);
      peer.connect();
    }
  };
  for (const body of plain) {
    for (let length = 0; length <= Math.min(body.length, 64); length++) deliver(body.subarray(0, length));
    for (let bit = 0; bit < Math.min(body.length, 40) * 8; bit++) {
      const copy = body.slice();
      copy[bit >> 3] ^= 1 << (bit & 7);
      deliver(copy);
    }
  }
  for (let i = 0; i < 5000; i++) {
    const parts = Array.from({ length: random.int(1, 4) }, () => random.pick(plain));
    const body = Uint8Array.from(parts.flatMap((part) => [...part.subarray(0, 60)])).subarray(0, 1100);
    for (let flips = random.int(0, 6); flips > 0; flips--)
      body[random.int(0, body.length - 1)] = random.int(0, 255);
    deliver(body);
  }
  assert.equal(bench.server.counters().defects, 0);
});

test('counters are exact up to 2^40, where a session ends with AGE', () => {
  const bench = new Bench();
  const peer = new RawPeer(bench);
  peer.connect();
  const ping = frame(FrameType.PING, u32(1), u32(1));
  for (const counter of [2 ** 40 - 2, 2 ** 40 - 1]) {
    assert.equal(peer.send(peer.datagramOf(counter, ping)).length, 1);
    assert.equal(peer.send(peer.datagramOf(counter, ping)).length, 0);
  }
  assert.equal(bench.dropped['replayed'], 2);
  const [close] = peer.send(peer.datagramOf(2 ** 40, ping)).flatMap(framesOf);
  assert.equal(readU16(close.body, 0), CloseCode.AGE);
  assert.equal(bench.server.counters().sessions, 0);
});

test('close says SHUTDOWN to every session', () => {
  const bench = new Bench();
  const peers = [1, 2, 3].map((port) => new RawPeer(bench, ipv4(127, 0, 0, 1, port)));
  for (const peer of peers) peer.connect();
  bench.out = [];
  bench.server.close(bench.nowMs);
  assert.deepEqual(
    bench.out.flatMap(framesOf).map(({ type, body }) => [type, readU16(body, 0)]),
    peers.map(() => [FrameType.CLOSE, CloseCode.SHUTDOWN]),
  );
  assert.equal(bench.server.counters().sessions, 0);
});

test.run();
