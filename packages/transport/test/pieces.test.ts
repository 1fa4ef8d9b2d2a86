/** The small parts on their own: buckets, timers, estimates, windows, fragments. */

import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { Timings } from '@anoadb/protocol';
import { SeededRandom } from '@anoadb/testkit';
import { test } from 'uvu';
import { isLoopbackAddress, sourceKeyOf } from '../src/address.js';
import { Channel } from '../src/channel.js';
import { OvertakenRequests } from '../src/client/overtaken-requests.js';
import { RequestWindow } from '../src/client/request-window.js';
import { Congestion } from '../src/congestion.js';
import { CookieJar } from '../src/cookie.js';
import { tweetnaclCrypto } from '../src/crypto.js';
import { DatagramBatch } from '../src/datagram-batch.js';
import { DROP_REASONS, newDropCounters } from '../src/drop-reasons.js';
import { FragmentSender } from '../src/fragment-sender.js';
import { copyBytes, readU32, readU48, writeU32, writeU48 } from '../src/little-endian.js';
import { Outgoing } from '../src/outgoing.js';
import { Reassembly } from '../src/reassembly.js';
import { Jitter, RttEstimator } from '../src/rtt-estimator.js';
import { openSealing } from '../src/sealing.js';
import { fingerprintOf } from '../src/server/fingerprint.js';
import { type Fingerprint, ReplyCache } from '../src/server/reply-cache.js';
import { TimerHeap } from '../src/timer-heap.js';
import { TokenBucketTable } from '../src/token-bucket.js';
import { ipv4, pattern } from './two-parties.js';

test("HMAC and hash of the reference are node:crypto's", () => {
  const random = new SeededRandom(1);
  for (const [keyBytes, dataBytes] of [
    [0, 0],
    [32, 55],
    [64, 128],
    [128, 1],
    [129, 200],
    [300, 1200],
  ]) {
    const key = random.bytes(keyBytes);
    const data = random.bytes(dataBytes);
    assert.deepEqual(
      tweetnaclCrypto.hmacSha512(key, data),
      new Uint8Array(createHmac('sha512', key).update(data).digest()),
    );
    assert.deepEqual(
      tweetnaclCrypto.sha512(data),
      new Uint8Array(createHash('sha512').update(data).digest()),
    );
  }
});

test('fields in place: u32 and u48 at their edges', () => {
  const bytes = new Uint8Array(6);
  for (const value of [0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff]) {
    writeU32(bytes, 0, value);
    assert.equal(readU32(bytes, 0), value);
  }
  for (const value of [0, 2 ** 32 - 1, 2 ** 32, 2 ** 47, 2 ** 48 - 1]) {
    writeU48(bytes, 0, value);
    assert.equal(readU48(bytes, 0), value);
  }
  for (const length of [0, 1, 160, 161, 1000]) {
    const target = new Uint8Array(1100);
    copyBytes(target, 50, pattern(1, 1010), 10, 10 + length);
    assert.deepEqual(target.subarray(50, 50 + length), pattern(1, 1010).subarray(10, 10 + length));
  }
});

test('sources: an IPv4 address whole, an IPv6 address by its /64, ports never', () => {
  assert.equal(sourceKeyOf(ipv4(1, 2, 3, 4, 5), 0), sourceKeyOf(ipv4(1, 2, 3, 4, 6), 0));
  assert.notEqual(sourceKeyOf(ipv4(1, 2, 3, 4, 5), 0), sourceKeyOf(ipv4(1, 2, 3, 5, 5), 0));
  const six = new Uint8Array(18).fill(0x20);
  const neighbour = six.slice();
  neighbour[9] = 1;
  assert.equal(sourceKeyOf(six, 0), sourceKeyOf(neighbour, 0));
  neighbour[7] = 1;
  assert.notEqual(sourceKeyOf(six, 0), sourceKeyOf(neighbour, 0));
  assert.equal(isLoopbackAddress(six, 0), false);
  assert.equal(isLoopbackAddress(ipv4(127, 9, 9, 9, 1), 0), true);
  assert.equal(isLoopbackAddress(ipv4(128, 0, 0, 1, 1), 0), false);
  assert.equal(isLoopbackAddress(new Uint8Array(18), 0), false);
});

