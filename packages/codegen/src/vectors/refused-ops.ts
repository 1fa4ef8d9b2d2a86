/** Ops that must be refused, with the status that says why. */
import { ARGUMENT_BYTES, TRAILING_TYPES } from '../command-rules.js';
import type { Command, SpecModel } from '../spec-model.js';
import { defaultArguments, defaultKey } from './accepted-ops.js';
import {
  concat,
  encodeRequest,
  flagBits,
  rawOp,
  type TypeCodes,
  unsigned,
  utf8,
} from './reference-encoder.js';

/** NONE, and codes that no type has. */
const UNKNOWN_TYPES = [0, 10, 0x7f, 0x80, 0xff];

export interface RefusedOp {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly status: string;
  /** The lengths in the header lie, so nothing after it can be read. */
  readonly boundariesLost?: true;
}

export function refusedOps(command: Command, model: SpecModel, types: TypeCodes): RefusedOp[] {
  const refused: RefusedOp[] = [];
  const add = (name: string, bytes: Uint8Array, status = 'MALFORMED'): void => {
    refused.push({ name: `${command.name}: ${name}`, bytes, status });
  };
  const whole = (flags: readonly string[], key = defaultKey(command)): Uint8Array =>
    encodeRequest({ command, key, flags, arguments: defaultArguments(command, flags) }, types);
  const body = (flags: readonly string[]): Uint8Array =>
    whole(flags).subarray(8 + defaultKey(command).length);

  for (let bit = 0; bit < 8; bit++)
    if (!command.flags.some((flag) => flag.bit === bit))
      add(`unknown flag bit ${bit}`, rawOp(command.opcode, 2 ** bit, defaultKey(command), body([])));
  for (const group of command.exclusive)
    group.forEach((first, index) => {
      for (const second of group.slice(index + 1)) add(`${first} with ${second}`, whole([first, second]));
    });

  if (command.key === null) add('a key on a command without one', whole([], utf8('k')));
  else {
    const keyBytesMax = model.bound(command.key.bytesMax);
    add(
      `key of ${keyBytesMax + 1} bytes`,
      whole([], new Uint8Array(keyBytesMax + 1).fill(0x6b)),
      'KEY_TOO_LARGE',
    );
    add('key of 65535 bytes', whole([], new Uint8Array(65535).fill(0x6b)), 'KEY_TOO_LARGE');
    if (model.bound(command.key.bytesMin) > 0) add('empty key', whole([], new Uint8Array(0)));
  }
  refuseLengths(command, body, add);
  for (const argument of command.arguments) {
    const flags = argument.when === undefined ? [] : [argument.when];
    refuseArgument(argument.name, flags, command, model, types, add);
  }
  return refused.filter(({ bytes }) => bytes.length < 4096);
}

type Add = (name: string, bytes: Uint8Array, status?: string) => void;

/** A byte too many where nothing reaches to the end, and a byte too few in front of what does. */
function refuseLengths(command: Command, body: (flags: readonly string[]) => Uint8Array, add: Add): void {
  const sets = [[], ...command.flags.map(({ name }) => [name])];
  for (const flags of sets) {
    const op = (bytes: Uint8Array): Uint8Array =>
      rawOp(command.opcode, flagBits(command, flags), defaultKey(command), bytes);
    const given = command.arguments.filter(({ when }) => when === undefined || flags.includes(when));
    const fixedBytes = given.reduce((sum, { type }) => sum + (ARGUMENT_BYTES[type] ?? 0), 0);
    const about = flags.length === 0 ? '' : ` with ${flags[0]}`;
    const hasTrailing = given.some(({ type }) => TRAILING_TYPES.has(type));
    if (!hasTrailing) add(`a byte after the arguments${about}`, op(concat([body(flags), Uint8Array.of(0)])));
    if (fixedBytes > 0)
      add(`arguments a byte too short${about}`, op(body(flags).subarray(0, fixedBytes - 1)));
    if (given.length > 0 && given[0].type === 'value') add(`no value at all${about}`, op(new Uint8Array(0)));
  }
}

