/** What a client endpoint tells its owner. Calls may come from within any of its methods that take `nowMs`. */

/** Why retrying cannot help. */
export type FatalCode = 'PATH_MTU_OR_KEY' | 'VERSION' | 'AUTH_FAILED' | 'SERVER_FULL' | 'KEY_QUOTA';

export interface ClientListener {
  /** A session stands; after a loss, stands again. */
  onReady(): void;
  /** `bytes[start, end)` are the results, valid only during the call. The request id is free afterwards. */
  onReply(rid: number, status: number, bytes: Uint8Array, start: number, end: number): void;
  /** A sent write that no server can account for any more: done or not done. */
  onOutcomeUnknown(rid: number): void;
  /** The session is lost; the endpoint reconnects by itself. */
  onDisconnected(reason: string): void;
  /** The server still loads its files, so many percent are done; the endpoint goes on asking. */
  onLoading?(percent: number): void;
  /** The endpoint is closed for good; unanswered requests get no other call. */
  onFatal(code: FatalCode, message: string): void;
}
