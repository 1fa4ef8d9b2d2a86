/** All four doors on one engine, without sockets: the same key asked through each. Bytes come and go as latin1. */

import assert from 'node:assert/strict';
import {
  type AnoaValue,
  ByteReader,
  ByteWriter,
  decodeValue,
  encodeGet,
  encodeIncr,
  encodeSet,
  encodeTtl,
  errorInfo,
  Result,
  readResult,
  Status,
  TypedValue,
  ValueType,
  valueTypeNames,
} from '@anoadb/protocol';
import type { IncomingRequest } from '@anoadb/transport';
import { DatagramDoor } from '../../src/doors/datagram/datagram-door.js';
import { createMemcachedDoor } from '../../src/doors/memcached/memcached-door.js';
import { createRedisDoor } from '../../src/doors/redis/redis-door.js';
import { HttpClient } from './http-client.js';
import type { MemoryClient } from './stream-harness.js';

export interface Seen {
  /** Name of the type, or of the status where there is no value. */
  readonly type: string;
  readonly value: AnoaValue | undefined;
}

export class AllDoors {
  readonly http = new HttpClient({}, (services) => {
    const redis = createRedisDoor(services);
    const memcached = createMemcachedDoor(services);
    return {
      doors: { redis, memcached },
      statistics: { redis: redis.server, memcached: memcached.statistics },
    };
  });
  readonly #datagrams = new DatagramDoor(this.http.engine, () => assert.fail('nothing is answered later'));
  readonly #redis: MemoryClient = this.http.harness.connect();
  readonly #memcached: MemoryClient = this.http.harness.connect();

  // ---- the SDKs

  sdkSet(key: string, value: AnoaValue | TypedValue): void {
    this.#op((writer) => encodeSet(writer, { key: latin1(key), value }));
  }

  /** Text without a type, as the command line sends it. */
  sdkSetText(key: string, text: string): void {
    this.sdkSet(key, new TypedValue(ValueType.TEXT, latin1(text)));
  }

  sdkGet(key: string): Seen {
    return this.#op((writer) => encodeGet(writer, { key: latin1(key) }));
  }

  sdkIncr(key: string): Seen {
    return this.#op((writer) => encodeIncr(writer, { key: latin1(key) }));
  }

  sdkTtlMs(key: string): AnoaValue | undefined {
    return this.#op((writer) => encodeTtl(writer, { key: latin1(key) })).value;
  }

  #op(encode: (writer: ByteWriter) => void): Seen {
    const writer = new ByteWriter();
    encode(writer);
    const bytes = writer.written();
    const request: IncomingRequest = {
      bytes,
      start: 0,
      end: bytes.length,
      isAtomic: false,
      permissions: 0xffff_ffff,
      grant: undefined,
      nowMs: 0,
      ticket: 1,
      maxReplyBytes: 1_000_000,
      releasePosition: 0,
      hasEffects: false,
    };
    const reply = new ByteWriter();
    assert.equal(this.#datagrams.execute(request, reply), Status.OK);
    const result = new Result();
    assert.ok(readResult(new ByteReader().reset(reply.bytes, 0, reply.at), result));
    if (result.status !== Status.OK) return { type: errorInfo(result.status).name, value: undefined };
    const { type, start, end } = result;
    if (type === ValueType.NONE) return { type: 'none', value: undefined };
    return { type: valueTypeNames[type], value: decodeValue(type, result.bytes, start, end) };
  }

  // ---- Redis

  /** The reply as it came. */
  redis(...words: string[]): string {
    const request = words.map((word) => `$${word.length}\r\n${word}\r\n`).join('');
    return this.#redis.ask(`*${words.length}\r\n${request}`);
  }

  // ---- memcached

  memcachedSet(key: string, value: string, exptime = 0): void {
    assert.equal(
      this.#memcached.ask(`set ${key} 0 ${exptime} ${value.length}\r\n${value}\r\n`),
      'STORED\r\n',
    );
  }

  /** Undefined: END. */
  memcachedGet(key: string): string | undefined {
    const answer = this.#memcached.ask(`get ${key}\r\n`);
    if (answer === 'END\r\n') return undefined;
    const head = /^VALUE \S+ \d+ (\d+)\r\n/.exec(answer);
    assert.ok(head !== null, answer);
    const value = answer.slice(head[0].length, head[0].length + Number(head[1]));
    assert.equal(answer, `${head[0]}${value}\r\nEND\r\n`);
    return value;
  }

  /** The answer as it came, without its line end. */
  memcached(line: string): string {
    return this.#memcached.ask(`${line}\r\n`).replace(/\r\n$/, '');
  }
}

export function latin1(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'latin1'));
}
