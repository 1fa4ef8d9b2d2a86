/** Bounds of the Redis door, ours and those that Redis has. */

const KIBIBYTE = 1024;
const MEBIBYTE = 1024 * KIBIBYTE;

export const RedisLimits = {
  /** A line (inline command, count, length) that has no end within this is refused. As Redis. */
  lineBytesMax: 64 * KIBIBYTE,
  argumentsMax: 1024 * 1024,
  /** One request with everything around its arguments: what a client may make the server hold for it. */
  requestBytesMax: 64 * MEBIBYTE,
  /** Before authentication on a sealed server. As Redis. */
  unauthenticatedArgumentsMax: 10,
  unauthenticatedBulkBytesMax: 16 * KIBIBYTE,
  /** Memory of the commands queued by MULTI. */
  transactionBytesMax: 64 * MEBIBYTE,
  /** Answers that one request, or EXEC, may pile up: whoever asks for more is disconnected, as by Redis's limits. */
  answerBytesMax: 512 * MEBIBYTE,
  watchedKeysMax: 64 * KIBIBYTE,
} as const;
