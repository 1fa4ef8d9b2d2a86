/** A client over a real socket, made of the transport's endpoint alone: requests out, answers in. */

import { randomFillSync } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { isWriteOpcode, Limits } from '@anoadb/protocol';
import { ClientEndpoint } from '@anoadb/transport';
import { connectDatagramSocket, type DatagramSocket } from '@anoadb/udp';
import { type Answer, answersOf, type Encode, opsBytes } from './test-engine.js';

interface Waiting {
  readonly count: number;
  readonly resolve: (answers: Answer[]) => void;
  readonly reject: (error: Error) => void;
}

const TICK_MS = 5;

export class UdpClient {
  readonly #socket: DatagramSocket;
  readonly #endpoint: ClientEndpoint;
  readonly #waiting = new Map<number, Waiting>();
  readonly #timer: NodeJS.Timeout;
  /** Sessions that were lost. */
  disconnects = 0;
  /** Why it gave up for good. */
  fatal: string | undefined;

  /** With the 32 bytes of an access key it speaks sealed mode, else open mode. */
  static async connect(port: number, host = '127.0.0.1', psk?: Uint8Array): Promise<UdpClient> {
    const client = new UdpClient(await connectDatagramSocket({ host, port }), psk);
    client.#endpoint.start(performance.now());
    return client;
  }

  private constructor(socket: DatagramSocket, psk: Uint8Array | undefined) {
    this.#socket = socket;
    this.#endpoint = new ClientEndpoint({
      random: (into) => void randomFillSync(into),
      isLoopback: socket.isLoopback,
      sink: socket,
      ...(psk === undefined ? { mode: 'open' as const } : { mode: 'sealed' as const, psk }),
      limits: { maxMessageBytes: Limits.valueBytesMaxCeiling + 4096 },
      listener: {
        onReady: () => {},
        onReply: (rid, status, bytes, start, end) => {
          const waiting = this.#take(rid);
          if (status === 0) waiting?.resolve(answersOf(bytes.slice(start, end), waiting.count));
          else waiting?.reject(new Error(`status ${status}`));
        },
        onOutcomeUnknown: (rid) => this.#take(rid)?.reject(new Error('outcome unknown')),
        onDisconnected: () => void this.disconnects++,
        onFatal: (code, message) => {
          this.fatal = code;
          for (const waiting of this.#waiting.values()) waiting.reject(new Error(`${code}: ${message}`));
        },
      },
    });
    socket.start({
      onBatch: (batch) => this.#endpoint.handleBatch(batch, performance.now()),
      onError: () => this.#endpoint.hintRefused(performance.now()),
    });
    this.#timer = setInterval(() => this.#endpoint.tick(performance.now()), TICK_MS);
  }

  async run(encode: Encode): Promise<Answer> {
    return (await this.request([encode]))[0];
  }

  request(ops: readonly Encode[], isAtomic = false): Promise<Answer[]> {
    const bytes = opsBytes(ops);
    const mutates = ops.some((encode) => isWriteOpcode(opsBytes([encode])[0]));
    return new Promise((resolve, reject) => {
      const rid = this.#endpoint.submit(bytes, { mutates, isAtomic }, performance.now());
      this.#waiting.set(rid, { count: ops.length, resolve, reject });
      this.#endpoint.flush(performance.now());
    });
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#endpoint.close(performance.now());
    await this.#socket.close();
  }

  #take(rid: number): Waiting | undefined {
    const waiting = this.#waiting.get(rid);
    this.#waiting.delete(rid);
    return waiting;
  }
}
