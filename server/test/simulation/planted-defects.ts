/** Defects of the transport and the engine that the simulation must find (planting.ts). */

import { RequestKind } from '@anoadb/transport';
import { Admission } from '../../../packages/transport/src/admission.js';
import { ClientHandshake } from '../../../packages/transport/src/client/client-handshake.js';
import { ClientRequests } from '../../../packages/transport/src/client/client-requests.js';
import { ClientSession } from '../../../packages/transport/src/client/client-session.js';
import { CookieJar } from '../../../packages/transport/src/cookie.js';
import { Outgoing } from '../../../packages/transport/src/outgoing.js';
import { OutgoingTransfers } from '../../../packages/transport/src/outgoing-transfers.js';
import { ReplayWindow } from '../../../packages/transport/src/replay-window.js';
import { ClientRecord } from '../../../packages/transport/src/server/client-record.js';
import { ReplyCache } from '../../../packages/transport/src/server/reply-cache.js';
import { RequestExecutor } from '../../../packages/transport/src/server/request-executor.js';
import { SeenAuths } from '../../../packages/transport/src/server/seen-auths.js';
import { ServerHandshake } from '../../../packages/transport/src/server/server-handshake.js';
import { DatagramDoor } from '../../src/doors/datagram/datagram-door.js';
import { Engine } from '../../src/engine/engine.js';
import type { Plan } from './plan.js';
import { all, type PlantedDefect, replace } from './planting.js';

