/** Files that turn ops into bytes and back: `op.ts`, `decode-op.ts`, `encode-op.ts`, `encode-commands.ts`. */
import { TRAILING_TYPES } from '../command-rules.js';
import { pascalCase } from '../name-case.js';
import type { Command, SpecModel } from '../spec-model.js';
import type { Argument } from '../spec-schema.js';
import { docComment, fileHead, hex } from './source-text.js';

interface OpField {
  readonly name: string;
  readonly type: string;
  readonly prose: string;
}

/** The union of all arguments of fixed size, in the order of their first command. */
function opFields(model: SpecModel): OpField[] {
  const fields = new Map<string, OpField & { commands: string[] }>();
  for (const command of model.commands)
    for (const { name, type, prose } of command.arguments) {
      if (TRAILING_TYPES.has(type) || name === 'type') continue;
      const field = fields.get(name);
      if (field === undefined) fields.set(name, { name, type, prose, commands: [command.name] });
      else field.commands.push(command.name);
    }
  return [...fields.values()].map(({ name, type, prose, commands }) => ({
    name,
    type,
    prose: `${prose} ${type}, in ${commands.join(', ')}.`,
  }));
}

export function op(model: SpecModel): string {
  const fields = opFields(model);
  return `${fileHead('An op as every door fills it and the engine reads it.', 'messages/*.json')}import type { Integer } from '../bytes/index.js';

const NOTHING = new Uint8Array(0);

/**
 * One object, reused for every op: nothing is allocated. Key and value are ranges of \`bytes\`, which belong to
 * the door and are valid until it reads the next datagram. A field that the opcode and its flags do not bring is 0.
 */
export class Op {
  opcode = 0;
  /** Bits of the constants \`…Flag\` of the command. */
  flags = 0;
  bytes: Uint8Array = NOTHING;
  keyStart = 0;
  keyEnd = 0;
${fields.map((field) => `${docComment(field.prose, '  ')}  ${field.name}${field.type === 'i64' ? ': Integer' : ''} = 0;\n`).join('')}  /** Type of the value, or the type that SCAN looks for. */
  type = 0;
  /** The argument that reaches to the end: the value, or ${model.commands
    .flatMap((command) => command.arguments.filter((a) => TRAILING_TYPES.has(a.type) && a.type !== 'value'))
    .map((argument) => argument.name)
    .join(', ')}. */
  valueStart = 0;
  valueEnd = 0;

  /** Back to an op without key and arguments; for doors that fill ops by hand. */
  reset(opcode: number): this {
    this.opcode = opcode;
    this.flags = 0;
    this.bytes = NOTHING;
    this.keyStart = 0;
    this.keyEnd = 0;
    this.clearArguments();
    return this;
  }

  /** All arguments to 0. */
  clearArguments(): void {
${fields.map((field) => `    this.${field.name} = 0;\n`).join('')}    this.type = 0;
    this.valueStart = 0;
    this.valueEnd = 0;
  }
}
`;
}

