/**
 * All commands of `anoa`, in the order help lists them. The prompt builds the same program for each line, so a
 * command is written once. The file of a command is loaded when it is called: `anoa get` pays for `get` alone.
 */
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import type { CliContext, GlobalOptions } from './context.js';
import { durationOption } from './option-argument.js';

type Register = (program: Command, context: CliContext) => void;

interface CommandFile {
  /** Every name and alias the file registers. */
  readonly names: readonly string[];
  readonly load: () => Promise<Register>;
}

const COMMAND_FILES: readonly CommandFile[] = [
  { names: ['serve'], load: async () => (await import('./commands/serve.js')).registerServe },
  { names: ['get'], load: async () => (await import('./commands/get.js')).registerGet },
  { names: ['set'], load: async () => (await import('./commands/set.js')).registerSet },
  { names: ['incr'], load: async () => (await import('./commands/numbers.js')).registerNumbers },
  { names: ['ttl', 'expire'], load: async () => (await import('./commands/expiry.js')).registerExpiry },
  {
    names: ['del', 'delete', 'scan', 'type', 'count', 'flush'],
    load: async () => (await import('./commands/keys.js')).registerKeys,
  },
  { names: ['ping', 'stats'], load: async () => (await import('./commands/server.js')).registerServer },
  { names: ['import'], load: async () => (await import('./commands/import.js')).registerImport },
  { names: ['export'], load: async () => (await import('./commands/export.js')).registerExport },
  { names: ['snapshot'], load: async () => (await import('./commands/snapshot.js')).registerSnapshot },
  { names: ['journal'], load: async () => (await import('./commands/journal.js')).registerJournal },
  {
    names: ['backup', 'restore'],
    load: async () => (await import('./commands/backup.js')).registerBackup,
  },
  { names: ['repair'], load: async () => (await import('./commands/repair.js')).registerRepair },
  { names: ['secret'], load: async () => (await import('./commands/secret.js')).registerSecret },
  { names: ['key'], load: async () => (await import('./commands/key.js')).registerKey },
  { names: ['config'], load: async () => (await import('./commands/config.js')).registerConfig },
  { names: ['help'], load: async () => (await import('./commands/help.js')).registerHelp },
];

/**
 * The program that can run `words`; with every command where `words` names none (help, a slip of the finger).
 * Without `words` at all: for completion, which runs nothing.
 */
export async function buildProgram(context: CliContext, words?: readonly string[]): Promise<Command> {
  const called = words === undefined ? undefined : commandWord(words);
  const program = new Command('anoa')
    .description('AnoaDB from the shell: a key-value server that speaks UDP first.')
    .version(packageVersion(), '-V, --version', 'print the version')
    .option('-u, --url <url>', 'server to talk to (default: ANOA_URL, else anoa://127.0.0.1:2662)')
    .option('--json', 'print exact JSON, for programs')
    .option('--timeout <duration>', 'how long an answer may take, such as 500ms or 5s', durationOption)
    .helpOption('-h, --help', 'show help; `anoa help COMMAND` shows examples')
    .configureHelp({ sortSubcommands: false })
    .helpCommand(false)
    .hook('preAction', (_program, action) => context.useOptions(action.optsWithGlobals() as GlobalOptions))
    .addHelpText('after', HELP_TAIL);
  for (const register of await Promise.all(filesFor(words).map(({ load }) => load())))
    register(program, context);
  if (!context.isPrompt && called === undefined) {
    program.action(async () => {
      context.useOptions(program.opts() as GlobalOptions);
      const { runPrompt } = await import('./prompt/prompt.js');
      await runPrompt(context.options);
    });
  }
  inheritBehaviour(program, context);
  return program;
}

function filesFor(words: readonly string[] | undefined): readonly CommandFile[] {
  if (words === undefined) return COMMAND_FILES;
  const called = commandWord(words);
  const asksForHelp = words.includes('--help') || words.includes('-h');
  // `anoa` alone, `anoa --version`
  if (called === undefined && !asksForHelp) return [];
  const file = COMMAND_FILES.find(({ names }) => called !== undefined && names.includes(called));
  return file === undefined || called === 'help' ? COMMAND_FILES : [file];
}

const OPTIONS_WITH_VALUE = ['-u', '--url', '--timeout'];

/** The first word that is neither an option nor the value of one: the name of the command, as commander sees it. */
export function commandWord(words: readonly string[]): string | undefined {
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string;
    if (OPTIONS_WITH_VALUE.includes(word)) i++;
    else if (!word.startsWith('-')) return word;
  }
  return undefined;
}

const HELP_TAIL = `
Examples:
  anoa serve                          start a server on this machine
  anoa set user:1 '{"name":"Ada"}'    keep a value; its type is found when it is read
  anoa get user:1                     print it again
  anoa                                a prompt with history and completion

\`anoa help COMMAND\` shows a command with examples, \`anoa help exit-codes\` what scripts can rely on.`;

/** Errors look the same everywhere, and each says where help on just that command is. */
function inheritBehaviour(command: Command, context: CliContext): void {
  const { red, dim } = context.terminal.noteStyle;
  const anoa = context.isPrompt ? '' : 'anoa ';
  const path = pathOf(command);
  const help = path === '' ? `\`${anoa}help\` lists the commands.` : `\`${anoa}help ${path}\` shows how.`;
  command
    .exitOverride()
    .showSuggestionAfterError()
    .showHelpAfterError(dim(help))
    .configureOutput({
      writeOut: (text) => context.terminal.text(text),
      writeErr: (text) => context.terminal.note(text.replace(/\n$/, '')),
      outputError: (text, write) => {
        write(text.replace(/^error:/, red('error:')));
        const value = /unknown option '(-.*)'/.exec(text)?.[1];
        if (value !== undefined && command.registeredArguments.length > 0)
          write(dim(`A value that begins with - stands after --, as in: ${anoa}${path} … -- ${value}\n`));
      },
    });
  if (command.parent !== null) command.configureHelp({ showGlobalOptions: true });
  for (const child of command.commands) inheritBehaviour(child, context);
}

/** `snapshot cat`; empty for the program itself. */
function pathOf(command: Command): string {
  const names: string[] = [];
  for (let at = command; at.parent !== null; at = at.parent) names.unshift(at.name());
  return names.join(' ');
}

function packageVersion(): string {
  const file = new URL('../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