export const plantedDefects: readonly PlantedDefect[] = [
  {
    name: 'a stored reply at or above the floor is forgotten now and then, as a timer would',
    found: /took effect 2 times/,
    mode: 'open',
    seedsMax: 100,
    plant: () => {
      let calls = 0;
      return replace(
        ReplyCache,
        'find',
        (find) =>
          function (this: ReplyCache, rid: number) {
            const slot = find.call(this, rid);
            if (slot < 0 || this.isRunning(slot) || ++calls % 5 !== 0) return slot;
            this.remove(slot);
            return -1;
          },
      );
    },
  },
  {
    name: 'a duplicate of a request that is still running is executed',
    found: /took effect 2 times/,
    mode: 'open',
    seedsMax: 100,
    plant: () => {
      let isExecuting = false;
      return all(
        replace(
          RequestExecutor,
          'execute',
          (execute) =>
            function (this: RequestExecutor, ...given) {
              isExecuting = true;
              execute.apply(this, given);
              isExecuting = false;
            },
        ),
        replace(
          ReplyCache,
          'find',
          (find) =>
            function (this: ReplyCache, rid: number) {
              const slot = find.call(this, rid);
              return slot >= 0 && isExecuting && this.isRunning(slot) ? -1 : slot;
            },
        ),
      );
    },
  },
  {
    name: 'the stored reply of another request is sent again',
    found: /is not what its execution answered|got the reply of/,
    mode: 'open',
    seedsMax: 100,
    plant: () =>
      replace(
        ReplyCache,
        'startOf',
        (startOf) =>
          function (this: ReplyCache, slot: number) {
            const other = (slot + this.window - 1) % this.window;
            const isStored = this.window > 1 && this.lengthOf(other) === this.lengthOf(slot);
            return startOf.call(this, isStored && this.bytesOf(slot) === this.bytesOf(other) ? other : slot);
          },
      ),
  },
  {
    name: 'the floor is raised beyond what the client acknowledged',
    found: /never restarted|which its client did not earn/,
    mode: 'open',
    seedsMax: 100,
    plant: () =>
      replace(
        ReplyCache,
        'advance',
        (advance) =>
          function (this: ReplyCache, floor: number) {
            advance.call(this, floor > 1 ? floor + 1 : floor);
          },
      ),
  },
  {
    name: 'a server that restarted announces RESUMED, and writes of unknown outcome are sent again',
    found: /took effect 2 times/,
    mode: 'open',
    seedsMax: 100,
    plant: () =>
      all(
        replace(ClientRecord, 'reachesBackTo', () => () => true),
        replace(
          ServerHandshake,
          'handleAuth',
          (handle) =>
            function (this: ServerHandshake, ...given) {
              this.epoch.fill(7);
              handle.apply(this, given);
            },
        ),
      ),
  },
  {
    name: 'a read runs again while its reply is on its way, and fragments of both executions are mixed',
    found: /is not what its execution answered|damaged at|got the reply of nobody/,
    mode: 'open',
    seedsMax: 100,
    bend: onlyLargeValues,
    plant: () => {
      let isExecuting = false;
      return all(
        replace(
          RequestExecutor,
          'execute',
          (execute) =>
            function (this: RequestExecutor, ...given) {
              isExecuting = true;
              execute.apply(this, given);
              isExecuting = false;
            },
        ),
        replace(
          OutgoingTransfers,
          'find',
          (find) =>
            function (this: OutgoingTransfers, rid: number) {
              if (!isExecuting || find.call(this, rid) === undefined) return find.call(this, rid);
              this.drop(rid);
              return undefined;
            },
        ),
        replace(
          ClientRequests,
          'handleFragment',
          (handle) =>
            function (this: ClientRequests, ...given) {
              const [bytes, body] = given;
              bytes[body + 4] &= 0xf0; // the attempt is what tells them apart
              return handle.apply(this, given);
            },
        ),
      );
    },
  },
  {
    name: 'a NO_SESSION hint is believed unchecked',
    found: /believed a forged NO_SESSION/,
    mode: 'open',
    seedsMax: 100,
    plant: () => replace(ClientSession, 'wasSentLately', () => () => true),
  },
  {
    name: 'a request id is given again after a cancel',
    found: /status 35, which its client did not earn/,
    mode: 'open',
    seedsMax: 100,
    plant: plantReuse,
  },
  {
    name: 'a request id is given again after a cancel, and the server ignores fingerprints',
    found: /is not what its execution answered|got the reply of/,
    mode: 'open',
    seedsMax: 100,
    plant: () =>
      all(
        plantReuse(),
        replace(ReplyCache, 'matches', () => () => true),
      ),
  },
  {
    name: 'request ids wrap without the client becoming a new one',
    found: /which its client did not earn|never restarted/,
    mode: 'open',
    seedsMax: 100,
    plant: () => {
      const first = new WeakMap<ClientHandshake, Uint8Array>();
      return replace(
        ClientHandshake,
        'handleChallenge',
        (handle) =>
          function (this: ClientHandshake, bytes, at, params, ...rest) {
            const clientId = first.get(this) ?? params.clientId.slice();
            first.set(this, clientId);
            return handle.call(this, bytes, at, { ...params, clientId }, ...rest);
          },
      );
    },
  },
  {
    name: 'an atomic request that fails leaves half of itself behind',
    found: /has no sequential explanation/,
    mode: 'open',
    seedsMax: 100,
    plant: () =>
      replace(
        Engine,
        'rollback',
        () =>
          function (this: Engine) {
            this.commit();
          },
      ),
  },
  {
    name: 'a HELLO shorter than its answer is answered',
    found: /went to an address that has proven nothing/,
    mode: 'open',
    seedsMax: 100,
    plant: () =>
      replace(
        Admission,
        'refuse',
        (refuse) =>
          function (this: Admission, ...[bytes, start, end]: Parameters<Admission['refuse']>) {
            const isShortHello = bytes[start + 1] === 0x21 && end - start >= 12 && end - start < 128;
            if (!isShortHello) return refuse.call(this, bytes, start, end);
            bytes.fill(0, end, start + 128);
            return undefined;
          },
      ),
  },
  {
    name: 'a counter, and with it a nonce, is used again for a retransmission',
    found: /used counter \d+ of a session twice/,
    mode: 'open',
    seedsMax: 100,
    plant: () => {
      let calls = 0;
      return replace(
        Outgoing,
        'reserve',
        (reserve) =>
          function (this: Outgoing, ...[channel, byteCount]: Parameters<Outgoing['reserve']>) {
            if (channel.sendCounter > 3 && ++calls % 20 === 0) channel.sendCounter--;
            return reserve.call(this, channel, byteCount);
          },
      );
    },
  },
  {
    name: 'a datagram that was overtaken is taken for a replay',
    found: /dropped as (replayed|too-old)/,
    mode: 'open',
    seedsMax: 100,
    plant: () =>
      replace(
        ReplayWindow,
        'check',
        (check) =>
          function (this: ReplayWindow, counter: number) {
            return counter < this.highest ? 'too-old' : check.call(this, counter);
          },
      ),
  },
  {
    name: 'AUTHs are not remembered: one replayed opens a second session',
    found: /sessions were opened by/,
    mode: 'open',
    seedsMax: 100,
    plant: () => replace(SeenAuths, 'find', () => () => undefined),
  },
  {
    name: 'the replay window moves before the tag is checked',
    found: /dropped as (replayed|too-old)/,
    mode: 'sealed',
    seedsMax: 100,
    plant: () =>
      replace(
        ReplayWindow,
        'check',
        (check) =>
          function (this: ReplayWindow, counter) {
            const verdict = check.call(this, counter);
            if (verdict === 'fresh') this.mark(counter);
            return verdict;
          },
      ),
  },
  {
    name: 'a nonce would be used again: the counter is taken back for a retransmission',
    found: /a nonce would come twice/,
    mode: 'sealed',
    seedsMax: 100,
    plant: () => {
      let calls = 0;
      return replace(
        Outgoing,
        'reserve',
        (reserve) =>
          function (this: Outgoing, channel, byteCount) {
            if (channel.sendCounter > 3 && ++calls % 20 === 0) channel.sendCounter--;
            return reserve.call(this, channel, byteCount);
          },
      );
    },
  },
  {
    name: 'a cookie is good from every address',
    found: /that fetched no cookie/,
    mode: 'open',
    seedsMax: 100,
    plant: () => replace(CookieJar, 'check', () => () => 'good' as const),
  },
  {
    name: 'a write is taken for a read, and not remembered',
    found: /took effect 2 times/,
    mode: 'open',
    seedsMax: 100,
    plant: () => {
      let calls = 0;
      return replace(
        DatagramDoor,
        'classify',
        (classify) =>
          function (this: DatagramDoor, ...[bytes, start, end]: Parameters<DatagramDoor['classify']>) {
            const kind = classify.call(this, bytes, start, end);
            return kind === RequestKind.WRITE && ++calls % 8 === 0 ? RequestKind.READ : kind;
          },
      );
    },
  },
  {
    name: 'writes given up are not told to their caller',
    found: /without an outcome|took effect 2 times/,
    mode: 'open',
    seedsMax: 100,
    plant: () => replace(ClientRequests, 'giveUpSentWrites', () => () => {}),
  },
];

/** One key, values of one length written and read in fragments by everybody. */
function onlyLargeValues(plan: Plan): Plan {
  const clients = plan.clients.map((client) => ({
    ...client,
    requests: client.requests.map((request, i) => ({
      ...request,
      group: 0,
      isAtomic: false,
      slowMs: 0,
      ops: [
        i % 2 === 0
          ? { kind: 'get' as const, key: 0, withVersion: false }
          : { kind: 'set' as const, key: 0, condition: 'none' as const, bytes: 6000 },
      ],
    })),
  }));
  const weather = { ...plan.weather, loss: 0.2, delayMs: 40 };
  return { ...plan, clients, weather, groups: [[{ name: 'blob', kind: 'register' }]] };
}

/** Takes the last id back when its request is cancelled after it left. */
function plantReuse(): () => void {
  return replace(
    ClientRequests,
    'cancel',
    (cancel) =>
      function (this: ClientRequests, rid: number) {
        const wasSent = cancel.call(this, rid);
        const { window } = this;
        if (wasSent && rid === window.nextRid - 1) {
          window.nextRid = rid;
          window.floor = Math.min(window.floor, rid);
        }
        return wasSent;
      },
  );
}
