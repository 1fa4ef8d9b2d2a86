/**
 * DatagramSocket over node:dgram: one system call per datagram, works wherever Node does.
 *
 * In: libuv reads up to 32 datagrams per poll and calls back for each, running microtasks in between, so
 * only the check phase (setImmediate) sees them together; a lone datagram still waits no longer than its turn.
 * Out: dgram keeps the caller's memory while the kernel says EAGAIN, so a flush copies into `#flight` first;
 * the copy is about 1 % of the system call and lets `batch` stay the same object.
 */

import dgram from 'node:dgram';
import { ADDRESS_BYTES, DatagramBatch, SLOT_BYTES_MAX } from '@anoadb/transport';
import { AddressCache } from './address-cache.js';
import {
  BATCH_CAPACITY,
  codeOf,
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
  type AddressFamily,
  addressBytes,
  formatAddress,
  type HostAddress,
  isLoopbackHost,
  portOf,
} from './socket-address.js';

/** Copies of datagrams the kernel has not taken yet. Four full batches of the largest datagrams. */
const FLIGHT_BYTES = 4 * BATCH_CAPACITY * SLOT_BYTES_MAX;

/** Binds or connects a socket of node:dgram; throws the system's error. */
export async function openNodeDgramSocket(
  target: HostAddress,
  isConnected: boolean,
  options: SocketOptions,
): Promise<DatagramSocket> {
  const socket = createSocket(target.family, options.reusePort === true);
  try {
    await settle(socket, (done) => {
      if (isConnected) socket.connect(target.port, target.host, done);
      else socket.bind({ address: target.host, port: target.port, exclusive: true }, done);
    });
  } catch (cause) {
    socket.close();
    throw cause;
  }
  return new NodeDgramSocket(socket, target.family, isConnected ? target : undefined, options);
}

class NodeDgramSocket implements DatagramSocket {
  readonly kind = 'node:dgram';
  readonly local: HostAddress;
  readonly remote: HostAddress | undefined;
  readonly isLoopback: boolean;
  readonly batch: DatagramBatch;

  readonly #socket: dgram.Socket;
  readonly #arrived: DatagramBatch;
  readonly #addresses: AddressCache;
  readonly #remoteBytes: Uint8Array | undefined;
  readonly #counters: SocketCounters = emptyCounters();
  readonly #onSent: (error: Error | null, bytes: number) => void;
  readonly #deliver: () => void;
  /** Bump-allocated; starts over whenever the kernel's queue has run empty. */
  #flight: Buffer = Buffer.alloc(0);
  #flightAt = 0;
  #handlers: SocketHandlers | undefined;
  #delivery: NodeJS.Immediate | undefined;
  #isReferenced = true;
  #closed: Promise<void> | undefined;

  constructor(
    socket: dgram.Socket,
    family: AddressFamily,
    remote: HostAddress | undefined,
    options: SocketOptions,
  ) {
    const capacity = options.batchCapacity ?? BATCH_CAPACITY;
    const slotBytes = options.slotBytes ?? SLOT_BYTES_MAX;
    const bound = socket.address();
    this.#socket = socket;
    this.local = { host: bound.address, port: bound.port, family };
    this.remote = remote;
    this.isLoopback = isLoopbackHost(bound.address) && (remote === undefined || isLoopbackHost(remote.host));
    this.batch = new DatagramBatch(capacity, slotBytes);
    this.#arrived = new DatagramBatch(capacity, slotBytes);
    this.#addresses = new AddressCache(family);
    this.#remoteBytes = remote === undefined ? undefined : addressBytes(remote.host, remote.port);
    this.#onSent = (error) => {
      if (error !== null) this.#failed('sendErrors', error);
    };
    this.#deliver = () => this.#deliverArrived();
    this.#sizeKernelBuffers();
    // From the first moment: an 'error' without listener would end the process.
    socket.on('error', (error) => this.#failed('receiveErrors', error));
  }

