/** Durations as people write them: `300_000` (milliseconds), `'250ms'`, `'30s'`, `'5m'`, `'12h'`, `'7d'`. */

import { AnoaError } from './errors.js';

/** Milliseconds, or a number with a unit. */
export type Duration = number | `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`;

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;

/** Milliseconds of `duration`, rounded up to a whole one, at least 1; `name` is the option it came from. */
export function durationMs(duration: Duration, name: string): number {
  const ms = typeof duration === 'number' ? duration : parsedMs(duration);
  if (!(ms > 0)) {
    throw new AnoaError(
      `${name} is ${JSON.stringify(duration) ?? String(duration)}; it must be above zero: milliseconds, or text like '250ms', '30s', '5m', '12h', '7d'`,
      { code: 'INVALID_ARGUMENT' },
    );
  }
  return Math.ceil(ms);
}

function parsedMs(text: string): number {
  const match = typeof text === 'string' ? DURATION.exec(text) : null;
  return match === null ? Number.NaN : Number(match[1]) * UNIT_MS[match[2]];
}
