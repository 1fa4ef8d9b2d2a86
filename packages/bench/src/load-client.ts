/**
 * A load generator on the transport: prepared requests, a fixed number in flight, nothing kept of the replies
 * but their statuses. What redis-benchmark is to Redis; the SDK on top of it is measured by its own row.
 */

import { randomFillSync } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import {
  type AnoaValue,
  ByteReader,
  ByteWriter,
  decodeValue,
  Result,
  readResult,
  Status,
  type ValueType,
} from '@anoadb/protocol';
import { ClientEndpoint, type ClientListener } from '@anoadb/transport';
import { choosePlatformCrypto } from '@anoadb/transport/node-crypto';
import { connectDatagramSocket, type DatagramSocket } from '@anoadb/udp';

export interface LoadPlan {
  readonly requests: number;
  readonly inFlight: number;
  /** Do the requests change something? */
  readonly mutates: boolean;
  /** Appends the ops of request `index`; called in order. */
  write(index: number, writer: ByteWriter): void;
}

export interface LoadReport {
  readonly seconds: number;
  readonly requests: number;
  /** Per request in ms, sorted; empty unless asked for. */
  readonly latenciesMs: Float64Array;
}

const NOT_FOUND_OK = new Set<number>([Status.OK, Status.NOT_FOUND]);
const CONNECT_WITHIN_MS = 10_000;
/** A snapshot of ten million entries answers within this; nothing else takes a second. */
const SILENCE_MS_MAX = 120_000;

export class LoadClient implements ClientListener {
  readonly #socket: DatagramSocket;
  readonly #endpoint: ClientEndpoint;
  readonly #writer = new ByteWriter(64 * 1024);
  readonly #reader = new ByteReader();
  readonly #result = new Result();
  readonly #sentAtMs = new Map<number, number>();
  #timer: NodeJS.Timeout | undefined;
  #timerAtMs = Number.POSITIVE_INFINITY;
  #onReady: () => void = () => {};
  #plan: LoadPlan | undefined;
  #latencies: Float64Array | undefined;
  #submitted = 0;
  #answered = 0;
  #lastValue: AnoaValue = null;
  #finish: (failure?: Error) => void = () => {};

