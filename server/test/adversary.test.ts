/**
 * What a hostile reviewer will try: the table of the protocol's design, section 9, row by row and in its words.
 * Rows that need the whole server on a network are in lossy-network.test.ts: 20 as far as a server without a journal
 * can promise it, 21, 22 and 23.
 */

import * as assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  AuthAt,
  CloseCode,
  DatagramBytes,
  DatagramType,
  FrameType,
  RejectAt,
  RejectReason,
} from '@anoadb/protocol';
import { SeededRandom } from '@anoadb/testkit';
import { DatagramBatch } from '@anoadb/transport';
import { platformCandidates } from '@anoadb/transport/node-crypto';
import { test } from 'uvu';
import { tweetnaclSealCrypto } from '../../packages/transport/src/seal-crypto.js';
import { SealedSealing } from '../../packages/transport/src/sealed-sealing.js';
import { Bench, frame, RawPeer, u16, u32 } from '../../packages/transport/test/raw-peer.js';
import { SealedBench, SealedPeer } from '../../packages/transport/test/sealed-peer.js';
import { ipv4, op } from '../../packages/transport/test/two-parties.js';
import { refuseBeyondLoopbackWithoutKey } from '../src/config/loopback.js';

/** ANOA_FLOOD_HELLOS=10000000 for the row's own number: a minute or two. */
const FLOOD_HELLOS = Number(process.env['ANOA_FLOOD_HELLOS'] ?? 300_000);
const FLOOD_BATCH = 32;
/** Of forged sources in all: twenty HELLOs a second are served per source. */
const HELLOS_PER_MS = 100;
const GROWTH_BYTES_MAX = 4 * 1024 * 1024;
const ELSEWHERE = ipv4(198, 51, 100, 9, 40_000);

test('1: HELLO flood from forged sources: 32 bytes per 128, no state, memory flat, real clients still served', () => {
  const { hashes } = platformCandidates();
  const bench = new SealedBench({}, hashes === undefined ? {} : { crypto: hashes });
  const random = new SeededRandom();
  const batch = new DatagramBatch(FLOOD_BATCH, 2048);
  const hello = new SealedPeer(bench).hello();
  const source = ipv4(0, 0, 0, 0, 1);
  let baselineBytes = 0;
  let served = 0;
  let triesMost = 0;
  const waiting: { peer: SealedPeer; tries: number }[] = [];
  let sent = 0;
  for (; sent < FLOOD_HELLOS; sent += FLOOD_BATCH) {
    batch.clear();
    for (let i = 0; i < FLOOD_BATCH; i++) {
      const word = random.u32();
      source.set([1 + (word & 0x7f), (word >>> 8) & 0xff, (word >>> 16) & 0xff, word >>> 24], 12);
      hello[4] = i;
      batch.push(hello, source);
    }
    bench.out = [];
    bench.outTo = [];
    bench.server.handleBatch(batch, bench.nowMs);
    for (const answer of bench.out) assert.equal(answer.length, DatagramBytes.CHALLENGE);
    bench.nowMs += FLOOD_BATCH / HELLOS_PER_MS;
    // Every 320 ms of the flood somebody real comes, who asks again as a client does while he hears nothing.
    if (sent % (FLOOD_BATCH * 1000) === 0)
      waiting.push({ peer: new SealedPeer(bench, ipv4(203, 0, 113, served % 250, 5000 + served)), tries: 0 });
    if (sent % (FLOOD_BATCH * 500) === 0) {
      for (const one of waiting.splice(0)) {
        one.tries++;
        const [challenge] = one.peer.send(one.peer.hello());
        if (challenge === undefined) {
          waiting.push(one);
          continue;
        }
        triesMost = Math.max(triesMost, one.tries);
        const auth = one.peer.auth(challenge);
        one.peer.takeWelcome(auth, one.peer.send(auth)[0]);
        assert.equal(one.peer.say(request(1))[0].type, FrameType.RSP);
        one.peer.say(frame(FrameType.CLOSE, u16(CloseCode.NORMAL)));
        served++;
      }
    }
    if (baselineBytes === 0 && sent >= FLOOD_HELLOS / 4) baselineBytes = settledBytes();
  }
  assert.equal(bench.server.counters().sessions, 0);
  assert.equal(bench.server.counters().clientRecords, 0);
  const growthBytes = settledBytes() - baselineBytes;
  assert.ok(growthBytes < GROWTH_BYTES_MAX, `memory grew by ${growthBytes} bytes`);
  assert.ok(served > 1 && waiting.length <= 2, `${served} served, ${waiting.length} still ask`);
  assert.ok(triesMost <= 10, `somebody asked ${triesMost} times`);
  if (FLOOD_HELLOS >= 1e6)
    console.log(
      `# ${sent} HELLOs, ${served} clients served after at most ${triesMost} tries, ${growthBytes} bytes of growth, rss ${process.memoryUsage.rss()}`,
    );
});

