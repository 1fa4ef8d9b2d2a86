/** The shapes SET can answer in: each condition, with and without the old value, made once. */

import { type AnoaValue, type Result, ValueType } from '@anoadb/protocol';
import type { OldValue, Refused, Written } from '../answers.js';
import type { Call, Command } from '../call.js';
import { refusal, resultValue, written } from './reading.js';

type SetAnswer = (Written | Refused) & Partial<OldValue>;
type ConditionFailure = Refused['reason'] | undefined;

/** The command of a SET that is conditional (`onConditionFailed` says what its failure means) or not. */
export function setCommand(onConditionFailed: ConditionFailure, returnsOld: boolean): Command<SetAnswer> {
  return (returnsOld ? RETURNING_OLD : PLAIN).get(onConditionFailed)!;
}

const PLAIN = commandsOf(false);
const RETURNING_OLD = commandsOf(true);

function commandsOf(returnsOld: boolean): Map<ConditionFailure, Command<SetAnswer>> {
  const commands = new Map<ConditionFailure, Command<SetAnswer>>();
  for (const onConditionFailed of [undefined, 'exists', 'missing', 'version'] as const) {
    const answer = (result: Result, call: Call): SetAnswer => {
      const refused = onConditionFailed && refusal(result, call, onConditionFailed);
      const outcome = refused ?? written(result, call);
      return returnsOld ? { ...outcome, old: oldValueOf(result) } : outcome;
    };
    commands.set(
      onConditionFailed,
      onConditionFailed === undefined
        ? { name: 'SET', mutates: true, answer }
        : { name: 'SET', mutates: true, onConditionFailed, answer },
    );
  }
  return commands;
}

function oldValueOf(result: Result): AnoaValue | undefined {
  return result.type === ValueType.NONE ? undefined : resultValue(result);
}
