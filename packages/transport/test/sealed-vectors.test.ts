/**
 * `protocol-spec/vectors/sealed.json` is what its generator makes, and both real ends agree with every line of it.
 * ANOA_WRITE_VECTORS=1 writes the file anew.
 */

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { type ByteWriter, DatagramType, FrameType, RejectAt, RejectReason, Status } from '@anoadb/protocol';
import { test } from 'uvu';
import { type IncomingRequest, PENDING, type RequestHandler, RequestKind } from '../src/index.js';
import { choosePlatformCrypto } from '../src/node-crypto.js';
import { ReplayWindow } from '../src/replay-window.js';
import { SealedSealing } from '../src/sealed-sealing.js';
import { frame, framesOf, u32 } from './raw-peer.js';
import { ScriptedEnds } from './scripted-ends.js';
import {
  type Direction,
  fromHex,
  hex,
  INPUTS,
  type MustFail,
  sealed,
  sealedVectors,
} from './sealed-vectors.js';

const file = new URL('../../../protocol-spec/vectors/sealed.json', import.meta.url);
const made = `${JSON.stringify(sealedVectors(), null, 1)}\n`;
if (process.env['ANOA_WRITE_VECTORS'] === '1') writeFileSync(file, made);
const vectors = JSON.parse(readFileSync(file, 'utf8')) as ReturnType<typeof sealedVectors>;
const platform = choosePlatformCrypto();
const { handshake } = vectors;

const keysOf = (direction: Direction) => ({
  key: fromHex(vectors.session[direction].key),
  iv: fromHex(vectors.session[direction].iv),
});
const KEYS = { toServer: keysOf('toServer'), toClient: keysOf('toClient') };
const INCR = fromHex('08000100000000006b');

/** Opcode 1 reads, 8 and 2 write, 16 hex writes and answers when it is told to. */
class VectorHandler implements RequestHandler {
  executions = 0;
  ticket = 0;

  classify(bytes: Uint8Array, start: number): RequestKind {
    return bytes[start] === 1 ? RequestKind.READ : RequestKind.WRITE;
  }

  execute(request: IncomingRequest, _reply: ByteWriter): number {
    this.executions++;
    this.ticket = request.ticket;
    return request.bytes[request.start] === 0x16 ? PENDING : Status.OK;
  }

  summarize(_ops: Uint8Array, results: Uint8Array): Uint8Array {
    return results;
  }
}

type Stage = 'hello' | 'auth' | 'welcome' | 'session';

/** Both ends after so much of the handshake. */
function endsAt(stage: Stage): { ends: ScriptedEnds; handler: VectorHandler } {
  const handler = new VectorHandler();
  const ends = new ScriptedEnds(INPUTS, platform, handler);
  ends.start(INCR);
  if (stage === 'hello') return { ends, handler };
  ends.toServer(fromHex(handshake.hello));
  ends.toClient(fromHex(handshake.challenge));
  if (stage === 'auth') return { ends, handler };
  ends.toServer(fromHex(handshake.auth));
  if (stage === 'welcome') return { ends, handler };
  ends.toClient(fromHex(handshake.welcome));
  return { ends, handler };
}

/** Frames of a datagram that the server sent in the session of the vectors. */
function openedFrames(datagram: Uint8Array) {
  const sealing = new SealedSealing(platform.sealCrypto, KEYS.toServer, KEYS.toClient);
  const copy = datagram.slice();
  const at = sealing.open(copy, 0, copy.length);
  assert.ok(at > 0);
  return framesOf(new Uint8Array([...copy.subarray(0, 12), ...copy.subarray(at)]));
}

test('the file is what its generator makes (ANOA_WRITE_VECTORS=1 writes it)', () => {
  assert.equal(readFileSync(file, 'utf8'), made);
});

test('the real ends make every message of the handshake and both first datagrams', () => {
  const ends = new ScriptedEnds(INPUTS, platform, new VectorHandler());
  const [hello] = ends.start(INCR);
  assert.equal(hex(hello), handshake.hello);
  const [challenge] = ends.toServer(hello);
  assert.equal(hex(challenge), handshake.challenge);
  const [auth] = ends.toClient(challenge);
  assert.equal(hex(auth), handshake.auth);
  const [welcome] = ends.toServer(auth);
  assert.equal(hex(welcome), handshake.welcome);
  const [data] = ends.toClient(welcome);
  assert.equal(hex(data), handshake.dataToServer);
  const [reply] = ends.toServer(data);
  assert.equal(hex(reply), handshake.dataToClient);
  ends.toClient(reply);
  assert.deepEqual(ends.said, ['ready', 'reply 1 0']);
});

test('VERSIONS, REJECT and NO_SESSION are made and understood', () => {
  const { ends } = endsAt('auth');
  const { refusals } = vectors;
  assert.deepEqual(ends.toServer(fromHex(refusals.helloOfOtherVersions)).map(hex), [refusals.versions]);
  const strange = sealed(KEYS, 'toServer', 7, new Uint8Array(0), 0x00abcdef);
  assert.deepEqual(ends.toServer(strange).map(hex), [refusals.noSession]);
  const stale = ends.toServer(fromHex(handshake.auth), { second: INPUTS.timestamp + 11 });
  assert.deepEqual(stale.map(hex), [refusals.reject.STALE_COOKIE]);
  for (const [name, reject] of Object.entries(refusals.reject)) {
    const { ends: fresh } = endsAt('auth');
    fresh.toClient(fromHex(reject));
    const isFatal = !['STALE_COOKIE', 'RATE_LIMITED', 'LOADING'].includes(name);
    assert.deepEqual(fresh.said, isFatal ? [`fatal ${name}`] : []);
  }
  const { ends: other } = endsAt('hello');
  other.toClient(fromHex(refusals.versions));
  assert.deepEqual(other.said, ['fatal VERSION']);
});

