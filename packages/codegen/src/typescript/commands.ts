/** Files about the commands as such: opcodes, flags, and the table that doors, help and docs read. */

import { constantCase, pascalCase } from '../name-case.js';
import type { Command, SpecModel } from '../spec-model.js';
import { constantObject, fileHead, quote } from './source-text.js';

export function opcodes(model: SpecModel): string {
  const where = (test: (command: Command) => boolean): string =>
    model.commands
      .filter(test)
      .map((command) => `Opcode.${command.name}`)
      .join(', ');
  const flags = model.commands
    .filter((command) => command.flags.length > 0)
    .map((command) =>
      constantObject(
        `${pascalCase(command.identifier)}Flag`,
        `Flags of ${command.name}.`,
        command.flags.map(({ name, bit, prose }) => ({
          key: constantCase(name),
          value: 2 ** bit,
          prose,
          isHex: true,
        })),
        false,
      ),
    );
  return `${fileHead('Opcodes, their kinds and their flags.', 'messages/*.json')}${constantObject(
    'Opcode',
    'The first byte of an op: which command.',
    model.commands.map(({ name, opcode, summary }) => ({
      key: name,
      value: opcode,
      prose: summary,
      isHex: true,
    })),
  )}
/** What an access key must be allowed for a command. */
export type CommandKind = 'read' | 'write' | 'admin';

const IS_KNOWN = 1;
const MUTATES = 2;
const IS_REREAD = 4;
const IS_ALONE = 8;
const IS_WRITE_KIND = 16;
const IS_ADMIN_KIND = 32;

// One byte per opcode: a look-up instead of a switch, for code that sees every op.
const TRAITS = new Uint8Array(256);
for (const opcode of Object.values(Opcode)) TRAITS[opcode] |= IS_KNOWN;
for (const opcode of [${where((command) => command.mutates)}])
  TRAITS[opcode] |= MUTATES;
for (const opcode of [${where((command) => command.replay === 'reread')}]) TRAITS[opcode] |= IS_REREAD;
for (const opcode of [${where((command) => command.alone)}]) TRAITS[opcode] |= IS_ALONE;
for (const opcode of [${where((command) => command.kind === 'write')}])
  TRAITS[opcode] |= IS_WRITE_KIND;
for (const opcode of [${where((command) => command.kind === 'admin')}]) TRAITS[opcode] |= IS_ADMIN_KIND;

export function isKnownOpcode(opcode: number): boolean {
  return (TRAITS[opcode] & IS_KNOWN) !== 0;
}

/** Whether the op can change something, so that its request is entered in the reply cache. FLUSH and SNAPSHOT too. */
export function isWriteOpcode(opcode: number): boolean {
  return (TRAITS[opcode] & MUTATES) !== 0;
}

/** Whether the result may be left out of a stored reply that is too large (READ_NOT_REPLAYED stands for it). */
export function isRereadOpcode(opcode: number): boolean {
  return (TRAITS[opcode] & IS_REREAD) !== 0;
}

/** Whether the op must be the only one of its request. */
export function isAloneOpcode(opcode: number): boolean {
  return (TRAITS[opcode] & IS_ALONE) !== 0;
}

/** Kind of a known opcode; of an unknown one \`read\`, as it will be refused anyway. */
export function kindOfOpcode(opcode: number): CommandKind {
  const traits = TRAITS[opcode];
  return (traits & IS_ADMIN_KIND) !== 0 ? 'admin' : (traits & IS_WRITE_KIND) !== 0 ? 'write' : 'read';
}

${flags.join('\n')}`;
}

