/** Bytes or text that are not a value of the type they claim to be. The only error that decoding throws. */
export class MalformedValueError extends Error {
  /** Where in the buffer the trouble starts. */
  readonly offset: number;

  constructor(what: string, offset: number) {
    super(`${what} at byte ${offset}`);
    this.name = 'MalformedValueError';
    this.offset = offset;
  }
}