function refuseArgument(
  name: string,
  flags: readonly string[],
  command: Command,
  model: SpecModel,
  types: TypeCodes,
  add: Add,
): void {
  const argument = command.arguments.find((candidate) => candidate.name === name)!;
  const given = command.arguments.filter(({ when }) => when === undefined || flags.includes(when));
  const before = given.slice(0, given.indexOf(argument));
  const after = given.slice(given.indexOf(argument) + 1);
  // Everything as it should be but the one argument.
  const withBytes = (bytes: Uint8Array): Uint8Array => {
    const part = (list: typeof given): Uint8Array =>
      encodeRequest(
        {
          command: { ...command, arguments: list },
          key: new Uint8Array(0),
          flags,
          arguments: defaultArguments(command, flags),
        },
        types,
      ).subarray(8);
    return rawOp(
      command.opcode,
      flagBits(command, flags),
      defaultKey(command),
      concat([part(before), bytes, part(after)]),
    );
  };
  const byteCount = ARGUMENT_BYTES[argument.type];
  if ((argument.min ?? 0) > 0)
    add(`${name} = ${argument.min! - 1}`, withBytes(unsigned(argument.min! - 1, byteCount)));
  if (argument.type === 'u64') {
    add(`${name} = 2^53`, withBytes(unsigned(2n ** 53n, 8)));
    add(`${name} = 2^64-1`, withBytes(unsigned(2n ** 64n - 1n, 8)));
  }
  if (argument.type === 'f64')
    for (const float of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      const bytes = new Uint8Array(8);
      new DataView(bytes.buffer).setFloat64(0, float, true);
      add(`${name} = ${float}`, withBytes(bytes));
    }
  if (argument.type === 'type' || argument.type === 'value')
    for (const code of UNKNOWN_TYPES) add(`${name} of type ${code}`, withBytes(Uint8Array.of(code)));
  if (argument.type === 'value')
    for (const { code, sendable } of model.types)
      if (sendable === false) add(`${name} of type ${code}`, withBytes(Uint8Array.of(code)));
  if (argument.type === 'value' && argument.types !== undefined)
    for (const { name: type, code, storable, sendable } of model.types)
      if (storable && sendable !== false && !argument.types.includes(type))
        add(`${name} of type ${type}`, withBytes(Uint8Array.of(code)), 'TYPE_MISMATCH');
  if (argument.type === 'key') {
    add(`${name} empty`, withBytes(new Uint8Array(0)));
    add(`${name} of 1025 bytes`, withBytes(new Uint8Array(model.limit('keyBytesMax') + 1)), 'KEY_TOO_LARGE');
  }
  if (argument.type === 'bytes') {
    if (model.bound(argument.bytesMin ?? 0) > 0) add(`${name} empty`, withBytes(new Uint8Array(0)));
    if (argument.bytesMax !== undefined) {
      const tooMany = model.bound(argument.bytesMax) + 1;
      add(`${name} of ${tooMany} bytes`, withBytes(new Uint8Array(tooMany).fill(0x2a)));
    }
  }
}

/** Refusals that belong to no command. */
export function refusedHeaders(model: SpecModel): RefusedOp[] {
  const refused: RefusedOp[] = [];
  const opcodes = new Set(model.commands.map(({ opcode }) => opcode));
  for (const opcode of [0, Math.max(...opcodes) + 1, 0x7f, 0x80, 0xff]) {
    const key = utf8('k');
    refused.push({
      name: `opcode ${opcode}`,
      bytes: rawOp(opcode, 0, key, new Uint8Array(0)),
      status: 'UNSUPPORTED_OP',
    });
    refused.push({
      name: `opcode ${opcode} with flags and arguments`,
      bytes: rawOp(opcode, 0xff, new Uint8Array(0), utf8('whatever')),
      status: 'UNSUPPORTED_OP',
    });
  }
  const lost = (name: string, bytes: number[]): void => {
    refused.push({ name, bytes: Uint8Array.from(bytes), status: 'MALFORMED', boundariesLost: true });
  };
  lost('nothing at all', []);
  lost('a header without its last byte', [1, 0, 0, 0, 0, 0, 0]);
  lost('a key longer than what is there', [1, 0, 2, 0, 0, 0, 0, 0, 0x6b]);
  lost('the longest key and nothing there', [1, 0, 0xff, 0xff, 0, 0, 0, 0]);
  lost('arguments longer than what is there', [2, 0, 1, 0, 3, 0, 0, 0, 0x6b, 5, 0x76]);
  lost('the longest arguments and nothing there', [2, 0, 1, 0, 0xff, 0xff, 0xff, 0xff, 0x6b]);
  lost('an unknown opcode whose lengths lie', [0xee, 0, 1, 0, 1, 0, 0, 0, 0x6b]);
  return refused;
}
