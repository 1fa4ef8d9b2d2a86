/** What the list commands of a door do with the engine, each call one request; for tests that need no door. */

import { ByteReader, ByteWriter, decodeOp, Op, Result, Status } from '@anoadb/protocol';
import type { Engine } from '../../src/engine/engine.js';

export type Text = string | Uint8Array;

const bytesOf = (text: Text): Uint8Array => (typeof text === 'string' ? Buffer.from(text, 'latin1') : text);

export class ListClient {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** False: no memory. */
  insert(key: Text, at: number, elements: readonly Text[], isReversed = false): boolean {
    const parts = elements.map(bytesOf);
    const source = Buffer.concat([Buffer.alloc(3), ...parts]);
    const starts = new Int32Array(parts.length);
    const ends = new Int32Array(parts.length);
    let end = 3;
    parts.forEach((part, i) => {
      starts[i] = end;
      end += part.length;
      ends[i] = end;
    });
    return this.#request(key, (ref, bytes) => {
      const { lists } = this.#engine;
      const count = parts.length;
      return lists.insert(ref, bytes, 0, bytes.length, at, source, starts, ends, 0, count, isReversed) !== 0;
    });
  }

  /** At the end. */
  push(key: Text, ...elements: readonly Text[]): boolean {
    return this.insert(key, this.length(key), elements);
  }

  /** False: too much to remember. */
  remove(key: Text, at: number, count: number): boolean {
    return this.#request(key, (ref, bytes) =>
      this.#engine.lists.remove(ref, bytes, 0, bytes.length, at, count),
    );
  }

  removeEqual(key: Text, element: Text, limit: number, isBackward: boolean): number {
    const source = bytesOf(element);
    return this.#request(key, (ref, bytes) =>
      this.#engine.lists.removeEqual(
        ref,
        bytes,
        0,
        bytes.length,
        source,
        0,
        source.length,
        limit,
        isBackward,
      ),
    );
  }

  replace(key: Text, at: number, element: Text): boolean {
    const source = bytesOf(element);
    return this.#request(
      key,
      (ref, bytes) =>
        this.#engine.lists.replace(ref, bytes, 0, bytes.length, at, source, 0, source.length) !== 0,
    );
  }

  /** One op as its spec says it. False: it was refused, or found nothing. */
  execute(encode: (writer: ByteWriter) => void): boolean {
    const engine = this.#engine;
    const writer = new ByteWriter(64);
    encode(writer);
    const op = new Op();
    decodeOp(new ByteReader().reset(writer.bytes, 0, writer.at), op);
    const result = new Result();
    if (!engine.isAtomic) engine.startRequest();
    engine.execute(op, result);
    if (!engine.isAtomic) engine.commit();
    return result.status === Status.OK;
  }

  length(key: Text): number {
    const bytes = bytesOf(key);
    const ref = this.#engine.findKey(bytes, 0, bytes.length);
    return ref === 0 ? 0 : this.#engine.lists.lengthOf(ref);
  }

  /** All elements, one character for each byte; undefined: there is no such key. */
  range(key: Text): string[] | undefined {
    const bytes = bytesOf(key);
    const ref = this.#engine.findKey(bytes, 0, bytes.length);
    if (ref === 0) return undefined;
    const elements: string[] = [];
    const cursor = this.#engine.lists.open(ref, 0, false);
    while (cursor.next())
      elements.push(Buffer.from(cursor.bytes.subarray(cursor.start, cursor.end)).toString('latin1'));
    return elements;
  }

  /** Within an atomic request the request is its caller's. */
  #request<T>(key: Text, change: (ref: number, bytes: Uint8Array) => T): T {
    const engine = this.#engine;
    const bytes = bytesOf(key);
    if (!engine.isAtomic) engine.startRequest();
    const done = change(engine.findKey(bytes, 0, bytes.length), bytes);
    if (!engine.isAtomic) engine.commit();
    return done;
  }
}
