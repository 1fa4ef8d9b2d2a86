/** What one HTTP connection may cost. The stream layer bounds bytes and connections; here is what HTTP adds. */
export const HttpLimits = {
  /** Request line and headers together; beyond it 431. */
  headerBytesMax: 16 * 1024,
  /** Of them the target; beyond it 414. */
  targetBytesMax: 8 * 1024,
  /** Beside the value, for the names around it in JSON. */
  bodyOverheadBytes: 64 * 1024,
  /** Value bytes that the answer to one batch carries. */
  batchAnswerBytesMax: 32 * 1024 * 1024,
} as const;

/** The largest body: a value whose JSON text is twice as long as its bytes. */
export function bodyBytesMax(valueBytesMax: number): number {
  return 2 * valueBytesMax + HttpLimits.bodyOverheadBytes;
}

/** How long one may be slow. */
export interface HttpTimes {
  /** From the first byte of a request to the last of its headers. */
  readonly headersTimeoutMs: number;
  /** From the first byte of a request to the last of its body. */
  readonly requestTimeoutMs: number;
  /** An idle connection between two requests. */
  readonly keepAliveTimeoutMs: number;
  /** Without a byte either way in the middle of a request or an answer. */
  readonly silenceMsMax: number;
  /** How often the first two are looked at. */
  readonly checkIntervalMs: number;
}

export const httpTimesDefault: HttpTimes = {
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 60_000,
  keepAliveTimeoutMs: 75_000,
  silenceMsMax: 120_000,
  checkIntervalMs: 1_000,
};