test('every drop reason has one counter that starts at zero', () => {
  const counters = newDropCounters();
  assert.equal(Object.keys(counters).length, DROP_REASONS.length);
  assert.equal(new Set(DROP_REASONS).size, DROP_REASONS.length);
  assert.ok(Object.values(counters).every((count) => count === 0));
});

test('a token bucket gives its burst, then its rate, and a factor scales both', () => {
  const table = new TokenBucketTable({ perSecond: 10, burst: 5 }, 42);
  const source = Uint8Array.of(1);
  const taken = (nowMs: number, factor = 1) => {
    let count = 0;
    while (table.take(source, 0, 1, nowMs, factor)) count++;
    return count;
  };
  assert.equal(taken(0), 5);
  assert.equal(taken(99), 0);
  assert.equal(taken(200), 2);
  assert.equal(taken(100_000), 5);
  assert.equal(taken(200_000, 100), 500);
  assert.equal(taken(199_000), 0, 'time that runs backwards gives nothing');
});

test('the timer heap agrees with a sorted list', () => {
  const random = new SeededRandom(3);
  const heap = new TimerHeap(50);
  const model = new Map<number, number>();
  for (let i = 0; i < 20_000; i++) {
    const id = random.int(0, 49);
    const choice = random.int(0, 3);
    if (choice === 0) {
      heap.clear(id);
      model.delete(id);
    } else if (choice < 3) {
      const at = random.chance(0.05) ? Number.POSITIVE_INFINITY : random.int(0, 1000);
      heap.set(id, at);
      if (at === Number.POSITIVE_INFINITY) model.delete(id);
      else model.set(id, at);
    } else {
      const now = random.int(0, 300);
      const due = heap.takeDue(now);
      const earliest = Math.min(...model.values());
      if (due < 0) assert.ok(earliest > now);
      else {
        assert.equal(model.get(due), earliest);
        model.delete(due);
      }
    }
    assert.equal(heap.nextMs, Math.min(...model.values()));
    assert.equal(heap.isSet(id), model.has(id));
  }
});

test('the retransmission timeout follows RFC 6298 within 20 ms and 1 s', () => {
  const rtt = new RttEstimator();
  assert.equal(rtt.timeoutMs(0), Timings.retransmitMsInitial);
  rtt.sample(0);
  assert.equal(rtt.timeoutMs(0), 20);
  rtt.sample(0);
  assert.equal(rtt.smoothedMs, 0);
  const other = new RttEstimator();
  other.sample(100);
  assert.equal(other.timeoutMs(0), 300);
  other.sample(100);
  assert.equal(other.timeoutMs(0), 250);
  assert.equal(other.timeoutMs(1), 500);
  for (let i = 0; i < 100; i++) other.sample(100);
  assert.equal(other.timeoutMs(0), 120, 'never the bare round trip');
  assert.equal(other.timeoutMs(9), 1000);
  assert.equal(other.reorderMs, 112.5);
  const jitter = new Jitter(new SeededRandom(1).source);
  for (let i = 0; i < 1000; i++) {
    const delay = jitter.spread(100);
    assert.ok(delay >= 100 && delay < 110);
  }
});

/** Sends and answers whole windows, `rttMs` after they left. */
function rounds(congestion: Congestion, rtt: RttEstimator, from: number, count: number, rttMs: number): void {
  for (let round = 0; round < count; round++) {
    const sentMs = from + round * 1000;
    const datagrams = Math.floor(congestion.windowBytes / 1200);
    for (let i = 0; i < datagrams; i++) congestion.onSent(1200, sentMs);
    for (let i = 0; i < datagrams; i++) {
      rtt.sample(rttMs);
      congestion.onAnswered(1200, sentMs);
    }
  }
}

