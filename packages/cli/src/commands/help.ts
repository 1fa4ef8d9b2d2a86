/** `anoa help`, `anoa help get`, `anoa help snapshot cat`, `anoa help exit-codes`. */
import { type CommandInfo, commandTable, errorInfo } from '@anoadb/protocol';
import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { EXIT_CODE_MEANINGS, usageError } from '../exit-codes.js';
import { renderTable } from '../output/table.js';
import { wrapText } from '../output/wrapped-text.js';

/** Wider lines are hard to read. */
const PROSE_COLUMNS_MAX = 90;

/** The op behind a command where the two are one: what the spec says of it is shown, not written again. */
const OP_OF_COMMAND: Readonly<Record<string, readonly string[]>> = {
  get: ['GET'],
  set: ['SET'],
  incr: ['INCR', 'INCRFLOAT'],
  ttl: ['TTL'],
  expire: ['EXPIRE', 'PERSIST'],
  del: ['DELETE'],
  scan: ['SCAN'],
  type: ['TYPE'],
  count: ['COUNT'],
  flush: ['FLUSH'],
  ping: ['PING'],
  stats: ['STATS'],
  'snapshot now': ['SNAPSHOT'],
};

export function registerHelp(program: Command, context: CliContext): void {
  program
    .command('help [command...]')
    .description('show a command with examples, or `exit-codes`')
    .action((topic: string[]) => showHelp(program, context, topic));
}

function showHelp(program: Command, context: CliContext, topic: readonly string[]): void {
  const { terminal } = context;
  if (topic.length === 1 && topic[0] === 'exit-codes') {
    terminal.line(exitCodes());
    return;
  }
  const command = findCommand(program, topic);
  terminal.line(helpText(command).trimEnd());
  const width = Math.min(terminal.width, PROSE_COLUMNS_MAX);
  const ops = (OP_OF_COMMAND[topic.join(' ')] ?? []).map(opNamed);
  if (ops.length > 0)
    terminal.line(`\nThe protocol's words for it:\n${ops.map((op) => opText(op, width)).join('\n')}`);
}

/** With what commander adds before and after. */
function helpText(command: Command): string {
  let text = '';
  const output = command.configureOutput();
  command.configureOutput({ ...output, writeOut: (part: string) => void (text += part) });
  command.outputHelp();
  command.configureOutput(output);
  return text;
}

function findCommand(program: Command, topic: readonly string[]): Command {
  let command = program;
  for (const word of topic) {
    const child = command.commands.find((one) => one.name() === word || one.aliases().includes(word));
    if (child === undefined) {
      const names = command.commands.map((one) => one.name()).join(', ');
      throw usageError(`there is no help on ${topic.join(' ')}`, `There is on: ${names}, exit-codes.`);
    }
    command = child;
  }
  return command;
}

function opNamed(name: string): CommandInfo {
  return commandTable.find((one) => one.name === name) as CommandInfo;
}

function opText(op: CommandInfo, width: number): string {
  const growth = op.cost.growsWith === 'nothing' ? '' : `; grows with ${op.cost.growsWith}`;
  const refusals = op.errors.map(({ status, when }) => `${errorInfo(status).name}: ${when}`);
  const below = [`Cost ${op.cost.order}${growth}.`, ...refusals].map((line) => wrapText(line, '    ', width));
  return [wrapText(`${op.name}: ${op.summary} ${op.prose}`, '  ', width), ...below].join('\n');
}

function exitCodes(): string {
  const rows = EXIT_CODE_MEANINGS.map(([code, meaning]) => [String(code), meaning]);
  return `What anoa ends with:\n\n${renderTable(rows, [0])}`;
}
