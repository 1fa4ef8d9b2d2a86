/** One life of the real server's core in the simulated network, every execution and every cap of it watched. */

import { ByteWriter } from '@anoadb/protocol';
import {
  EndpointDriver,
  type SeededRandom,
  type SimulatedNetwork,
  type SimulatedPort,
  type VirtualClock,
} from '@anoadb/testkit';
import {
  type IncomingRequest,
  PENDING,
  type RequestHandler,
  RequestKind,
  SERVER_LIMITS,
  type ServerEndpoint,
  type ServerLimits,
} from '@anoadb/transport';
import { createServerCore, type ServerCore } from '../support/simulated-server.js';
import type { DurableProcess } from './durable-process.js';
import type { Ledger } from './ledger.js';
import { readTag } from './request-codec.js';
import type { SimulatedKeys } from './simulated-keys.js';
import type { WireWatch } from './wire-watch.js';

export interface WatchedServerOptions {
  readonly incarnation: number;
  readonly address: Uint8Array;
  readonly network: SimulatedNetwork;
  readonly clock: VirtualClock;
  readonly random: SeededRandom;
  /** Undefined in open mode. */
  readonly keys: SimulatedKeys | undefined;
  readonly limits: Partial<ServerLimits>;
  readonly ledger: Ledger;
  readonly wire: WireWatch;
  /** What this life has on disk; undefined: nothing. */
  readonly process?: DurableProcess | undefined;
}

const MEMORY_BYTES = 16 * 1024 * 1024;

export class WatchedServer {
  readonly core: ServerCore;
  readonly #options: WatchedServerOptions;
  readonly #limits: ServerLimits;
  readonly #port: SimulatedPort;
  readonly #driver: EndpointDriver;
  #isExecuting = false;
  #effects = 0;
  /** Those that are no removals. */
  #changes = 0;
  #slowReads = 0;