export function decodeOp(model: SpecModel): string {
  const usedTypes = new Set(model.commands.flatMap((command) => command.arguments.map(({ type }) => type)));
  const typeTables = typeLimits(model).map(
    ({ name, types }) =>
      `const ${name} = new Uint8Array(256);\nfor (const type of [${types.map((type) => `ValueType.${type}`).join(', ')}]) ${name}[type] = 1;\n`,
  );
  return `${fileHead('Ops from bytes that may be hostile. Throws nothing, allocates nothing (an amount beyond 2^53 excepted).', 'messages/*.json')}import type { ByteReader } from '../bytes/index.js';
import { Limits } from './limits.js';
import type { Op } from './op.js';
import { Opcode } from './opcodes.js';
import { Status } from './status.js';
import { ${usedTypes.has('value') ? 'isSendableType, ' : ''}ValueType } from './value-types.js';

${typeTables.join('')}
/**
 * Reads one op. Returns OK, or the status that refuses it.
 *
 * Afterwards the reader stands behind the op, refused or not, so that the ops after it can be read. Only where
 * the header itself lies about its lengths are the boundaries lost: then \`reader.failed\` is set, and the whole
 * request is malformed.
 */
export function decodeOp(reader: ByteReader, op: Op): Status {
  op.opcode = reader.u8();
  op.flags = reader.u8();
  const keyBytes = reader.u16();
  const argumentBytes = reader.u32();
  op.bytes = reader.bytes;
  op.keyStart = reader.skip(keyBytes);
  op.keyEnd = op.keyStart + keyBytes;
  op.clearArguments();
  const argumentsStart = reader.skip(argumentBytes);
  if (reader.failed) return Status.MALFORMED;

  // The arguments are read within their own bounds: one that would reach beyond them fails the reader.
  const outerEnd = reader.end;
  const end = argumentsStart + argumentBytes;
  reader.at = argumentsStart;
  reader.end = end;
  let status = decodeArguments(reader, op, keyBytes);
  if (reader.failed || (status === Status.OK && reader.at !== end)) status = Status.MALFORMED;
  reader.failed = false;
  reader.at = end;
  reader.end = outerEnd;
  return status;
}

function decodeArguments(reader: ByteReader, op: Op, keyBytes: number): Status {
  switch (op.opcode) {
${model.commands.map((command) => `    case Opcode.${command.name}:\n      return decode${pascalCase(command.identifier)}(reader, op, keyBytes);\n`).join('')}    default:
      return Status.UNSUPPORTED_OP;
  }
}

${model.commands.map((command) => decodeCommand(command, model)).join('\n')}`;
}

function decodeCommand(command: Command, model: SpecModel): string {
  const lines: string[] = [];
  const known = command.flags.reduce((bits, flag) => bits | (1 << flag.bit), 0);
  const mask = (names: readonly string[]): number =>
    names.reduce((bits, name) => bits | (1 << command.flags.find((flag) => flag.name === name)!.bit), 0);
  if (command.flags.length === 0) lines.push('if (op.flags !== 0) return Status.MALFORMED;');
  else {
    lines.push('const flags = op.flags;');
    if (known !== 0xff) lines.push(`if ((flags & ${hex(~known & 0xff)}) !== 0) return Status.MALFORMED;`);
  }
  command.exclusive.forEach((group, index) => {
    const bits = `exclusive${command.exclusive.length > 1 ? index + 1 : ''}`;
    lines.push(`const ${bits} = flags & ${hex(mask(group))}; // at most one of ${group.join(', ')}`);
    lines.push(`if ((${bits} & (${bits} - 1)) !== 0) return Status.MALFORMED;`);
  });
  if (command.key === null) lines.push('if (keyBytes !== 0) return Status.MALFORMED;');
  else {
    lines.push(`if (keyBytes > ${boundText(command.key.bytesMax)}) return Status.KEY_TOO_LARGE;`);
    if (model.bound(command.key.bytesMin) > 0)
      lines.push(`if (keyBytes < ${boundText(command.key.bytesMin)}) return Status.MALFORMED;`);
  }
  for (const argument of command.arguments) {
    const reading = decodeArgument(argument, command, model);
    if (argument.when === undefined) lines.push(...reading);
    else {
      lines.push(`if ((flags & ${hex(mask([argument.when]))}) !== 0) {`);
      lines.push(...reading.map((line) => `  ${line}`), '}');
    }
  }
  lines.push('return Status.OK;');
  const usesReader = command.arguments.length > 0;
  return `function decode${pascalCase(command.identifier)}(${usesReader ? 'reader' : '_reader'}: ByteReader, op: Op, keyBytes: number): Status {
${lines.map((line) => `  ${line}`).join('\n')}
}
`;
}

