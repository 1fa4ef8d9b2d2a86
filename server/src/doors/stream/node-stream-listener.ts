/** The TCP port as Node has it: listens, and makes a StreamSocket of every connection, plain or TLS. */

import { once } from 'node:events';
import { createServer, isIPv6, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, TLSSocket } from 'node:tls';
import type { TlsFiles } from './node-tls-files.js';
import type { StreamTimers } from './stream-door.js';
import type { StreamAcceptor, StreamSocket, StreamSocketListener } from './stream-socket.js';

export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  /** Given, every connection is TLS. */
  readonly tls?: TlsFiles | undefined;
  /** Those above what the door allows are told so; this bounds also those that are not through with their handshake. */
  readonly connectionsMax: number;
  /** Linger of a connection that was ended, for its peer to end as well. */
  readonly lingerMs: number;
}

/** Connections that the system keeps for us while we are busy. */
const BACKLOG = 1024;
/** As Redis has it: after so long without a sign of life the peer is asked whether it is still there. */
const KEEP_ALIVE_MS = 300_000;
const HANDSHAKE_TIMEOUT_MS = 10_000;
/** What a timer of Node can be set to, 24 days; more and it would go off at once. */
const TIMER_MS_MAX = 2 ** 31 - 1;
/** So many more than the door allows, for it to turn away. */
const CONNECTIONS_BEYOND = 32;
/** Large answers go in parts, so that their buffers' way through the system can be seen. */
const WRITE_BYTES_MAX = 256 * 1024;
const EMPTY = Buffer.alloc(0);

/** Listens, and hands what comes to `accept` once somebody sets it; until then connections wait. */
export class StreamListener {
  readonly #server: Server;
  readonly #lingerMs: number;
  readonly #sockets = new Set<Socket>();
  #acceptor: StreamAcceptor | undefined;

  /** @throws the error of the system, with its `code` */
  static async listen(options: ListenOptions): Promise<StreamListener> {
    const listener = new StreamListener(options);
    const server = listener.#server;
    server.listen({ host: options.host, port: options.port, backlog: BACKLOG });
    await once(server, 'listening');
    return listener;
  }

  private constructor({ tls, lingerMs, connectionsMax }: ListenOptions) {
    this.#lingerMs = lingerMs;
    const accept = (socket: Socket): void => this.#accept(socket);
    // The connection decides itself what an end of the other side means.
    const options = {
      allowHalfOpen: true,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE_MS,
    };
    if (tls === undefined) this.#server = createServer(options, accept);
    else {
      const server = createTlsServer(
        { ...options, ...tls.secureOptions(), handshakeTimeout: HANDSHAKE_TIMEOUT_MS },
        accept,
      );
      // Plain text, an old version, a scan: the handshake's end says it, and it is no news for the log.
      server.on('tlsClientError', (_error, socket) => socket.destroy());
      tls.onChange((secure) => server.setSecureContext(secure));
      this.#server = server;
    }
    this.#server.maxConnections = connectionsMax + CONNECTIONS_BEYOND;
    this.#server.on('error', () => {});
    // Before TLS, so that a close finds those too that are still shaking hands.
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the listener is closed');
    return address.port;
  }

  serve(acceptor: StreamAcceptor): void {
    this.#acceptor = acceptor;
  }

  /** No more connections; resolves when those there are have ended, or `withinMs` have passed and they were cut. */
  async close(withinMs: number): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    const deadline = setTimeout(() => {
      for (const socket of this.#sockets) socket.destroy();
    }, withinMs);
    await closed;
    clearTimeout(deadline);
  }

  #accept(socket: Socket): void {
    // What follows an error is the close, which says all there is to know.
    socket.on('error', () => {});
    if (this.#acceptor === undefined || socket.remoteAddress === undefined) {
      socket.destroy();
      return;
    }
    const carried = new NodeStreamSocket(socket, this.#lingerMs);
    const listener = this.#acceptor.accept(carried);
    if (listener !== undefined) carried.start(listener);
  }
}

class NodeStreamSocket implements StreamSocket {
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
  readonly isLoopback: boolean;
  readonly isEncrypted: boolean;
  readonly #socket: Socket;
  readonly #lingerMs: number;
  #listener: StreamSocketListener | undefined;
  #isWaiting = false;
  readonly #onWritten = (): void => {
    if (this.#socket.destroyed) return;
    if (this.#socket.writableLength > 0) {
      this.#awaitWritten();
      return;
    }
    this.#isWaiting = false;
    this.#listener?.drained();
  };

  constructor(socket: Socket, lingerMs: number) {
    this.#socket = socket;
    this.#lingerMs = lingerMs;
    this.remoteAddress = withoutMapping(socket.remoteAddress ?? '');
    this.remotePort = socket.remotePort ?? 0;
    this.localAddress = withoutMapping(socket.localAddress ?? '');
    this.localPort = socket.localPort ?? 0;
    this.isLoopback = isLoopbackAddress(this.remoteAddress);
    this.isEncrypted = socket instanceof TLSSocket;
  }

  start(listener: StreamSocketListener): void {
    this.#listener = listener;
    this.#socket
      .on('data', (bytes: Buffer) => listener.received(bytes))
      .on('end', () => listener.ended())
      .on('close', () => listener.closed());
  }

  get unsentBytes(): number {
    return this.#socket.writableLength;
  }

  write(bytes: Uint8Array, start: number, end: number): boolean {
    const socket = this.#socket;
    if (socket.destroyed) return true;
    for (let at = start; at < end; at += WRITE_BYTES_MAX) {
      const byteCount = Math.min(WRITE_BYTES_MAX, end - at);
      socket.write(Buffer.from(bytes.buffer, bytes.byteOffset + at, byteCount));
    }
    // A plain socket tries at once: nothing left means that the system has it all.
    if (socket.writableLength === 0) return true;
    if (!this.#isWaiting) {
      this.#isWaiting = true;
      this.#awaitWritten();
    }
    return false;
  }

  /** Calls back when what is queued now has left: a callback with each write would cost those that need none. */
  #awaitWritten(): void {
    this.#socket.write(EMPTY, this.#onWritten);
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  end(): void {
    const socket = this.#socket;
    socket.end();
    // What the peer still sends is read away: unread it would make the system reset the connection, and the peer
    // lose the last answer.
    socket.resume();
    const linger = setTimeout(() => socket.destroy(), this.#lingerMs);
    linger.unref();
    socket.once('close', () => clearTimeout(linger));
  }

  destroy(): void {
    this.#socket.destroy();
  }
}

/** The event loop's. */
export const nodeStreamTimers: StreamTimers = {
  later: (run) => void setImmediate(run),
  after: (delayMs, run) => {
    let timer: NodeJS.Timeout;
    const wait = (leftMs: number): void => {
      const next = leftMs > TIMER_MS_MAX ? () => wait(leftMs - TIMER_MS_MAX) : run;
      timer = setTimeout(next, Math.min(leftMs, TIMER_MS_MAX)).unref();
    };
    wait(delayMs);
    return () => clearTimeout(timer);
  },
};

/** A version 4 address as itself, also where a version 6 socket took it. */
function withoutMapping(address: string): string {
  const mapped = address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : '';
  return mapped !== '' && !isIPv6(mapped) ? mapped : address;
}

function isLoopbackAddress(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}
