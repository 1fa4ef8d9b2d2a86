/** Commands that took long, the latest `lengthMax` of them, as SLOWLOG shows them. */

import { byteText, type RedisCall } from './redis-call.js';
import type { RedisClient } from './redis-client.js';

const ARGUMENTS_SHOWN_MAX = 32;
const ARGUMENT_BYTES_SHOWN_MAX = 128;

export interface SlowLogEntry {
  readonly id: number;
  readonly atSeconds: number;
  readonly elapsedUs: number;
  /** One character per byte, shortened. */
  readonly arguments: readonly string[];
  readonly clientAddress: string;
  readonly clientName: string;
}

export class SlowLog {
  #lengthMax = 128;
  /** In microseconds; negative: nothing is logged. */
  #slowerThanUs = 10_000;
  /** `slowerThanUs` as the dispatcher compares it. */
  thresholdMs = 10;
  /** The latest first. */
  readonly entries: SlowLogEntry[] = [];
  #lastId = 0;

  get lengthMax(): number {
    return this.#lengthMax;
  }

  /** The oldest that are too many go. */
  resize(lengthMax: number): void {
    this.#lengthMax = lengthMax;
    if (this.entries.length > lengthMax) this.entries.length = lengthMax;
  }

  get slowerThanUs(): number {
    return this.#slowerThanUs;
  }

  set slowerThanUs(value: number) {
    this.#slowerThanUs = value;
    this.thresholdMs = value < 0 ? Number.POSITIVE_INFINITY : value / 1000;
  }

  add(client: RedisClient, call: RedisCall, elapsedMs: number, wallMs: number): void {
    const { connection } = client;
    this.entries.unshift({
      id: this.#lastId++,
      atSeconds: Math.floor(wallMs / 1000),
      elapsedUs: Math.round(elapsedMs * 1000),
      arguments: shownArguments(call),
      clientAddress: `${connection.remoteAddress}:${connection.remotePort}`,
      clientName: client.name,
    });
    if (this.entries.length > this.#lengthMax) this.entries.pop();
  }

  reset(): void {
    this.entries.length = 0;
  }
}

function shownArguments(call: RedisCall): string[] {
  const shown: string[] = [];
  for (let i = 0; i < Math.min(call.count, ARGUMENTS_SHOWN_MAX); i++) {
    if (i === ARGUMENTS_SHOWN_MAX - 1 && call.count > ARGUMENTS_SHOWN_MAX) {
      shown.push(`... (${call.count - ARGUMENTS_SHOWN_MAX + 1} more arguments)`);
      break;
    }
    const start = call.starts[i];
    const more = call.lengthOf(i) - ARGUMENT_BYTES_SHOWN_MAX;
    if (more <= 0) shown.push(call.text(i));
    else
      shown.push(`${byteText(call.bytes, start, start + ARGUMENT_BYTES_SHOWN_MAX)}... (${more} more bytes)`);
  }
  return shown;
}
