/**
 * `anoa stats` for a person: sections with a title, names in words, numbers with their unit.
 * Programs take `--json`, which has the names of the protocol.
 */
import type { AnoaValue } from '@anoadb/sdk';
import { countText, durationText, sizeText } from './quantity-text.js';
import { renderTable } from './table.js';
import type { Style } from './terminal.js';
import { exactJson } from './value-text.js';
import { wrapText } from './wrapped-text.js';

/** Numbers that name something: grouped digits would make them another thing. */
const NAMES = /(^|_)(port|process_id|generation|(last|written|durable|released)_version)$/;
/** Bytes, under names that Redis has given them. */
const SIZES = /bytes|^used_memory|^maxmemory$|^max_value$|^aof_(current_size|buffer_length)$/i;
/** Zero means "no limit" here, and is worth its line. */
const LIMITS = /^maxmemory$/;
/** Seconds since 1970. */
const MOMENTS = /_time$/;

export function statisticsText(sections: Readonly<Record<string, unknown>>, style: Style): string {
  const texts: string[] = [];
  for (const [name, content] of Object.entries(sections)) {
    const body = isTableOfCounters(content) ? counterTable(content, style) : fieldTable(content, style);
    texts.push(`${style.bold(name.replaceAll('_', ' '))}\n${body}`);
  }
  return texts.join('\n\n');
}

type Counters = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** As `commands` is: the same counters for each of several things. */
function isTableOfCounters(content: unknown): content is Counters {
  if (!isObject(content)) return false;
  const rows = Object.values(content);
  return rows.length > 0 && rows.every((row) => isObject(row) && 'calls' in row);
}

function counterTable(counters: Counters, style: Style): string {
  const columns = [...new Set(Object.values(counters).flatMap(Object.keys))];
  const rows = Object.entries(counters).map(([name, row]) => [
    `  ${name}`,
    ...columns.map((column) => (row[column] ? countText(row[column]) : style.dim('-'))),
  ]);
  const head = ['', ...columns.map((column) => style.dim(words(column)))];
  return renderTable(
    [head, ...rows],
    columns.map((_, index) => index + 1),
  );
}

/** Counters that are zero are named together on one line: they say only that nothing happened. */
function fieldTable(content: unknown, style: Style): string {
  const fields = flatten(content);
  const isQuiet = ([name, value]: [string, unknown]): boolean => value === 0 && !LIMITS.test(name);
  const shown = fields.filter((field) => !isQuiet(field));
  const quiet = fields.filter(isQuiet).map(([name]) => words(name));
  const parts: string[] = [];
  if (shown.length > 0)
    parts.push(renderTable(shown.map(([name, value]) => [`  ${words(name)}`, quantityText(name, value)])));
  if (quiet.length > 0) parts.push(style.dim(wrapText(`none: ${quiet.join(', ')}`, '  ', 78)));
  return parts.join('\n');
}

function flatten(content: unknown, prefix = ''): [string, unknown][] {
  if (!isObject(content)) return [[prefix, content]];
  return Object.entries(content).flatMap(([name, value]) => {
    const path = prefix === '' ? name : `${prefix} ${name}`;
    return isReasons(value) ? reasons(path, value) : flatten(value, path);
  });
}

/** As `dropped` is: one cause counted under many names, nearly all of them zero. */
function isReasons(value: unknown): value is Readonly<Record<string, number>> {
  return (
    isObject(value) && 'replayed' in value && Object.values(value).every((count) => Number.isInteger(count))
  );
}

function reasons(path: string, counts: Readonly<Record<string, number>>): [string, unknown][] {
  const some = Object.entries(counts).filter(([, count]) => count > 0);
  return some.length === 0 ? [[path, 0]] : some.map(([reason, count]) => [`${path} ${reason}`, count]);
}

function quantityText(name: string, value: unknown): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value !== 'number') return typeof value === 'string' ? value : exactJson(value as AnoaValue);
  if (NAMES.test(name)) return String(value);
  if (LIMITS.test(name) && value === 0) return 'no limit';
  if (SIZES.test(name)) return sizeText(value);
  if (MOMENTS.test(name)) return new Date(value * 1000).toISOString().replace('.000', '');
  if (/(^|_)ms(_|$)|Ms$/.test(name)) return durationText(value);
  if (/_seconds$/.test(name)) return durationText(value * 1000);
  return Number.isInteger(value) ? countText(value) : String(Number(value.toPrecision(4)));
}

/** `used_memory_rss` and `datagramsIn` as words; the unit is beside the value already. */
function words(name: string): string {
  return name
    .replace(/^rdb_/, '')
    .replace(/_in_seconds$|_in_ms$|_ms$|Ms$|Bytes$/, '')
    .replace('_ms_', '_')
    .replaceAll('_', ' ')
    .replace(
      /([a-z0-9])([A-Z])/g,
      (_, before: string, capital: string) => `${before} ${capital.toLowerCase()}`,
    );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