test('the congestion window starts at 12 000, doubles per round trip, shrinks once per round trip, keeps 2400', () => {
  const rtt = new RttEstimator();
  const congestion = new Congestion(rtt, 1200);
  assert.equal(congestion.windowBytes, 12_000);
  assert.equal(congestion.hasRoom(12_000), true);
  for (let i = 0; i < 10; i++) congestion.onSent(1200, 0);
  assert.equal(congestion.hasRoom(1), false);
  for (let i = 0; i < 10; i++) congestion.onForgotten(1200);
  rounds(congestion, rtt, 10, 1, 100);
  assert.equal(congestion.windowBytes, 24_000);
  for (let i = 0; i < 10; i++) congestion.onSent(1200, 900);
  congestion.onLost(1200, 900, 1000);
  congestion.onLost(1200, 900, 1010);
  const cut = congestion.windowBytes;
  assert.equal(cut, 22_500, 'a sixteenth: nothing queues');
  congestion.onAnswered(1200, 950);
  assert.equal(congestion.windowBytes, cut, 'no growth by what was sent before');
  for (let i = 0; i < 16; i++) congestion.onSent(1200, 1400);
  congestion.onAnswered(1200, 1400);
  assert.ok(congestion.windowBytes > cut && congestion.windowBytes < cut + 300, 'past slow start now');
  for (let i = 1; i < 50; i++) congestion.onLost(0, 2000 * i, 2000 * i);
  assert.equal(congestion.windowBytes, 2400);
  congestion.onForgotten(1_000_000);
  assert.equal(congestion.inFlightBytes, 0);
  assert.equal(congestion.hasRoom(100_000), true, 'one datagram may always leave');
});

test('where the round trip says that the queue is full, a loss costs two fifths and growth is least', () => {
  const rtt = new RttEstimator();
  const congestion = new Congestion(rtt, 1200);
  rounds(congestion, rtt, 0, 3, 40);
  assert.equal(congestion.windowBytes, 96_000);
  rounds(congestion, rtt, 3000, 1, 45);
  const grown = congestion.windowBytes;
  assert.ok(grown > 96_000 && grown <= 192_000);
  rounds(congestion, rtt, 4000, 1, 45);
  assert.ok(
    congestion.windowBytes - grown < 2 * 0.4 * 1200,
    `slow start is over: ${congestion.windowBytes - grown}`,
  );
  const before = congestion.windowBytes;
  congestion.onLost(0, 6000, 6001);
  assert.ok(Math.abs(congestion.windowBytes - before * 0.6) < before * 0.02);
});

test('every two seconds flows past slow start look for the empty queue, in step, and then go on', () => {
  const rtt = new RttEstimator();
  const congestion = new Congestion(rtt, 1200);
  rounds(congestion, rtt, 1000, 1, 40);
  congestion.onLost(0, 1100, 1101);
  const before = congestion.windowBytes;
  rounds(congestion, rtt, 2000, 1, 40);
  assert.ok(congestion.windowBytes <= before * 0.6, 'halved');
  rounds(congestion, rtt, 2500, 1, 40);
  rounds(congestion, rtt, 2600, 1, 40);
  rounds(congestion, rtt, 2700, 1, 40);
  assert.ok(congestion.windowBytes >= before, 'and back');
});

test('after idling the window is at most what it starts with; a stall brings it to its least', () => {
  const rtt = new RttEstimator();
  rtt.sample(50);
  const congestion = new Congestion(rtt, 1200);
  for (let round = 1; round < 6; round++) {
    for (let i = 0; i < 30; i++) congestion.onSent(1200, round * 100);
    for (let i = 0; i < 30; i++) congestion.onAnswered(1200, round * 100);
  }
  assert.ok(congestion.windowBytes > 12_000);
  congestion.onSent(1200, 10_000);
  assert.equal(congestion.windowBytes, 12_000);
  congestion.onStalled(10_100);
  assert.equal(congestion.windowBytes, 2400);
});

test('pacing spreads a window over its round trip, and leaves short round trips alone', () => {
  const rtt = new RttEstimator();
  rtt.sample(100);
  const congestion = new Congestion(rtt, 1200);
  let nowMs = 1000;
  let sent = 0;
  while (nowMs < 1100) {
    const at = congestion.paceAtMs(nowMs);
    if (at > nowMs) nowMs = at;
    else {
      congestion.onSent(1200, nowMs);
      congestion.onForgotten(1200);
      sent++;
    }
  }
  assert.ok(sent >= 29 && sent <= 32, `${sent} datagrams: a burst of ten and slow start's two windows`);
  const near = new RttEstimator();
  near.sample(0.1);
  const local = new Congestion(near, 16_384);
  for (let i = 0; i < 1000; i++) {
    assert.equal(local.paceAtMs(5), 5);
    local.onSent(16_384, 5);
  }
});

