/** A sealed client against a network that forges: what it drops, what ends it, and that no nonce comes twice. */

import assert from 'node:assert/strict';
import { DatagramType, OPEN_TYPE_OFFSET, RejectAt, RejectReason, WelcomeAt } from '@anoadb/protocol';
import { SeededRandom } from '@anoadb/testkit';
import { test } from 'uvu';
import {
  ClientEndpoint,
  type ClientLimits,
  DatagramBatch,
  type DatagramSink,
  type DropReason,
  keyIdOf,
  ServerEndpoint,
  tweetnaclCrypto,
} from '../src/index.js';
import { writeU32 } from '../src/little-endian.js';
import { CountingHandler, grantOf, ipv4, Keyring, op, PSK } from './two-parties.js';

const CLIENT = ipv4(203, 0, 113, 5, 50_000);
const SERVER = ipv4(203, 0, 113, 1, 2662);

class Wire implements DatagramSink {
  readonly batch = new DatagramBatch(32);
  readonly all: Uint8Array[] = [];
  sent: Uint8Array[] = [];

  flush(): void {
    for (let i = 0; i < this.batch.count; i++) {
      const at = this.batch.startOf(i);
      this.sent.push(this.batch.bytes.slice(at, at + this.batch.lengths[i]));
    }
    this.all.push(...this.sent.slice(this.sent.length - this.batch.count));
    this.batch.clear();
  }

  take(): Uint8Array[] {
    const taken = this.sent;
    this.sent = [];
    return taken;
  }
}

/** A real client and a real server whose datagrams pass through the test's hands. */
class Pair {
  readonly random = new SeededRandom(11);
  readonly toServer = new Wire();
  readonly toClient = new Wire();
  readonly access = new Keyring();
  readonly handler = new CountingHandler();
  readonly said: string[] = [];
  readonly client: ClientEndpoint;
  server: ServerEndpoint;
  nowMs = 1000;
  /** Sees what the client sends; true: it goes no further. */
  intercept: (datagram: Uint8Array) => boolean = () => false;

  constructor(clientLimits: Partial<ClientLimits> = {}) {
    const note = (text: string) => void this.said.push(text);
    this.server = this.newServer();
    this.client = new ClientEndpoint({
      random: this.random.fork().source,
      isLoopback: false,
      sink: this.toServer,
      limits: clientLimits,
      mode: 'sealed',
      psk: PSK,
      listener: {
        onReady: () => note('ready'),
        onReply: (rid, status) => note(`reply ${rid} ${status}`),
        onOutcomeUnknown: (rid) => note(`unknown ${rid}`),
        onDisconnected: () => note('disconnected'),
        onFatal: (code) => note(`fatal ${code}`),
      },
    });
    this.client.start(this.nowMs);
  }

  newServer(): ServerEndpoint {
    return new ServerEndpoint({
      handler: this.handler,
      sink: this.toClient,
      random: this.random.fork().source,
      mode: 'sealed',
      access: this.access,
    });
  }

  toTheServer(...datagrams: Uint8Array[]): Uint8Array[] {
    for (const datagram of datagrams) this.server.handleBatch(batchOf(datagram, CLIENT), this.nowMs);
    return this.toClient.take();
  }

  toTheClient(...datagrams: Uint8Array[]): Uint8Array[] {
    for (const datagram of datagrams) this.client.handleBatch(batchOf(datagram, SERVER), this.nowMs);
    return this.toServer.take();
  }

  /** Until neither has anything to say, at this moment. */
  exchange(): void {
    for (let i = 0; i < 20; i++) {
      this.client.tick(this.nowMs);
      this.server.tick(this.nowMs);
      const toServer = this.toServer.take().filter((datagram) => !this.intercept(datagram));
      const toClient = this.toClient.take();
      if (toServer.length + toClient.length === 0) return;
      const answers = this.toTheServer(...toServer);
      this.toClient.sent.push(...answers);
      const words = this.toTheClient(...toClient);
      this.toServer.sent.push(...words);
    }
  }

