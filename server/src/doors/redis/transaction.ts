/** What WATCH and MULTI have collected of one client. */
export interface Transaction {
  /** MULTI was said: commands are queued. */
  readonly isOpen: boolean;
}
