/**
 * One op of a batch: from JSON to the bytes it has in a datagram, by the command table of the spec. So names and
 * arguments stand nowhere else, and bounds are checked where those of a datagram are (`decodeOp`).
 */

import {
  ByteReader,
  ByteWriter,
  type CommandArgument,
  type CommandInfo,
  commandTable,
  decodeOp,
  decodeUtf8,
  errorInfo,
  Limits,
  Op,
  Opcode,
  Status,
  ValueType,
  valueTypeNames,
  writeValueOfJsonText,
} from '@anoadb/protocol';
import { writeValueOfJson } from '../json-value.js';
import { forEachMember } from '../json-walk.js';
import { BatchError } from './batch-error.js';

const commandByName = new Map(commandTable.map((command) => [command.identifier, command]));
const QUOTE = 0x22;
const BRACE = 0x7b;

interface Field {
  readonly start: number;
  readonly end: number;
}

/** The members of an op, each at most once. */
class OpFields {
  readonly bytes: Uint8Array;
  readonly where: string;
  readonly #fields = new Map<string, Field>();

  constructor(bytes: Uint8Array, start: number, where: string) {
    this.bytes = bytes;
    this.where = where;
    if (bytes[start] !== BRACE) throw new BatchError(where, 'is not an object');
    forEachMember(bytes, start, (nameStart, nameEnd, valueStart, valueEnd) => {
      const name = stringOf(bytes, nameStart, nameEnd);
      if (this.#fields.has(name)) throw new BatchError(`${where}.${name}`, 'stands there twice');
      this.#fields.set(name, { start: valueStart, end: valueEnd });
    });
  }

  /** Takes a member out; undefined where there is none. */
  take(name: string): Field | undefined {
    const field = this.#fields.get(name);
    this.#fields.delete(name);
    return field;
  }

  need(name: string): Field {
    const field = this.take(name);
    if (field === undefined) throw new BatchError(`${this.where}.${name}`, 'is missing');
    return field;
  }

  text({ start, end }: Field): string {
    return decodeUtf8(this.bytes, start, end)!;
  }

  refuseTheRest(command: string): void {
    const [stray] = this.#fields.keys();
    if (stray !== undefined)
      throw new BatchError(`${this.where}.${stray}`, `is nothing that ${command} takes`);
  }
}

const op = new Op();
const reader = new ByteReader();

/** Appends the op whose JSON is at `start`. @throws BatchError */
export function writeOp(writer: ByteWriter, bytes: Uint8Array, start: number, where: string): CommandInfo {
  const fields = new OpFields(bytes, start, where);
  const name = fields.need('op');
  const command = commandByName.get(bytes[name.start] === QUOTE ? stringOf(bytes, name.start, name.end) : '');
  if (command === undefined)
    throw new BatchError(`${where}.op`, `is none of ${[...commandByName.keys()].join(', ')}`);
  const key = command.hasKey ? keyOf(fields, command) : new Uint8Array(0);
  const flags = new Flags(command);
  const argumentBytes = new ByteWriter();
  for (const argument of command.arguments) writeArgument(argumentBytes, argument, fields, flags);
  flags.takeFrom(fields);
  fields.refuseTheRest(command.identifier);

  const opStart = writer.at;
  writer.u8(command.opcode);
  writer.u8(flags.bits);
  writer.u16(key.length);
  writer.u32(argumentBytes.at);
  writer.copy(key);
  writer.copy(argumentBytes.written());
  const refusal = decodeOp(reader.reset(writer.bytes, opStart, writer.at), op);
  if (refusal !== Status.OK) throw new BatchError(where, refusalText(command, refusal));
  return command;
}

class Flags {
  bits = 0;
  readonly #command: CommandInfo;

  constructor(command: CommandInfo) {
    this.#command = command;
  }

  set(name: string): void {
    this.bits |= 1 << this.#command.flags.find((flag) => flag.name === name)!.bit;
  }

