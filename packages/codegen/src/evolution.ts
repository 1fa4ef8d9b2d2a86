/**
 * What a released spec allows its successor: additions, nothing else.
 *
 * Two releases of one protocol version must understand each other, so a number once given keeps its meaning and
 * what was accepted stays accepted. A spec that no longer speaks any version of the released one is free.
 */
import type { SpecFiles, SpecModel } from './spec-model.js';
import type {
  Argument,
  ErrorsFile,
  LayoutField,
  MessageFile,
  ProtocolFile,
  TypesFile,
} from './spec-schema.js';

export interface Breach {
  readonly rule: string;
  readonly what: string;
}

/** Everything in `next` that breaks what `released` promised; empty where the two go together. */
export function breaches(released: SpecFiles, next: SpecModel): Breach[] {
  // A released bundle was valid when it was released; rules that came later must not make it unreadable.
  const protocol = released.protocol as ProtocolFile;
  const errors = released.errors as ErrorsFile;
  const types = (released.types as TypesFile).types;
  const messages = Object.values(released.messages) as MessageFile[];
  const found: Breach[] = [];
  const breach = (rule: string, what: string): void => {
    found.push({ rule, what });
  };
  if (next.protocol.versions.min > protocol.versions.max) return found;

  compareCodes('type', types, next.types, breach);
  for (const type of types)
    if (type.storable && next.types.some(({ name, storable }) => name === type.name && !storable))
      breach('type-no-longer-storable', `${type.name} could be stored`);
  compareCodes('error', [...errors.result, ...errors.transport], next.statuses, breach);
  for (const status of [...errors.result, ...errors.transport])
    if (next.statuses.some(({ name, executed }) => name === status.name && executed !== status.executed))
      breach('error-executed-changed', `${status.name} said executed: ${status.executed}`);
  compareProtocol(protocol, next.protocol, breach);
  compareLimits(protocol, next.protocol, breach);
  for (const message of messages) compareCommand(message, next, breach);
  return found;
}

type Report = (rule: string, what: string) => void;
type Coded = { readonly name: string; readonly code: number };

function compareCodes(
  kind: string,
  released: readonly Coded[],
  next: readonly Coded[],
  breach: Report,
): void {
  for (const { name, code } of released) {
    const same = next.find((candidate) => candidate.name === name);
    if (same === undefined) breach(`${kind}-removed`, `${name} is gone`);
    else if (same.code !== code) breach(`${kind}-renumbered`, `${name} was ${code} and is ${same.code}`);
  }
}

function compareProtocol(released: ProtocolFile, next: ProtocolFile, breach: Report): void {
  const constants: readonly (readonly [string, number, number])[] = [
    ['magic', released.magic.value, next.magic.value],
    ['openTypeOffset', released.openTypeOffset.value, next.openTypeOffset.value],
    ['resultHeader.versionBit', released.resultHeader.versionBit, next.resultHeader.versionBit],
    ['skippableFramesFrom', released.skippableFramesFrom.code, next.skippableFramesFrom.code],
    ['requestFlags.atomic', released.requestFlags.atomic, next.requestFlags.atomic],
    ['requestFlags.attemptMask', released.requestFlags.attemptMask, next.requestFlags.attemptMask],
    ['replyFlags.fromCache', released.replyFlags.fromCache, next.replyFlags.fromCache],
    ['replyFlags.attemptMask', released.replyFlags.attemptMask, next.replyFlags.attemptMask],
  ];
  for (const [name, was, is] of constants)
    if (was !== is) breach('constant-changed', `${name} was ${was} and is ${is}`);

  compareCodes('datagram', released.datagrams, next.datagrams, breach);
  compareCodes('frame', released.frames, next.frames, breach);
  compareCodes('reject-reason', released.rejectReasons, next.rejectReasons, breach);
  compareCodes('close-code', released.closeCodes, next.closeCodes, breach);
  compareCodes('dedup', released.dedup, next.dedup, breach);
  const bits = (file: ProtocolFile) => file.permissions.map(({ name, bit }) => ({ name, code: bit }));
  compareCodes('permission', bits(released), bits(next), breach);

  const layouts: readonly (readonly [string, readonly LayoutField[], readonly LayoutField[] | undefined])[] =
    [
      ['header', released.header.fields, next.header.fields],
      ['frameHeader', released.frameHeader.fields, next.frameHeader.fields],
      ['opHeader', released.opHeader.fields, next.opHeader.fields],
      ['resultHeader', released.resultHeader.fields, next.resultHeader.fields],
      ...pairs(released.datagrams, next.datagrams),
      ...pairs(
        released.frames.filter((frame) => !frame.reserved),
        next.frames,
      ),
      ...pairs(released.structures, next.structures),
    ];
  const shape = (fields: readonly LayoutField[]): string =>
    fields.map(({ name, type }) => `${name} ${type}`).join(', ');
  for (const [name, was, is] of layouts)
    if (is === undefined || shape(was) !== shape(is))
      breach('layout-changed', `the fields of ${name} are not what they were`);
}

type WithFields = { readonly name: string; readonly fields: readonly LayoutField[] };

