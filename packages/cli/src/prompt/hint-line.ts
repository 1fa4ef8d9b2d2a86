/**
 * Dim text behind the cursor that shows what the command still takes, as in `set user:1 <value> [--ttl …]`.
 *
 * readline knows nothing of it: it is wiped before readline handles a key and drawn again afterwards, and only
 * where the cursor stands at the end of a line that leaves room.
 */
import type { Interface, Key } from 'node:readline';
import type { Command } from 'commander';
import { commandAt } from './completion.js';
import { splitWords } from './words.js';

const PROMPT_COLUMNS = 'anoa> '.length;

export class HintLine {
  readonly #rl: Interface;
  readonly #program: Command;
  readonly #paint: (text: string) => string;
  #isPaused = false;

  constructor(rl: Interface, program: Command, paint: (text: string) => string) {
    this.#rl = rl;
    this.#program = program;
    this.#paint = paint;
  }

  start(): void {
    process.stdin.prependListener('keypress', this.#wipe);
    process.stdin.on('keypress', this.#draw);
  }

  stop(): void {
    process.stdin.off('keypress', this.#wipe);
    process.stdin.off('keypress', this.#draw);
  }

  /** While a command prints, a key must not draw over it. */
  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
  }

  readonly #wipe = (): void => {
    if (!this.#isPaused && this.#rl.cursor === this.#rl.line.length) process.stdout.write('\u001b[K');
  };

  readonly #draw = (_text: string | undefined, key: Key | undefined): void => {
    if (this.#isPaused || key?.name === 'return' || key?.name === 'enter') return;
    setImmediate(() => {
      const { line, cursor } = this.#rl;
      if (this.#isPaused || line === '' || cursor !== line.length) return;
      const hint = hintFor(this.#program, line);
      const room = (process.stdout.columns ?? 80) - PROMPT_COLUMNS - line.length - 1;
      if (hint === '' || hint.length > room) return;
      process.stdout.write(`${this.#paint(hint)}\u001b[${hint.length}D`);
    });
  };
}

/** What is still to be typed; empty where nothing is known or nothing is missing. */
export function hintFor(program: Command, line: string): string {
  const { words } = splitWords(line);
  const isNewWord = /[ \t]$/.test(line);
  const { command, argumentIndex } = commandAt(program, words);
  if (command === program) return '';
  const rest = command.registeredArguments.slice(argumentIndex).map((argument) => {
    const name = argument.variadic ? `${argument.name()}…` : argument.name();
    return argument.required ? `<${name}>` : `[${name}]`;
  });
  const options = command.options.filter((option) => !option.hidden && !words.includes(option.long ?? ''));
  const parts = [...rest, ...options.slice(0, 3).map((option) => `[${option.flags.split(', ').at(-1)}]`)];
  if (parts.length === 0) return '';
  return `${isNewWord ? '' : ' '}${parts.join(' ')}`;
}
