/**
 * Writers whose every acknowledgement is kept, so that after a crash it can be said what must be there.
 *
 * Each lane sends one request at a time: an atomic INCR of its counter and a SET of a key of its own for that number.
 * The counter's answer is the number of requests of the lane that took effect: one executed twice, also by a retry
 * across a crash, shows in the answer to the next.
 */

import assert from 'node:assert/strict';
import { performance } from 'node:perf_hooks';
import { encodeGet, encodeIncr, encodeSet } from '@anoadb/protocol';
import { type Answer, bytes, type Encode } from '../test-engine.js';
import { UdpClient } from '../udp-client.js';

/** A write that the server acknowledged. */
export interface Acknowledged {
  readonly lane: number;
  readonly number: number;
  readonly lsn: number;
  /** Of performance.now, when its acknowledgement came. */
  readonly atMs: number;
}

const GETS_PER_REQUEST = 50;
const REQUESTS_AT_ONCE = 16;
/** Until a refused write is tried again. */
const REFUSED_MS = 20;

export class CrashLoad {
  readonly acknowledged: Acknowledged[] = [];
  /** Answers that no correct server gives. */
  readonly violations: string[] = [];
  /** Writes refused without being executed (BUSY, a full disk), by status. */
  readonly refused = new Map<string, number>();
  unknown = 0;
  readonly #client: UdpClient;
  readonly #prefix: string;
  readonly #valueBytes: number;
  readonly #lanes: Promise<void>[] = [];
  #isStopping = false;
  #isAbandoned = false;

  private constructor(client: UdpClient, prefix: string, valueBytes: number) {
    this.#client = client;
    this.#prefix = prefix;
    this.#valueBytes = valueBytes;
  }

  /** `prefix` keeps the keys of one load from those of another. */
  static async start(options: {
    port: number;
    prefix: string;
    lanes?: number;
    valueBytes?: number;
  }): Promise<CrashLoad> {
    const client = await UdpClient.connect(options.port);
    const load = new CrashLoad(client, options.prefix, options.valueBytes ?? 16);
    for (let lane = 0; lane < (options.lanes ?? 8); lane++) load.#lanes.push(load.#run(lane));
    return load;
  }

  /** Every lane has the outcome of its last request. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await Promise.all(this.#lanes);
    await this.#client.close();
  }

  /** Nobody waits for outcomes: the server is gone. */
  async abandon(): Promise<void> {
    this.#isStopping = true;
    this.#isAbandoned = true;
    await this.#client.close();
  }

  keyOf(write: { lane: number; number: number }): string {
    return `${this.#prefix}:${write.lane}:${write.number}`;
  }

  valueOf(write: { lane: number; number: number }): string {
    return this.keyOf(write).padEnd(this.#valueBytes, '.');
  }

  /** Those of `writes` that are not there as they were written. */
  async missing(port: number, writes: readonly Acknowledged[]): Promise<Acknowledged[]> {
    const found = await valuesOf(
      port,
      writes.map((write) => this.keyOf(write)),
    );
    return writes.filter((write, i) => found[i].value !== this.valueOf(write));
  }

  async #run(lane: number): Promise<void> {
    let number = 0;
    while (!this.#isStopping) {
      const next = { lane, number: number + 1 };
      try {
        const [counter, set] = await this.#client.request(this.#ops(next), true);
        if (this.#isAbandoned) return;
        if (counter.status !== 'OK' || set.status !== 'OK') {
          this.#count(counter.status === 'ABORTED' ? set.status : counter.status);
          await sleep(REFUSED_MS);
          continue;
        }
        number = next.number;
        if (counter.value !== number)
          this.violations.push(`lane ${lane}: request ${number} was answered with ${counter.value}`);
        this.acknowledged.push({ lane, number, lsn: set.version ?? 0, atMs: performance.now() });
      } catch (error) {
        if (this.#isAbandoned) return;
        const { message } = error as Error;
        if (message !== 'outcome unknown') {
          this.#count(message);
          await sleep(REFUSED_MS);
          continue;
        }
        // Executed or not: the counter says so, and is believed once.
        this.unknown++;
        number = await this.#counterOf(lane);
      }
    }
  }

  #ops(write: { lane: number; number: number }): Encode[] {
    const key = bytes(this.keyOf(write));
    const value = this.valueOf(write);
    return [
      (w) => encodeIncr(w, { key: bytes(`${this.#prefix}:counter:${write.lane}`) }),
      (w) => encodeSet(w, { key, value }),
    ];
  }

  async #counterOf(lane: number): Promise<number> {
    const key = bytes(`${this.#prefix}:counter:${lane}`);
    const { status, value } = await this.#client.run((w) => encodeGet(w, { key }));
    return status === 'NOT_FOUND' ? 0 : Number(value);
  }

  #count(status: string): void {
    this.refused.set(status, (this.refused.get(status) ?? 0) + 1);
  }
}

/** Empty where nothing is missing. */
export function describeMissing(missing: readonly Acknowledged[]): string {
  if (missing.length === 0) return '';
  const some = missing.slice(0, 5).map(({ lane, number, lsn }) => `lane ${lane} number ${number} LSN ${lsn}`);
  return `${missing.length} acknowledged writes are missing: ${some.join(', ')}`;
}

/** What a server has under these keys, in their order. */
export async function valuesOf(port: number, keys: readonly string[]): Promise<Answer[]> {
  const client = await UdpClient.connect(port);
  const found: Answer[] = [];
  const requests: Promise<Answer[]>[] = [];
  for (let at = 0; at < keys.length; at += GETS_PER_REQUEST) {
    const part = keys.slice(at, at + GETS_PER_REQUEST);
    requests.push(client.request(part.map((key) => (w) => encodeGet(w, { key: bytes(key) }))));
    if (requests.length < REQUESTS_AT_ONCE && at + GETS_PER_REQUEST < keys.length) continue;
    for (const answers of await Promise.all(requests.splice(0))) found.push(...answers);
  }
  await client.close();
  assert.equal(found.length, keys.length);
  return found;
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
