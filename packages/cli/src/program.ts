/**
 * All commands of `anoa`, in the order help lists them. The prompt builds the same program for each line, so a
 * command is written once.
 */
import { readFileSync } from 'node:fs';
import { parseDurationMs } from '@anoadb/server/settings';
import { Command, InvalidArgumentError } from 'commander';
import { registerConfig } from './commands/config.js';
import { registerExpiry } from './commands/expiry.js';
import { registerExport } from './commands/export.js';
import { registerGet } from './commands/get.js';
import { registerImport } from './commands/import.js';
import { registerKeys } from './commands/keys.js';
import { registerNumbers } from './commands/numbers.js';
import { registerServe } from './commands/serve.js';
import { registerServer } from './commands/server.js';
import { registerSet } from './commands/set.js';
import { registerSnapshot } from './commands/snapshot.js';
import type { CliContext, GlobalOptions } from './context.js';

export function buildProgram(context: CliContext): Command {
  const program = new Command('anoa')
    .description('AnoaDB from the shell: a key-value server that speaks UDP first.')
    .version(packageVersion(), '-V, --version')
    .option('-u, --url <url>', 'server to talk to (default: ANOA_URL, else anoa://127.0.0.1:2662)')
    .option('--json', 'print exact JSON, for programs')
    .option('--timeout <duration>', 'how long an answer may take, such as 500ms or 5s', durationOption)
    .helpOption('-h, --help', 'show help; `anoa help COMMAND` shows examples')
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .showHelpAfterError('(`anoa help` lists the commands)')
    .showSuggestionAfterError()
    .helpCommand('help [command]', 'show help for a command')
    .exitOverride()
    .hook('preAction', (_program, action) => context.useOptions(action.optsWithGlobals() as GlobalOptions))
    .addHelpText('after', HELP_TAIL);
  registerServe(program, context);
  registerGet(program, context);
  registerSet(program, context);
  registerNumbers(program, context);
  registerExpiry(program, context);
  registerKeys(program, context);
  registerServer(program, context);
  registerImport(program, context);
  registerExport(program, context);
  registerSnapshot(program, context);
  registerConfig(program, context);
  if (!context.isPrompt) {
    program.action(async () => {
      context.useOptions(program.opts() as GlobalOptions);
      const { runPrompt } = await import('./prompt/prompt.js');
      await runPrompt(context.options);
    });
  }
  for (const command of allCommands(program)) inheritBehaviour(command, context);
  return program;
}

const HELP_TAIL = `
Examples:
  anoa serve                          start a server on this machine
  anoa set user:1 '{"name":"Ada"}'    keep a value; its type is found when it is read
  anoa get user:1                     print it again
  anoa                                a prompt with history and completion

Exit codes: 0 done, 1 missing key or condition not met, 2 wrong usage, 3 no answer,
4 denied, 5 refused; of serve also 65 damaged file, 66 wrong key, 74 I/O, 75 locked.`;

/** `anoa get KEY --json` as well as `anoa --json get KEY`; commander does not hand the global ones down by itself. */
function inheritBehaviour(command: Command, context: CliContext): void {
  command.exitOverride();
  if (command.parent === null) return;
  command.configureHelp({ showGlobalOptions: true });
  if (context.isPrompt)
    command.configureOutput({ writeOut: (text) => context.terminal.line(text.trimEnd()) });
}

function allCommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap((child) => allCommands(child))];
}

/** For options: a duration in milliseconds. */
export function durationOption(text: string): number {
  const ms = parseDurationMs(text);
  if (ms === undefined || ms <= 0)
    throw new InvalidArgumentError('A duration looks like 250ms, 30s, 5m, 12h or 7d.');
  return ms;
}

function packageVersion(): string {
  const file = new URL('../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
