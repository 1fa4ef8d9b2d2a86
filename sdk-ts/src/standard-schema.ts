/**
 * The part of Standard Schema v1 (https://standardschema.dev) this SDK needs, so that `get` takes a schema of
 * zod, valibot, arktype or any other library that implements it, without depending on one.
 */

import { type AnoaIssue, AnoaValidationError } from './errors.js';
import { type Key, printableKey } from './key.js';

/** A schema of any library that implements Standard Schema v1. */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (
      value: unknown,
    ) => StandardSchemaResult<Output> | Promise<StandardSchemaResult<Output>>;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

export type StandardSchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly AnoaIssue[] };

/** What a schema makes of a value that fits it. */
export type SchemaOutput<S extends StandardSchema> = NonNullable<S['~standard']['types']>['output'];

/** Any schema, for a type parameter's bound. */
// biome-ignore lint/suspicious/noExplicitAny: a bound must accept every input and output type
export type AnySchema = StandardSchema<any, any>;

/** Whether the second argument of `get` is a schema or its options; schemas may be functions. */
export function isSchema(candidate: unknown): candidate is AnySchema {
  return (
    candidate !== null &&
    (typeof candidate === 'object' || typeof candidate === 'function') &&
    '~standard' in candidate
  );
}

/** The schema's output for `value`; throws an {@link AnoaValidationError} that names key and places, never the value. */
export async function validated<S extends AnySchema>(
  schema: S,
  key: Key,
  value: unknown,
): Promise<SchemaOutput<S>> {
  const result = await schema['~standard'].validate(value);
  if (result.issues === undefined) return result.value;
  const places = result.issues.map((issue) => `${placeOf(issue)}: ${issue.message}`);
  const shown = places.slice(0, 3).join('; ');
  const more = places.length > 3 ? ` and ${places.length - 3} more` : '';
  throw new AnoaValidationError(
    `The value of ${printableKey(key)} does not fit the schema: ${shown}${more}. Read it without a schema to see it.`,
    { code: 'SCHEMA_MISMATCH', executed: 'yes', command: 'GET', key, issues: result.issues },
  );
}

function placeOf(issue: AnoaIssue): string {
  if (issue.path === undefined || issue.path.length === 0) return 'value';
  return issue.path.map((step) => String(typeof step === 'object' ? step.key : step)).join('.');
}
