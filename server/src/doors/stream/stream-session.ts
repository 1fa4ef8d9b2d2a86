/**
 * What a stream door (Redis, memcached, HTTP) and the TCP port are to each other: the door brings a session per
 * connection, the port a connection per session. Both are bytes and numbers; sockets are in node-*.ts files.
 *
 * The frame of every request, inside `read`:
 *
 *   engine.startRequest(); … endRequest(engine, connection);
 *
 * Before `read` the port has set `engine.nowMs`, `engine.permissions` and `engine.keyPrefix`. Whoever runs the engine
 * outside of `read` (a blocked client that is served, a timer) sets the last two itself, from its connection.
 */

import type { ByteWriter } from '@anoadb/protocol';

/** Told by the first bytes of a connection. */
export type StreamProtocol = 'redis' | 'memcached' | 'http';

/** One per connection, made once its first bytes told the protocol. */
export interface StreamSession {
  /**
   * Consumes the complete requests of `bytes[start, end)`, executes them, writes the answers to `connection.out`.
   * Returns the offset of the first byte not consumed; it is called again with the rest and what came after it.
   * `bytes` is valid until it returns. Returns early once `connection.mustYield`. Throwing is a defect: it is
   * logged and the connection closed.
   */
  read(bytes: Uint8Array, start: number, end: number): number;
  /** The connection is gone: lets go of everything it waits for or watches. Nothing may be written any more. */
  closed(): void;
  /** Some output has left that had to wait: after `mustYield` because of it, or `unsentBytes` above what it likes. */
  drained?(): void;
  /**
   * The peer sends no more; all that it sent was offered to `read`. Without this method the connection is closed
   * once its answers have left.
   */
  ended?(): void;
  /** Bytes not consumed that may wait for the rest of their request; beyond it the connection is closed. */
  readonly inputBytesMax?: number;
}

/** What a door exports, by `createRedisDoor(services)` and the like. */
export interface StreamProtocolDoor {
  open(connection: StreamConnection): StreamSession;
}

/** One TCP connection, as its session sees it. */
export interface StreamConnection {
  /** 1, 2, 3, …; never given twice by one process. */
  readonly id: number;
  /** Undefined until the first bytes told it. */
  readonly protocol: StreamProtocol | undefined;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
  readonly isLoopback: boolean;
  /** By TLS. */
  readonly isEncrypted: boolean;
  /** Wall clock. */
  readonly openedAtMs: number;
  /** Wall clock: when bytes last came. */
  readonly lastActiveMs: number;
  readonly bytesIn: number;
  readonly bytesOut: number;

  /**
   * Where answers are written. What is in it leaves at the end of the turn after `read`, or at `flush`. It is pooled:
   * ask for it anew each time, never keep it beyond a call of the session.
   */
  readonly out: ByteWriter;
  /** What was written since the last `flush` or `read` may leave only once the journal has released `position`. */
  hold(position: number): void;
  /** After writing outside of `read`: sends it, behind what is held. */
  flush(): void;
  /** Written and not taken by the system yet, what is held included. */
  readonly unsentBytes: number;
  /** The output is large, the connection suspended or closing, or the journal busy: read no further requests. */
  readonly mustYield: boolean;
  /** No `read` until `resume`; meanwhile the peer's bytes wait, and in the end the peer. */
  suspend(): void;
  /** What waits is read in a later turn, never from inside this call. */
  resume(): void;
  /** Closes once everything written has left; nothing more is read. */
  close(): void;
  /** Closes at once. */
  destroy(): void;

  /** True on an open server. */
  readonly isAuthenticated: boolean;
  /** Name of the access key; `default` on an open server and before `authenticate`. */
  readonly userName: string;
  /** Bits of `Permission`; none before `authenticate` on a sealed server. */
  readonly permissions: number;
  readonly keyPrefix: Uint8Array;
  /**
   * Checks what `anoa key create` has printed (`anoa1_…`) as `secret`. The key alone says which it is, so `name` may be
   * undefined or `default`; another name must be the key's. True: the connection has that key's rights from now on.
   * False: it keeps what it had. Time tells nothing of any key. Always false on an open server.
   */
  authenticate(name: string | undefined, secret: string): boolean;
  /** Takes the rights back: as a new connection has them. */
  deauthenticate(): void;
}
