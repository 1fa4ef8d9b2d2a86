/**
 * Numbers as Redis's INCRBYFLOAT has them: the 80-bit floats of x86, with 64 bits of mantissa, where JavaScript's have
 * 53. Read, added and written exactly as the C library does, by integers of any size; so that replies and stored
 * texts are the same to the last digit.
 *
 *   value = mantissa * 2^exponent, mantissa a whole number of at most 64 bits, negative for negative values
 */

const MANTISSA_BITS = 64;
/** Values from 2^16384 on are infinite. */
const TOP_EXPONENT = 16384;
/** Half the smallest value that is not 0, 2^-16445: what is not above it becomes 0. */
const BOTTOM_EXPONENT = -16446;
/** With at most 5119 digits, a number with a power of ten beyond this is infinite or 0. */
const DECIMAL_EXPONENT_MAX = 10_000;
const FRACTION_DIGITS = 17;
const FRACTION_SCALE = 10n ** BigInt(FRACTION_DIGITS);

// One way only to match each digit, or a long text that is none would be tried in all ways.
const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d+))?$/i;
const HEXADECIMAL = /^([+-]?)0x([\da-f]*)(?:\.([\da-f]*))?(?:p([+-]?\d+))?$/i;
const INFINITE = /^([+-]?)inf(?:inity)?$/i;

export class ExtendedFloat {
  /** Longer text is no number to Redis. */
  static readonly CHARS_MAX: number = 5 * 1024 - 1;
  readonly #mantissa: bigint;
  readonly #exponent: number;

  private constructor(mantissa: bigint, exponent: number) {
    this.#mantissa = mantissa;
    this.#exponent = exponent;
  }

  /** Made anew: what tsc emits for a class with private members cannot make one of itself while it is defined. */
  static get ZERO(): ExtendedFloat {
    return new ExtendedFloat(0n, 0);
  }

  /**
   * The number that the text is to strtold, taken whole: decimal, hexadecimal, infinite. Undefined: it is none, is not
   * a number, or so large or small that it cannot be said.
   */
  static parse(text: string): ExtendedFloat | undefined {
    if (text.length === 0 || text.length > ExtendedFloat.CHARS_MAX) return undefined;
    const infinite = INFINITE.exec(text);
    if (infinite !== null) return new ExtendedFloat(infinite[1] === '-' ? -1n : 1n, Number.POSITIVE_INFINITY);
    const hexadecimal = HEXADECIMAL.exec(text);
    const match = hexadecimal ?? DECIMAL.exec(text);
    if (match === null) return undefined;
    const [, sign, whole, fraction = '', power = '0'] = match;
    if (whole.length + fraction.length === 0) return undefined;
    const digits = BigInt(hexadecimal === null ? whole + fraction : `0x${whole}${fraction}`);
    if (digits === 0n) return ExtendedFloat.ZERO;
    const exponent = Number(power);
    const size =
      hexadecimal === null
        ? ExtendedFloat.#decimal(digits, exponent - fraction.length)
        : ExtendedFloat.#quotient(digits, 1n, exponent - 4 * fraction.length);
    if (size === undefined || !size.isFinite || size.#mantissa === 0n) return undefined;
    return sign === '-' ? size.#negated() : size;
  }

  get isFinite(): boolean {
    return this.#exponent !== Number.POSITIVE_INFINITY;
  }

  /** The sum, rounded to 64 bits; infinite where a summand or the sum is. */
  plus(other: ExtendedFloat): ExtendedFloat {
    if (!this.isFinite) return this;
    if (!other.isFinite) return other;
    const exponent = Math.min(this.#exponent, other.#exponent);
    const a = this.#mantissa << BigInt(this.#exponent - exponent);
    const b = other.#mantissa << BigInt(other.#exponent - exponent);
    const sum = a + b;
    if (sum === 0n) return ExtendedFloat.ZERO;
    return sum < 0n
      ? ExtendedFloat.#quotient(-sum, 1n, exponent).#negated()
      : ExtendedFloat.#quotient(sum, 1n, exponent);
  }

  /** With 17 digits behind the point, zeros at the end left out; never in powers of ten, never `-0`. */
  toString(): string {
    const isNegative = this.#mantissa < 0n;
    const size = isNegative ? -this.#mantissa : this.#mantissa;
    const scaled = shifted(size * FRACTION_SCALE, this.#exponent);
    if (scaled === 0n) return '0';
    const digits = scaled.toString().padStart(FRACTION_DIGITS + 1, '0');
    const pointAt = digits.length - FRACTION_DIGITS;
    const fraction = digits.slice(pointAt).replace(/0+$/, '');
    const text = fraction === '' ? digits.slice(0, pointAt) : `${digits.slice(0, pointAt)}.${fraction}`;
    return isNegative ? `-${text}` : text;
  }

  #negated(): ExtendedFloat {
    return new ExtendedFloat(-this.#mantissa, this.#exponent);
  }

  /** `whole * 10^exponent`, `whole` positive; undefined where that is far out of range. */
  static #decimal(whole: bigint, exponent: number): ExtendedFloat | undefined {
    if (Math.abs(exponent) > DECIMAL_EXPONENT_MAX) return undefined;
    const power = 10n ** BigInt(Math.abs(exponent));
    return exponent < 0
      ? ExtendedFloat.#quotient(whole, power, 0)
      : ExtendedFloat.#quotient(whole * power, 1n, 0);
  }

  /** `numerator / denominator * 2^exponent`, both positive, rounded to 64 bits, half to even. */
  static #quotient(numerator: bigint, denominator: bigint, exponent: number): ExtendedFloat {
    // So many bits more or less that the quotient has one or two bits above 64; what is cut off counts as a trace of one.
    const excess = bitsOf(numerator) - bitsOf(denominator) - MANTISSA_BITS - 1;
    const top = excess < 0 ? numerator << BigInt(-excess) : numerator;
    const bottom = excess > 0 ? denominator << BigInt(excess) : denominator;
    let quotient = top / bottom;
    const isInexact = quotient * bottom !== top;
    let at = exponent + excess;
    const cut = bitsOf(quotient) - MANTISSA_BITS;
    // One more bit, for the trace, below those that are cut.
    quotient = (quotient << 1n) | (isInexact ? 1n : 0n);
    const mantissa = shifted(quotient, -(cut + 1));
    at += cut;
    if (at + bitsOf(mantissa) > TOP_EXPONENT) return new ExtendedFloat(1n, Number.POSITIVE_INFINITY);
    return at + bitsOf(mantissa) <= BOTTOM_EXPONENT ? ExtendedFloat.ZERO : new ExtendedFloat(mantissa, at);
  }
}

/** `value * 2^bits` as a whole number, half to even. */
function shifted(value: bigint, bits: number): bigint {
  if (bits >= 0) return value << BigInt(bits);
  const cut = BigInt(-bits);
  const whole = value >> cut;
  const rest = value - (whole << cut);
  const half = 1n << (cut - 1n);
  return rest > half || (rest === half && (whole & 1n) === 1n) ? whole + 1n : whole;
}

/** Bits of a positive number, as C's would count them. */
function bitsOf(value: bigint): number {
  const digits = value.toString(16);
  return 4 * digits.length - Math.clz32(Number.parseInt(digits[0], 16)) + 28;
}
