/** Combinations that one command, or the commands together, can not have. Each refusal has a name and a test. */
import type { Command, SpecModel } from './spec-model.js';
import { SpecRefusal } from './spec-refusal.js';

/** Argument types that reach to the end of the op. */
export const TRAILING_TYPES: ReadonlySet<string> = new Set(['value', 'key', 'bytes']);

/** Bytes of an argument that does not reach to the end. */
export const ARGUMENT_BYTES: Readonly<Record<string, number>> = {
  u16: 2,
  u48: 6,
  u64: 8,
  i64: 8,
  f64: 8,
  type: 1,
};

const ARGUMENT_MAX: Readonly<Record<string, number>> = {
  u16: 0xffff,
  u48: 2 ** 48 - 1,
  u64: Number.MAX_SAFE_INTEGER,
};

export function checkCommand(command: Command, model: SpecModel): void {
  const refuse = (rule: string, what: string): never => {
    throw new SpecRefusal(rule, command.file, what);
  };
  checkIdentity(command, refuse);
  checkFlags(command, refuse);
  checkArguments(command, model, refuse);
  checkResult(command, model, refuse);
  checkExamples(command, refuse);
}

type Refuse = (rule: string, what: string) => never;

function checkIdentity(command: Command, refuse: Refuse): void {
  if (command.identifier.toUpperCase() !== command.name)
    refuse('identifier-differs-from-name', `"${command.identifier}" in capitals is not ${command.name}`);
  const file = `messages/${command.opcode.toString(16).padStart(2, '0')}-${kebab(command.identifier)}.json`;
  if (command.file !== file) refuse('file-name', `should be ${file}`);
  if (command.kind === 'read' && command.mutates) refuse('read-that-mutates', 'kind is read, yet it mutates');
  if (command.kind === 'write' && !command.mutates)
    refuse('write-that-does-not-mutate', 'kind is write, yet it does not mutate');
}

function checkFlags(command: Command, refuse: Refuse): void {
  const names = new Set<string>();
  const bits = new Set<number>();
  for (const flag of command.flags) {
    if (names.has(flag.name)) refuse('duplicate-flag', `flag "${flag.name}" stands twice`);
    if (bits.has(flag.bit))
      refuse('flag-bit-clash', `flag "${flag.name}" has bit ${flag.bit}, which is taken`);
    names.add(flag.name);
    bits.add(flag.bit);
  }
  for (const group of command.exclusive) {
    for (const name of group)
      if (!names.has(name)) refuse('exclusive-unknown-flag', `exclusive group names "${name}", not a flag`);
    if (new Set(group).size !== group.length)
      refuse('exclusive-repeats-flag', `a flag can not exclude itself: ${group.join(', ')}`);
  }
}

function checkArguments(command: Command, model: SpecModel, refuse: Refuse): void {
  const flags = new Set(command.flags.map((flag) => flag.name));
  const names = new Set<string>();
  const whens = new Set<string>();
  command.arguments.forEach((argument, index) => {
    const { name, type, when } = argument;
    if (names.has(name)) refuse('duplicate-argument', `argument "${name}" stands twice`);
    names.add(name);
    if (name === 'key' || flags.has(name) ? when !== name : false)
      refuse(
        'argument-name-clash',
        `argument "${name}" has the name of the key or of a flag that it does not belong to`,
      );
    if (when !== undefined) {
      if (!flags.has(when))
        refuse('argument-unknown-flag', `argument "${name}" is there when "${when}", not a flag`);
      if (whens.has(when)) refuse('flag-with-two-arguments', `flag "${when}" brings two arguments`);
      whens.add(when);
    }
    const isTrailing = TRAILING_TYPES.has(type);
    if (isTrailing && index !== command.arguments.length - 1)
      refuse(
        'trailing-argument-not-last',
        `argument "${name}" of type ${type} reaches to the end, so it must be last`,
      );
    if (type === 'key' && argument.bytesMin !== undefined)
      refuse('bounds-not-applicable', `argument "${name}" of type key has the bounds of every key`);
    if ((argument.bytesMin !== undefined || argument.bytesMax !== undefined) && type !== 'bytes')
      refuse('bounds-not-applicable', `argument "${name}" of type ${type} can not have bounds in bytes`);
    if (argument.bytesMin !== undefined && argument.bytesMax !== undefined) {
      if (model.bound(argument.bytesMin) > model.bound(argument.bytesMax))
        refuse('empty-range', `argument "${name}" has bytesMin above bytesMax`);
    }
    if ((argument.min !== undefined || argument.max !== undefined) && ARGUMENT_MAX[type] === undefined)
      refuse('range-not-applicable', `argument "${name}" of type ${type} can not have a range`);
    if ((argument.min ?? 0) > (argument.max ?? ARGUMENT_MAX[type] ?? 0))
      refuse('empty-range', `argument "${name}" has min above max`);
    if ((argument.max ?? 0) > (ARGUMENT_MAX[type] ?? 0))
      refuse('range-beyond-type', `argument "${name}" has a max beyond ${type}`);
    if (argument.types !== undefined) {
      if (type !== 'value' && type !== 'type')
        refuse('types-not-applicable', `argument "${name}" of type ${type} can not be limited to types`);
      for (const typeName of argument.types) {
        const found = model.types.find((candidate) => candidate.name === typeName);
        if (found === undefined) refuse('unknown-type', `argument "${name}" names the type ${typeName}`);
        else if (!found.storable)
          refuse('type-not-storable', `argument "${name}" names ${typeName}, which is never stored`);
      }
    }
  });
  const kinds = command.arguments.map((argument) => argument.type);
  if (kinds.includes('type') && kinds.includes('value'))
    refuse('two-types', 'an argument of type "type" and a value would both set the type of the op');
  if (command.key === null && kinds.includes('key'))
    refuse('key-on-keyless-command', 'a command without a key can not have an argument of type key');
  if (command.key !== null && model.bound(command.key.bytesMin) > model.bound(command.key.bytesMax))
    refuse('empty-range', 'the key has bytesMin above bytesMax');
}

