/** Ops that must be accepted: the examples, every allowed set of flags, and both edges of every bound. */
import type { Command, SpecModel } from '../spec-model.js';
import type { Argument, MessageExample } from '../spec-schema.js';
import { type OpRequest, toHex, utf8, type VectorArgument } from './reference-encoder.js';

export interface NamedRequest extends OpRequest {
  readonly name: string;
}

export function acceptedOps(command: Command, model: SpecModel): NamedRequest[] {
  const requests: NamedRequest[] = [];
  const add = (name: string, flags: readonly string[], more: Partial<OpRequest> = {}): void => {
    requests.push({
      name: `${command.name}: ${name}`,
      command,
      key: defaultKey(command),
      flags,
      ...more,
      arguments: { ...defaultArguments(command, flags), ...more.arguments },
    });
  };
  for (const example of command.examples) add(example.about, example.flags, fromExample(command, example));
  for (const flags of allowedFlagSets(command))
    add(flags.length === 0 ? 'no flag' : flags.join(' and '), flags);
  if (command.key !== null) {
    for (const bound of [command.key.bytesMin, command.key.bytesMax]) {
      const byteCount = model.bound(bound);
      add(`key of ${byteCount} bytes`, [], { key: new Uint8Array(byteCount).fill(0x6b) });
    }
    add('key of bytes that are not text', [], { key: Uint8Array.of(0x00, 0xff, 0xc3, 0x28) });
    add('key __proto__', [], { key: utf8('__proto__') });
  }
  for (const argument of command.arguments) {
    const flags = argument.when === undefined ? [] : [argument.when];
    for (const edge of edges(argument, model))
      add(`${argument.name} = ${describe(edge)}`, flags, { arguments: { [argument.name]: edge } });
  }
  return requests;
}

/** Every set of flags in which no two exclude each other. */
export function allowedFlagSets(command: Command): string[][] {
  const names = command.flags.map(({ name }) => name);
  const sets: string[][] = [];
  for (let bits = 0; bits < 2 ** names.length; bits++) {
    const set = names.filter((_, index) => (bits >> index) & 1);
    if (command.exclusive.every((group) => group.filter((name) => set.includes(name)).length <= 1))
      sets.push(set);
  }
  return sets;
}

export function defaultKey(command: Command): Uint8Array {
  return command.key === null ? new Uint8Array(0) : utf8('k');
}

export function defaultArguments(command: Command, flags: readonly string[]): Record<string, VectorArgument> {
  return Object.fromEntries(
    command.arguments
      .filter(({ when }) => when === undefined || flags.includes(when))
      .map((argument) => [argument.name, defaultArgument(argument)]),
  );
}

function defaultArgument(argument: Argument): VectorArgument {
  switch (argument.type) {
    case 'u16':
    case 'u48':
    case 'u64':
      return Math.max(argument.min ?? 0, 100);
    case 'i64':
      return '-7';
    case 'f64':
      return '0.5';
    case 'type':
      return 'STRING';
    case 'value':
      return { type: 'STRING', hex: toHex(utf8('v')) };
    case 'key':
    case 'bytes':
      return toHex(utf8('n*'));
  }
}

function edges(argument: Argument, model: SpecModel): VectorArgument[] {
  const min = argument.min ?? 0;
  switch (argument.type) {
    case 'u16':
      return [min, min + 1, argument.max ?? 0xffff];
    case 'u48':
      return [min, min + 1, 2 ** 32, argument.max ?? 2 ** 48 - 1];
    case 'u64':
      return [min, min + 1, 2 ** 32, argument.max ?? Number.MAX_SAFE_INTEGER];
    case 'i64':
      return [
        '0',
        '1',
        '-1',
        '9007199254740991',
        '9007199254740992',
        '9223372036854775807',
        '-9223372036854775808',
      ];
    case 'f64':
      return ['0', '-0', '0.1', '-1.5', '5e-324', '1.7976931348623157e+308'];
    case 'type':
      return [...(argument.types ?? [])];
    case 'value':
      return VALUES.filter(({ type }) => argument.types === undefined || argument.types.includes(type));
    case 'key':
      return [model.limit('keyBytesMin'), model.limit('keyBytesMax')].map((byteCount) =>
        '6e'.repeat(byteCount),
      );
    case 'bytes':
      return [
        model.bound(argument.bytesMin ?? 0),
        argument.bytesMax === undefined ? 300 : model.bound(argument.bytesMax),
      ].map((byteCount) => '2a'.repeat(byteCount));
  }
}

/** One or more values of every storable type, in their wire form. */
export const VALUES: readonly { readonly type: string; readonly hex: string }[] = [
  { type: 'NULL', hex: '' },
  { type: 'BOOLEAN', hex: '00' },
  { type: 'BOOLEAN', hex: '01' },
  { type: 'INTEGER', hex: '2a00000000000000' },
  { type: 'INTEGER', hex: '0000000000000080' },
  { type: 'INTEGER', hex: 'ffffffffffffff7f' },
  { type: 'FLOAT', hex: '9a9999999999b93f' },
  { type: 'FLOAT', hex: '0000000000000080' },
  { type: 'STRING', hex: '' },
  { type: 'STRING', hex: toHex(utf8('Grüße, 世界')) },
  { type: 'JSON', hex: '81a16193 01c3c0'.replaceAll(' ', '') },
  { type: 'JSON', hex: '90' },
  { type: 'BYTES', hex: '' },
  { type: 'BYTES', hex: '00ff80' },
  { type: 'TEXT', hex: toHex(utf8('042')) },
  { type: 'TEXT', hex: '' },
];

function fromExample(command: Command, example: MessageExample): Partial<OpRequest> {
  const given: Record<string, VectorArgument> = {};
  for (const [name, value] of Object.entries(example.arguments)) {
    const { type } = command.arguments.find((argument) => argument.name === name)!;
    if (typeof value !== 'object') {
      if (type === 'i64' || type === 'f64') given[name] = String(value);
      else given[name] = type === 'key' ? toHex(utf8(String(value))) : value;
      continue;
    }
    const hex = 'utf8' in value ? toHex(utf8(value.utf8)) : value.hex;
    given[name] = 'type' in value ? { type: value.type, hex } : hex;
  }
  return { arguments: given, ...(example.key === undefined ? {} : { key: utf8(example.key) }) };
}

function describe(argument: VectorArgument): string {
  if (typeof argument === 'object') return `${argument.type} of ${argument.hex.length / 2} bytes`;
  return typeof argument === 'string' && argument.length > 40
    ? `${argument.length / 2} bytes`
    : String(argument);
}
