/** Reading snapshots without a server: `anoa snapshot cat` and `anoa snapshot verify`. */

export interface VerifiedFile {
  readonly file: string;
  readonly bytes: number;
  readonly chunks: number;
}

export interface VerifyReport {
  readonly databaseUuid: string;
  readonly generation: number;
  /** ms since epoch. */
  readonly createdMs: number;
  readonly files: readonly VerifiedFile[];
  /** Lines by kind; entries are lines that put, so a key that changed during the snapshot counts twice. */
  readonly entries: number;
  readonly deletes: number;
  readonly clears: number;
  /** Lowest and highest version (LSN) of an entry, 0 where there is none. */
  readonly versionMin: number;
  readonly versionMax: number;
  readonly beginVersion: number;
  readonly endVersion: number;
  /** Bytes of JSON lines. */
  readonly plainBytes: number;
}
