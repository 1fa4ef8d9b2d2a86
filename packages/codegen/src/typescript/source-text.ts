/** Pieces of TypeScript source that all the files of this emitter share. */

const COLUMNS = 110;

/** The head of every generated file. `sources` are the spec files it is made from. */
export function fileHead(about: string, sources: string): string {
  return `// Generated from protocol-spec/${sources} by \`npm run gen\`: do not edit.\n\n/** ${about} */\n\n`;
}

/** A TSDoc comment, on one line where it fits. */
export function docComment(text: string, indent = ''): string {
  const safe = text.replaceAll('*/', '*\\/');
  if (!safe.includes('\n') && indent.length + safe.length + 7 <= COLUMNS) return `${indent}/** ${safe} */\n`;
  const lines = safe.split('\n').flatMap((line) => wrap(line, COLUMNS - indent.length - 3));
  return `${indent}/**\n${lines.map((line) => `${indent} * ${line}`.trimEnd()).join('\n')}\n${indent} */\n`;
}

export function hex(value: number): string {
  return `0x${value.toString(16).padStart(2, '0')}`;
}

/** A string literal in the quotes of this repository. */
export function quote(text: string): string {
  const single = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'");
  return `'${single}'`;
}

/** An `as const` object and the union type of its values, both named `name`. */
export function constantObject(
  name: string,
  about: string,
  entries: readonly {
    readonly key: string;
    readonly value: number;
    readonly prose: string;
    readonly isHex?: boolean;
  }[],
  hasUnionType = true,
): string {
  const members = entries
    .map(
      ({ key, value, prose, isHex }) =>
        `${docComment(prose, '  ')}  ${key}: ${isHex ? hex(value) : value},\n`,
    )
    .join('');
  const object = `${docComment(about)}export const ${name} = {\n${members}} as const;\n`;
  return hasUnionType ? `${object}export type ${name} = (typeof ${name})[keyof typeof ${name}];\n` : object;
}

function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
