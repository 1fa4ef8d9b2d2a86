import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { usageError } from '../exit-codes.js';
import { countOption } from '../option-argument.js';
import { statisticsText } from '../output/statistics-text.js';
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
    context.stopIfInterrupted();
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
    throw usageError(`there is no section ${section}`, `There are: ${Object.keys(all).join(', ')}.`);
  }
  const shown = section === undefined ? all : { [section]: all[section] };
  if (context.wantsJson) {
    context.terminal.line(exactJson((section === undefined ? all : all[section]) as never));
    return;
  }
  context.terminal.line(statisticsText(shown, context.terminal.style));
}
