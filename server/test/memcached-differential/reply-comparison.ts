/**
 * Whether two servers' answers to the same commands say the same: byte for byte, except that a cas unique of one stands
 * for a cas unique of the other, seconds may differ by what passed meanwhile, and `me` has sizes of its own.
 */

/** One line of an answer, with its data block where it has one; or one binary answer. */
export interface ReplyPart {
  readonly words: readonly string[];
  readonly data: string | undefined;
}

/** Seconds that may pass on one side only. */
const SECONDS_APART_MAX = 3;
const FAR_SECONDS = 100_000_000;
const BINARY_HEADER_BYTES = 24;
const metaCodes = new Set(['HD', 'VA', 'EN', 'NS', 'EX', 'NF']);

export class ReplyComparison {
  /** Our cas uniques to the real server's. Ours change where memcached's stay (touch), so several may lead to one. */
  readonly #realOfOurs = new Map<string, string>();

  isSameText(ours: Buffer, real: Buffer): boolean {
    const a = textParts(ours);
    const b = textParts(real);
    return a.length === b.length && a.every((part, i) => this.#isSamePart(part, b[i]));
  }

  isSameBinary(ours: Buffer, real: Buffer): boolean {
    const a = binaryParts(ours);
    const b = binaryParts(real);
    return a.length === b.length && a.every((part, i) => this.#isSameBinaryPart(part, b[i]));
  }

  #isSamePart(ours: ReplyPart, real: ReplyPart): boolean {
    if (ours.data !== real.data || ours.words.length !== real.words.length) return false;
    const [code] = real.words;
    return ours.words.every(
      (word, i) => word === real.words[i] || this.#isSameWord(code, i, word, real.words[i]),
    );
  }

  #isSameWord(code: string, index: number, ours: string, real: string): boolean {
    if (code === 'VALUE') return index === 4 && this.#isSameCas(ours, real);
    if (code === 'ME') return this.#isSameFact(ours, real);
    if (!metaCodes.has(code) || ours[0] !== real[0]) return false;
    if (real[0] === 'c') return this.#isSameCas(ours.slice(1), real.slice(1));
    return (real[0] === 't' || real[0] === 'l') && areNear(ours.slice(1), real.slice(1));
  }

  #isSameFact(ours: string, real: string): boolean {
    const [name, value] = real.split('=');
    const [ourName, ourValue] = ours.split('=');
    if (name !== ourName) return false;
    if (name === 'cas') return this.#isSameCas(ourValue, value);
    if (name === 'exp' || name === 'la') return areNear(ourValue, value);
    return name === 'size' || name === 'cls';
  }

  #isSameCas(ours: string, real: string): boolean {
    if ((ours === '0') !== (real === '0')) return false;
    const known = this.#realOfOurs.get(ours);
    this.#realOfOurs.set(ours, real);
    return known === undefined || known === real;
  }

  #isSameBinaryPart(ours: Buffer, real: Buffer): boolean {
    const casStart = 16;
    return (
      ours.subarray(0, casStart).equals(real.subarray(0, casStart)) &&
      ours.subarray(BINARY_HEADER_BYTES).equals(real.subarray(BINARY_HEADER_BYTES)) &&
      this.#isSameCas(String(ours.readBigUInt64BE(casStart)), String(real.readBigUInt64BE(casStart)))
    );
  }
}

export function textParts(answer: Buffer): ReplyPart[] {
  const parts: ReplyPart[] = [];
  for (let at = 0; at < answer.length; ) {
    const found = answer.indexOf('\r\n', at);
    const end = found < 0 ? answer.length : found;
    const words = answer.toString('latin1', at, end).split(' ');
    at = end + 2;
    const length = words[0] === 'VALUE' ? Number(words[3]) : words[0] === 'VA' ? Number(words[1]) : undefined;
    const data = length === undefined ? undefined : answer.toString('latin1', at, at + length + 2);
    if (length !== undefined) at += length + 2;
    parts.push({ words, data });
  }
  return parts;
}

export function binaryParts(answer: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  for (let at = 0; at + BINARY_HEADER_BYTES <= answer.length; ) {
    const end = at + BINARY_HEADER_BYTES + answer.readUInt32BE(at + 8);
    parts.push(answer.subarray(at, end));
    at = end;
  }
  return parts;
}

function areNear(a: string, b: string): boolean {
  if (a === '-1' || b === '-1') return false;
  // Until a moment far ahead, by clocks that show different years.
  if (Math.abs(Number(a)) > FAR_SECONDS && Math.abs(Number(b)) > FAR_SECONDS) return true;
  return Math.abs(Number(a) - Number(b)) <= SECONDS_APART_MAX;
}
