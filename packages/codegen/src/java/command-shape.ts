/**
 * How the methods of a command look in Java, decided by rules over the spec, so that a new command gets them without
 * anybody writing Java:
 *
 * - Arguments that are always there are parameters. A number that its own flag brings (`amount`) is one too, and may
 *   be left out. All other flags and arguments are the command's options.
 * - A flag `with…` changes what comes back, so it makes a method of its own: `getWithVersion`.
 * - A flag `absolute` turns times from now (Duration) into moments (Instant): an overload where a time is sent, a
 *   method of its own where one comes back.
 * - NOT_FOUND is `null`, or `false` where there is nothing to return. A condition that does not hold is an answer:
 *   where the options hold conditions, the answer is an Outcome.
 */

import { constantCase, pascalCase } from '../name-case.js';
import type { Command } from '../spec-model.js';
import type { Argument } from '../spec-schema.js';

export interface Answer {
  /** As a return type: `long`, `@Nullable AnoaValue`. */
  readonly type: string;
  /** As a type argument: `Long`, `@Nullable AnoaValue`, `@Nullable Void`. */
  readonly boxed: string;
  /** Member of Readings that makes it of a result. */
  readonly reading: string;
  /** What Javadoc says after `@return`. */
  readonly prose: string;
  readonly imports: readonly string[];
}

export interface Parameter {
  readonly name: string;
  readonly type: string;
  readonly argument: Argument;
  readonly prose: string;
  readonly imports: readonly string[];
}

/** One method, without the overloads for keys that are text. */
export interface Method {
  readonly name: string;
  readonly command: Command;
  readonly parameters: readonly Parameter[];
  readonly hasOptions: boolean;
  /** Flags that the method itself sets. */
  readonly flags: readonly string[];
  readonly answer: Answer;
  /** Name of its constant among the commands: `GET_WITH_VERSION`. */
  readonly constant: string;
}

const NULLABLE = 'org.jspecify.annotations.Nullable';
const ABSOLUTE = 'absolute';

export const optionsClass = (command: Command): string => `${pascalCase(command.identifier)}Options`;

/** Flags that callers set through the options, and the argument that each brings, if any. */
export function optionsOf(
  command: Command,
): { name: string; bit: number; prose: string; argument?: Argument }[] {
  return command.flags
    .filter(
      ({ name }) => !isMethodFlag(name) && !command.arguments.some((argument) => isOwnNumber(argument, name)),
    )
    .map((flag) => {
      const argument = command.arguments.find(({ when }) => when === flag.name);
      return argument === undefined ? flag : { ...flag, argument };
    });
}

export function methodsOf(command: Command): Method[] {
  const isAbsolute = command.flags.some(({ name }) => name === ABSOLUTE);
  const sendsTime = command.arguments.some(isTime);
  const methods: Method[] = [];
  const add = (own: readonly string[], isMoment: boolean): void => {
    const flags = isMoment ? [...own, ABSOLUTE] : own;
    const suffix = [...own, ...(isMoment && !sendsTime ? [ABSOLUTE] : [])].map(pascalCase).join('');
    for (const withNumber of ownNumberOf(command) === undefined ? [false] : [false, true])
      for (const hasOptions of optionsOf(command).length === 0 ? [false] : [false, true]) {
        const answer = answerOf(command, own, hasOptions, isMoment && !sendsTime);
        // A read that answers nothing says something only through its options.
        if (answer.reading === 'NOTHING' && !command.mutates && !hasOptions) continue;
        const numberFlag = withNumber ? [ownNumberOf(command)!.when!] : [];
        methods.push({
          name: javaName(command.identifier + suffix),
          command,
          parameters: parametersOf(command, withNumber, isMoment),
          hasOptions,
          flags: [...flags, ...numberFlag],
          answer,
          constant: constantOf(command, suffix, answer),
        });
      }
  };
  for (const own of [
    [],
    ...command.flags.filter(({ name }) => name.startsWith('with')).map(({ name }) => [name]),
  ]) {
    add(own, false);
    if (isAbsolute) add(own, true);
  }
  return methods;
}

/** Distinct answers of a command, one constant each. */
export function constantsOf(command: Command): Method[] {
  const byConstant = new Map(methodsOf(command).map((method) => [method.constant, method]));
  return [...byConstant.values()];
}

/** Whether a u48 is a time, and which: names carry the unit, and `At` says that it is a moment. */
export function timeTypeOf({ name, type }: Argument): 'Duration' | 'Instant' | undefined {
  if (type !== 'u48' || !name.endsWith('Ms')) return undefined;
  return name.endsWith('AtMs') ? 'Instant' : 'Duration';
}

const isTime = (argument: Argument): boolean =>
  argument.when === undefined && timeTypeOf(argument) !== undefined;

const isMethodFlag = (name: string): boolean => name.startsWith('with') || name === ABSOLUTE;

const isOwnNumber = ({ name, type, when }: Argument, flag: string): boolean =>
  when === flag && name === flag && (type === 'i64' || type === 'f64');

const ownNumberOf = (command: Command): Argument | undefined =>
  command.arguments.find((argument) => argument.when !== undefined && isOwnNumber(argument, argument.when));

