/**
 * What each setting accepts, as one zod schema. Imported lazily by `load-settings.ts`: zod costs 45 ms and 13 MB,
 * which no client command should pay.
 */

import { parseDurationMs, parseSizeBytes } from '@anoadb/protocol/quantity';
import { z } from 'zod';
import { STORE_MEMORY_BYTES_MIN } from '../store/index.js';
import type { SettingName } from './setting-table.js';

const MEBIBYTE = 1024 ** 2;

/** A number, or a text that `parse` makes one of; anything else fails with the table's sentence. */
function quantity(parse: (text: string) => number | undefined) {
  return z
    .union([z.string(), z.number()])
    .transform((raw) => (typeof raw === 'number' ? raw : (parse(raw) ?? Number.NaN)))
    .pipe(z.number().int().nonnegative());
}

const size = quantity(parseSizeBytes);
const duration = quantity(parseDurationMs);
const wholeNumber = quantity((text) => (/^\d{1,15}$/.test(text.trim()) ? Number(text) : undefined));
const path = z.string().trim().min(1).max(4096);

/** Bytes and milliseconds come out as plain numbers. */
export const settingsSchema = z.strictObject({
  host: z.string().trim().min(1).max(255),
  port: wholeNumber.pipe(z.number().max(65_535)),
  tcp: z.enum(['on', 'off', 'plain']),
  maxClients: wholeNumber.pipe(z.number().min(1).max(1_000_000)),
  tlsCert: path.optional(),
  tlsKey: path.optional(),
  dataDir: path,
  keyFile: path,
  passphrase: z.string().min(8).max(1024).optional(),
  maxMemory: size.refine((bytes) => bytes === 0 || bytes >= STORE_MEMORY_BYTES_MIN),
  eviction: z.enum(['refuse', 'sieve', 'sieve-ttl']),
  maxValue: size.pipe(
    z
      .number()
      .min(1024)
      .max(16 * MEBIBYTE),
  ),
  journal: z.enum(['on', 'off']),
  fsync: z.enum(['always', 'everysec', 'no']),
  journalSize: size.pipe(z.number().min(MEBIBYTE)),
  snapshotInterval: duration.refine((ms) => ms === 0 || ms >= 1_000),
  logLevel: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']),
  logFormat: z.enum(['auto', 'pretty', 'json']),
} satisfies Record<SettingName, z.ZodType>);

export type ParsedSettings = z.output<typeof settingsSchema>;