const print = (low: number): Fingerprint => ({ low, high: 1 });

test('the reply cache keeps what is at or above the floor and forgets what is below', () => {
  const budget = { usedBytes: 0 };
  const cache = new ReplyCache(8, 1, budget);
  assert.equal(cache.find(1), -1);
  for (let rid = 1; rid <= 8; rid++) {
    const slot = cache.enter(rid, print(rid));
    assert.equal(cache.isRunning(slot), true);
    cache.finish(slot, rid, pattern(rid, rid * 20), 0, rid * 20);
  }
  assert.equal(cache.usedBytes, 720);
  for (let rid = 1; rid <= 8; rid++) {
    const slot = cache.find(rid);
    assert.equal(cache.matches(slot, print(rid)), true);
    assert.equal(cache.matches(slot, print(rid + 1)), false);
    assert.equal(cache.statusOf(slot), rid);
    const start = cache.startOf(slot);
    assert.deepEqual(cache.bytesOf(slot).slice(start, start + cache.lengthOf(slot)), pattern(rid, rid * 20));
  }
  cache.advance(5);
  cache.advance(3);
  assert.equal(cache.floor, 5);
  assert.equal(cache.find(4), -1);
  assert.ok(cache.find(5) >= 0);
  const slot = cache.enter(9, print(9));
  assert.equal(cache.runningCount, 1);
  cache.remove(slot);
  assert.equal(cache.runningCount, 0);
  cache.advance(2_000_000_000);
  assert.equal(budget.usedBytes, 0);
  cache.enter(2_000_000_001, print(1));
  cache.finish(cache.find(2_000_000_001), 0, pattern(1, 100), 0, 100);
  cache.clear();
  assert.equal(budget.usedBytes, 0);
  assert.equal(cache.find(2_000_000_001), -1);
});

test('fingerprints tell every single-bit change, every length and the flags apart', () => {
  const seen = new Set<string>();
  const of = (bytes: Uint8Array, flags = 0) => {
    const into = { low: 0, high: 0 };
    fingerprintOf(bytes, 0, bytes.length, flags, 99, into);
    return `${into.low}.${into.high}`;
  };
  const bytes = pattern(1, 61);
  for (let bit = 0; bit < 61 * 8; bit++) {
    const copy = bytes.slice();
    copy[bit >> 3] ^= 1 << (bit & 7);
    seen.add(of(copy));
  }
  for (let length = 0; length <= 61; length++) seen.add(of(bytes.subarray(0, length)));
  seen.add(of(bytes, 0x10));
  assert.equal(seen.size, 61 * 8 + 62 + 1);
});

test('a message comes together from its fragments in any order, duplicates included', () => {
  const random = new SeededRandom(5);
  for (const total of [1, 1151, 1152, 1153, 2304, 10_000, 100_000]) {
    const message = pattern(1, total);
    const count = Math.ceil(total / 1152);
    const reassembly = new Reassembly(1, total, 1152, 0, 0);
    const order = random.shuffle(Array.from({ length: count * 2 }, (_, i) => i % count));
    for (const index of order) {
      const end = Math.min(total, (index + 1) * 1152);
      assert.notEqual(reassembly.accept(total, 0, index, message, index * 1152, end, 0), 'conflict');
    }
    assert.equal(reassembly.isComplete, true);
    assert.equal(reassembly.next, count);
    assert.deepEqual(reassembly.assemble(), message);
  }
});

test('the bitmap of an acknowledgement speaks of the 64 fragments after the missing one', () => {
  const reassembly = new Reassembly(1, 1152 * 100, 1152, 0, 0);
  const data = new Uint8Array(1152);
  for (const index of [0, 2, 33, 34, 65, 66]) reassembly.accept(115_200, 0, index, data, 0, 1152, 0);
  assert.equal(reassembly.next, 1);
  assert.equal(reassembly.bitmap(0), ((1 << 0) | (1 << 31)) >>> 0);
  assert.equal(reassembly.bitmap(32), ((1 << 0) | (1 << 31)) >>> 0);
});

