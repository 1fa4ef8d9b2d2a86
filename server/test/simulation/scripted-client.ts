/** A genuine client that does what the plan says and keeps account of every request until its outcome is clear. */

import { Status } from '@anoadb/protocol';
import {
  addressKey,
  EndpointDriver,
  type SeededRandom,
  type SimulatedNetwork,
  type SimulatedPort,
  type VirtualClock,
} from '@anoadb/testkit';
import { ClientEndpoint, type ClientListener } from '@anoadb/transport';
import type { CallRecord, Ledger } from './ledger.js';
import type { PlannedClient, PlannedKey, PlannedRequest } from './plan.js';
import { decodeReply, encodeRequest, type OpResult, tagOf } from './request-codec.js';
import { platform, type SimulatedKeys } from './simulated-keys.js';
import type { WireWatch } from './wire-watch.js';

export interface ScriptedClientOptions {
  readonly index: number;
  readonly plan: PlannedClient;
  readonly groups: readonly (readonly PlannedKey[])[];
  /** Undefined in open mode. */
  readonly keys: SimulatedKeys | undefined;
  readonly address: Uint8Array;
  readonly serverAddress: Uint8Array;
  readonly network: SimulatedNetwork;
  readonly clock: VirtualClock;
  readonly random: SeededRandom;
  readonly ledger: Ledger;
  readonly wire: WireWatch;
  readonly onAnswered?: ((call: CallRecord) => void) | undefined;
}

interface Waiting {
  readonly record: CallRecord;
  readonly bytes: Uint8Array;
}

/** Of the endpoint's default; virtual time passes it in no time. */
const NO_CONTACT_MS = 240_000;

export class ScriptedClient implements ClientListener {
  readonly index: number;
  readonly address: Uint8Array;
  readonly port: SimulatedPort;
  readonly endpoint: ClientEndpoint;
  readonly #options: ScriptedClientOptions;
  readonly #driver: EndpointDriver;
  readonly #waiting: Waiting[] = [];
  readonly #inFlight = new Map<number, CallRecord>();
  /** Versions of keys as last seen, by "group/key". */
  readonly #versions = new Map<string, number>();
  #toCall: number;
  /** The server is being heard: what ends now ends because of a datagram. */
  #isHearing = false;
  isDead = false;
  /** When the latest AUTH left first, and the one that opened the session that stands. */
  #authAt = 0;
  #sessionSince = 0;
  #sessions = 0;

