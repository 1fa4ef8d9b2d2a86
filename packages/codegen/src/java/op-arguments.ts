/** What an implementation of a method hands to the encoder of its command. */
import type { SpecModel } from '../spec-model.js';
import type { Argument } from '../spec-schema.js';
import { type Method, timeTypeOf } from './command-shape.js';
import { wireType } from './op-encoding.js';
import { hex, quote } from './source-text.js';

export function opArguments(method: Method, model: SpecModel): string {
  const { command, parameters, hasOptions, flags } = method;
  const own = command.flags
    .filter(({ name }) => flags.includes(name))
    .reduce((bits, { bit }) => bits | (1 << bit), 0);
  const flagText = [
    ...(hasOptions ? ['options.flags()'] : []),
    ...(own === 0 && hasOptions ? [] : [hex(own)]),
  ].join(' | ');
  return [
    ...(command.key === null ? [] : ['executor.bytesOf(key)']),
    ...(command.flags.length === 0 ? [] : [flagText]),
    ...command.arguments.map((argument) => {
      const parameter = parameters.find((candidate) => candidate.argument === argument);
      if (parameter !== undefined) return parameterText(argument, parameter, model);
      const isOption =
        hasOptions &&
        !(argument.when === argument.name && (argument.type === 'i64' || argument.type === 'f64'));
      return isOption ? `options.${argument.name}()` : EMPTY[wireType(argument)];
    }),
  ].join(', ');
}

function parameterText(
  argument: Argument,
  { name, type }: { name: string; type: string },
  model: SpecModel,
): string {
  if (argument.type === 'value') return `executor.wireValueOf(${name})`;
  if (argument.type === 'key') return `executor.bytesOf(${name})`;
  if (argument.type === 'type') return `${name}.code()`;
  if (timeTypeOf(argument) === undefined) return name;
  // A moment that has passed is as good as any: the entry expires at once.
  return type === 'Instant'
    ? `OptionChecks.moment(${name}, ${argument.min ?? 0}, ${model.limit('timeMsMax')}L)`
    : `OptionChecks.ms(${quote(name)}, ${name}, ${argument.min ?? 0}, ${model.limit('timeMsMax')}L)`;
}

const EMPTY: Readonly<Record<string, string>> = {
  int: '0',
  long: '0',
  double: '0',
  'byte[]': 'OpWriter.NO_KEY',
  WireValue: 'WireValue.NONE',
};
