/** What carries a connection's bytes: a TCP or TLS socket in `node-stream-listener.ts`, memory in tests. */

export interface StreamSocket {
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
  readonly isLoopback: boolean;
  readonly isEncrypted: boolean;
  /** Bytes written that the system has not taken. */
  readonly unsentBytes: number;
  /**
   * Sends `bytes[start, end)`. True: the bytes may be overwritten. False: they belong to the socket from now on.
   */
  write(bytes: Uint8Array, start: number, end: number): boolean;
  /** Stops reading; a little that was read already may still come. */
  pause(): void;
  resume(): void;
  /** Says that no more comes, once everything written has left. */
  end(): void;
  destroy(): void;
}

/** What a socket tells its connection. */
export interface StreamSocketListener {
  /** The bytes are the caller's again once it returns. */
  received(bytes: Uint8Array): void;
  /** Everything written was taken by the system. */
  drained(): void;
  /** The peer sends no more. */
  ended(): void;
  /** Gone, for whichever reason: the last that is told. */
  closed(): void;
}

/** What takes connections as they come in. */
export interface StreamAcceptor {
  /** Undefined: there are too many; the socket was told so and has ended. */
  accept(socket: StreamSocket): StreamSocketListener | undefined;
}