function constantOf(command: Command, suffix: string, answer: Answer): string {
  const base = constantCase(command.identifier + suffix);
  return answer.reading === 'OUTCOME' ? `${base}_OUTCOME` : base;
}

function parametersOf(command: Command, withNumber: boolean, isMoment: boolean): Parameter[] {
  return command.arguments
    .filter((argument) => argument.when === undefined || (withNumber && isOwnNumber(argument, argument.when)))
    .map((argument) => {
      const time = timeTypeOf(argument);
      const base = { name: javaName(argument.name), argument, prose: argument.prose };
      if (time === undefined) return { ...base, ...parameterType(argument) };
      const type = isMoment ? 'Instant' : time;
      // The prose tells of milliseconds, which the type takes care of.
      const prose = type === 'Instant' ? 'When; a moment that has passed counts, too.' : 'How long from now.';
      return {
        ...base,
        name: type === 'Instant' ? 'moment' : 'time',
        type,
        prose,
        imports: [`java.time.${type}`],
      };
    });
}

function parameterType({ type }: Argument): { type: string; imports: readonly string[] } {
  switch (type) {
    case 'value':
      return { type: '@Nullable Object', imports: [NULLABLE] };
    case 'key':
      return { type: 'Key', imports: [] };
    case 'bytes':
      return { type: 'byte[]', imports: [] };
    case 'type':
      return { type: 'AnoaType', imports: [] };
    case 'f64':
      return { type: 'double', imports: [] };
    case 'u16':
      return { type: 'int', imports: [] };
    default:
      return { type: 'long', imports: [] };
  }
}

/** `delete` is no word of Java's, but some names would be. */
function javaName(name: string): string {
  return RESERVED.has(name) ? `${name}Key` : name;
}
const RESERVED = new Set([
  'default',
  'switch',
  'import',
  'package',
  'new',
  'wait',
  'notify',
  'continue',
  'goto',
]);

function answerOf(command: Command, own: readonly string[], hasOptions: boolean, isMoment: boolean): Answer {
  const codes = new Set(command.errors.map(({ code }) => code));
  const mayBeMissing = codes.has('NOT_FOUND');
  const { types, version, unit, layout, prose } = command.result;
  const answer = (type: string, reading: string, about: string, ...imports: string[]): Answer => ({
    type,
    boxed: BOXED[type] ?? type,
    reading,
    prose: about,
    imports: type.startsWith('@Nullable') || type === 'void' ? [...imports, NULLABLE] : imports,
  });
  const nullable = (type: string, reading: string, ...imports: string[]): Answer =>
    mayBeMissing
      ? answer(
          `@Nullable ${BOXED[type] ?? type}`,
          `${reading}_OR_NULL`,
          `${prose} Null where there is no such key.`,
          ...imports,
        )
      : answer(type, reading, prose, ...imports);

  if (hasOptions && (codes.has('CONDITION_FAILED') || codes.has('VERSION_MISMATCH')))
    return answer('Outcome', 'OUTCOME', `Whether it was applied. ${prose}`, 'io.anoadb.Outcome');
  if (typeof version === 'object' && own.includes(version.when))
    return nullable('Versioned', 'VERSIONED', 'io.anoadb.Versioned');
  if (layout !== undefined) {
    const reading = [constantCase(layout), ...own.map(constantCase)].join('_');
    const type = pascalCase(layout);
    return nullable(type, reading, `io.anoadb.${type}`);
  }
  if (types.includes('none')) {
    if (mayBeMissing) return answer('boolean', 'FOUND', 'False where there is no such key.');
    if (version === 'always' && !hasOptions) return answer('long', 'VERSION', 'The version of the entry.');
    return types.length > 1
      ? answer('@Nullable AnoaValue', 'VALUE_OR_NONE', prose, 'io.anoadb.AnoaValue')
      : answer('void', 'NOTHING', '');
  }
  if (unit === 'ms') {
    const type = isMoment ? 'Instant' : 'Duration';
    const forever = isMoment
      ? '{@link Instant#MAX}'
      : 'that of {@link java.time.temporal.ChronoUnit#FOREVER}';
    return answer(
      `@Nullable ${type}`,
      isMoment ? 'INSTANT_OR_NULL' : 'DURATION_OR_NULL',
      `The time; ${forever} where the entry does not expire, null where there is no such key.`,
      `java.time.${type}`,
    );
  }
  const [type] = types;
  if (types.length > 1) return nullable('AnoaValue', 'VALUE', 'io.anoadb.AnoaValue');
  switch (type) {
    case 'boolean':
      return answer(
        'boolean',
        mayBeMissing ? 'BOOLEAN_OR_FALSE' : 'BOOLEAN',
        mayBeMissing ? `${prose} False where there is no such key.` : prose,
      );
    case 'integer':
      return nullable('long', 'LONG');
    case 'float':
      return nullable('double', 'DOUBLE');
    case 'string':
      return nullable('String', 'STRING');
    case 'bytes':
      return nullable('byte[]', 'BYTES');
    default:
      return nullable('AnoaValue', 'VALUE', 'io.anoadb.AnoaValue');
  }
}

const BOXED: Readonly<Record<string, string>> = {
  void: '@Nullable Void',
  boolean: 'Boolean',
  long: 'Long',
  double: 'Double',
};
