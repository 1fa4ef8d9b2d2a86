/**
 * Block sizes for small entries: steps of 8 bytes up to 128, then eight steps per doubling up to 8 KiB,
 * so that less than 8 bytes or less than one part in nine of a block is wasted.
 */
export const SMALL_BYTES_MAX = 8192;
export const SIZE_CLASSES = 64;

const FINE_BYTES_MAX = 128;
const FINE_CLASSES = FINE_BYTES_MAX / 8;

/** The class of a size from 1 to SMALL_BYTES_MAX. */
export function classOfSize(bytes: number): number {
  if (bytes <= FINE_BYTES_MAX) return (bytes - 1) >>> 3;
  const octave = 31 - Math.clz32(bytes - 1);
  return FINE_CLASSES + ((octave - 7) << 3) + ((bytes - 1) >>> (octave - 3)) - 8;
}

/** The block size of a class. */
export function sizeOfClass(sizeClass: number): number {
  if (sizeClass < FINE_CLASSES) return (sizeClass + 1) << 3;
  const step = sizeClass - FINE_CLASSES;
  return ((step & 7) + 9) << ((step >>> 3) + 4);
}
