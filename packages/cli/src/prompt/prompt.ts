/**
 * `anoa` alone: a prompt on one open connection. Each line is a command as in the shell, without the `anoa`.
 * On a terminal it has history, completion of commands and live keys, and hints; from a pipe it runs the lines.
 */
import { createInterface, type Interface } from 'node:readline';
import { CliContext, type GlobalOptions } from '../context.js';
import { reportFailure } from '../failure.js';
import { readLines } from '../line-reader.js';
import { countText } from '../output/quantity-text.js';
import { buildProgram } from '../program.js';
import { complete } from './completion.js';
import { HintLine } from './hint-line.js';
import { loadHistory, saveHistory } from './history.js';
import { splitWords } from './words.js';

export async function runPrompt(options: GlobalOptions): Promise<void> {
  const context = new CliContext(options);
  try {
    const client = await context.client();
    if (process.stdin.isTTY && process.stdout.isTTY) {
      const { cyan, dim } = context.terminal.style;
      context.terminal.line(`${cyan('AnoaDB')} ${client.peer}, ${countText(await client.count())} keys`);
      context.terminal.line(dim('help lists the commands, Tab completes, Ctrl-D leaves'));
      await interact(context);
    } else await runLines(context);
  } finally {
    await context.close();
  }
}

async function interact(context: CliContext): Promise<void> {
  const program = await buildProgram(context);
  const history = loadHistory();
  const rl = createInterface({
    input: process.stdin,
    output: process.stdout,
    prompt: context.terminal.style.cyan('anoa> '),
    history,
    historySize: 1000,
    removeHistoryDuplicates: true,
    completer: (line: string, done: (error: null, result: [string[], string]) => void) => {
      // The answer comes later than the key: until then, nothing is drawn where it will be written.
      hints.pause();
      complete(program, context, line)
        .catch((): [string[], string] => [[], line])
        .then((found) => {
          done(null, found);
          hints.resume();
        });
    },
  });
  const hints = new HintLine(rl, program, context.terminal.style.dim);
  rl.on('history', saveHistory);
  let isRunning = false;
  let hasLeft = false;
  rl.on('SIGINT', () => {
    hints.wipe();
    if (isRunning) context.interrupt();
    else onInterrupt(rl);
  });
  hints.start();
  try {
    rl.prompt();
    for await (const line of rl) {
      hints.pause();
      hasLeft = isGoodbye(line);
      if (hasLeft) break;
      isRunning = true;
      await runLine(context, line);
      isRunning = false;
      // What was typed meanwhile stays.
      rl.prompt(true);
      hints.resume();
    }
  } finally {
    hints.stop();
    rl.close();
    // Ctrl-D leaves the cursor behind the prompt.
    if (!hasLeft) process.stdout.write('\n');
  }
}

/** Ctrl-C empties the line, as in a shell; on an empty one it says how to leave. */
function onInterrupt(rl: Interface): void {
  const wasEmpty = rl.line === '';
  process.stdout.write(wasEmpty ? '\n(Ctrl-D or exit leaves)\n' : '^C\n');
  rl.write(null, { ctrl: true, name: 'e' });
  rl.write(null, { ctrl: true, name: 'u' });
  rl.prompt();
}

/** A script on standard input: every line is run; the exit code is that of the last one that failed. */
async function runLines(context: CliContext): Promise<void> {
  for await (const line of readLines(process.stdin)) {
    if (isGoodbye(line)) return;
    const exitCode = await runLine(context, line);
    if (exitCode !== 0) process.exitCode = exitCode;
  }
}

async function runLine(context: CliContext, line: string): Promise<number> {
  const { words, openQuote } = splitWords(line);
  if (words.length === 0 || words[0]?.startsWith('#')) return 0;
  if (openQuote !== undefined) {
    context.terminal.note(`The ${openQuote} is not closed.`);
    return 2;
  }
  const program = await buildProgram(context, words);
  try {
    await program.parseAsync(words, { from: 'user' });
    return 0;
  } catch (error) {
    return reportFailure(error, context);
  }
}

function isGoodbye(line: string): boolean {
  return ['exit', 'quit'].includes(line.trim());
}
