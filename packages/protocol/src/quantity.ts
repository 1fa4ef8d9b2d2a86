/**
 * Durations and sizes as people write them: `250ms`, `5m`, `64mb`, `1.5h`.
 *
 * The one parser for both, used by settings, by the SDK and by the command line. Apart from the wire, and so
 * exported as `@anoadb/protocol/quantity`: a program that only reads its options loads no codec.
 * A number without a unit is milliseconds or bytes. Units of size are powers of 1024, as Redis has them.
 */

const durationUnitsMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

const sizeUnitsBytes: Readonly<Record<string, number>> = {
  b: 1,
  k: 1024,
  kb: 1024,
  kib: 1024,
  m: 1024 ** 2,
  mb: 1024 ** 2,
  mib: 1024 ** 2,
  g: 1024 ** 3,
  gb: 1024 ** 3,
  gib: 1024 ** 3,
  t: 1024 ** 4,
  tb: 1024 ** 4,
  tib: 1024 ** 4,
};

/** Milliseconds of `5m`, `1h30m`, `250`; undefined where the text is no duration. Result is a whole number. */
export function parseDurationMs(text: string): number | undefined {
  return parseQuantity(text, durationUnitsMs);
}

/** Bytes of `64mb`, `1gb`, `4096`; undefined where the text is no size. Result is a whole number. */
export function parseSizeBytes(text: string): number | undefined {
  return parseQuantity(text, sizeUnitsBytes);
}

/** The shortest exact form: `300000` gives `5m`, `90000` gives `90s`. */
export function formatDurationMs(durationMs: number): string {
  return formatQuantity(durationMs, [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1_000],
    ['ms', 1],
  ]);
}

/** The shortest exact form: `67108864` gives `64mb`, `1000` gives `1000b`. */
export function formatSizeBytes(sizeBytes: number): string {
  return formatQuantity(sizeBytes, [
    ['tb', 1024 ** 4],
    ['gb', 1024 ** 3],
    ['mb', 1024 ** 2],
    ['kb', 1024],
    ['b', 1],
  ]);
}

function parseQuantity(text: string, units: Readonly<Record<string, number>>): number | undefined {
  const trimmed = text.trim().toLowerCase();
  if (/^\d+$/.test(trimmed)) return whole(Number(trimmed));
  if (!/^(?:\d+(?:\.\d+)?[a-z]+)+$/.test(trimmed)) return undefined;
  let total = 0;
  for (const [, amount, unit] of trimmed.matchAll(/(\d+(?:\.\d+)?)([a-z]+)/g)) {
    if (!Object.hasOwn(units, unit)) return undefined;
    total += Number(amount) * units[unit];
  }
  return whole(Math.round(total));
}

function whole(value: number): number | undefined {
  return Number.isSafeInteger(value) ? value : undefined;
}

function formatQuantity(value: number, units: readonly (readonly [string, number])[]): string {
  if (value === 0) return '0';
  for (const [unit, size] of units) {
    if (value % size === 0) return `${value / size}${unit}`;
  }
  return String(value);
}
