/**
 * The server's log: pino, JSON lines, or a readable form on a terminal. What is logged is chosen by hand at each
 * place: never keys, values, secrets or whole requests.
 */

import type { Logger } from 'pino';
import type { Settings } from '../config/load-settings.js';

export type { Logger };

/** Where the lines go; a test hands in its own. */
export interface LogTarget {
  write(line: string): unknown;
  readonly isTTY?: boolean;
}

/** Opens the log on standard error, so that standard output stays free for what was asked for. */
export async function openLog(
  settings: Pick<Settings, 'logLevel' | 'logFormat'>,
  target: LogTarget = process.stderr,
): Promise<Logger> {
  const { pino } = await import('pino');
  const isPretty =
    settings.logFormat === 'pretty' || (settings.logFormat === 'auto' && target.isTTY === true);
  const options = {
    level: settings.logLevel,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    // Last line of defence: should a secret ever be handed to the log, it is not written.
    redact: { paths: ['passphrase', 'secret', 'key', '*.passphrase', '*.secret'], censor: '********' },
  };
  if (!isPretty) return pino(options, target as { write(line: string): void });
  // In this process and synchronous, not as a worker: nothing is lost when the process ends at once.
  const { default: pretty } = await import('pino-pretty');
  const stream = pretty({
    colorize: target.isTTY === true,
    ignore: 'pid,hostname',
    translateTime: 'SYS:HH:MM:ss',
    sync: true,
    destination: target as unknown as NodeJS.WritableStream,
    singleLine: true,
  });
  return pino(options, stream);
}