test('2: any junk, any length, from unknown sources: silence; bytes out <= bytes in for every input, per source', () => {
  const bench = new SealedBench();
  const random = new SeededRandom();
  const peer = new SealedPeer(bench);
  for (let i = 0; i < 20_000; i++) {
    const junk = random.bytes(i % 1300);
    if (junk.length > 2 && random.chance(0.7))
      junk.set([0xa1, random.pick([1, 2, 3, 4, 5, 6, 7, 0x10, 0x11])]);
    const bytesOut = peer.send(junk).reduce((sum, answer) => sum + answer.length, 0);
    assert.ok(bytesOut <= junk.length, `${bytesOut} bytes for ${junk.length} (seed ${random.seed})`);
    bench.nowMs += 1;
  }
  assert.equal(bench.server.counters().sessions, 0);
});

test('3: AUTH without, with another’s, with an expired cookie, after restart: silence, silence, REJECT 16 B, REJECT or silence', () => {
  const bench = new SealedBench();
  const peer = new SealedPeer(bench);
  const [challenge] = peer.send(peer.hello());
  const auth = peer.auth(challenge);
  const without = peer.sealedAuth(challenge, (message) => message.fill(0, AuthAt.timestamp, AuthAt.keyId));
  assert.deepEqual(peer.send(without), []);
  assert.deepEqual(bench.deliver(auth, ELSEWHERE), []);
  // A restarted server has another cookie key: it cannot know the cookie as its own, so it stays silent.
  assert.deepEqual(new SealedBench().deliver(auth, peer.address), []);
  bench.nowMs += 12_000;
  const [reject] = peer.send(auth);
  assert.equal(reject.length, DatagramBytes.REJECT);
  assert.equal(reject[RejectAt.reason], RejectReason.STALE_COOKIE);
});

test('4: AUTH captured and replayed, also after the session was evicted: identical WELCOME or silence; session count unchanged', () => {
  const bench = new SealedBench();
  const peer = new SealedPeer(bench);
  const [challenge] = peer.send(peer.hello());
  const auth = peer.auth(challenge);
  const [welcome] = peer.send(auth);
  peer.takeWelcome(auth, welcome);
  assert.deepEqual(peer.send(auth), [welcome]);
  assert.deepEqual(bench.deliver(auth, ELSEWHERE), []);
  peer.say(frame(FrameType.CLOSE, u16(CloseCode.NORMAL)));
  assert.deepEqual(peer.send(auth), [welcome]);
  assert.equal(bench.server.counters().sessions, 0);
  assert.equal(bench.server.counters().sessionsOpened, 1);
});

test('5: two servers reflected at each other: loop length 1', () => {
  const one = new SealedBench();
  const other = new SealedBench();
  const peer = new SealedPeer(one);
  const auth = peer.connect();
  const unknown = peer.datagram(request(1));
  for (const datagram of [peer.hello(), auth, peer.datagram(request(1)), unknown]) {
    for (const answer of one.deliver(datagram, peer.address))
      assert.deepEqual(other.deliver(answer, ELSEWHERE), [], `type ${answer[1]}`);
  }
  for (const hint of other.deliver(unknown, ELSEWHERE)) assert.deepEqual(one.deliver(hint, ELSEWHERE), []);
});

test('6: DATA replayed, delayed, reordered by 2016 and beyond: executed once', () => {
  const bench = new SealedBench();
  const peer = new SealedPeer(bench);
  peer.connect();
  const all = Array.from({ length: 60 }, (_, i) =>
    peer.datagramOf(i * 70, request(i + 1, op('I', 1), Math.min(i, 100))),
  );
  const random = new SeededRandom();
  for (const datagram of random.shuffle([...all, ...all, ...all])) peer.send(datagram);
  for (const datagram of all) peer.send(datagram);
  assert.ok(bench.handler.executions <= all.length);
  assert.equal(bench.handler.counts.get(1), bench.handler.executions);
  assert.equal(bench.handler.executions + bench.dropped['too-old'] >= all.length, true);
});

test('7: every single-bit flip in DATA, AUTH, WELCOME: dropped, no session from it, window unmoved', () => {
  const bench = new SealedBench({ noSession: { perSecond: 0, burst: 0 } });
  const peer = new SealedPeer(bench);
  peer.connect();
  const good = peer.datagramOf(3, request(1));
  for (let bit = 0; bit < good.length * 8; bit++) {
    const forged = good.slice();
    forged[bit >> 3] ^= 1 << (bit & 7);
    assert.deepEqual(peer.send(forged), [], `bit ${bit}`);
  }
  assert.equal(bench.handler.executions, 0);
  assert.equal(peer.send(good).length, 1, 'the window has not moved');
  // AUTH: "every single flipped bit of AUTH" in sealed-server.test.ts; WELCOME: the same in sealed-client.test.ts.
});

