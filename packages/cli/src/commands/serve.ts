import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { CliError, ExitCode } from '../exit-codes.js';
import { addSettingOptions } from '../setting-options.js';

export function registerServe(program: Command, context: CliContext): void {
  const command = program
    .command('serve')
    .description('start a server on this machine')
    .addHelpText(
      'after',
      `
Each setting also has a variable (ANOA_PORT, …) and a name in the config file; \`anoa config\` shows what is in force.
SIGTERM or Ctrl-C takes a last snapshot and stops.

Examples:
  anoa serve
  anoa serve --port 7000 --data-dir ./data --max-memory 2gb --eviction sieve`,
    );
  addSettingOptions(command).action((flags: Record<string, unknown>) => runServe(context, flags));
}

async function runServe(context: CliContext, flags: Record<string, unknown>): Promise<void> {
  if (context.isPrompt)
    throw new CliError(ExitCode.USAGE, 'serve needs a shell of its own; leave the prompt first');
  const { serve } = await import('@anoadb/server');
  await serve({ flags });
}
