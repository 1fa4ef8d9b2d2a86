/**
 * DatagramSocket over the addon: a batch comes in by one recvmmsg and one call, and leaves by one sendmmsg
 * straight from `batch`, without a copy. Nothing is allocated per batch.
 *
 * A turn of the event loop reads a few batches at most, so timers and other sockets have their turn under load.
 * What the kernel does not take at once is kept in the addon, bounded, and sent when it does.
 */

import { getSystemErrorName } from 'node:util';
import { ADDRESS_BYTES, DatagramBatch, SLOT_BYTES_MAX } from '@anoadb/transport';
import type { Addon, AddonSocket } from './native-addon.js';
import {
  BATCH_CAPACITY,
  type DatagramSocket,
  emptyCounters,
  HINT_CODES,
  KERNEL_BUFFER_BYTES,
  type SocketCounters,
  SocketError,
  type SocketHandlers,
  type SocketOptions,
} from './socket.js';
import {
  addressBytes,
  formatAddress,
  type HostAddress,
  hostForFamily,
  isLoopbackHost,
  portOf,
} from './socket-address.js';

/** What the addon's `numbers` writes, in its order. */
const NUMBERS = [
  'datagramsIn',
  'bytesIn',
  'batchesIn',
  'datagramsOut',
  'bytesOut',
  'oversized',
  'unanswerable',
  'sendQueueFull',
  'kernelDrops',
  'receiveBufferBytes',
  'sendBufferBytes',
] as const;

/** Binds or connects a socket of the addon; throws an error with the system's `code`. */
export function openRecvmmsgSocket(
  addon: Addon,
  target: HostAddress,
  isConnected: boolean,
  options: SocketOptions,
): DatagramSocket {
  return new RecvmmsgSocket(addon, target, isConnected, options);
}

class RecvmmsgSocket implements DatagramSocket {
  readonly kind = 'recvmmsg';
  readonly local: HostAddress;
  readonly remote: HostAddress | undefined;
  readonly isLoopback: boolean;
  readonly batch: DatagramBatch;

  readonly #addon: Addon;
  readonly #socket: AddonSocket;
  readonly #arrived: DatagramBatch;
  readonly #numbers = new Float64Array(NUMBERS.length);
  readonly #counters: SocketCounters = emptyCounters();
  #handlers: SocketHandlers | undefined;
  readonly #unreported = new Set<string>();
  #errorReport: NodeJS.Immediate | undefined;
  #isReferenced = true;
  #isClosed = false;

  constructor(addon: Addon, target: HostAddress, isConnected: boolean, options: SocketOptions) {
    const capacity = options.batchCapacity ?? BATCH_CAPACITY;
    const slotBytes = options.slotBytes ?? SLOT_BYTES_MAX;
    this.#addon = addon;
    this.batch = new DatagramBatch(capacity, slotBytes);
    this.#arrived = new DatagramBatch(capacity, slotBytes);
    try {
      this.#socket = addon.open({
        family: target.family === 'IPv4' ? 4 : 6,
        address: addressBytes(target.host, target.port),
        isConnected,
        reusePort: options.reusePort === true,
        kernelBufferBytes: KERNEL_BUFFER_BYTES,
        capacity,
        slotBytes,
        arrived: this.#arrived,
        outgoing: this.batch,
        onEvent: (count) => (count === 0 ? this.#reportErrors() : this.#deliver(count)),
      });
    } catch (error) {
      throw withCode(error);
    }
    const bound = new Uint8Array(ADDRESS_BYTES);
    addon.local(this.#socket, bound);
    const { family } = target;
    this.local = { host: hostForFamily(bound, 0, family), port: portOf(bound), family };
    this.remote = isConnected ? target : undefined;
    this.isLoopback =
      isLoopbackHost(this.local.host) && (this.remote === undefined || isLoopbackHost(this.remote.host));
  }

  start(handlers: SocketHandlers): void {
    if (this.#handlers !== undefined) throw new Error('this datagram socket has been started already');
    this.#handlers = handlers;
    this.#addon.start(this.#socket);
  }

  flush(): void {
    const { batch } = this;
    const count = batch.count;
    batch.count = 0;
    if (count === 0 || this.#isClosed) return;
    if (this.#addon.send(this.#socket, count)) this.#reportErrorsLater();
  }

  counters(): SocketCounters {
    this.#addon.numbers(this.#socket, this.#numbers);
    // Of a closed socket the kernel has no numbers any more: the last ones stay.
    for (let i = 0; i < NUMBERS.length; i++) {
      if (this.#numbers[i] >= 0) this.#counters[NUMBERS[i]] = this.#numbers[i];
    }
    this.#countErrors();
    return { ...this.#counters, errorsByCode: { ...this.#counters.errorsByCode } };
  }

  ref(): void {
    this.#isReferenced = true;
    this.#addon.ref(this.#socket);
    this.#errorReport?.ref();
  }

  unref(): void {
    this.#isReferenced = false;
    this.#addon.unref(this.#socket);
    this.#errorReport?.unref();
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.counters();
    this.#isClosed = true;
    if (this.#errorReport !== undefined) clearImmediate(this.#errorReport);
    this.#addon.close(this.#socket);
  }

  #deliver(count: number): void {
    const arrived = this.#arrived;
    arrived.count = count;
    try {
      this.#handlers?.onBatch(arrived);
    } finally {
      arrived.count = 0;
    }
  }

  /** Not inside `flush`: the owner is in the middle of something. */
  #reportErrorsLater(): void {
    if (this.#errorReport !== undefined) return;
    this.#errorReport = setImmediate(() => {
      this.#errorReport = undefined;
      this.#reportErrors();
    });
    if (!this.#isReferenced) this.#errorReport.unref();
  }

  #reportErrors(): void {
    this.#countErrors();
    const codes = [...this.#unreported];
    this.#unreported.clear();
    const where = this.remote ?? this.local;
    for (const code of codes) {
      if (this.#isClosed) return;
      this.#handlers?.onError(new SocketError(code, `UDP ${formatAddress(where.host, where.port)}: ${code}`));
    }
  }

  /** Counts what the addon has noted and keeps what the owner may act on until it is reported. */
  #countErrors(): void {
    const counters = this.#counters;
    const errors = this.#addon.takeErrors(this.#socket);
    for (let i = 0; i < errors.length; i += 3) {
      const isSend = errors[i] === true;
      const code = nameOf(Number(errors[i + 1]));
      const count = Number(errors[i + 2]);
      counters[isSend ? 'sendErrors' : 'receiveErrors'] += count;
      counters.errorsByCode[code] = (counters.errorsByCode[code] ?? 0) + count;
      const isHint = this.remote !== undefined && HINT_CODES.has(code);
      // A server's peers cannot be told apart here and send errors are theirs; a failing receive is ours.
      const isOurs = !isSend && !HINT_CODES.has(code);
      if (this.#handlers !== undefined && (isHint || isOurs)) this.#unreported.add(code);
    }
  }
}

function withCode(error: unknown): unknown {
  const errno = (error as { errno?: unknown } | null)?.errno;
  if (typeof errno === 'number') Object.assign(error as Error, { code: nameOf(errno) });
  return error;
}

function nameOf(errno: number): string {
  return getSystemErrorName(-errno) ?? `errno ${errno}`;
}