  constructor(options: WatchedServerOptions) {
    const { clock, network, wire, ledger, address, random, process } = options;
    this.#options = options;
    this.#limits = { ...SERVER_LIMITS, ...options.limits };
    wire.startIncarnation();
    this.#port = network.open(address, undefined, {
      onLeave: (datagram, to) => wire.leftServer(datagram, to),
      onArrive: (datagram, from) => wire.reachedServer(datagram, from),
    });
    this.core = createServerCore({
      sink: this.#port,
      random,
      nowMs: () => clock.nowMs,
      maxMemoryBytes: MEMORY_BYTES,
      limits: options.limits,
      ...(options.keys === undefined ? {} : { access: options.keys, sealCrypto: wire.sealCrypto }),
      ...(process === undefined
        ? {}
        : { durable: process.parts((isRemoval) => this.#noteEffect(isRemoval)) }),
      wrapHandler: (door) => this.#watched(door),
    });
    const effect = (): void => {
      this.#noteEffect(false);
      if (!this.#isExecuting) ledger.violate('something changed while nothing was executed');
    };
    this.core.journal.subscribe({
      put: effect,
      remove: effect,
      clear: effect,
      splice: effect,
      removeEqual: effect,
      copy: effect,
    });
    const endpoint = {
      handleBatch: (...[batch, nowMs]: Parameters<ServerEndpoint['handleBatch']>): void => {
        this.core.engine.nowMs = process?.nowMs() ?? clock.wallNowMs;
        this.core.endpoint.handleBatch(batch, nowMs);
        process?.flush();
        this.#check();
      },
      tick: (nowMs: number): void => {
        this.core.endpoint.tick(nowMs);
        this.#check();
      },
      nextTickAtMs: () => this.core.endpoint.nextTickAtMs(),
    };
    this.#driver = new EndpointDriver({ socket: this.#port, clock, endpoint });
  }

  /** Everything it knew is gone; `isGraceful`: it says goodbye to its sessions first. */
  stop(isGraceful: boolean): void {
    if (isGraceful) this.core.endpoint.close(this.#options.clock.nowMs);
    this.#driver.stop();
    this.#port.close();
  }

  /** Answers left or timers moved outside of a batch. */
  rearm(): void {
    this.#check();
    this.#driver.rearm();
  }

  /** A read may come upon a key that has expired. */
  #noteEffect(isRemoval: boolean): void {
    this.#effects++;
    if (!isRemoval) this.#changes++;
  }

  #check(): void {
    const { ledger, wire, incarnation } = this.#options;
    const limits = this.#limits;
    const counters = this.core.endpoint.counters();
    wire.afterServer(counters);
    const bounds: [string, number, number][] = [
      ['sessions', counters.sessions, limits.sessionsMax],
      ['client records', counters.clientRecords, limits.clientRecordsMax],
      // The last reply let in, and the one at the floor, may exceed what room was kept for.
      [
        'reply cache bytes',
        counters.replyCacheBytes,
        counters.clientRecords * (limits.replyBytesPerClientMax + 2 * limits.storedReplyBytesMax),
      ],
      ['reassembly bytes', counters.reassemblyBytes, limits.reassemblyBytesTotal],
      ['outgoing bytes', counters.outgoingBytes, limits.outgoingBytesTotal + limits.storedReplyBytesMax],
      // That a read is answered later shows only once it was begun: the cap is for writes.
      ['pending writes', counters.pending - this.#slowReads, limits.pendingRequestsMax],
    ];
    for (const [what, used, max] of bounds) {
      if (used > max) ledger.violate(`server ${incarnation} holds ${used} ${what}, its cap is ${max}`);
      if (used < 0 && what !== 'pending writes')
        ledger.violate(`server ${incarnation} counts ${used} ${what}`);
    }
    for (const failure of this.core.failures.splice(0))
      ledger.violate(`the server threw: ${stackOf(failure)}`);
  }

  /** The door, with every execution entered in the ledger, and slow where the plan says so. */
  #watched(door: RequestHandler): RequestHandler {
    const { ledger, clock } = this.#options;
    const wasSlow = new Set<string>();
    return {
      history: door.history,
      classify: (bytes, start, end) => door.classify(bytes, start, end),
      execute: (request, reply) => {
        const tag = readTag(request.bytes, request.start, request.end);
        const slowMs = tag === undefined ? 0 : (ledger.calls.get(tag)?.request.slowMs ?? 0);
        if (tag === undefined || slowMs === 0 || wasSlow.has(tag))
          return this.#execute(door, request, reply, tag);
        // The second execution, of a read asked again, is as quick as any: nobody waits for ever.
        wasSlow.add(tag);
        const later = { ...request, bytes: request.bytes.slice(request.start, request.end) };
        later.end -= later.start;
        later.start = 0;
        const isRead = door.classify(later.bytes, 0, later.end) === RequestKind.READ;
        if (isRead) this.#slowReads++;
        clock.after(slowMs, () => {
          if (isRead) this.#slowReads--;
          this.#executeLater(door, later, tag);
        });
        return PENDING;
      },
      summarize: (ops, results) => {
        const summary = door.summarize(ops, results);
        const tag = readTag(ops, 0, ops.length);
        if (tag !== undefined) ledger.mayReply(tag, summary);
        return summary;
      },
    };
  }

  #executeLater(door: RequestHandler, request: IncomingRequest, tag: string): void {
    if (this.#driver.isStopped) return;
    const reply = new ByteWriter(256);
    this.core.engine.nowMs = this.#options.clock.wallNowMs;
    const status = this.#execute(door, request, reply, tag);
    this.core.endpoint.complete(request.ticket, status, reply.written(), this.#options.clock.nowMs);
    this.#check();
    this.#driver.rearm();
  }

  #execute(
    door: RequestHandler,
    request: IncomingRequest,
    reply: ByteWriter,
    tag: string | undefined,
  ): number {
    const { ledger, incarnation } = this.#options;
    const from = reply.at;
    const mutates = door.classify(request.bytes, request.start, request.end) === RequestKind.WRITE;
    this.#isExecuting = true;
    this.#effects = 0;
    this.#changes = 0;
    const status = door.execute(request, reply);
    this.#isExecuting = false;
    if (!mutates && this.#changes > 0) ledger.violate(`${tag ?? 'a request'} reads, but changed something`);
    if (tag === undefined) ledger.violate('the server executed what no client sent');
    else {
      const lsn = this.#effects > 0 ? (this.#options.process?.lastLsn ?? 0) : 0;
      ledger.executed(tag, incarnation, mutates, reply.bytes.subarray(from, reply.at), lsn);
    }
    return status;
  }
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
