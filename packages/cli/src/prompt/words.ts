/**
 * Splits a prompt line into words as a POSIX shell does for the cases people type: spaces separate,
 * '…' is literal, "…" takes \" and \\, a backslash outside quotes takes the next character literally.
 * No variables, no globbing.
 */
export interface SplitLine {
  readonly words: string[];
  /** The quote that is still open at the end of the line, if any. */
  readonly openQuote: '"' | "'" | undefined;
}

export function splitWords(line: string): SplitLine {
  const words: string[] = [];
  let word: string | undefined;
  let quote: '"' | "'" | undefined;
  for (let i = 0; i < line.length; i++) {
    const char = line[i] as string;
    if (quote !== undefined) {
      if (char === quote) quote = undefined;
      else if (quote === '"' && char === '\\' && (line[i + 1] === '"' || line[i + 1] === '\\'))
        word += line[++i];
      else word += char;
    } else if (char === '"' || char === "'") {
      quote = char;
      word ??= '';
    } else if (char === '\\' && i + 1 < line.length) {
      word = (word ?? '') + line[++i];
    } else if (char === ' ' || char === '\t') {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? '') + char;
    }
  }
  if (word !== undefined) words.push(word);
  return { words, openQuote: quote };
}

/** `text` as one word of such a line: unchanged where it needs no quotes. */
export function quoteWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'"'"'`)}'`;
}
