const EMPTY = new Uint8Array(0);

/** A copy of one entry outside the store: what an undo log keeps. Filled by `Store.save`, put back by `Store.restore`. */
export class SavedEntry {
  key: Uint8Array = EMPTY;
  /** Of a list its elements, as `ListBlocks.save` gives them. */
  value: Uint8Array = EMPTY;
  type = 0;
  /** The cached interpretation of a TEXT value, 0 = not yet known. */
  kind = 0;
  /** Absolute, 0 = none. */
  expiryMs = 0;
  version = 0;
  /** Opaque 32 bits of a client, 0: none. */
  clientFlags = 0;
}