function decodeArgument(argument: Argument, command: Command, model: SpecModel): string[] {
  const { name, type } = argument;
  if (!TRAILING_TYPES.has(type)) {
    const field = type === 'type' ? 'type' : name;
    const reader = type === 'type' ? 'u8' : type;
    const lines = [`op.${field} = reader.${reader}();`];
    if ((argument.min ?? 0) > 0) lines.push(`if (op.${field} < ${argument.min}) return Status.MALFORMED;`);
    if (argument.max !== undefined) lines.push(`if (op.${field} > ${argument.max}) return Status.MALFORMED;`);
    if (type === 'f64') lines.push(`if (!Number.isFinite(op.${field})) return Status.MALFORMED;`);
    if (type === 'type')
      lines.push(
        argument.types === undefined
          ? `if (!isSendableType(op.type)) return Status.MALFORMED;`
          : `if (${typeTable(command, argument)}[op.type] === 0) return Status.MALFORMED;`,
      );
    return lines;
  }
  const lines: string[] = [];
  if (type === 'value') {
    lines.push('op.type = reader.u8();', 'if (!isSendableType(op.type)) return Status.MALFORMED;');
    if (argument.types !== undefined)
      lines.push(`if (${typeTable(command, argument)}[op.type] === 0) return Status.TYPE_MISMATCH;`);
  }
  lines.push('op.valueStart = reader.at;', 'op.valueEnd = reader.end;', 'reader.at = reader.end;');
  const bytes = 'op.valueEnd - op.valueStart';
  if (type === 'key') {
    lines.push(`if (${bytes} > Limits.keyBytesMax) return Status.KEY_TOO_LARGE;`);
    lines.push(`if (${bytes} < Limits.keyBytesMin) return Status.MALFORMED;`);
  }
  if (argument.bytesMin !== undefined && model.bound(argument.bytesMin) > 0)
    lines.push(`if (${bytes} < ${boundText(argument.bytesMin)}) return Status.MALFORMED;`);
  if (argument.bytesMax !== undefined)
    lines.push(`if (${bytes} > ${boundText(argument.bytesMax)}) return Status.MALFORMED;`);
  return lines;
}

const boundText = (bound: number | string): string =>
  typeof bound === 'number' ? `${bound}` : `Limits.${bound}`;

const typeTable = (command: Command, argument: Argument): string =>
  `${command.name}_${argument.name.toUpperCase()}_TYPES`;

function typeLimits(model: SpecModel): { name: string; types: readonly string[] }[] {
  return model.commands.flatMap((command) =>
    command.arguments
      .filter((argument) => argument.types !== undefined)
      .map((argument) => ({ name: typeTable(command, argument), types: argument.types! })),
  );
}

export function encodeOp(model: SpecModel): string {
  return `${fileHead('A decoded op back to the bytes it came from: for proxies, tests and logs.', 'messages/*.json')}import type { ByteWriter } from '../bytes/index.js';
import type { Op } from './op.js';
import { Opcode } from './opcodes.js';

/** Appends the op. What \`decodeOp\` accepted becomes the same bytes again. */
export function encodeOp(writer: ByteWriter, op: Op): void {
  const keyBytes = op.keyEnd - op.keyStart;
  writer.u8(op.opcode);
  writer.u8(op.flags);
  writer.u16(keyBytes);
  const lengthAt = writer.at;
  writer.u32(0);
  writer.copy(op.bytes, op.keyStart, op.keyEnd);
  const start = writer.at;
  encodeArguments(writer, op);
  const end = writer.at;
  writer.at = lengthAt;
  writer.u32(end - start);
  writer.at = end;
}

function encodeArguments(writer: ByteWriter, op: Op): void {
  switch (op.opcode) {
${model.commands
  .filter((command) => command.arguments.length > 0)
  .map(
    (command) =>
      `    case Opcode.${command.name}:\n${command.arguments.map((argument) => `      ${reencodeArgument(argument, command)}\n`).join('')}      break;\n`,
  )
  .join('')}    default:
      break; // no arguments
  }
}
`;
}

function reencodeArgument(argument: Argument, command: Command): string {
  const bit =
    argument.when === undefined ? 0 : 1 << command.flags.find((flag) => flag.name === argument.when)!.bit;
  const condition = bit === 0 ? '' : `if ((op.flags & ${hex(bit)}) !== 0) `;
  if (argument.type === 'type') return `${condition}writer.u8(op.type);`;
  if (!TRAILING_TYPES.has(argument.type)) return `${condition}writer.${argument.type}(op.${argument.name});`;
  const copy = 'writer.copy(op.bytes, op.valueStart, op.valueEnd);';
  if (argument.type !== 'value') return `${condition}${copy}`;
  return condition === ''
    ? `writer.u8(op.type);\n      ${copy}`
    : `${condition}{ writer.u8(op.type); ${copy} }`;
}

