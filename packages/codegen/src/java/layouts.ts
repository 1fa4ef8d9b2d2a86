/** One class per layout: offsets, and static accessors over a buffer whose byte order is theirs, not the buffer's. */

import { constantCase, pascalCase } from '../name-case.js';
import { fieldBytes } from '../protocol-rules.js';
import type { SpecModel } from '../spec-model.js';
import type { LayoutField } from '../spec-schema.js';
import { indented, javadoc, javaFile, staticClass, WIRE_PACKAGE } from './source-text.js';

const LITTLE_ENDIAN = 'io.anoadb.internal.protocol.LittleEndian';

interface Layout {
  readonly name: string;
  readonly about: string;
  readonly fields: readonly LayoutField[];
}

/** File name without folder to text, all in the package of the wire. */
export function layoutFiles(model: SpecModel): Record<string, string> {
  return Object.fromEntries(layoutsOf(model).map((layout) => [`${layout.name}.java`, layoutFile(layout)]));
}

/** Name of the class that has the fields of a layout of the spec. */
export const layoutClass = (name: string): string => `${pascalCase(name)}Layout`;

function layoutsOf({ protocol }: SpecModel): Layout[] {
  return [
    {
      name: 'DataHeaderLayout',
      about: `Header of a data datagram. ${protocol.header.prose}`,
      fields: protocol.header.fields,
    },
    ...protocol.datagrams
      .filter(({ fields }) => fields.length > 0)
      .map(({ name, fields, prose }) => ({ name: layoutClass(name), about: `${name}. ${prose}`, fields })),
    ...protocol.structures.map(({ name, within, fields, prose }) => ({
      name: layoutClass(name),
      about: `In the params of ${within}. ${prose}`,
      fields,
    })),
    { name: 'FrameHeaderLayout', about: protocol.frameHeader.prose, fields: protocol.frameHeader.fields },
    ...protocol.frames
      .filter((frame) => !frame.reserved)
      .map(({ name, fields, prose }) => ({
        name: `${pascalCase(name)}FrameLayout`,
        about: `Body of ${name}, behind the frame header. ${prose}`,
        fields,
      })),
    { name: 'OpHeaderLayout', about: protocol.opHeader.prose, fields: protocol.opHeader.fields },
    { name: 'ResultHeaderLayout', about: protocol.resultHeader.prose, fields: protocol.resultHeader.fields },
  ];
}

function layoutFile({ name, about, fields }: Layout): string {
  let at = 0;
  const offsets: string[] = [];
  const accessors: string[] = [];
  for (const field of fields) {
    const constant = `${constantCase(field.name)}_AT`;
    offsets.push(`${javadoc(`${field.type}: ${field.prose}`)}public static final int ${constant} = ${at};\n`);
    accessors.push(accessorsOf(field, constant));
    at += fieldBytes(field.type);
  }
  const bytes = `/** Bytes of the fixed part; of a layout whose last field is the rest, those before it. */\npublic static final int BYTES = ${at};\n`;
  const usesNumbers = fields.some(({ type }) => type.startsWith('u'));
  const usesBuffer = fields.some(({ type }) => type !== 'rest');
  return javaFile({
    package: WIRE_PACKAGE,
    sources: 'protocol.json',
    imports: [...(usesNumbers ? [LITTLE_ENDIAN] : []), ...(usesBuffer ? ['java.nio.ByteBuffer'] : [])],
    body: staticClass(
      name,
      about,
      [bytes, ...offsets, ...accessors].filter((text) => text !== '').map((text) => indented(text, '  ')),
    ),
  });
}

/** A reader and a writer of the same name; `at` is where the layout begins. */
function accessorsOf({ name, type }: LayoutField, constant: string): string {
  if (type === 'rest') return '';
  if (!type.startsWith('u'))
    return `/** A copy of {@link #${constant} ${name}}. */
public static byte[] ${name}(ByteBuffer buffer, int at) {
  byte[] copy = new byte[${fieldBytes(type)}];
  buffer.get(at + ${constant}, copy);
  return copy;
}

/** Sets {@link #${constant} ${name}}; of longer bytes only the first ${fieldBytes(type)} count. */
public static void ${name}(ByteBuffer buffer, int at, byte[] value) {
  buffer.put(at + ${constant}, value, 0, ${fieldBytes(type)});
}
`;
  const java = type === 'u8' || type === 'u16' ? 'int' : 'long';
  return `/** Reads {@link #${constant} ${name}}. */
public static ${java} ${name}(ByteBuffer buffer, int at) {
  return LittleEndian.${type}(buffer, at + ${constant});
}

/** Sets {@link #${constant} ${name}}. */
public static void ${name}(ByteBuffer buffer, int at, ${java} value) {
  LittleEndian.${type}(buffer, at + ${constant}, value);
}
`;
}