test('every frame seals to its datagram and opens to its frames', () => {
  for (const { name, direction, counter, frames, bytes } of vectors.datagrams) {
    const [send, receive] =
      direction === 'toServer' ? [KEYS.toServer, KEYS.toClient] : [KEYS.toClient, KEYS.toServer];
    const plaintext = fromHex(frames);
    const datagram = new Uint8Array(28 + plaintext.length);
    datagram.set(fromHex(bytes).subarray(0, 12));
    datagram.set(plaintext, 28);
    const sender = new SealedSealing(platform.sealCrypto, copyOf(send), copyOf(receive));
    assert.equal(sender.seal(datagram, 0, plaintext.length), datagram.length);
    assert.equal(hex(datagram), bytes, `${name}, counter ${counter}`);
    const receiver = new SealedSealing(platform.sealCrypto, copyOf(receive), copyOf(send));
    assert.equal(receiver.open(datagram, 0, datagram.length), 28);
    assert.equal(hex(datagram.subarray(28)), frames);
    assert.throws(() => sender.seal(datagram, 0, plaintext.length), /twice/);
  }
});

const copyOf = ({ key, iv }: { key: Uint8Array; iv: Uint8Array }) => ({ key: key.slice(), iv: iv.slice() });

test('the three fragments are acknowledged, put together and executed once', () => {
  const { ends, handler } = endsAt('welcome');
  vectors.fragments.datagrams.forEach(({ bytes }, step) => {
    const frames = ends.toServer(fromHex(bytes)).flatMap(openedFrames);
    const told = frames.map(({ type, body }) => hex(frame(type, body)));
    assert.deepEqual(told, vectors.fragments.answers[step], `datagram ${step}`);
  });
  assert.equal(handler.executions, 1);
});

test('the replay window gives the verdicts of the trace', () => {
  const window = new ReplayWindow();
  for (const [counter, verdict] of vectors.replayWindow.trace as [number, string][]) {
    assert.equal(window.check(counter), verdict, `${counter}`);
    if (verdict === 'fresh') window.mark(counter);
  }
});

test('the dedup trace runs as it says', () => {
  const { ends, handler } = endsAt('welcome');
  const tickets = new Map<number, number>();
  vectors.dedup.steps.forEach((step, index) => {
    const before = handler.executions;
    let answers: Uint8Array[];
    if (step.completes === undefined) {
      const body = frame(FrameType.REQ, u32(step.rid!), step.delta!, step.flags!, fromHex(step.ops!));
      answers = ends.toServer(sealed(KEYS, 'toServer', index, body));
      if (handler.executions > before) tickets.set(step.rid!, handler.ticket);
    } else answers = ends.complete(tickets.get(step.completes)!, new Uint8Array(0));
    const [answer] = answers.flatMap(openedFrames);
    const { expect } = step;
    const where = `step ${index}`;
    assert.equal(handler.executions > before, expect.executed, where);
    if (expect.frame === 'none') assert.equal(answer, undefined, where);
    else assert.equal(answer.type, FrameType[expect.frame], where);
    if (expect.frame !== 'RSP') return;
    assert.equal(answer.body[5], Status[expect.status as keyof typeof Status], where);
    assert.equal((answer.body[4] & 0x10) !== 0, expect.fromCache, where);
  });
});

/** Everything one line of the must-fail set stands for. */
function* forgeries(line: MustFail): Generator<Uint8Array> {
  const whole = fromHex(line.bytes ?? handshake[line.of as keyof typeof handshake]);
  if (line.truncate) for (let length = 0; length < whole.length; length++) yield whole.slice(0, length);
  else if (line.flipEach) {
    for (let bit = line.flipEach[0]; bit <= line.flipEach[1]; bit++) {
      const forged = whole.slice();
      forged[bit >> 3] ^= 1 << (bit & 7);
      yield forged;
    }
  } else yield whole;
}

for (const line of vectors.mustFail) {
  test(`must fail: ${line.name}`, () => {
    const isSession = line.name.startsWith('DATA');
    const before = line.at === 'server' ? 'welcome' : 'session';
    const { ends, handler } = endsAt(isSession ? before : line.of === 'hello' ? 'hello' : 'auth');
    const { sessions } = ends.server.counters();
    const said = ends.said.length;
    let count = 0;
    for (const forged of forgeries(line)) {
      count++;
      const options = {
        ...(line.second === undefined ? {} : { second: line.second }),
        isElsewhere: line.isElsewhere === true,
      };
      const answers = line.at === 'server' ? ends.toServer(forged, options) : ends.toClient(forged);
      assert.deepEqual(answers.map(answerName), line.expect === 'silence' ? [] : [line.expect], `${count}`);
    }
    const { dropped } = line.at === 'server' ? ends.server.counters() : ends.client.counters();
    assert.equal(
      Object.values(dropped).reduce((sum, n) => sum + n, 0),
      count,
      'each was counted once',
    );
    assert.equal(ends.server.counters().sessions, sessions);
    assert.equal(handler.executions, 0);
    assert.equal(ends.said.length, said);
  });
}

function answerName(answer: Uint8Array): string {
  if (answer[1] === DatagramType.NO_SESSION) return 'NO_SESSION';
  assert.equal(answer[1], DatagramType.REJECT);
  return Object.entries(RejectReason).find(([, reason]) => reason === answer[RejectAt.reason])![0];
}

test.run();