test('8: truncation, lying lengths, 255 ops with lies, total = 2^32-1: silence or a refusal; nothing thrown, no allocation of total', () => {
  const bench = new SealedBench();
  const peer = new SealedPeer(bench);
  peer.connect();
  const good = peer.datagramOf(0, request(1));
  for (let length = 0; length < good.length; length++)
    assert.deepEqual(peer.send(good.subarray(0, length)), []);
  const before = process.memoryUsage().arrayBuffers;
  const fragment = frame(FrameType.REQ_FRAG, u32(1), 0, 0, u32(0xffff_ffff), u16(0), new Uint8Array(1000));
  peer.say(fragment);
  assert.ok(process.memoryUsage().arrayBuffers - before < 16 * 1024 * 1024);
  assert.equal(bench.server.counters().reassemblyBytes, 0);
  const random = new SeededRandom();
  for (let i = 0; i < 2000; i++) {
    const lies = frame(random.pick([1, 3, 5, 8]), random.bytes(random.int(0, 200)));
    new DataView(lies.buffer).setUint16(1, random.int(0, 65_535), true);
    peer.send(peer.datagram(lies));
  }
  assert.equal(bench.server.counters().defects, 0);
});

test('9: slow fragments of many messages: limits of section 7; other clients unaffected', () => {
  const bench = new SealedBench();
  const slow = new SealedPeer(bench);
  slow.connect();
  for (let rid = 1; rid <= 100; rid++) {
    const fragment = frame(
      FrameType.REQ_FRAG,
      u32(rid),
      rid - 1,
      0,
      u32(500_000),
      u16(0),
      new Uint8Array(1152),
    );
    slow.say(fragment);
    bench.nowMs += 5;
  }
  assert.ok(bench.server.counters().reassemblyBytes <= 8 * 1152);
  const other = new SealedPeer(bench, ELSEWHERE);
  other.connect();
  assert.equal(other.say(request(1))[0].type, FrameType.RSP);
  bench.nowMs += 60_000;
  bench.tick();
  assert.equal(bench.server.counters().reassemblyBytes, 0);
});

test('10: half-open exhaustion: impossible, no state before cookie and key', () => {
  const bench = new SealedBench();
  for (let i = 0; i < 5000; i++) {
    const peer = new SealedPeer(
      bench,
      ipv4(20, 0, i >> 8, i & 255, 999),
      {},
      new Uint8Array(32).fill(1 + (i % 200)),
    );
    const [challenge] = peer.send(peer.hello());
    if (i % 50 === 0) peer.send(peer.auth(challenge));
  }
  const { sessions, clientRecords, sessionsOpened } = bench.server.counters();
  assert.deepEqual([sessions, clientRecords, sessionsOpened], [0, 0, 0]);
});

test('11: garbage with a live sid: one authentication pass each; session stays up', () => {
  const bench = new SealedBench();
  const peer = new SealedPeer(bench);
  peer.connect();
  peer.say(request(1));
  const random = new SeededRandom();
  for (let i = 0; i < 3000; i++) {
    const garbage = random.bytes(random.int(28, 1200));
    garbage.set(peer.datagramOf(5000 + i).subarray(0, 12));
    assert.deepEqual(peer.send(garbage), []);
  }
  assert.equal(bench.dropped['bad-tag'], 3000);
  assert.equal(peer.say(request(2))[0].type, FrameType.RSP);
});

test('12: nonce reuse by retransmit, restart, counter near the end: seal() throws on a repeat; refuse at 2^40', () => {
  const random = new SeededRandom();
  const direction = () => ({ key: random.bytes(32), iv: random.bytes(12) });
  const sealing = new SealedSealing(tweetnaclSealCrypto(), direction(), direction());
  const seal = (counter: number): number => {
    const datagram = new Uint8Array(100);
    new DataView(datagram.buffer).setUint32(6, counter % 2 ** 32, true);
    new DataView(datagram.buffer).setUint16(10, Math.floor(counter / 2 ** 32), true);
    return sealing.seal(datagram, 0, 20);
  };
  seal(0);
  seal(7);
  assert.throws(() => seal(7), /nonce would come twice/);
  assert.throws(() => seal(6), /nonce would come twice/);
  seal(2 ** 40 - 1);
  assert.throws(() => seal(2 ** 40), /nonce would come twice/);
});

