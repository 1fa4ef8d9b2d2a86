/** A Redis command in tests: its words, one character per byte. */

export type Command = readonly string[];

export function encodeCommand(command: Command): string {
  return `*${command.length}\r\n${command.map((word) => `$${word.length}\r\n${word}\r\n`).join('')}`;
}

/** As one would type it into redis-cli; long words are cut. */
export function commandLine(command: Command): string {
  return command.map(wordText).join(' ');
}

/** Lower case. */
export function commandName(command: Command): string {
  return command[0].toLowerCase();
}

const WORD_LENGTH_MAX = 200;

function wordText(word: string): string {
  const shown =
    word.length > WORD_LENGTH_MAX ? `${word.slice(0, WORD_LENGTH_MAX)}…(${word.length} bytes)` : word;
  return /^[\w:.*+-]+$/.test(shown) ? shown : quoted(shown);
}

function quoted(word: string): string {
  const inside = word.replace(/[^ !#-[\]-~…]/g, (character) =>
    character === '"' || character === '\\'
      ? `\\${character}`
      : `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
  return `"${inside}"`;
}
