/** What a handler is given: the request with its route found, and the one set of tools that all handlers use. */

import { ByteWriter, Op, Result } from '@anoadb/protocol';
import type { Engine } from '../../engine/engine.js';
import type { DoorStatistics } from '../../ops/metrics.js';
import type { StreamServices } from '../stream/stream-services.js';
import type { StreamConnection } from '../stream/stream-session.js';
import type { HttpRoute } from './generated/routes.js';
import type { HttpAnswer, HttpHead } from './http-exchange.js';
import type { QueryPair } from './request-target.js';

/** A request that may be executed: its route, key and query are what they should be. */
export interface HttpCall {
  readonly head: HttpHead;
  readonly route: HttpRoute;
  /** Empty where the route has none. */
  readonly key: Uint8Array;
  /** In the order of the URL; for routes whose names are known, each at most once. */
  readonly query: readonly QueryPair[];
  readonly body: Uint8Array;
  readonly connection: StreamConnection;
}

/** Answers by a promise only where an op is answered later. */
export type HttpHandler = (tools: HttpTools, call: HttpCall) => HttpAnswer | Promise<HttpAnswer>;

const WRITER_BYTES_KEPT = 1024 * 1024;

const decoder = new TextDecoder();

/** The text of a parameter; undefined where it is not there. */
export function queryText(call: HttpCall, name: string): string | undefined {
  for (const pair of call.query) if (decoder.decode(pair.name) === name) return decoder.decode(pair.value);
  return undefined;
}

/** The bytes of a parameter; undefined where it is not there. */
export function queryBytes(call: HttpCall, name: string): Uint8Array | undefined {
  return call.query.find((pair) => decoder.decode(pair.name) === name)?.value;
}

export class HttpTools {
  readonly services: StreamServices;
  readonly engine: Engine;
  readonly op = new Op();
  readonly result = new Result();
  /** For what a handler writes; empty when it is called. */
  writer = new ByteWriter(4096);
  /** The answer may leave once the journal has released it; 0: at once. */
  releasePosition = 0;
  /** Counters of all doors. */
  readonly doors: DoorStatistics;

  constructor(services: StreamServices, doors: DoorStatistics) {
    this.services = services;
    this.doors = doors;
    this.engine = services.engine;
  }

  /** Before each request. A writer that one request made large is given back. */
  begin(): void {
    this.releasePosition = 0;
    if (this.writer.bytes.length > WRITER_BYTES_KEPT) this.writer = new ByteWriter(4096);
    this.writer.reset();
  }

  /** The op, with `key` as its key and nothing else yet. */
  opOf(opcode: number, key: Uint8Array): Op {
    const op = this.op.reset(opcode);
    op.bytes = key;
    op.keyEnd = key.length;
    return op;
  }

  /** Runs ops as one request of the engine. */
  inRequest<T>(run: () => T): T {
    this.engine.startRequest();
    const answer = run();
    this.engine.commit();
    this.releasePosition = this.engine.releasePosition;
    return answer;
  }

  /** Runs ops of which all apply or none does: none where `run` returns false. */
  inAtomicRequest(run: () => boolean): void {
    this.engine.startRequest();
    this.engine.begin();
    if (run()) this.engine.commit();
    else this.engine.rollback();
    this.releasePosition = this.engine.releasePosition;
  }
}
