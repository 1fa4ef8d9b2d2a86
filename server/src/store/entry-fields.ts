/** What a journal needs of one entry, read at one go: every address looked up once. Reused, never made per entry. */
export class EntryFields {
  type = 0;
  keyBytes = 0;
  valueBytes = 0;
  /** ms since epoch, 0: none. */
  expiryMs = 0;
  version = 0;
  /** Opaque 32 bits of a client, 0: none. */
  clientFlags = 0;
  /** Key and value stand side by side in `bytes` from `start` on, which is a multiple of 4; `words` is the same memory. */
  bytes: Uint8Array = new Uint8Array(0);
  words: Int32Array = new Int32Array(0);
  start = 0;
}
