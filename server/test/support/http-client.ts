/** The HTTP door asked without sockets: heads and bodies in, answers out. */

import assert from 'node:assert/strict';
import { HttpDoor } from '../../src/doors/http/http-door.js';
import type { HttpAnswer } from '../../src/doors/http/http-exchange.js';
import type { StreamServices } from '../../src/doors/stream/stream-services.js';
import type { StreamConnection } from '../../src/doors/stream/stream-session.js';
import type { Engine } from '../../src/engine/engine.js';
import type { DoorStatistics } from '../../src/ops/metrics.js';
import { type StreamDoors, StreamHarness, type StreamHarnessOptions } from './stream-harness.js';

export interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** As latin1. */
  readonly body: string;
}

export interface Asked {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export interface OtherDoors {
  readonly doors: StreamDoors;
  readonly statistics: Omit<DoorStatistics, 'http'>;
}

const NONE: OtherDoors = { doors: {}, statistics: { redis: undefined, memcached: undefined } };

export class HttpClient {
  readonly harness: StreamHarness;
  readonly door: HttpDoor;
  readonly connection: StreamConnection;

  /** @param others doors that stand beside it, and what they count. */
  constructor(
    options: StreamHarnessOptions = {},
    others: (services: StreamServices) => OtherDoors = () => NONE,
  ) {
    let door: HttpDoor | undefined;
    this.harness = new StreamHarness((services) => {
      const { doors, statistics } = others(services);
      door = new HttpDoor(services, statistics);
      return doors;
    }, options);
    this.door = door!;
    this.connection = this.harness.connect().connection!;
  }

  get engine(): Engine {
    return this.harness.engine;
  }

  /** `request` is a method and a target: `GET /get/a`. */
  async ask(request: string, { headers = {}, body = '' }: Asked = {}): Promise<Answered> {
    const answered = await this.begin(request, { headers, body });
    assert.ok(answered !== undefined, `${request} was not answered`);
    return answered;
  }

  /** Undefined while the answer waits for the journal. */
  async begin(request: string, { headers = {}, body = '' }: Asked = {}): Promise<Answered | undefined> {
    const [method, target] = request.split(' ');
    const head = { method, target, headers: { host: '127.0.0.1:2662', ...headers } };
    const admission = this.door.admit(this.connection, head);
    if ('status' in admission) return readable(admission);
    let answer: HttpAnswer | undefined;
    this.harness.services.beginTurn();
    this.door.execute(admission, typeof body === 'string' ? Buffer.from(body) : body, (given) => {
      answer = given;
    });
    this.harness.settle();
    // What is answered later is so by a promise.
    for (let i = 0; i < 5 && answer === undefined; i++) await Promise.resolve();
    return answer === undefined ? undefined : readable(answer);
  }

  /** A value as JSON, with its type. */
  async json(key: string): Promise<{ readonly type: string; readonly value: unknown }> {
    const { headers, body } = await this.ask(`GET /v1/keys/${key}`, {
      headers: { accept: 'application/json' },
    });
    return { type: headers['anoa-type'], value: JSON.parse(body) };
  }

  /** The results of a batch. */
  async batch(ops: readonly object[], isAtomic = false): Promise<Answered & { readonly results: unknown[] }> {
    const body = JSON.stringify({ ops, atomic: isAtomic });
    const answered = await this.ask('POST /v1/batch', { headers: JSON_TYPE, body });
    return { ...answered, results: JSON.parse(answered.body).results };
  }
}

export const JSON_TYPE = { 'content-type': 'application/json' };

function readable({ status, headers, body }: HttpAnswer): Answered {
  return { status, headers, body: Buffer.from(body ?? []).toString('latin1') };
}