  /** Moves time on, exchanging at every timer on the way. */
  pass(byMs: number): void {
    const end = this.nowMs + byMs;
    for (;;) {
      const next = Math.min(this.client.nextTickAtMs(), this.server.nextTickAtMs());
      if (next > end) break;
      this.nowMs = Math.max(this.nowMs, next);
      this.exchange();
    }
    this.nowMs = end;
  }

  connected(): this {
    this.exchange();
    assert.equal(this.client.state, 'ready');
    return this;
  }

  /** Up to the WELCOME, which has not been delivered. */
  welcome(): Uint8Array {
    const [challenge] = this.toTheServer(...this.toServer.take());
    const [welcome] = this.toTheServer(...this.toTheClient(challenge));
    assert.equal(welcome[1], DatagramType.WELCOME);
    return welcome;
  }

  submit(): void {
    this.client.submit(op('I', 1), { mutates: true, isAtomic: false }, this.nowMs);
    this.client.flush(this.nowMs);
  }

  dropped(reason: DropReason): number {
    return this.client.counters().dropped[reason];
  }

  get totalDropped(): number {
    return Object.values(this.client.counters().dropped).reduce((sum, count) => sum + count, 0);
  }
}

function batchOf(datagram: Uint8Array, from: Uint8Array): DatagramBatch {
  const batch = new DatagramBatch(1);
  batch.push(datagram, from);
  return batch;
}

test('a key is what makes a client sealed: without one it is refused, and an open client takes none', () => {
  const rest = {
    random: new SeededRandom(1).source,
    isLoopback: false,
    sink: new Wire(),
    listener: {} as never,
  };
  assert.throws(() => new ClientEndpoint({ ...rest, mode: 'sealed' }), TypeError);
  assert.throws(() => new ClientEndpoint({ ...rest, mode: 'open', psk: PSK }), TypeError);
  assert.throws(() => new ClientEndpoint({ ...rest, mode: 'sealed', psk: new Uint8Array(31) }), TypeError);
});

test('the psk given is copied: wiping it, or closing the client, harms nobody else', () => {
  const psk = PSK.slice();
  const pair = new Pair();
  pair.connected();
  pair.client.close(pair.nowMs);
  assert.deepEqual(PSK, psk);
});

test('wrong-mode: a client with a key never parses open types', () => {
  const pair = new Pair();
  const [hello] = pair.toServer.take();
  for (const type of Object.values(DatagramType)) {
    const datagram = new Uint8Array(1200);
    datagram.set([0xa1, type + OPEN_TYPE_OFFSET, 1, 0, ...hello.subarray(4, 12)]);
    assert.deepEqual(pair.toTheClient(datagram), []);
  }
  assert.equal(pair.dropped('wrong-mode'), Object.keys(DatagramType).length);
});

test('every single flipped bit of WELCOME is dropped, and the genuine one is still good', () => {
  const pair = new Pair();
  const welcome = pair.welcome();
  for (let bit = 0; bit < welcome.length * 8; bit++) {
    // All of the clear part but few of the ephemeral key, each of which costs an exchange; of the box some.
    const isKey = bit >= WelcomeAt.ephemeralKey * 8 && bit < WelcomeAt.tag * 8;
    if ((isKey && bit % 16 !== 3) || (bit >= WelcomeAt.params * 8 && bit % 97 !== 0)) continue;
    const forged = welcome.slice();
    forged[bit >> 3] ^= 1 << (bit & 7);
    const before = pair.totalDropped;
    // The highest bit of an X25519 key means nothing to the exchange, but the transcript covers it.
    assert.deepEqual(pair.toTheClient(forged), [], `bit ${bit}`);
    assert.equal(pair.totalDropped, before + 1, `bit ${bit}`);
  }
  assert.deepEqual(pair.said, []);
  assert.equal(pair.toTheClient(welcome).length, 1);
  assert.deepEqual(pair.said, ['ready']);
});

test('low-order-point: a WELCOME with such a key makes no session', () => {
  const pair = new Pair();
  const welcome = pair.welcome();
  for (const first of [0, 1]) {
    const forged = welcome.slice().fill(0, WelcomeAt.ephemeralKey, WelcomeAt.tag);
    forged[WelcomeAt.ephemeralKey] = first;
    pair.toTheClient(forged);
  }
  assert.equal(pair.dropped('low-order-point'), 2);
  pair.toTheClient(welcome);
  assert.deepEqual(pair.said, ['ready']);
});

