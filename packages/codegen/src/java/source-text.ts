/** Pieces of Java source that all the files of this emitter share. */

const COLUMNS = 120;

export const PACKAGE = 'io.anoadb.generated';
/** What only the client's own code uses; the module does not export it. */
export const WIRE_PACKAGE = `${PACKAGE}.wire`;

/** A whole file: the note of its origin, package, imports in order, and the type. */
export function javaFile(options: {
  readonly package: string;
  /** The spec files it is made from. */
  readonly sources: string;
  readonly imports?: readonly string[];
  readonly body: string;
}): string {
  const imports = [...new Set(options.imports ?? [])]
    .filter((name) => name.slice(0, name.lastIndexOf('.')) !== options.package)
    .sort()
    .map((name) => `import ${name};\n`)
    .join('');
  return `// Generated from protocol-spec/${options.sources} by \`npm run gen\`: do not edit.

package ${options.package};

${imports}${imports === '' ? '' : '\n'}${options.body}`;
}

/** A Javadoc comment, on one line where it fits. Paragraphs are divided by an empty line; `tags` follow them. */
export function javadoc(text: string, indent = '', tags: readonly string[] = []): string {
  const safe = escaped(text);
  if (tags.length === 0 && !safe.includes('\n') && indent.length + safe.length + 7 <= COLUMNS)
    return `${indent}/** ${safe} */\n`;
  const paragraphs = safe
    .split('\n\n')
    .map((paragraph, index) => (index === 0 ? paragraph : `<p>${paragraph}`));
  const blocks = [...paragraphs];
  if (tags.length > 0) blocks.push(tags.map(escaped).join('\n'));
  const lines = blocks.flatMap((block, index) => [
    ...(index === 0 ? [] : ['']),
    ...block.split('\n').flatMap((line) => wrap(line, COLUMNS - indent.length - 3)),
  ]);
  return `${indent}/**\n${lines.map((line) => `${indent} * ${line}`.trimEnd()).join('\n')}\n${indent} */\n`;
}

/** Prose of the spec is plain text; what stands in `{@…}` and `<p>` here was put there by the emitter. */
function escaped(text: string): string {
  return text
    .replaceAll('*/', '*&#47;')
    .split(/(\{@[^}]*\})/)
    .map((part) =>
      part.startsWith('{@')
        ? part
        : part
            .replaceAll('&', '&amp;')
            .replaceAll('*&amp;#47;', '*&#47;')
            .replaceAll('<', '&lt;')
            .replaceAll('>', '&gt;'),
    )
    .join('');
}

export function hex(value: number): string {
  return `0x${value.toString(16).padStart(2, '0')}`;
}

/** A string literal. */
export function quote(text: string): string {
  return JSON.stringify(text);
}

export interface Constant {
  readonly name: string;
  readonly value: number;
  readonly prose: string;
  readonly isHex?: boolean;
}

/** Members of a class of constants, each an int, or a long where it does not fit. */
export function constants(entries: readonly Constant[]): string {
  return entries
    .map(({ name, value, prose, isHex }) => {
      const isLong = value > 0x7fff_ffff;
      const text = isHex ? hex(value) : `${value}`;
      return `${javadoc(prose, '  ')}  public static final ${isLong ? 'long' : 'int'} ${name} = ${text}${isLong ? 'L' : ''};\n`;
    })
    .join('\n');
}

/** A final class that is never made: constants and static methods. */
export function staticClass(name: string, about: string, members: readonly string[]): string {
  return `${javadoc(about)}public final class ${name} {
${members.filter((member) => member !== '').join('\n')}
  private ${name}() {}
}
`;
}

/** Every line of `text` that is not empty moved to the right. */
export function indented(text: string, by: string): string {
  return text.replace(/^(?=.)/gm, by);
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