function checkResult(command: Command, model: SpecModel, refuse: Refuse): void {
  const flags = new Set(command.flags.map((flag) => flag.name));
  const { version, types, unit, layout } = command.result;
  if (unit !== undefined && !types.includes('integer'))
    refuse('unit-without-number', `the result has the unit ${unit} and no integer that it could be of`);
  if (layout !== undefined && (types.length !== 1 || types[0] !== 'bytes'))
    refuse('layout-without-bytes', `the result has the layout "${layout}" but is not bytes alone`);
  if (typeof version === 'object' && !flags.has(version.when))
    refuse('version-unknown-flag', `the result has a version when "${version.when}", not a flag`);
  for (const type of types) {
    if (type !== 'value' && !model.types.some((candidate) => candidate.name.toLowerCase() === type))
      refuse('unknown-type', `the result has the type "${type}"`);
  }
  const codes = new Set<string>();
  for (const { code } of command.errors) {
    const known = model.errors.result.find((candidate) => candidate.name === code);
    if (known === undefined) refuse('unknown-error', `error ${code} is not a result code of errors.json`);
    else if (known.common)
      refuse('common-error-listed', `error ${code} is common to all commands, do not list it`);
    if (codes.has(code)) refuse('duplicate-error', `error ${code} stands twice`);
    codes.add(code);
  }
}

function checkExamples(command: Command, refuse: Refuse): void {
  for (const example of command.examples) {
    if (command.key === null && example.key !== undefined)
      refuse('key-on-keyless-command', `example "${example.about}" has a key, the command has none`);
    if (command.key !== null && example.key === undefined)
      refuse('example-without-key', `example "${example.about}" has no key`);
    for (const flag of example.flags)
      if (!command.flags.some((candidate) => candidate.name === flag))
        refuse('example-unknown-flag', `example "${example.about}" has the flag "${flag}"`);
    for (const argument of command.arguments) {
      const isExpected = argument.when === undefined || example.flags.includes(argument.when);
      if (isExpected !== (example.arguments[argument.name] !== undefined))
        refuse(
          'example-arguments',
          `example "${example.about}": argument "${argument.name}" ${isExpected ? 'is missing' : 'needs its flag'}`,
        );
    }
    for (const name of Object.keys(example.arguments))
      if (!command.arguments.some((candidate) => candidate.name === name))
        refuse('example-arguments', `example "${example.about}" has the argument "${name}"`);
  }
}

export function checkCommandsTogether(model: SpecModel): void {
  const byOpcode = new Map<number, Command>();
  const byName = new Map<string, Command>();
  const argumentTypes = new Map<string, string>();
  for (const command of model.commands) {
    const other = byOpcode.get(command.opcode);
    if (other !== undefined)
      throw new SpecRefusal(
        'duplicate-opcode',
        command.file,
        `opcode ${command.opcode} is that of ${other.file}`,
      );
    if (byName.has(command.name))
      throw new SpecRefusal('duplicate-name', command.file, `the name ${command.name} is taken`);
    byOpcode.set(command.opcode, command);
    byName.set(command.name, command);
    for (const { name, type } of command.arguments) {
      if ((argumentTypes.get(name) ?? type) !== type)
        throw new SpecRefusal(
          'argument-type-clash',
          command.file,
          `argument "${name}" is ${type} here and ${argumentTypes.get(name)} elsewhere: one word per idea`,
        );
      argumentTypes.set(name, type);
    }
  }
}

function kebab(identifier: string): string {
  return identifier.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
