/**
 * The spec as a model that emitters can trust: built only if every rule holds, so an emitter checks nothing.
 *
 * Parsing is in `spec-schema.ts`; the rules on one command are in `command-rules.ts`, those on the protocol
 * in `protocol-rules.ts`.
 */
import type { z } from 'zod';
import { checkCommand, checkCommandsTogether } from './command-rules.js';
import { checkErrors, checkProtocol, checkTypes } from './protocol-rules.js';
import { SpecRefusal } from './spec-refusal.js';
import {
  type ErrorsFile,
  errorsSchema,
  type MessageFile,
  messageSchema,
  type ProtocolFile,
  protocolSchema,
  type StatusCode,
  type TypesFile,
  typesSchema,
} from './spec-schema.js';

/** The files as parsed JSON; `messages` by file name. Also the shape of a bundle in `released/`. */
export interface SpecFiles {
  readonly protocol: unknown;
  readonly types: unknown;
  readonly errors: unknown;
  readonly messages: Readonly<Record<string, unknown>>;
}

export type Command = MessageFile & { readonly file: string };

export interface SpecModel {
  readonly protocol: ProtocolFile;
  readonly types: TypesFile['types'];
  readonly errors: ErrorsFile;
  /** Result and transport codes, in the order of their numbers. */
  readonly statuses: readonly StatusCode[];
  /** In the order of their opcodes. */
  readonly commands: readonly Command[];
  limit(name: string): number;
  /** A bound of the spec, which is a number or the name of a limit. */
  bound(bound: number | string): number;
}

/** @throws SpecRefusal naming the rule that does not hold. */
export function buildModel(files: SpecFiles): SpecModel {
  const protocol = parse(protocolSchema, files.protocol, 'protocol.json');
  const types = parse(typesSchema, files.types, 'types.json').types;
  const errors = parse(errorsSchema, files.errors, 'errors.json');
  const commands = Object.entries(files.messages)
    .map(([name, content]) => ({
      ...parse(messageSchema, content, `messages/${name}`),
      file: `messages/${name}`,
    }))
    .sort((a, b) => a.opcode - b.opcode);

  const limits = new Map(protocol.limits.map((limit) => [limit.name, limit.value]));
  const model: SpecModel = {
    protocol,
    types,
    errors,
    statuses: [...errors.result, ...errors.transport].sort((a, b) => a.code - b.code),
    commands,
    limit: (name) => {
      const value = limits.get(name);
      if (value === undefined) throw new SpecRefusal('unknown-limit', 'protocol.json', `no limit "${name}"`);
      return value;
    },
    bound: (bound) => (typeof bound === 'number' ? bound : model.limit(bound)),
  };
  checkTypes(model);
  checkErrors(model);
  checkProtocol(model);
  for (const command of commands) checkCommand(command, model);
  checkCommandsTogether(model);
  return model;
}

function parse<T>(schema: z.ZodType<T>, content: unknown, where: string): T {
  const parsed = schema.safeParse(content);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new SpecRefusal('shape', `${where} ${issue.path.join('.')}`.trimEnd(), issue.message);
}
