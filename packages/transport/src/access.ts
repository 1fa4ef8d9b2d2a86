/** What a server's access keys look like to the transport: found by key id at AUTH, never named otherwise. */

/** What one access key may do; made by the server. */
export interface AccessGrant {
  /** 8 bytes, `keyIdOf(psk)`. */
  readonly keyId: Uint8Array;
  /** The key itself, 32 bytes. */
  readonly psk: Uint8Array;
  /** Bits of `Permission` of the spec. */
  readonly permissions: number;
  /** Keys the holder may touch begin with these bytes; empty = all. */
  readonly prefix: Uint8Array;
}

export interface AccessLookup {
  /** The key whose id is the 8 bytes at `bytes[at]`; undefined: there is none, or it was revoked. */
  find(bytes: Uint8Array, at: number): AccessGrant | undefined;
}
