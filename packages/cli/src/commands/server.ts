import { type Command, InvalidArgumentError } from 'commander';
import type { CliContext } from '../context.js';
import { countText, durationText, sizeText } from '../output/quantity-text.js';
import { renderTable } from '../output/table.js';
import { exactJson } from '../output/value-text.js';

export function registerServer(program: Command, context: CliContext): void {
  program
    .command('ping')
    .description('ask whether the server answers, and how fast')
    .option('-c, --count <count>', 'how many times', countOption, 1)
    .action((flags: { count: number }) => runPing(context, flags.count));
  program
    .command('stats [section]')
    .description('what the server does: memory, keys, commands, datagrams, snapshots')
    .addHelpText(
      'after',
      '\nExamples:\n  anoa stats\n  anoa stats datagrams\n  anoa stats --json | jq .memory',
    )
    .action((section: string | undefined) => runStats(context, section));
}

async function runPing(context: CliContext, count: number): Promise<void> {
  const client = await context.client();
  const timesMs: number[] = [];
  for (let i = 0; i < count; i++) {
    const startedAtMs = performance.now();
    await client.ping();
    const elapsedMs = performance.now() - startedAtMs;
    timesMs.push(elapsedMs);
    if (!context.wantsJson) context.terminal.line(`PONG ${elapsedMs.toFixed(2)} ms`);
  }
  if (context.wantsJson) context.terminal.line(JSON.stringify({ ms: count === 1 ? timesMs[0] : timesMs }));
}

async function runStats(context: CliContext, section: string | undefined): Promise<void> {
  const all = (await (await context.client()).stats()) as Record<string, unknown>;
  if (section !== undefined && !Object.hasOwn(all, section)) {
    throw new InvalidArgumentError(
      `There is no section ${section}; there are ${Object.keys(all).join(', ')}.`,
    );
  }
  const shown = section === undefined ? all : { [section]: all[section] };
  if (context.wantsJson) {
    context.terminal.line(exactJson((section === undefined ? all : all[section]) as never));
    return;
  }
  const { bold, dim } = context.terminal.style;
  for (const [name, content] of Object.entries(shown)) {
    const rows = flatten(content).map(([field, value]) => [`  ${field}`, readable(field, value)]);
    if (rows.length === 0) continue;
    context.terminal.line(bold(name));
    context.terminal.line(renderTable(rows));
    context.terminal.line(dim(''));
  }
}

/** Nested objects as dotted names; counters that are zero are left out below the first level, they say nothing. */
function flatten(content: unknown, prefix = ''): [string, unknown][] {
  if (content === null || typeof content !== 'object' || Array.isArray(content))
    return [[prefix || 'value', content]];
  return Object.entries(content).flatMap(([name, value]) => {
    const path = prefix === '' ? name : `${prefix}.${name}`;
    if (prefix !== '' && value === 0) return [];
    return flatten(value, path);
  });
}

function readable(field: string, value: unknown): string {
  if (typeof value !== 'number') return typeof value === 'string' ? value : exactJson(value as never);
  if (/bytes|memory|rss/i.test(field)) return sizeText(value);
  if (/ms$|_milliseconds$/i.test(field)) return durationText(value);
  if (/seconds$/i.test(field)) return durationText(value * 1000);
  return Number.isInteger(value) ? countText(value) : String(Number(value.toPrecision(4)));
}

function countOption(text: string): number {
  const count = Number(text);
  if (!Number.isSafeInteger(count) || count < 1)
    throw new InvalidArgumentError('It takes a whole number above 0.');
  return count;
}