  constructor(options: ScriptedClientOptions) {
    const { clock, plan, network, address, serverAddress, wire, index } = options;
    this.#options = options;
    this.index = index;
    this.address = address;
    this.#toCall = plan.requests.length;
    this.port = network.open(address, serverAddress, {
      onLeave: (datagram) => {
        if (wire.leftClient(index, datagram)) this.#authAt = options.ledger.next();
      },
      onArrive: (datagram) => wire.reachedClient(index, datagram),
    });
    this.endpoint = new ClientEndpoint({
      random: options.random.source,
      isLoopback: false,
      sink: this.port,
      listener: this,
      windowMax: plan.windowMax,
      limits: plan.limits,
      ...(options.keys === undefined
        ? { mode: 'open' }
        : {
            mode: 'sealed',
            psk: options.keys.pskOf(index),
            crypto: platform.crypto,
            sealCrypto: wire.sealCrypto,
          }),
    });
    const endpoint = {
      handleBatch: (...[batch, nowMs]: Parameters<ClientEndpoint['handleBatch']>): void => {
        this.#isHearing = true;
        this.endpoint.handleBatch(batch, nowMs);
        this.#isHearing = false;
        this.#noteSession();
      },
      tick: (nowMs: number): void => {
        this.endpoint.tick(nowMs);
        this.#submitWaiting();
      },
      nextTickAtMs: () => this.endpoint.nextTickAtMs(),
    };
    this.#driver = new EndpointDriver({
      socket: this.port,
      clock,
      endpoint,
      onHandled: () => this.#submitWaiting(),
    });
    this.endpoint.start(clock.nowMs);
    this.#driver.rearm();
    plan.requests.forEach((request, i) => {
      clock.at(Math.max(request.atMs, clock.nowMs), () => this.#call(request, tagOf(index, i)));
    });
    if (plan.diesAtMs > 0) clock.at(plan.diesAtMs, () => this.die());
  }

  get isDone(): boolean {
    return this.isDead || (this.#toCall === 0 && this.#waiting.length === 0 && this.#inFlight.size === 0);
  }

  get key(): string {
    return addressKey(this.address);
  }

  /** No goodbye: what was on its way may still arrive. */
  die(): void {
    if (this.isDead) return;
    this.isDead = true;
    this.#driver.stop();
    this.port.close();
    this.#options.ledger.trace(() => `client ${this.index} dies`);
    for (const { record } of this.#waiting.splice(0)) this.#end(record, 'never sent');
    for (const record of this.#inFlight.values()) this.#end(record, 'unknown');
    this.#inFlight.clear();
  }

  /** Call when the endpoint's timer may have moved from outside. */
  rearm(): void {
    this.#driver.rearm();
  }

  onReady(): void {
    this.#options.ledger.trace(() => `client ${this.index} is ready`);
    // Not from within the endpoint's own call.
    this.#options.clock.after(0, () => {
      if (!this.isDead) this.#submitWaiting();
    });
  }

  onReply(rid: number, status: number, bytes: Uint8Array, start: number, end: number): void {
    const record = this.#take(rid);
    const { ledger } = this.#options;
    if (record === undefined) return;
    const reply = bytes.slice(start, end);
    ledger.trace(() => `client ${this.index} has the reply to ${record.tag} (rid ${rid}), status ${status}`);
    if (status !== Status.OK) {
      ledger.violate(`${record.tag} was answered with status ${status}, which its client did not earn`);
      this.#end(record, 'unknown');
      return;
    }
    if (!ledger.isReplyOf(record.tag, reply)) {
      ledger.violate(`the reply to ${record.tag} is not what its execution answered`);
    }
    const decoded = decodeReply(reply, record.request.ops.length);
    if (decoded === undefined || (decoded.tag !== undefined && decoded.tag !== record.tag)) {
      ledger.violate(`${record.tag} got the reply of ${decoded?.tag ?? 'nobody'}`);
      this.#end(record, 'unknown');
      return;
    }
    record.results = decoded.results;
    record.reply = Buffer.from(reply).toString('latin1');
    this.#noteVersions(record.request, decoded.results);
    this.#end(record, 'answered');
  }

  onOutcomeUnknown(rid: number): void {
    const record = this.#take(rid);
    const { ledger, clock, plan } = this.#options;
    if (record === undefined) return;
    ledger.trace(() => `client ${this.index}: nobody knows what became of ${record.tag} (rid ${rid})`);
    const restart = ledger.lastRestartSince(this.#sessionSince);
    const noContactMs = plan.limits.noContactMs ?? NO_CONTACT_MS;
    if (this.#isHearing && restart === undefined) {
      ledger.violate(`${record.tag} is said to be of unknown outcome, but the server never restarted`);
    } else if (!this.#isHearing && clock.nowMs < noContactMs) {
      ledger.violate(`${record.tag} was given up before its time`);
    }
    this.#end(record, 'unknown', this.#isHearing ? restart : undefined);
  }

  onDisconnected(reason: string): void {
    this.#options.ledger.trace(() => `client ${this.index} is disconnected: ${reason}`);
  }

  /** As far as a run is concerned it has died. */
  onFatal(code: string): void {
    this.#options.ledger.trace(() => `client ${this.index} gives up: ${code}`);
    this.#options.clock.after(0, () => this.die());
  }

  #call(request: PlannedRequest, tag: string): void {
    this.#toCall--;
    if (this.isDead) return;
    const { groups, ledger, clock } = this.#options;
    const versions = request.ops.map((op) => this.#versions.get(`${request.group}/${op.key}`) ?? 1);
    const { bytes, mutates } = encodeRequest(tag, request, groups[request.group], versions);
    const calledAt = ledger.next();
    const record: CallRecord = {
      tag,
      request,
      mutates,
      versions,
      calledAt,
      outcome: 'open',
      endedAt: Number.POSITIVE_INFINITY,
      endedAtMs: Number.POSITIVE_INFINITY,
      results: undefined,
      reply: undefined,
    };
    ledger.calls.set(tag, record);
    ledger.trace(() => `client ${this.index} calls ${tag}: ${describe(request)}`);
    this.#waiting.push({ record, bytes });
    if (request.cancelAfterMs > 0) clock.after(request.cancelAfterMs, () => this.#cancel(record));
    this.#submitWaiting();
  }

  #cancel(record: CallRecord): void {
    if (record.outcome !== 'open' || this.isDead) return;
    const waitingAt = this.#waiting.findIndex((waiting) => waiting.record === record);
    if (waitingAt >= 0) {
      this.#waiting.splice(waitingAt, 1);
      this.#end(record, 'never sent');
      return;
    }
    const rid = [...this.#inFlight].find(([, other]) => other === record)![0];
    this.#inFlight.delete(rid);
    const wasSent = this.endpoint.cancel(rid, this.#options.clock.nowMs);
    this.#options.ledger.trace(() => `client ${this.index} cancels ${record.tag}, sent: ${wasSent}`);
    this.#end(record, wasSent ? 'unknown' : 'never sent');
    this.#submitWaiting();
  }

  #submitWaiting(): void {
    if (this.isDead) return;
    const { nowMs } = this.#options.clock;
    while (this.#waiting.length > 0 && this.endpoint.canSubmit()) {
      const { record, bytes } = this.#waiting.shift()!;
      const { isAtomic } = record.request;
      const rid = this.endpoint.submit(bytes, { mutates: record.mutates, isAtomic }, nowMs);
      if (this.#inFlight.has(rid)) this.#options.ledger.violate(`request id ${rid} was given twice`);
      this.#inFlight.set(rid, record);
    }
    this.endpoint.flush(nowMs);
    this.#driver.rearm();
  }

  /** A session is as old as its AUTH: the WELCOME may have been long on its way, and its server gone since. */
  #noteSession(): void {
    const { sessions } = this.endpoint.counters();
    if (sessions === this.#sessions) return;
    this.#sessions = sessions;
    this.#sessionSince = this.#authAt;
  }

  #take(rid: number): CallRecord | undefined {
    const record = this.#inFlight.get(rid);
    if (record === undefined)
      this.#options.ledger.violate(`an outcome for request id ${rid}, which is not open`);
    this.#inFlight.delete(rid);
    return record;
  }

  /** `before`: an unknown one has taken effect before that event, or never. */
  #end(record: CallRecord, outcome: CallRecord['outcome'], before?: number): void {
    record.outcome = outcome;
    record.endedAt = this.#options.ledger.next();
    record.endedAtMs = this.#options.clock.nowMs;
    if (outcome === 'unknown' && before !== undefined) record.endedAt = before - 0.5;
    if (outcome === 'answered') this.#options.onAnswered?.(record);
  }

  #noteVersions(request: PlannedRequest, results: readonly OpResult[]): void {
    request.ops.forEach((op, i) => {
      const { version } = results[i];
      if (version > 0) this.#versions.set(`${request.group}/${op.key}`, version);
    });
  }
}

function describe(request: PlannedRequest): string {
  const ops = request.ops.map((op) => `${op.kind} ${op.key}`).join(', ');
  return `${request.isAtomic ? 'atomic ' : ''}group ${request.group}: ${ops}`;
}
