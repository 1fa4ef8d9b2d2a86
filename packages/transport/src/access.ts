/** What the server endpoint knows of access keys; who makes them and keeps them is not its business. */

/** What one access key may do; found by its key id at AUTH. */
export interface AccessGrant {
  /** 8 bytes. */
  readonly keyId: Uint8Array;
  /** The secret, 32 bytes. */
  readonly psk: Uint8Array;
  /** Bits of `Permission`. */
  readonly permissions: number;
  /** Keys of entries must begin with it; empty = all. */
  readonly prefix: Uint8Array;
}

export interface AccessLookup {
  /** The grant whose key id are the 8 bytes at `at`. */
  find(bytes: Uint8Array, at: number): AccessGrant | undefined;
}
