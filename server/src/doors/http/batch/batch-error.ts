/** A batch that cannot be read: nothing of it is executed. */
export class BatchError extends Error {
  override readonly name = 'BatchError';

  /** @param where like `ops[3].ttlMs`. */
  constructor(where: string, what: string) {
    super(`${where} ${what}.`);
  }
}
