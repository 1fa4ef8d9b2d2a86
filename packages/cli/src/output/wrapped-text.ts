/** Prose in lines of at most `width` columns, each behind `indent`. A word longer than that stays whole. */
export function wrapText(text: string, indent: string, width: number): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = '';
    }
    line += line === '' ? indent + word : ` ${word}`;
  }
  return [...lines, line].join('\n');
}