  /** Those that no argument announces are booleans of the op. */
  takeFrom(fields: OpFields): void {
    const announced = this.#command.arguments.map(({ when }) => when);
    for (const { name } of this.#command.flags) {
      if (announced.includes(name)) continue;
      const field = fields.take(name);
      const text = field === undefined ? 'false' : fields.text(field);
      if (text !== 'true' && text !== 'false')
        throw new BatchError(`${fields.where}.${name}`, 'is true or false');
      if (text === 'true') this.set(name);
    }
  }
}

/** Where the command may be without one, it is empty. */
function keyOf(fields: OpFields, command: CommandInfo): Uint8Array {
  const field = command.opcode === Opcode.SCAN ? fields.take('key') : fields.need('key');
  const key = field === undefined ? new Uint8Array(0) : bytesOf(fields, 'key', field);
  if (key.length > Limits.keyBytesMax)
    throw new BatchError(`${fields.where}.key`, `is longer than ${Limits.keyBytesMax} bytes`);
  return key;
}

function writeArgument(writer: ByteWriter, argument: CommandArgument, fields: OpFields, flags: Flags): void {
  const { name, type, when } = argument;
  const field = when === undefined ? fields.need(name) : fields.take(name);
  if (field === undefined) return;
  if (when !== undefined) flags.set(when);
  const place = `${fields.where}.${name}`;
  switch (type) {
    case 'value':
      writeValue(writer, fields, field);
      return;
    case 'key':
    case 'bytes':
      writer.copy(bytesOf(fields, name, field));
      return;
    case 'type':
      writer.u8(typeOf(fields, name, field));
      return;
    case 'f64':
      if (!writeValueOfJsonText(writer, ValueType.FLOAT, fields.bytes, field.start, field.end))
        throw new BatchError(place, 'is not a number');
      return;
    case 'i64':
      if (!writeValueOfJsonText(writer, ValueType.INTEGER, fields.bytes, field.start, field.end))
        throw new BatchError(place, 'is not a whole number within int64');
      return;
    default:
      writeUnsigned(writer, type as 'u16' | 'u48' | 'u64', place, fields.text(field));
  }
}

function writeUnsigned(writer: ByteWriter, type: 'u16' | 'u48' | 'u64', place: string, text: string): void {
  // A cursor may come as text, because a page gives it as text.
  const digits = type === 'u64' && /^"\d+"$/.test(text) ? text.slice(1, -1) : text;
  const value = Number(digits);
  const max = type === 'u16' ? 0xffff : type === 'u48' ? 2 ** 48 - 1 : Number.MAX_SAFE_INTEGER;
  if (!/^\d+$/.test(digits) || value > max)
    throw new BatchError(place, `is not a whole number from 0 to ${max}`);
  writer[type](value);
}

/** By the type that stands beside it, else by what the JSON says itself. */
function writeValue(writer: ByteWriter, fields: OpFields, { start, end }: Field): void {
  const named = fields.take('type');
  const typeAt = writer.at;
  writer.u8(0);
  const type = named === undefined ? undefined : typeOf(fields, 'type', named);
  const written =
    type === undefined
      ? writeValueOfJson(writer, fields.bytes, start, end)
      : writeValueOfJsonText(writer, type, fields.bytes, start, end)
        ? type
        : undefined;
  if (written === undefined)
    throw new BatchError(
      `${fields.where}.value`,
      type === undefined
        ? 'is no value that can be kept: whole numbers must be within int64'
        : `is no value of type ${valueTypeNames[type]}`,
    );
  writer.bytes[typeAt] = written;
}

function typeOf(fields: OpFields, name: string, { start, end }: Field): number {
  const text = fields.bytes[start] === QUOTE ? stringOf(fields.bytes, start, end) : '';
  const type = valueTypeNames.indexOf(text);
  if (type < 1)
    throw new BatchError(`${fields.where}.${name}`, `is none of ${valueTypeNames.slice(1).join(', ')}`);
  return type;
}

/** A string, or `{"base64":"…"}` for bytes that are none. */
function bytesOf(fields: OpFields, name: string, { start, end }: Field): Uint8Array {
  const writer = new ByteWriter(end - start);
  if (!writeValueOfJsonText(writer, ValueType.TEXT, fields.bytes, start, end))
    throw new BatchError(`${fields.where}.${name}`, 'is neither a string nor {"base64":"…"}');
  return writer.written();
}

function stringOf(bytes: Uint8Array, start: number, end: number): string {
  return JSON.parse(decodeUtf8(bytes, start, end)!) as string;
}

function refusalText(command: CommandInfo, refusal: number): string {
  if (refusal !== Status.MALFORMED) return `is refused: ${errorInfo(refusal).message}`;
  const groups = command.exclusive.map((group) => `at most one of ${group.join(', ')}`);
  return `does not fit ${command.identifier}: ${['an empty key, a number out of its range', ...groups].join(', or more than ')}`;
}
