/** Durations as people write them: `300_000` (milliseconds), `'250ms'`, `'30s'`, `'5m'`, `'12h'`, `'7d'`. */

import { parseDurationMs } from '@anoadb/protocol/quantity';
import { AnoaError } from './errors.js';

/** Milliseconds, or a number with a unit. */
export type Duration = number | `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`;

/** Milliseconds of `duration`, rounded up to a whole one, at least 1; `name` is the option it came from. */
export function durationMs(duration: Duration, name: string): number {
  const ms = typeof duration === 'number' ? duration : parsedMs(duration);
  if (!(ms > 0)) {
    throw new AnoaError(
      `${name} is ${typeof duration === 'string' ? JSON.stringify(duration) : String(duration)}; it must be above zero: milliseconds, or text like '250ms', '30s', '5m', '12h', '7d'`,
      { code: 'INVALID_ARGUMENT' },
    );
  }
  return Math.ceil(ms);
}

/** A bare number in text is refused here: `'5'` from a form would silently be 5 ms. */
function parsedMs(text: unknown): number {
  const hasUnit = typeof text === 'string' && /[a-z]$/.test(text);
  return (hasUnit ? parseDurationMs(text) : undefined) ?? Number.NaN;
}