test('13: downgrade to open; server with keys told to bind without: no end parses the other mode’s types; open refuses to bind beyond loopback', () => {
  const sealed = new SealedBench();
  const open = new RawPeer(sealed);
  assert.deepEqual(open.send(open.hello()), []);
  assert.deepEqual(open.send(open.datagram(request(1))), []);
  const bench = new Bench();
  const peer = new SealedPeer(sealed);
  assert.deepEqual(bench.deliver(peer.hello(), peer.address), []);
  assert.equal(sealed.dropped['wrong-mode'] + bench.dropped['wrong-mode'], 3);
  assert.throws(() => refuseBeyondLoopbackWithoutKey('0.0.0.0'), /anoa key create/);
  // The client's side: "wrong-mode: a client with a key never parses open types" in sealed-client.test.ts.
});

test('14: version rollback: version is inside the cookie and T1', () => {
  const bench = new SealedBench();
  const peer = new SealedPeer(bench);
  const [challenge] = peer.send(peer.hello());
  const auth = peer.auth(challenge);
  for (const version of [0, 2, 255]) {
    const rolled = auth.slice();
    rolled[AuthAt.version] = version;
    assert.deepEqual(peer.send(rolled), []);
  }
  assert.equal(bench.server.counters().sessionsOpened, 0);
  assert.equal(peer.send(auth)[0][1], DatagramType.WELCOME);
});

test('15: clock skew and jumps: no effect, since the server asks no wall clock', () => {
  const bench = new SealedBench();
  const now = Date.now;
  try {
    Date.now = () => 0;
    const peer = new SealedPeer(bench);
    const [challenge] = peer.send(peer.hello());
    Date.now = () => 9e15;
    const auth = peer.auth(challenge);
    const [welcome] = peer.send(auth);
    assert.equal(welcome[1], DatagramType.WELCOME);
    peer.takeWelcome(auth, welcome);
    assert.equal(peer.say(request(1))[0].type, FrameType.RSP);
  } finally {
    Date.now = now;
  }
});

test('16: key revoked: its sessions close at once', () => {
  const bench = new SealedBench();
  const peer = new SealedPeer(bench);
  peer.connect();
  peer.say(request(1));
  const [grant] = bench.access.grants.splice(0, 1);
  bench.out = [];
  bench.server.revoke(grant.keyId, bench.nowMs);
  assert.equal(peer.opened(bench.out[0])[0].type, FrameType.CLOSE);
  assert.equal(bench.server.counters().sessions, 0);
});

test('17: zero or low-order points: abort, no session', () => {
  for (const point of [new Uint8Array(32), Uint8Array.from({ length: 32 }, (_, i) => (i === 0 ? 1 : 0))]) {
    const bench = new SealedBench();
    const peer = new SealedPeer(bench);
    const [challenge] = peer.send(peer.hello());
    peer.send(peer.sealedAuth(challenge, (auth) => auth.set(point, AuthAt.ephemeralKey)));
    assert.equal(bench.server.counters().sessionsOpened, 0);
  }
});

test('18: DATA of session A under sid B; s->c reflected as c->s: tag fails', () => {
  const bench = new SealedBench();
  const a = new SealedPeer(bench);
  a.connect();
  const b = new SealedPeer(bench, a.address);
  b.connect();
  assert.deepEqual(a.send(a.sealed(0, request(1), b.sid)), []);
  const [reply] = a.send(a.datagram(frame(FrameType.PING, u32(1), u32(1))));
  reply[1] = DatagramType.DATA_TO_SERVER;
  reply[6] = 200;
  assert.deepEqual(a.send(reply), []);
  assert.equal(bench.dropped['bad-tag'], 2);
});

test('19: reply-cache poisoning, rid jumps, lying delta: harms only the liar', () => {
  const bench = new SealedBench();
  const liar = new SealedPeer(bench);
  liar.connect();
  const honest = new SealedPeer(bench, ELSEWHERE);
  honest.connect();
  const [before] = honest.say(request(1));
  const random = new SeededRandom();
  for (let i = 0; i < 2000; i++) liar.say(request(random.u32(), op('I', 2), random.int(0, 255)));
  const [after] = honest.say(request(1));
  assert.equal(Buffer.compare(after.body.subarray(6), before.body.subarray(6)), 0, 'the stored reply');
  assert.equal(bench.handler.counts.get(1), 1);
});

function request(rid: number, ops: Uint8Array = op('I', 1), delta = rid - 1): Uint8Array {
  return frame(FrameType.REQ, u32(rid), delta, 0, ops);
}

function settledBytes(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let i = 0; i < 3; i++) collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

test.run();
