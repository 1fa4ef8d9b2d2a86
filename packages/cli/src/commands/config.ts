import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { renderTable } from '../output/table.js';
import { addSettingOptions } from '../setting-options.js';

export function registerConfig(program: Command, context: CliContext): void {
  const command = program
    .command('config')
    .description('the settings `anoa serve` would run with here, and where each comes from')
    .addHelpText('after', '\nExamples:\n  anoa config\n  ANOA_PORT=7000 anoa config --json');
  addSettingOptions(command).action((flags: Record<string, unknown>) => runConfig(context, flags));
}

async function runConfig(context: CliContext, flags: Record<string, unknown>): Promise<void> {
  const { loadSettings } = await import('@anoadb/server');
  const { effective, warnings } = await loadSettings({ flags });
  if (context.wantsJson) {
    const entries = effective.map(({ name, shown, origin }) => [name, { value: shown, origin }]);
    context.terminal.line(JSON.stringify(Object.fromEntries(entries), undefined, 2));
  } else {
    const { bold, dim } = context.terminal.style;
    const rows = effective.map(({ name, shown, origin }) => [
      bold(name),
      shown,
      origin === 'default' ? dim(origin) : origin,
    ]);
    context.terminal.line(renderTable(rows));
  }
  for (const warning of warnings) context.terminal.note(context.terminal.noteStyle.yellow(warning));
}