export function commandTable(model: SpecModel): string {
  return `${fileHead('Every command as data, for doors, help and docs.', 'messages/*.json')}import { type CommandKind, Opcode } from './opcodes.js';
import { Status } from './status.js';

export interface CommandFlag {
  readonly name: string;
  readonly bit: number;
  readonly prose: string;
}

export interface CommandArgument {
  readonly name: string;
  /** u16, u48, u64, i64, f64, type; or, to the end of the op: value, key, bytes. */
  readonly type: string;
  /** Flag that brings the argument; without it the argument is always there. */
  readonly when?: string;
  readonly prose: string;
}

export interface CommandInfo {
  readonly name: string;
  /** Camel case, as in the names of generated functions. */
  readonly identifier: string;
  readonly opcode: Opcode;
  readonly kind: CommandKind;
  readonly mutates: boolean;
  readonly alone: boolean;
  readonly hasKey: boolean;
  readonly keyProse: string;
  readonly replay: 'stored' | 'reread';
  readonly summary: string;
  readonly prose: string;
  readonly flags: readonly CommandFlag[];
  /** Names of flags of which at most one may be set. */
  readonly exclusive: readonly (readonly string[])[];
  readonly arguments: readonly CommandArgument[];
  /** Types of the value in a result; 'value' is any type that can be stored. */
  readonly result: { readonly types: readonly string[]; readonly version: string; readonly prose: string };
  readonly errors: readonly { readonly status: Status; readonly when: string }[];
  readonly cost: { readonly order: string; readonly growsWith: string };
  readonly examples: readonly { readonly about: string; readonly request: string; readonly answer: string }[];
}

/** All commands in the order of their opcodes. */
export const commandTable: readonly CommandInfo[] = [
${model.commands.map(commandEntry).join('\n')}
];

const byOpcode: (CommandInfo | undefined)[] = new Array(256).fill(undefined);
for (const command of commandTable) byOpcode[command.opcode] = command;
const byName = new Map(commandTable.map((command) => [command.name, command]));

/** The command with this opcode, if there is one. */
export function commandOf(opcode: number): CommandInfo | undefined {
  return byOpcode[opcode];
}

/** The command with this name in capitals, if there is one. */
export function commandNamed(name: string): CommandInfo | undefined {
  return byName.get(name);
}
`;
}

function commandEntry(command: Command): string {
  const { result } = command;
  const version = typeof result.version === 'object' ? `when ${result.version.when}` : result.version;
  return `  {
    name: ${quote(command.name)}, identifier: ${quote(command.identifier)}, opcode: Opcode.${command.name},
    kind: ${quote(command.kind)}, mutates: ${command.mutates}, alone: ${command.alone}, hasKey: ${command.key !== null}, replay: ${quote(command.replay)},
    keyProse: ${quote(command.key?.prose ?? '')},
    summary: ${quote(command.summary)},
    prose: ${quote(command.prose)},
    flags: ${list(command.flags.map(({ name, bit, prose }) => `{ name: ${quote(name)}, bit: ${bit}, prose: ${quote(prose)} }`))},
    exclusive: [${command.exclusive.map((group) => `[${group.map(quote).join(', ')}]`).join(', ')}],
    arguments: ${list(
      command.arguments.map(
        ({ name, type, when, prose }) =>
          `{ name: ${quote(name)}, type: ${quote(type)}${when === undefined ? '' : `, when: ${quote(when)}`}, prose: ${quote(prose)} }`,
      ),
    )},
    result: { types: [${result.types.map(quote).join(', ')}], version: ${quote(version)}, prose: ${quote(result.prose)} },
    errors: ${list(command.errors.map(({ code, when }) => `{ status: Status.${code}, when: ${quote(when)} }`))},
    cost: { order: ${quote(command.cost.order)}, growsWith: ${quote(command.cost.growsWith)} },
    examples: ${list(
      command.examples.map(
        (example) =>
          `{ about: ${quote(example.about)}, request: ${quote(exampleText(command, example))}, answer: ${quote(example.answer)} }`,
      ),
    )},
  },`;
}

function list(items: readonly string[]): string {
  return items.length === 0 ? '[]' : `[\n${items.map((item) => `      ${item},\n`).join('')}    ]`;
}

/** An example as people write it: `SET session:9 ttlMs=300000 value="on"`. */
export function exampleText(command: Command, example: Command['examples'][number]): string {
  const words = [command.name];
  if (example.key !== undefined) words.push(example.key);
  const withArgument = new Set(command.arguments.map((argument) => argument.when));
  words.push(...example.flags.filter((flag) => !withArgument.has(flag)));
  for (const argument of command.arguments) {
    const given = example.arguments[argument.name];
    if (given === undefined) continue;
    if (typeof given !== 'object') words.push(`${argument.name}=${given}`);
    else if ('utf8' in given) words.push(`${argument.name}=${JSON.stringify(given.utf8)}`);
    else if ('type' in given && given.type === 'INTEGER')
      words.push(`${argument.name}=${integerOf(given.hex)}`);
    else words.push(`${argument.name}=0x${given.hex}`);
  }
  return words.join(' ');
}

/** An int64 as its eight bytes, little-endian, in hex. */
function integerOf(hex: string): bigint {
  const bigEndian = hex.match(/../g)?.reverse().join('') ?? '0';
  return BigInt.asIntN(64, BigInt(`0x${bigEndian}`));
}