test('truncated messages of the handshake are dropped at every length', () => {
  const pair = new Pair();
  const welcome = pair.welcome();
  for (let length = 0; length < welcome.length; length++) pair.toTheClient(welcome.subarray(0, length));
  assert.equal(pair.dropped('bad-length') + pair.dropped('too-short'), welcome.length);
});

test('a wrong key ends the client with AUTH_FAILED', () => {
  const pair = new Pair();
  pair.access.grants = [grantOf(new Uint8Array(32).fill(1))];
  pair.exchange();
  assert.deepEqual(pair.said, ['fatal AUTH_FAILED']);
  assert.equal(pair.client.state, 'closed');
});

test('a key revoked while connected ends the client with AUTH_FAILED at once', () => {
  const pair = new Pair().connected();
  pair.access.grants = [];
  pair.server.revoke(keyIdOf(PSK, tweetnaclCrypto), pair.nowMs);
  pair.exchange();
  assert.deepEqual(pair.said, ['ready', 'fatal AUTH_FAILED']);
});

test('bad-tag: forged, reflected and foreign DATA is dropped; the session goes on', () => {
  const pair = new Pair().connected();
  pair.submit();
  const [request] = pair.toServer.take();
  const [reply] = pair.toTheServer(request);
  for (let bit = 6 * 8; bit < reply.length * 8; bit++) {
    const forged = reply.slice();
    forged[bit >> 3] ^= 1 << (bit & 7);
    assert.deepEqual(pair.toTheClient(forged), [], `bit ${bit}`);
  }
  const reflected = request.slice();
  reflected[1] = DatagramType.DATA_TO_CLIENT;
  pair.toTheClient(reflected);
  for (let length = 28; length < reply.length; length++) pair.toTheClient(reply.subarray(0, length));
  assert.equal(
    pair.dropped('bad-tag') + pair.dropped('replayed') + pair.dropped('too-old'),
    (reply.length - 6) * 8 + 1 + reply.length - 28,
  );
  assert.deepEqual(pair.said, ['ready']);
  pair.toTheClient(reply);
  assert.deepEqual(pair.said, ['ready', 'reply 1 0']);
  pair.toTheClient(reply);
  assert.equal(pair.dropped('replayed') >= 1, true);
});

test('no (key, nonce) twice: retransmissions and rekeys included, every sealed header is new', () => {
  const pair = new Pair({ datagramsPerSessionMax: 40 });
  pair.connected();
  for (let i = 0; i < 100; i++) {
    pair.submit();
    // Some never arrive.
    if (i % 3 === 0) pair.toServer.take();
    pair.pass(30);
  }
  pair.pass(3000);
  assert.ok(pair.client.counters().sessions > 2);
  for (const wire of [pair.toServer, pair.toClient]) {
    const headers = new Set<string>();
    const data = wire.all.filter(
      ([, type]) => type === DatagramType.DATA_TO_SERVER || type === DatagramType.DATA_TO_CLIENT,
    );
    for (const datagram of data) headers.add(datagram.subarray(0, 12).join());
    assert.equal(headers.size, data.length);
    assert.ok(data.length > 100);
  }
  assert.equal(pair.said.filter((text) => text.startsWith('reply')).length, 100);
  assert.equal(pair.handler.counts.get(1), 100);
});

test('a retransmitted AUTH is byte-identical; a new one has a new ephemeral key', () => {
  const pair = new Pair();
  const [challenge] = pair.toTheServer(...pair.toServer.take());
  const [auth] = pair.toTheClient(challenge);
  pair.client.tick(pair.client.nextTickAtMs());
  const [again] = pair.toServer.take();
  assert.deepEqual(again, auth);
  pair.nowMs = 20_000;
  const [reject] = pair.toTheServer(auth);
  assert.equal(reject[RejectAt.reason], RejectReason.STALE_COOKIE);
  const hello = pair.toTheClient(reject);
  pair.toServer.sent.push(...hello);
  pair.exchange();
  const auths = pair.toServer.all.filter(([, type]) => type === DatagramType.AUTH);
  assert.equal(pair.client.state, 'ready');
  assert.notDeepEqual(auths.at(-1)!.subarray(40, 72), auth.subarray(40, 72));
});