function pairs(released: readonly WithFields[], next: readonly WithFields[]) {
  return released.map(
    ({ name, fields }) => [name, fields, next.find((candidate) => candidate.name === name)?.fields] as const,
  );
}

/** Limits from which both ends compute the same cut: not even raising them is compatible. */
const EXACT_LIMITS = new Set([
  'sealOverheadBytes',
  'framesBytesMax',
  'fragmentOverheadBytes',
  'fragmentDataBytes',
]);

function compareLimits(released: ProtocolFile, next: ProtocolFile, breach: Report): void {
  for (const { name, value } of released.limits) {
    const now = next.limits.find((candidate) => candidate.name === name)?.value;
    if (now === undefined) breach('limit-removed', `${name} is gone`);
    else if (EXACT_LIMITS.has(name) && now !== value)
      breach('limit-changed', `${name} was ${value} and is ${now}`);
    else if (/Min(Bytes)?$/.test(name) ? now > value : now < value)
      breach(now > value ? 'limit-raised' : 'limit-lowered', `${name} was ${value} and is ${now}`);
  }
}

function compareCommand(released: MessageFile, next: SpecModel, breach: Report): void {
  const { name } = released;
  const command = next.commands.find((candidate) => candidate.name === name);
  if (command === undefined) {
    breach('command-removed', `${name} is gone`);
    return;
  }
  if (command.opcode !== released.opcode)
    breach('opcode-renumbered', `${name} was ${released.opcode} and is ${command.opcode}`);
  if (
    command.kind !== released.kind ||
    command.mutates !== released.mutates ||
    command.alone !== released.alone
  )
    breach('command-kind-changed', `${name} has another kind, mutates or alone than it had`);
  if ((command.key === null) !== (released.key === null))
    breach('command-key-changed', `${name} ${released.key === null ? 'had no key' : 'had a key'}`);
  compareFlags(released, command, breach);
  compareArguments(released, command, breach);
  if (
    JSON.stringify([released.result.types, released.result.version]) !==
    JSON.stringify([command.result.types, command.result.version])
  )
    breach('result-changed', `the result of ${name} has other types or another rule for its version`);
}

function compareFlags(released: MessageFile, command: MessageFile, breach: Report): void {
  for (const flag of released.flags) {
    const same = command.flags.find(({ name }) => name === flag.name);
    if (same === undefined) breach('flag-removed', `${command.name} had a flag ${flag.name}`);
    const onBit = command.flags.find(({ bit }) => bit === flag.bit);
    if (onBit !== undefined && onBit.name !== flag.name)
      breach(
        'flag-bit-changed-meaning',
        `bit ${flag.bit} of ${command.name} was ${flag.name} and is ${onBit.name}`,
      );
    else if (same !== undefined && same.bit !== flag.bit)
      breach(
        'flag-bit-changed-meaning',
        `${flag.name} of ${command.name} was bit ${flag.bit} and is ${same.bit}`,
      );
  }
  const excludes = (message: MessageFile, a: string, b: string): boolean =>
    message.exclusive.some((group) => group.includes(a) && group.includes(b));
  for (const { name: a } of released.flags)
    for (const { name: b } of released.flags)
      if (a < b && excludes(command, a, b) && !excludes(released, a, b))
        breach('exclusive-added', `${a} and ${b} of ${command.name} went together`);
}

function compareArguments(released: MessageFile, command: MessageFile, breach: Report): void {
  const oldFlags = new Set(released.flags.map(({ name }) => name));
  const oldNames = released.arguments.map(({ name }) => name);
  for (const argument of command.arguments)
    if (!oldNames.includes(argument.name) && (argument.when === undefined || oldFlags.has(argument.when)))
      breach(
        'argument-without-new-flag',
        `${argument.name} of ${command.name} is new and needs a flag that is new too`,
      );
  const kept = command.arguments.map(({ name }) => name).filter((name) => oldNames.includes(name));
  if (kept.join() !== oldNames.filter((name) => kept.includes(name)).join())
    breach('argument-order-changed', `the arguments of ${command.name} were ${oldNames.join(', ')}`);
  for (const was of released.arguments) {
    const is = command.arguments.find(({ name }) => name === was.name);
    const about = `${was.name} of ${command.name}`;
    if (is === undefined) breach('argument-removed', `${about} is gone`);
    else if (is.type !== was.type)
      breach('argument-type-changed', `${about} was ${was.type} and is ${is.type}`);
    else if (is.when !== was.when)
      breach('argument-condition-changed', `${about} was there when ${was.when ?? 'always'}`);
    else if (isNarrower(is, was)) breach('argument-range-narrowed', `${about} accepted more`);
  }
}

function isNarrower(is: Argument, was: Argument): boolean {
  if ((is.min ?? 0) > (was.min ?? 0)) return true;
  if ((is.max ?? Number.POSITIVE_INFINITY) < (was.max ?? Number.POSITIVE_INFINITY)) return true;
  if (is.types === undefined) return false;
  return was.types === undefined || was.types.some((type) => !is.types!.includes(type));
}
