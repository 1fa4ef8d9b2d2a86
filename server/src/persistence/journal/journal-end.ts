/** What recovery found behind the closed segments: everything that the next start has to put in order. */

export interface JournalEnd {
  /** The segment that was open when the process ended. */
  readonly name: string;
  /** Bytes of it whose sync is proven: they stay. */
  readonly durableBytes: number;
  readonly durableLsn: number;
  /** Tag of the last frame within. */
  readonly durableTag: string;
  /** Behind them to here: whole frames that were never proven synced; journalled anew. */
  readonly soundBytes: number;
  readonly lastLsn: number;
  /** Length of the file; what lies behind soundBytes is the torn tail and goes to quarantine/. */
  readonly fileBytes: number;
  /** Database clock in the last frame. */
  readonly dbNowMs: number;
}
