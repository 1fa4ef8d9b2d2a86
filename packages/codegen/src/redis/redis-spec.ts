/**
 * The command table of the Redis door, read from protocol-spec/redis/*.json, one file per group. What Redis itself
 * answers to COMMAND INFO (arity, flags, key positions, tips) is fact and must be equal; the prose is ours.
 */
import { z } from 'zod';
import { SpecRefusal } from '../spec-refusal.js';

export const REDIS_GROUPS = [
  'string',
  'bitmap',
  'list',
  'generic',
  'transactions',
  'connection',
  'server',
] as const;

const prose = z.string().trim().min(4, 'prose is required in every field');
const word = z.string().regex(/^[a-z][a-z0-9_-]*$/);
const version = z.string().regex(/^\d+\.\d+\.\d+$/);

const keySpec = z.strictObject({
  flags: z.array(z.string()).min(1),
  /** Argument at which the search begins. */
  begin: z.int().min(1),
  /** From there to `last` after it; negative: counted from the last argument. */
  range: z.strictObject({ last: z.int(), step: z.int().min(1), limit: z.int().min(0) }).optional(),
  /** A number of keys stands `at` after the beginning, the keys from `first` after it. */
  keyNumber: z.strictObject({ at: z.int().min(0), first: z.int().min(1), step: z.int().min(1) }).optional(),
});

const baseArgument = z.strictObject({
  name: z.string().min(1),
  type: z.enum([
    'string',
    'integer',
    'double',
    'key',
    'pattern',
    'unix-time',
    'pure-token',
    'oneof',
    'block',
  ]),
  displayText: z.string().optional(),
  keySpec: z.int().min(0).optional(),
  token: z.string().optional(),
  since: version.optional(),
  flags: z.array(z.enum(['optional', 'multiple', 'multiple_token'])).optional(),
});

export type RedisArgument = z.infer<typeof baseArgument> & { arguments?: RedisArgument[] | undefined };

const argument: z.ZodType<RedisArgument> = baseArgument.extend({
  get arguments() {
    return z.array(argument).optional();
  },
});

const command = z.strictObject({
  name: z.string().regex(/^[a-z]+(\|[a-z-]+)?$/),
  /** Version of Redis. */
  since: version,
  /** Arguments with the name; negative: at least so many. */
  arity: z.int(),
  /** What an access key must be allowed; none: nothing. */
  kind: z.enum(['none', 'read', 'write', 'admin']),
  /** nothing: no data; keys: those of its arguments; listing: shows keys; all: the database as a whole. */
  reach: z.enum(['nothing', 'keys', 'listing', 'all']),
  flags: z.array(word),
  categories: z.array(word),
  tips: z.array(z.string()),
  keys: z.array(keySpec),
  summary: prose,
  complexity: prose,
  cost: prose,
  deprecated: z.strictObject({ since: version, by: prose }).optional(),
  arguments: z.array(argument),
});

const groupSchema = z.strictObject({ group: z.enum(REDIS_GROUPS), prose, commands: z.array(command).min(1) });

export type RedisCommand = z.infer<typeof command>;
export type RedisGroup = z.infer<typeof groupSchema>;

/** @throws SpecRefusal naming the rule that does not hold. */
export function readRedisSpec(read: (path: string) => string | undefined): readonly RedisGroup[] {
  const groups = REDIS_GROUPS.map((name) => readGroup(name, read(`protocol-spec/redis/${name}.json`)));
  const commands = groups.flatMap((group) => group.commands);
  const names = new Set<string>();
  for (const { name } of commands) {
    if (names.has(name)) refuse('redis-twice', name, 'stands in the table twice');
    names.add(name);
  }
  for (const entry of commands) checkCommand(entry, names);
  return groups;
}

function readGroup(name: string, text: string | undefined): RedisGroup {
  const where = `redis/${name}.json`;
  if (text === undefined) throw new SpecRefusal('missing', where, 'there is no such file');
  const parsed = groupSchema.safeParse(parseJson(text, where));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new SpecRefusal('shape', `${where} ${issue.path.join('.')}`.trimEnd(), issue.message);
  }
  if (parsed.data.group !== name) refuse('redis-group', name, `says that it is ${parsed.data.group}`);
  return parsed.data;
}

function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new SpecRefusal('not-json', where, (error as Error).message);
  }
}

function checkCommand(entry: RedisCommand, names: ReadonlySet<string>): void {
  const { name, arity, keys, kind, reach, flags } = entry;
  const container = name.split('|')[0];
  if (!names.has(container)) refuse('redis-container', name, `there is no command ${container}`);
  if (arity === 0 || (container !== name && Math.abs(arity) < 2))
    refuse('redis-arity', name, `an arity of ${arity} leaves no room for its name`);
  if ((reach === 'keys') !== keys.length > 0)
    refuse('redis-reach', name, `reaches ${reach} with ${keys.length} key specs`);
  if (flags.includes('write') && kind !== 'write' && kind !== 'admin')
    refuse('redis-kind', name, `writes, but its kind is ${kind}`);
  if (flags.includes('readonly') && flags.includes('write'))
    refuse('redis-flags', name, 'both reads only and writes');
  for (const { range, keyNumber } of keys)
    if ((range === undefined) === (keyNumber === undefined))
      refuse('redis-keys', name, 'a key spec has either a range or a number of keys');
  for (const { keySpec, name: argumentName } of entry.arguments.flatMap(flat))
    if (keySpec !== undefined && keySpec >= keys.length)
      refuse('redis-keys', name, `argument ${argumentName} names key spec ${keySpec}`);
}

function flat(entry: RedisArgument): RedisArgument[] {
  return [entry, ...(entry.arguments ?? []).flatMap(flat)];
}

function refuse(rule: string, name: string, what: string): never {
  throw new SpecRefusal(rule, `redis/ ${name}`, what);
}
