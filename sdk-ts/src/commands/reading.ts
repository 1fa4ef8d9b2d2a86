/** How results are read: look at the status, give the answer or throw the server's refusal. */

import { type AnoaValue, decodeValue, type Result, Status, ValueType } from '@anoadb/protocol';
import type { Refused, Written } from '../answers.js';
import type { Call, Command } from '../call.js';
import { refusedRequest } from '../call-errors.js';
import type { TypeName } from '../options.js';
import { readRawValue } from '../value.js';

/** Throws unless the op was executed. */
export function assertOk(result: Result, call: Call): void {
  if (result.status !== Status.OK) throw refusedRequest(result.status, call);
}

/** The value, or undefined where there is no such key. */
export function valueOrMissing(result: Result, call: Call): AnoaValue | undefined {
  if (result.status === Status.NOT_FOUND) return undefined;
  assertOk(result, call);
  return resultValue(result);
}

export function resultValue(result: Result): AnoaValue {
  return decodeValue(result.type, result.bytes, result.start, result.end);
}

export function rawValueOrMissing(result: Result, call: Call): AnoaValue | undefined {
  if (result.status === Status.NOT_FOUND) return undefined;
  assertOk(result, call);
  return readRawValue(result.type, result.bytes, result.start, result.end);
}

/** True where it was done, false where there is no such key. */
export function wasFound(result: Result, call: Call): boolean {
  if (result.status === Status.NOT_FOUND) return false;
  assertOk(result, call);
  return true;
}

/** For commands whose answer is a number of its own: counts, lengths. */
export function numberOf(result: Result, call: Call): number {
  assertOk(result, call);
  return Number(resultValue(result));
}

export function written(result: Result, call: Call): Written {
  assertOk(result, call);
  return { ok: true, version: result.version };
}

/** The refusal of a condition, or undefined where the op was executed; throws where it failed otherwise. */
export function refusal(result: Result, call: Call, onFailure: Refused['reason']): Refused | undefined {
  const version = result.hasVersion && result.version > 0 ? result.version : undefined;
  switch (result.status) {
    case Status.OK:
      return undefined;
    case Status.CONDITION_FAILED:
      return { ok: false, reason: onFailure, version };
    case Status.VERSION_MISMATCH:
      return { ok: false, reason: version === undefined ? 'missing' : 'version', version };
    case Status.NOT_FOUND:
      return { ok: false, reason: 'missing', version };
    default:
      throw refusedRequest(result.status, call);
  }
}

const TYPE_NAMES: Readonly<Record<number, TypeName>> = {
  [ValueType.NULL]: 'null',
  [ValueType.BOOLEAN]: 'boolean',
  [ValueType.INTEGER]: 'integer',
  [ValueType.FLOAT]: 'float',
  [ValueType.STRING]: 'string',
  [ValueType.JSON]: 'json',
  [ValueType.BYTES]: 'bytes',
  [ValueType.LIST]: 'list',
};

export function typeNameOf(type: number): TypeName {
  return TYPE_NAMES[type] ?? 'bytes';
}

/** The wire's number of a type's name, for filters. */
export function typeNumberOf(name: TypeName): ValueType {
  for (const [type, known] of Object.entries(TYPE_NAMES))
    if (known === name) return Number(type) as ValueType;
  throw new RangeError(`"${String(name)}" is no type; types are ${Object.values(TYPE_NAMES).join(', ')}`);
}

/** A command that only reads. */
export function reads<Answer>(name: string, answer: Command<Answer>['answer']): Command<Answer> {
  return { name, mutates: false, answer };
}

/** A command that changes data. */
export function writes<Answer>(name: string, answer: Command<Answer>['answer']): Command<Answer> {
  return { name, mutates: true, answer };
}
