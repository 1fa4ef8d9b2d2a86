/** The bounds of the TCP port: what a peer that means no good can make it hold, and for how long. */

export interface StreamLimits {
  readonly connectionsMax: number;
  /** A first line longer than this tells no protocol any more. */
  readonly firstLineBytesMax: number;
  /** Of one connection that is not through with a request; sessions may say less or more (`inputBytesMax`). */
  readonly requestBytesMax: number;
  /** The same before authentication on a sealed server: room for a key and little else. */
  readonly unauthenticatedBytesMax: number;
  /** Waiting requests of all connections; beyond it none may have more than `requestBytesShare`. */
  readonly requestBytesTotalMax: number;
  readonly requestBytesShare: number;
  /** Answers not taken by the system above which a connection's requests wait. */
  readonly unsentBytesMax: number;
  /** Unsent answers of all connections, above which that is `unsentBytesShare`. */
  readonly unsentBytesTotalMax: number;
  readonly unsentBytesShare: number;
  /** Input of a connection that is suspended which is taken in, so that its end is noticed. */
  readonly suspendedBytesMax: number;
  /** A request must be complete this long after its first byte, and so much later for each byte that came. */
  readonly requestTimeoutMs: number;
  readonly requestBytesPerSecondMin: number;
  /** A connection that has never said anything. */
  readonly silentTimeoutMs: number;
  /** A peer that takes none of its answers. */
  readonly writeTimeoutMs: number;
  /** After the last answer of a connection that is being closed, for its peer to close as well. */
  readonly lingerMs: number;
}

const KIBIBYTE = 1024;
const MEBIBYTE = 1024 * KIBIBYTE;

export const streamLimitsDefault: StreamLimits = {
  connectionsMax: 10_000,
  firstLineBytesMax: 64 * KIBIBYTE,
  requestBytesMax: 64 * MEBIBYTE,
  unauthenticatedBytesMax: 64 * KIBIBYTE,
  requestBytesTotalMax: 256 * MEBIBYTE,
  requestBytesShare: 64 * KIBIBYTE,
  unsentBytesMax: MEBIBYTE,
  unsentBytesTotalMax: 256 * MEBIBYTE,
  unsentBytesShare: 64 * KIBIBYTE,
  suspendedBytesMax: 64 * KIBIBYTE,
  requestTimeoutMs: 30_000,
  requestBytesPerSecondMin: 16 * KIBIBYTE,
  silentTimeoutMs: 300_000,
  writeTimeoutMs: 60_000,
  lingerMs: 2_000,
};