function sender(fragments: number) {
  const rtt = new RttEstimator();
  const congestion = new Congestion(rtt, 1200);
  const fragmentSender = new FragmentSender(1, pattern(1, 1152 * (fragments - 1) + 1), 1152, 0, 0, 0);
  let counter = 0;
  const sendAll = (nowMs: number) => {
    const sent: number[] = [];
    for (let i = fragmentSender.nextToSend(); i >= 0; i = fragmentSender.nextToSend()) {
      fragmentSender.onSent(i, counter++, rtt, congestion, nowMs);
      sent.push(i);
    }
    return sent;
  };
  let acks = 0;
  const ack = (next: number, low: number, nowMs: number, ackCounter = acks++) =>
    fragmentSender.onAck(next, low, 0, 0, ackCounter, rtt, congestion, nowMs);
  return { fragmentSender, sendAll, ack, congestion, rtt };
}

test('only what is missing is sent again', () => {
  const { fragmentSender, sendAll, ack, congestion } = sender(10);
  assert.deepEqual(sendAll(0), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  ack(2, 0b1, 50); // 0, 1 and 3 arrived: two datagrams too few to call 2 lost
  assert.deepEqual(sendAll(50), []);
  ack(2, 0b1111, 60);
  assert.deepEqual(sendAll(60), [2]);
  assert.equal(fragmentSender.retransmits, 1);
  ack(10, 0, 100);
  assert.equal(fragmentSender.hasArrived, true);
  assert.equal(fragmentSender.timeoutAtMs, Number.POSITIVE_INFINITY);
  assert.equal(congestion.inFlightBytes, 0);
});

test('an acknowledgement overtaken by a newer one changes nothing; a newer one that forgot is believed', () => {
  const { sendAll, ack } = sender(6);
  sendAll(0);
  ack(4, 0, 50, 7);
  ack(1, 0, 51, 6);
  assert.deepEqual(sendAll(51), []);
  ack(0, 0b10, 60, 8); // the receiver started over: it has fragment 2 alone
  assert.deepEqual(sendAll(60), [0, 1, 3]);
  ack(99, 0, 70, 9);
  ack(6, 0, 80, 10);
  assert.deepEqual(sendAll(80), []);
});

test('a timeout asks with the two oldest fragments, the next sends all; what never left cannot arrive', () => {
  const { fragmentSender, ack } = sender(3);
  ack(3, 0, 0);
  assert.equal(fragmentSender.nextToSend(), 0);
  const other = sender(4);
  other.sendAll(0);
  assert.equal(other.fragmentSender.timeoutAtMs, 200);
  assert.equal(other.fragmentSender.onTimeout(other.rtt, other.congestion, 200), false);
  assert.equal(other.fragmentSender.probesDue, 2);
  assert.deepEqual(other.sendAll(200), [0, 1]);
  assert.equal(other.fragmentSender.timeoutAtMs, 600, 'doubled');
  assert.equal(other.fragmentSender.onTimeout(other.rtt, other.congestion, 600), true);
  assert.deepEqual(other.sendAll(600), [0, 1, 2, 3]);
  other.fragmentSender.abandon(other.congestion);
  assert.equal(other.congestion.inFlightBytes, 0);
});

test('the answer to a question after a timeout tells of everything lost before it', () => {
  const { fragmentSender, sendAll, ack, congestion, rtt } = sender(4);
  rtt.sample(40);
  sendAll(0);
  fragmentSender.onTimeout(rtt, congestion, 200);
  sendAll(200);
  ack(2, 0, 240);
  assert.deepEqual(sendAll(240), [2, 3]);
});

test('the request window: lowest unanswered id, buffers reused, send times of four attempts', () => {
  const window = new RequestWindow();
  const big = pattern(1, 5000);
  assert.equal(window.add(pattern(1, 10), true, 0), 1);
  assert.equal(window.add(big, false, 0x10), 2);
  const slot = window.find(2);
  assert.deepEqual(window.opsOf(slot), big);
  for (let attempt = 0; attempt < 20; attempt++)
    assert.equal(window.nextAttempt(slot, attempt, attempt * 10), attempt & 15);
  assert.equal(window.lastAttemptOf(slot), 3);
  assert.equal(window.sentMsOf(slot, 3), 190);
  assert.equal(window.sentMsOf(slot, 0), 160);
  assert.equal(window.sentMsOf(slot, 15), -1);
  assert.equal(window.counterOf(slot, 2), 18);
  assert.equal(window.sentMsOf(window.find(1), 0), -1, 'never sent');
  window.remove(slot);
  assert.equal(window.floor, 1);
  assert.equal(window.opsOf(slot).length, 0);
  window.remove(window.find(1));
  assert.equal(window.floor, 3);
  assert.equal(window.outstanding, 0);
  assert.equal(window.find(1), -1);
});

test('a request is overtaken by answers to three later datagrams, not by fewer', () => {
  const overtaken = new OvertakenRequests();
  assert.equal(overtaken.front(), -1);
  for (let i = 0; i < 5; i++) overtaken.onSent(10 + i, i);
  overtaken.onAnswered(2);
  assert.equal(overtaken.front(), -1);
  overtaken.onAnswered(3);
  assert.equal(overtaken.front(), 10);
  assert.equal(overtaken.frontCounter, 0);
  overtaken.dropFront();
  assert.equal(overtaken.front(), -1);
  for (let i = 0; i < 3000; i++) overtaken.onSent(i, 100 + i);
  overtaken.clear();
  assert.equal(overtaken.front(), -1);
});

test('frames of one channel share a datagram until it is full, those of two channels never', () => {
  const batch = new DatagramBatch(4);
  const flushed: number[][] = [];
  const sink = {
    batch,
    flush: () => {
      flushed.push([...batch.lengths.subarray(0, batch.count)]);
      batch.clear();
    },
  };
  const outgoing = new Outgoing(sink, 0x31);
  const one = new Channel(1, openSealing, 1200);
  const two = new Channel(2, openSealing, 1200);
  outgoing.flush();
  outgoing.reserve(one, 600);
  outgoing.reserve(two, 10);
  outgoing.reserve(one, 572);
  outgoing.reserve(one, 1);
  outgoing.openMessage(16, new Uint8Array(18), 0);
  outgoing.reserve(two, 1172);
  outgoing.flush();
  assert.deepEqual(flushed, [[1184, 28, 28, 16], [1184]]);
  assert.equal(one.sendCounter, 2);
  assert.equal(two.sendCounter, 2);
  assert.equal(outgoing.datagrams, 5);
});

test('a cookie is bound to address, port, nonce, version and second', () => {
  const random = new SeededRandom(9);
  const jar = new CookieJar(tweetnaclCrypto, random.source);
  const nonce = random.bytes(8);
  const address = ipv4(1, 2, 3, 4, 5);
  const mac = new Uint8Array(16);
  jar.bake(nonce, 0, address, 0, 1, 50_000, mac, 0);
  const check = (ts: number, from: Uint8Array, with_: Uint8Array, version: number, nowMs: number) =>
    jar.check(ts, mac, 0, with_, 0, from, 0, version, nowMs);
  assert.equal(check(50, address, nonce, 1, 50_000), 'good');
  assert.equal(check(50, address, nonce, 1, 60_999), 'good');
  assert.equal(check(50, address, nonce, 1, 61_000), 'stale');
  assert.equal(check(51, address, nonce, 1, 51_000), 'bad');
  assert.equal(check(50, ipv4(1, 2, 3, 4, 6), nonce, 1, 50_000), 'bad');
  assert.equal(check(50, ipv4(1, 2, 3, 5, 5), nonce, 1, 50_000), 'bad');
  assert.equal(check(50, address, random.bytes(8), 1, 50_000), 'bad');
  assert.equal(check(50, address, nonce, 2, 50_000), 'bad');
  assert.equal(check(50, address, nonce, 1, 500_000), 'stale', 'one rotation later');
  assert.equal(check(50, address, nonce, 1, 900_000), 'bad', 'two rotations later its key is gone');
});

test.run();
