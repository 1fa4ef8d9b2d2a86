/** A load of values that no datagram holds, through the transport's own client: fragments, acknowledgements, pacing. */

import { encodeGet, encodeSet, TypedValue, ValueType } from '@anoadb/protocol';
import type { AnoaServer } from './anoa.js';
import { KEY_BYTES, writeKey } from './entries.js';
import type { LoadClient, LoadPlan } from './load-client.js';

/** About half a second of them. */
const REQUESTS = 3000;

export class LargeValueLoad {
  readonly #client: LoadClient;
  readonly #keys: number;
  readonly #request: { key: Uint8Array; value: TypedValue };

  private constructor(client: LoadClient, keys: number, valueBytes: number) {
    this.#client = client;
    this.#keys = keys;
    const value = new TypedValue(ValueType.BYTES, new Uint8Array(valueBytes).fill(0x61));
    this.#request = { key: new Uint8Array(KEY_BYTES), value };
  }

  static async connect(
    server: AnoaServer,
    { valueBytes, keys }: { valueBytes: number; keys: number },
  ): Promise<LargeValueLoad> {
    return new LargeValueLoad(await server.connect(), keys, valueBytes);
  }

  async fill(): Promise<void> {
    await this.#client.run(this.#plan('SET', this.#keys, 4));
  }

  async opsPerSecond(command: 'GET' | 'SET', outstanding: number): Promise<number> {
    const { seconds } = await this.#client.run(this.#plan(command, REQUESTS, outstanding));
    return REQUESTS / seconds;
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  #plan(command: 'GET' | 'SET', requests: number, inFlight: number): LoadPlan {
    return {
      requests,
      inFlight,
      mutates: command === 'SET',
      write: (index, writer) => {
        writeKey((index * 611_953) % this.#keys, this.#request.key, 0);
        if (command === 'SET') encodeSet(writer, this.#request);
        else encodeGet(writer, this.#request);
      },
    };
  }
}
