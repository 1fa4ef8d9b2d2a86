/**
 * HalfSipHash-1-3 (Aumasson and Bernstein; 64-bit key, 32-bit words) over key bytes.
 *
 * What it resists: whoever does not know the seed cannot construct keys that share a hash (with a
 * multiply-and-rotate hash such as Murmur3 he can, for every seed at once) and so can neither build long
 * probe runs nor one overfull index page. It is not a cryptographic hash: 32 bits collide by chance after
 * some 77 000 keys, which the index expects and handles.
 */
export class KeyHash {
  readonly #k0: number;
  readonly #k1: number;

  /** @param seed any number; its low 53 bits count. */
  constructor(seed: number) {
    const whole = Math.abs(Math.trunc(seed)) % 2 ** 53;
    // The high bits of a seed may be few: spread both halves so that small seeds differ in both words.
    this.#k0 = Math.imul(whole | 0, 0x9e3779b1) ^ 0x243f6a88;
    this.#k1 = Math.imul((whole / 2 ** 32) | 0, 0x85ebca6b) ^ Math.imul(whole | 0, 0xc2b2ae35);
  }

  /** The hash as a signed 32-bit integer (what V8 keeps without boxing). */
  of(bytes: Uint8Array, start: number, end: number): number {
    const k0 = this.#k0;
    const k1 = this.#k1;
    let v0 = k0;
    let v1 = k1;
    let v2 = 0x6c796765 ^ k0;
    let v3 = 0x74656462 ^ k1;
    let at = start;
    // The two halves of a round side by side, so that they run side by side: a tenth less for a key of 16 bytes.
    for (const last = end - 3; at < last; at += 4) {
      const m = bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
      v3 ^= m;
      v0 = (v0 + v1) | 0;
      v2 = (v2 + v3) | 0;
      v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
      v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
      v0 = (v0 << 16) | (v0 >>> 16);
      v2 = (v2 + v1) | 0;
      v0 = (v0 + v3) | 0;
      v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
      v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
      v2 = (v2 << 16) | (v2 >>> 16);
      v0 ^= m;
    }
    let m = (end - start) << 24;
    if (at < end) {
      m |= bytes[at];
      if (at + 1 < end) m |= bytes[at + 1] << 8;
      if (at + 2 < end) m |= bytes[at + 2] << 16;
    }
    v3 ^= m;
    for (let round = 0; round < 4; round++) {
      v0 = (v0 + v1) | 0;
      v2 = (v2 + v3) | 0;
      v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
      v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
      v0 = (v0 << 16) | (v0 >>> 16);
      v2 = (v2 + v1) | 0;
      v0 = (v0 + v3) | 0;
      v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
      v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
      v2 = (v2 << 16) | (v2 >>> 16);
      if (round === 0) {
        v0 ^= m;
        v2 ^= 0xff;
      }
    }
    return v1 ^ v3;
  }
}
