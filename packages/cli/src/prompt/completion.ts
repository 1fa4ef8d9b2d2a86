/** What Tab offers: commands, options of the command, and keys that are in the store right now. */
import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { quoteWord, splitWords } from './words.js';

const KEYS_OFFERED_MAX = 50;
/** A completion that takes longer than this is not worth waiting for. */
const KEYS_TIMEOUT_MS = 300;

/** The candidates for the last word of `line`, and that word: what readline's completer wants. */
export async function complete(
  program: Command,
  context: CliContext,
  line: string,
): Promise<[string[], string]> {
  const { words } = splitWords(line);
  const isNewWord = line === '' || /[ \t]$/.test(line);
  const last = isNewWord ? '' : (words.at(-1) ?? '');
  const written = isNewWord ? '' : (/\S*$/.exec(line)?.[0] ?? last);
  const before = isNewWord ? words : words.slice(0, -1);
  const candidates = await candidatesFor(program, context, before, last);
  return [candidates, written];
}

async function candidatesFor(
  program: Command,
  context: CliContext,
  before: string[],
  last: string,
): Promise<string[]> {
  const { command, argumentIndex } = commandAt(program, before);
  if (command.commands.length > 0) {
    const names = command.commands.map((child) => child.name());
    if (command === program) names.push('exit');
    return names.filter((name) => name.startsWith(last)).map((name) => `${name} `);
  }
  if (last.startsWith('-')) {
    const flags = command.options.map((option) => option.long ?? '').filter(Boolean);
    return flags.filter((flag) => flag.startsWith(last)).map((flag) => `${flag} `);
  }
  return takesKey(command, argumentIndex) ? liveKeys(context, last) : [];
}

/** The (sub)command the words name so far, and which of its arguments comes next. */
export function commandAt(
  program: Command,
  words: readonly string[],
): { command: Command; argumentIndex: number } {
  let command = program;
  let argumentIndex = 0;
  for (const word of words) {
    const child = command.commands.find((one) => one.name() === word || one.aliases().includes(word));
    if (child !== undefined && argumentIndex === 0) command = child;
    else if (!word.startsWith('-')) argumentIndex++;
  }
  return { command, argumentIndex };
}

function takesKey(command: Command, argumentIndex: number): boolean {
  const args = command.registeredArguments;
  const argument = args[argumentIndex] ?? (args.at(-1)?.variadic ? args.at(-1) : undefined);
  return argument !== undefined && (argument.name() === 'key' || argument.name() === 'prefix');
}

async function liveKeys(context: CliContext, prefix: string): Promise<string[]> {
  const client = await context.client();
  const keys: string[] = [];
  for await (const key of client.scan({ prefix, batchSize: KEYS_OFFERED_MAX, timeout: KEYS_TIMEOUT_MS })) {
    keys.push(quoteWord(key));
    if (keys.length === KEYS_OFFERED_MAX) break;
  }
  return keys.sort();
}
