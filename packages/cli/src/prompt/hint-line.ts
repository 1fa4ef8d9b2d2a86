/**
 * Dim text behind the cursor that shows what the command still takes, as in `set user:1 <value> [--ttl …]`.
 *
 * readline knows nothing of it: it is wiped before readline handles a key and drawn again afterwards, and only
 * where the cursor stands at the end of a line that leaves room. Whoever else writes to the terminal wipes first.
 */
import type { Interface, Key } from 'node:readline';
import type { Command } from 'commander';
import { commandAt } from './completion.js';
import { splitWords } from './words.js';

export class HintLine {
  readonly #rl: Interface;
  readonly #program: Command;
  readonly #paint: (text: string) => string;
  #isPaused = false;
  #isDrawn = false;

  constructor(rl: Interface, program: Command, paint: (text: string) => string) {
    this.#rl = rl;
    this.#program = program;
    this.#paint = paint;
  }

  start(): void {
    process.stdin.prependListener('keypress', this.#beforeKey);
    process.stdin.on('keypress', this.#afterKey);
  }

  stop(): void {
    process.stdin.off('keypress', this.#beforeKey);
    process.stdin.off('keypress', this.#afterKey);
  }

  /** While a command prints, or readline waits for candidates, a key must not draw over it. */
  pause(): void {
    this.wipe();
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#drawSoon();
  }

  /** The cursor stands where the hint begins, always: drawing moves it back there. */
  wipe(): void {
    // Not without need: at the right edge it would erase the last character that was typed.
    if (this.#isDrawn) process.stdout.write('\u001b[K');
    this.#isDrawn = false;
  }

  readonly #beforeKey = (): void => this.wipe();

  readonly #afterKey = (_text: string | undefined, key: Key | undefined): void => {
    if (key?.name !== 'return' && key?.name !== 'enter') this.#drawSoon();
  };

  /** Once readline has drawn the line itself. */
  #drawSoon(): void {
    if (!this.#isPaused) setImmediate(() => this.#draw());
  }

  #draw(): void {
    const { line, cursor } = this.#rl;
    if (this.#isPaused || this.#isDrawn || line === '' || cursor !== line.length) return;
    const hint = hintFor(this.#program, line);
    const at = this.#rl.getCursorPos();
    const room = (process.stdout.columns ?? 80) - at.cols - 1;
    if (hint === '' || at.rows > 0 || hint.length > room) return;
    process.stdout.write(`${this.#paint(hint)}\u001b[${hint.length}D`);
    this.#isDrawn = true;
  }
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