export function encodeCommands(model: SpecModel): string {
  return `${fileHead('Ops to bytes: one function per command, for SDKs.', 'messages/*.json')}import type { ByteWriter, Integer } from '../bytes/index.js';
import type { AnoaValue } from '../values/index.js';
import { Opcode } from './opcodes.js';
import { beginOp, endOp, type TypedValue, writeValueArgument } from './op-writing.js';
import type { ValueType } from './value-types.js';

${model.commands.map(encodeCommand).join('\n')}`;
}

function encodeCommand(command: Command): string {
  const name = pascalCase(command.identifier);
  const bitOf = (flag: string): number =>
    1 << command.flags.find((candidate) => candidate.name === flag)!.bit;
  const plainFlags = command.flags.filter(
    (flag) => !command.arguments.some(({ when }) => when === flag.name),
  );
  const conditional = command.arguments.filter(({ when }) => when !== undefined);
  const members: string[] = [];
  if (command.key !== null)
    members.push(`${docComment(command.key.prose, '  ')}  readonly key: Uint8Array;\n`);
  for (const flag of plainFlags)
    members.push(`${docComment(flag.prose, '  ')}  readonly ${flag.name}?: boolean | undefined;\n`);
  for (const argument of command.arguments) {
    const isOptional = argument.when !== undefined;
    const about = isOptional ? `${argument.prose} Given, it sets the flag ${argument.when}.` : argument.prose;
    const type = argumentType(argument);
    members.push(
      `${docComment(about, '  ')}  readonly ${argument.name}${isOptional ? '?' : ''}: ${type}${isOptional ? ' | undefined' : ''};\n`,
    );
  }
  const hasRequest = members.length > 0;
  const flagLines = [
    ...plainFlags.map((flag) => `if (request.${flag.name}) flags |= ${hex(1 << flag.bit)};`),
    ...conditional.map(
      ({ name: argument, when }) => `if (request.${argument} !== undefined) flags |= ${hex(bitOf(when!))};`,
    ),
  ];
  const key = command.key === null ? 'undefined' : 'request.key';
  const body = [
    ...(flagLines.length > 0 ? ['let flags = 0;', ...flagLines] : []),
    `const start = beginOp(writer, Opcode.${command.name}, ${flagLines.length > 0 ? 'flags' : '0'}, ${key});`,
    ...command.arguments.map((argument) => encodeArgument(argument)),
    'endOp(writer, start);',
  ];
  const request = hasRequest
    ? `${docComment(`What ${command.name} asks.`)}export interface ${name}Request {\n${members.join('')}}\n\n`
    : '';
  return `${request}${docComment(`${command.summary} ${command.prose}`)}export function encode${name}(writer: ByteWriter${hasRequest ? `, request: ${name}Request` : ''}): void {
${body.map((line) => `  ${line}`).join('\n')}
}
`;
}

function argumentType(argument: Argument): string {
  if (argument.type === 'i64') return 'Integer';
  if (argument.type === 'type') return 'ValueType';
  if (argument.type === 'value') return 'AnoaValue | TypedValue';
  return TRAILING_TYPES.has(argument.type) ? 'Uint8Array' : 'number';
}

function encodeArgument(argument: Argument): string {
  const from = `request.${argument.name}`;
  const condition = argument.when === undefined ? '' : `if (${from} !== undefined) `;
  if (argument.type === 'value') return `${condition}writeValueArgument(writer, start, ${from});`;
  if (TRAILING_TYPES.has(argument.type)) return `${condition}writer.copy(${from}, 0, ${from}.length);`;
  return `${condition}writer.${argument.type === 'type' ? 'u8' : argument.type}(${from});`;
}
