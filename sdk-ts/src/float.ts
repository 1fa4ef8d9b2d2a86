/** Floats that are whole, on their way to the server. */

/** A number that is a float even where it is whole; see {@link float}. */
export class Float {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

/**
 * A number of type float even where it is whole: JavaScript has one type of number, the store has two, and a whole
 * `3` is stored as an integer. `float(3)` is 3.0, which `incrFloat` adds to and `incr` refuses.
 */
export function float(value: number): Float {
  return new Float(value);
}