test('the client makes a new session after an hour, with the same client id and its request ids going on', () => {
  const pair = new Pair().connected();
  pair.submit();
  pair.exchange();
  for (let minutes = 0; minutes < 61; minutes++) {
    pair.submit();
    pair.pass(60_000);
  }
  assert.equal(pair.client.counters().sessions, 2);
  assert.equal(pair.server.counters().clientRecords, 1);
  assert.equal(pair.handler.counts.get(1), 62);
  assert.ok(!pair.said.includes('disconnected'));
});

test('while a session works, no forged REJECT or VERSIONS in a rekey ends it', () => {
  for (const type of [DatagramType.REJECT, DatagramType.VERSIONS]) {
    const pair = new Pair({ datagramsPerSessionMax: 5 }).connected();
    const victim = type === DatagramType.REJECT ? DatagramType.AUTH : DatagramType.HELLO;
    let forgeries = 0;
    pair.intercept = (datagram) => {
      if (datagram[1] !== victim || forgeries === 3) return false;
      forgeries++;
      const forged = new Uint8Array(16);
      forged.set([0xa1, type, 9, RejectReason.AUTH_FAILED, ...datagram.subarray(4, 12)]);
      pair.toClient.sent.push(forged);
      return true;
    };
    for (let i = 0; i < 100; i++) {
      pair.submit();
      pair.pass(500);
      assert.equal(pair.client.state, 'ready');
    }
    assert.equal(forgeries, 3);
    assert.ok(pair.client.counters().sessions > 1, 'it is tried again later');
    assert.ok(!pair.said.some((text) => text.startsWith('fatal') || text === 'disconnected'));
    assert.equal(pair.handler.counts.get(1), 100);
  }
});

test('a restart of the server: the hint is believed only for what was sent, and leads to a new session', () => {
  const pair = new Pair().connected();
  pair.submit();
  pair.exchange();
  pair.server = pair.newServer();
  pair.submit();
  const [request] = pair.toServer.take();
  const [hint] = pair.toTheServer(request);
  assert.equal(hint[1], DatagramType.NO_SESSION);
  const wrong = hint.slice();
  writeU32(wrong, 2, 1);
  pair.toTheClient(wrong);
  assert.equal(pair.dropped('bad-hint'), 1);
  const hello = pair.toTheClient(hint);
  pair.toServer.sent.push(...hello);
  pair.exchange();
  assert.deepEqual(pair.said, ['ready', 'reply 1 0', 'disconnected', 'unknown 2', 'ready']);
});

test('the server may ask for the client’s path; a forged question gets no answer', () => {
  const pair = new Pair().connected();
  pair.submit();
  const sent = pair.toServer.take();
  pair.server.handleBatch(batchOf(sent[0], ipv4(203, 0, 113, 77, 1)), pair.nowMs);
  const answers = pair.toClient.take();
  const replies = pair.toTheClient(...answers);
  assert.equal(replies.length, 1, 'PATH_RESPONSE');
  pair.server.handleBatch(batchOf(replies[0], ipv4(203, 0, 113, 77, 1)), pair.nowMs);
  assert.equal(pair.server.counters().pathsMoved, 1);
});

test('a closed client leaves a sealed CLOSE behind, and its session ends', () => {
  const pair = new Pair().connected();
  pair.client.close(pair.nowMs);
  pair.toTheServer(...pair.toServer.take());
  assert.equal(pair.server.counters().sessions, 0);
  assert.equal(pair.server.counters().dropped['bad-tag'], 0);
});

test('two servers, or a server and itself, reflected at each other do not talk', () => {
  const pair = new Pair().connected();
  const other = pair.newServer();
  let rounds = 0;
  let inFlight = pair.toClient.all.slice();
  while (inFlight.length > 0 && rounds < 10) {
    for (const datagram of inFlight) other.handleBatch(batchOf(datagram, SERVER), pair.nowMs);
    inFlight = pair.toClient.take();
    rounds++;
  }
  assert.equal(rounds, 1);
});

test.run();
