/** `OpEncoder.java`: ops to bytes, one static method per command. */
import { ARGUMENT_BYTES, TRAILING_TYPES } from '../command-rules.js';
import { constantCase, pascalCase } from '../name-case.js';
import type { Command, SpecModel } from '../spec-model.js';
import type { Argument } from '../spec-schema.js';
import { constants, hex, javadoc, javaFile, staticClass, WIRE_PACKAGE } from './source-text.js';

/** File name without folder to text, all in the package of the wire. */
export function opEncodingFiles(model: SpecModel): Record<string, string> {
  const files: Record<string, string> = { 'OpEncoder.java': opEncoder(model) };
  for (const command of model.commands)
    if (command.flags.length > 0) files[`${flagClass(command)}.java`] = flagFile(command);
  return files;
}

export const flagClass = (command: Command): string => `${pascalCase(command.identifier)}Flag`;

/** A parameter of an encoder's method. */
export function wireType({ type }: Argument): string {
  if (type === 'value') return 'WireValue';
  if (type === 'f64') return 'double';
  if (type === 'u16' || type === 'type') return 'int';
  return TRAILING_TYPES.has(type) ? 'byte[]' : 'long';
}

function flagFile(command: Command): string {
  return javaFile({
    package: WIRE_PACKAGE,
    sources: command.file,
    body: staticClass(flagClass(command), `Flags of ${command.name}.`, [
      constants(
        command.flags.map(({ name, bit, prose }) => ({
          name: constantCase(name),
          value: 2 ** bit,
          prose,
          isHex: true,
        })),
      ),
    ]),
  });
}

function opEncoder(model: SpecModel): string {
  return javaFile({
    package: WIRE_PACKAGE,
    sources: 'messages/*.json',
    imports: [
      'io.anoadb.internal.protocol.LittleEndian',
      'io.anoadb.internal.protocol.OpWriter',
      'io.anoadb.internal.protocol.WireValue',
      'java.nio.ByteBuffer',
    ],
    body: staticClass(
      'OpEncoder',
      'Ops to bytes: one method per command, each of which makes an array of the exact length. An argument counts only where its flag is set, and a number out of its range is an IllegalArgumentException.',
      model.commands.map((command) => encoder(command, model)),
    ),
  });
}

function encoder(command: Command, model: SpecModel): string {
  const hasFlags = command.flags.length > 0;
  const parameters = [
    ...(command.key === null ? [] : ['byte[] key']),
    ...(hasFlags ? ['int flags'] : []),
    ...command.arguments.map((argument) => `${wireType(argument)} ${argument.name}`),
  ];
  const fixed = command.arguments
    .filter(({ when }) => when === undefined)
    .map((argument) => lengthOf(argument))
    .join(' + ');
  const bit = (flag: string): string => {
    const { bit: position } = command.flags.find(({ name }) => name === flag)!;
    return hex(1 << position);
  };
  const conditional = command.arguments.filter(({ when }) => when !== undefined);
  const lines: string[] = [];
  if (command.key !== null)
    lines.push(
      `OpWriter.checkKey(key, ${model.bound(command.key.bytesMin)}, ${model.bound(command.key.bytesMax)});`,
    );
  lines.push(`int argumentBytes = ${fixed === '' ? '0' : fixed};`);
  for (const argument of conditional)
    lines.push(`if ((flags & ${bit(argument.when!)}) != 0) argumentBytes += ${lengthOf(argument)};`);
  lines.push(
    `ByteBuffer op = OpWriter.begin(Opcode.${command.name}, ${hasFlags ? 'flags' : '0'}, ${command.key === null ? 'OpWriter.NO_KEY' : 'key'}, argumentBytes);`,
  );
  if (command.arguments.length > 0) lines.push('int at = op.position();');
  command.arguments.forEach((argument, index) => {
    const isLast = index === command.arguments.length - 1;
    const writing = writingOf(argument, model, isLast);
    if (argument.when === undefined) lines.push(...writing);
    else
      lines.push(`if ((flags & ${bit(argument.when)}) != 0) {`, ...writing.map((line) => `  ${line}`), '}');
  });
  lines.push('return op.array();');
  return `${javadoc(`${command.name}. ${command.summary}`, '  ')}  public static byte[] ${command.identifier}(${parameters.join(', ')}) {
${lines.map((line) => `    ${line}\n`).join('')}  }
`;
}

function lengthOf({ name, type }: Argument): string {
  if (type === 'value') return `1 + ${name}.bytes().length`;
  return TRAILING_TYPES.has(type) ? `${name}.length` : `${ARGUMENT_BYTES[type]}`;
}

function writingOf(argument: Argument, model: SpecModel, isLast: boolean): string[] {
  const { name, type } = argument;
  if (type === 'value') return [`OpWriter.value(op, at, ${name});`];
  if (type === 'key')
    return [
      `OpWriter.checkKey(${name}, ${model.limit('keyBytesMin')}, ${model.limit('keyBytesMax')});`,
      `op.put(at, ${name});`,
    ];
  if (type === 'bytes') {
    const { bytesMin, bytesMax } = argument;
    const check =
      bytesMin === undefined && bytesMax === undefined
        ? []
        : [
            `OpWriter.checkLength("${name}", ${name}, ${model.bound(bytesMin ?? 0)}, ${bytesMax === undefined ? 'Integer.MAX_VALUE' : model.bound(bytesMax)});`,
          ];
    return [...check, `op.put(at, ${name});`];
  }
  const advance = isLast ? [] : [`at += ${ARGUMENT_BYTES[type]};`];
  if (type === 'f64')
    return [`OpWriter.checkFinite("${name}", ${name});`, `LittleEndian.f64(op, at, ${name});`, ...advance];
  if (type === 'type') return [`LittleEndian.u8(op, at, ${name});`, ...advance];
  const max = argument.max ?? MAX[type];
  const check =
    max === undefined ? [] : [`OpWriter.checkRange("${name}", ${name}, ${argument.min ?? 0}, ${max}L);`];
  return [...check, `LittleEndian.${type}(op, at, ${name});`, ...advance];
}

const MAX: Readonly<Record<string, number>> = { u16: 0xffff, u48: 2 ** 48 - 1, u64: Number.MAX_SAFE_INTEGER };