  private constructor(socket: DatagramSocket, psk: Uint8Array | undefined) {
    this.#socket = socket;
    this.#endpoint = new ClientEndpoint({
      random: (into) => void randomFillSync(into),
      isLoopback: socket.isLoopback,
      sink: socket,
      listener: this,
      windowMax: 256,
      ...(psk === undefined ? { mode: 'open' } : { mode: 'sealed', psk, ...choosePlatformCrypto() }),
    });
    socket.start({
      onBatch: (batch) => {
        this.#endpoint.handleBatch(batch, performance.now());
        this.#submitMore();
      },
      onError: () => this.#endpoint.hintRefused(performance.now()),
    });
  }

  /** Sealed where there is an access key. */
  static async connect(host: string, port: number, psk?: Uint8Array): Promise<LoadClient> {
    const client = new LoadClient(await connectDatagramSocket({ host, port }), psk);
    await new Promise<void>((resolve, reject) => {
      const deadline = setTimeout(
        () => reject(new Error(`no session with ${host}:${port}`)),
        CONNECT_WITHIN_MS,
      );
      client.#onReady = () => {
        clearTimeout(deadline);
        resolve();
      };
      client.#finish = (failure) => void (failure && reject(failure));
      client.#endpoint.start(performance.now());
      client.#arm();
    });
    return client;
  }

  /** Runs a plan to its end. Rejects on the first reply that is neither OK nor NOT_FOUND. */
  async run(plan: LoadPlan, keepLatencies = false): Promise<LoadReport> {
    this.#plan = plan;
    this.#submitted = 0;
    this.#answered = 0;
    this.#latencies = keepLatencies ? new Float64Array(plan.requests) : undefined;
    const startedAtMs = performance.now();
    let answeredBefore = -1;
    let watchdog: NodeJS.Timeout | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        this.#finish = (failure) => (failure === undefined ? resolve() : reject(failure));
        watchdog = setInterval(() => {
          if (this.#answered === answeredBefore)
            reject(new Error(`no answer for ${SILENCE_MS_MAX / 1000} s`));
          answeredBefore = this.#answered;
        }, SILENCE_MS_MAX);
        this.#submitMore();
      });
    } finally {
      clearInterval(watchdog);
    }
    const seconds = (performance.now() - startedAtMs) / 1000;
    this.#plan = undefined;
    return { seconds, requests: plan.requests, latenciesMs: (this.#latencies ?? new Float64Array(0)).sort() };
  }

  /** One request of one op by itself; resolves with its value. */
  async ask(write: (writer: ByteWriter) => void, mutates = false): Promise<AnoaValue> {
    await this.run({ requests: 1, inFlight: 1, mutates, write: (_index, writer) => write(writer) });
    return this.#lastValue;
  }

  async close(): Promise<void> {
    this.#endpoint.close(performance.now());
    clearTimeout(this.#timer);
    await this.#socket.close();
  }

  onReady(): void {
    this.#onReady();
  }

  onReply(rid: number, status: number, bytes: Uint8Array, start: number, end: number): void {
    if (this.#latencies !== undefined) {
      this.#latencies[this.#answered] = performance.now() - (this.#sentAtMs.get(rid) ?? 0);
      this.#sentAtMs.delete(rid);
    }
    const failure =
      status === Status.OK
        ? this.#checkResults(bytes, start, end)
        : `a request was answered with status ${status}`;
    if (failure !== undefined) this.#finish(new Error(failure));
    this.#answered++;
    if (this.#answered === this.#plan?.requests) this.#finish();
  }

  onOutcomeUnknown(): void {
    this.#finish(new Error('the outcome of a write is unknown'));
  }

  onDisconnected(reason: string): void {
    this.#finish(new Error(`disconnected: ${reason}`));
  }

  onFatal(code: string, message: string): void {
    this.#finish(new Error(`${code}: ${message}`));
  }

  /** Reads every result, as a real client must; says what is wrong with them. */
  #checkResults(bytes: Uint8Array, start: number, end: number): string | undefined {
    const result = this.#result;
    this.#reader.reset(bytes, start, end);
    while (this.#reader.remaining > 0) {
      if (!readResult(this.#reader, result)) return 'unreadable results';
      if (!NOT_FOUND_OK.has(result.status)) return `an op was answered with status ${result.status}`;
    }
    if (this.#plan?.requests === 1) {
      this.#lastValue = decodeValue(result.type as ValueType, result.bytes, result.start, result.end);
    }
    return undefined;
  }

  #submitMore(): void {
    const plan = this.#plan;
    const nowMs = performance.now();
    if (plan !== undefined) {
      while (
        this.#submitted < plan.requests &&
        this.#submitted - this.#answered < plan.inFlight &&
        this.#endpoint.canSubmit()
      ) {
        this.#writer.reset();
        plan.write(this.#submitted, this.#writer);
        const rid = this.#endpoint.submit(
          this.#writer.written(),
          { mutates: plan.mutates, isAtomic: false },
          nowMs,
        );
        if (this.#latencies !== undefined) this.#sentAtMs.set(rid, nowMs);
        this.#submitted++;
      }
      this.#endpoint.flush(nowMs);
    }
    this.#arm();
  }

  /** Rings early rather than being set anew for every request. */
  #arm(): void {
    const atMs = this.#endpoint.nextTickAtMs();
    if (atMs >= this.#timerAtMs || atMs === Number.POSITIVE_INFINITY) return;
    clearTimeout(this.#timer);
    this.#timerAtMs = atMs;
    this.#timer = setTimeout(
      () => {
        this.#timerAtMs = Number.POSITIVE_INFINITY;
        this.#endpoint.tick(performance.now());
        this.#submitMore();
      },
      Math.max(0, Math.ceil(atMs - performance.now())),
    );
  }
}