  start(handlers: SocketHandlers): void {
    if (this.#handlers !== undefined) throw new Error('this datagram socket has been started already');
    this.#handlers = handlers;
    this.#socket.on('message', (datagram, from) => this.#take(datagram, from));
  }

  flush(): void {
    const { batch } = this;
    if (this.#closed === undefined) this.#sendAll(batch);
    batch.clear();
  }

  counters(): SocketCounters {
    return { ...this.#counters, errorsByCode: { ...this.#counters.errorsByCode } };
  }

  ref(): void {
    this.#isReferenced = true;
    if (this.#closed === undefined) this.#socket.ref();
  }

  unref(): void {
    this.#isReferenced = false;
    if (this.#closed === undefined) this.#socket.unref();
  }

  close(): Promise<void> {
    this.#closed ??= new Promise((resolve) => {
      if (this.#delivery !== undefined) clearImmediate(this.#delivery);
      this.#arrived.clear();
      this.#socket.close(() => resolve());
    });
    return this.#closed;
  }

  #take(datagram: Uint8Array, from: dgram.RemoteInfo): void {
    const arrived = this.#arrived;
    const counters = this.#counters;
    if (this.#closed !== undefined) return;
    if (datagram.length > arrived.slotBytes) {
      counters.oversized++;
      return;
    }
    const index = arrived.count;
    const addressAt = index * ADDRESS_BYTES;
    if (this.#remoteBytes !== undefined) {
      for (let i = 0; i < ADDRESS_BYTES; i++) arrived.addresses[addressAt + i] = this.#remoteBytes[i];
    } else if (
      from.port === 0 ||
      !this.#addresses.encode(from.address, from.port, arrived.addresses, addressAt)
    ) {
      counters.unanswerable++;
      return;
    }
    arrived.bytes.set(datagram, index * arrived.slotBytes);
    arrived.lengths[index] = datagram.length;
    arrived.count = index + 1;
    counters.datagramsIn++;
    counters.bytesIn += datagram.length;
    if (arrived.isFull) this.#deliverArrived();
    else if (this.#delivery === undefined) {
      this.#delivery = setImmediate(this.#deliver);
      if (!this.#isReferenced) this.#delivery.unref();
    }
  }

  #deliverArrived(): void {
    if (this.#delivery !== undefined) {
      clearImmediate(this.#delivery);
      this.#delivery = undefined;
    }
    const arrived = this.#arrived;
    if (arrived.count === 0 || this.#handlers === undefined) return;
    this.#counters.batchesIn++;
    try {
      this.#handlers.onBatch(arrived);
    } finally {
      arrived.clear();
    }
  }

  #sendAll(batch: DatagramBatch): void {
    // Whatever the kernel took at once is out; only queued sends still read from #flight.
    if (this.#flightAt !== 0 && this.#socket.getSendQueueCount() === 0) this.#flightAt = 0;
    if (this.#flight.length === 0 && batch.count > 0) this.#flight = Buffer.alloc(FLIGHT_BYTES);
    for (let i = 0; i < batch.count; i++) {
      const length = batch.lengths[i];
      if (this.#flightAt + length > FLIGHT_BYTES) {
        this.#counters.sendQueueFull += batch.count - i;
        return;
      }
      const from = batch.startOf(i);
      const at = this.#flightAt;
      this.#flight.set(batch.bytes.subarray(from, from + length), at);
      if (this.#sendOne(at, length, batch.addresses, i * ADDRESS_BYTES)) this.#flightAt = at + length;
    }
  }

  #sendOne(at: number, length: number, addresses: Uint8Array, addressAt: number): boolean {
    if (this.remote !== undefined) {
      this.#socket.send(this.#flight, at, length, this.#onSent);
    } else {
      const port = portOf(addresses, addressAt);
      // dgram throws for port 0, which a forged source can claim.
      if (port === 0) {
        this.#counters.unanswerable++;
        return false;
      }
      this.#socket.send(
        this.#flight,
        at,
        length,
        port,
        this.#addresses.hostOf(addresses, addressAt),
        this.#onSent,
      );
    }
    this.#counters.datagramsOut++;
    this.#counters.bytesOut += length;
    return true;
  }

  #failed(direction: 'sendErrors' | 'receiveErrors', cause: Error): void {
    const code = codeOf(cause);
    this.#counters[direction]++;
    this.#counters.errorsByCode[code] = (this.#counters.errorsByCode[code] ?? 0) + 1;
    if (this.#closed !== undefined || this.#handlers === undefined) return;
    const isHint = this.remote !== undefined && HINT_CODES.has(code);
    // A server's peers cannot be told apart here and send errors are theirs; a failing receive is ours.
    const isOurs = direction === 'receiveErrors' && !HINT_CODES.has(code);
    if (!isHint && !isOurs) return;
    const where = this.remote ?? this.local;
    this.#handlers.onError(
      new SocketError(code, `UDP ${formatAddress(where.host, where.port)}: ${code}`, cause),
    );
  }

  #sizeKernelBuffers(): void {
    try {
      this.#socket.setRecvBufferSize(KERNEL_BUFFER_BYTES);
      this.#socket.setSendBufferSize(KERNEL_BUFFER_BYTES);
    } catch {
      // Some systems refuse instead of granting less; what was obtained is reported either way.
    }
    try {
      this.#counters.receiveBufferBytes = this.#socket.getRecvBufferSize();
      this.#counters.sendBufferBytes = this.#socket.getSendBufferSize();
    } catch {
      // Unknown stays 0.
    }
  }
}

function createSocket(family: AddressFamily, reusePort: boolean): dgram.Socket {
  if (reusePort && !takesReusePort()) {
    throw new SocketError('ENOTSUP', `node:dgram of Node ${process.versions.node} cannot share a port`);
  }
  return dgram.createSocket({
    type: family === 'IPv4' ? 'udp4' : 'udp6',
    ...(reusePort ? { reusePort } : {}),
    // Addresses reach dgram as literals only. Its default would put every send off by a trip through dns.lookup.
    lookup: (host, _options, callback) => callback(null, host, family === 'IPv4' ? 4 : 6),
  });
}

/** Runs `begin` and waits for its callback or the socket's 'error', whichever comes. */
function settle(socket: dgram.Socket, begin: (done: (error?: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const finish = (error?: Error | null): void => {
      socket.removeListener('error', finish);
      if (error instanceof Error) reject(error);
      else resolve();
    };
    socket.once('error', finish);
    try {
      begin(finish);
    } catch (error) {
      finish(error as Error);
    }
  });
}

/** Older ones ignore the option, and the second server would fail with a misleading EADDRINUSE. */
function takesReusePort(): boolean {
  const [major, minor] = process.versions.node.split('.').map(Number);
  return major > 23 || (major === 23 && minor >= 1) || (major === 22 && minor >= 12);
}
