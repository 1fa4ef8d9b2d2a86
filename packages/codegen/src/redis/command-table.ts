/** The table as TypeScript, for the dispatcher and for COMMAND. */
import { fileHead, quote } from '../typescript/source-text.js';
import type { RedisArgument, RedisCommand, RedisGroup } from './redis-spec.js';

const SOURCES = 'redis/*.json';

export function commandNames(groups: readonly RedisGroup[]): string {
  const union = (names: readonly string[]): string => names.map((name) => `  | ${quote(name)}`).join('\n');
  const commands = groups.flatMap((group) => group.commands);
  const callable = commands.filter(({ name }) => !isContainer(name, commands));
  return `${fileHead('Names of commands, as Redis writes them.', SOURCES)}/** What can be called: of commands with subcommands those, as \`client|list\`. */
export type RedisCommandName =
${union(callable.map(({ name }) => name))};
`;
}

/** A command that is nothing without its subcommand; COMMAND alone is one. */
function isContainer(name: string, commands: readonly RedisCommand[]): boolean {
  const { arity } = commands.find((command) => command.name === name)!;
  return arity !== -1 && commands.some((command) => command.name.startsWith(`${name}|`));
}

export function commandTable(groups: readonly RedisGroup[]): string {
  const entries = groups.flatMap(({ group, commands }) => commands.map((command) => entry(group, command)));
  return `${fileHead('Every command of the Redis door as data.', SOURCES)}${TYPES}
/** Group by group; a container stands before its subcommands. */
export const redisCommandTable: readonly RedisCommandInfo[] = [
${entries.join('\n')}
];
`;
}

const TYPES = `export interface RedisKeySpec {
  readonly flags: readonly string[];
  /** Argument at which the search begins. */
  readonly begin: number;
  /** Keys from there to \`last\` after it; negative: counted from the last argument. */
  readonly range?: { readonly last: number; readonly step: number; readonly limit: number };
  /** A number of keys stands \`at\` after the beginning, the keys from \`first\` after it. */
  readonly keyNumber?: { readonly at: number; readonly first: number; readonly step: number };
}

export interface RedisArgumentInfo {
  readonly name: string;
  readonly type: string;
  readonly displayText?: string;
  readonly keySpec?: number;
  readonly token?: string;
  readonly since?: string;
  readonly flags?: readonly string[];
  readonly arguments?: readonly RedisArgumentInfo[];
}

export interface RedisCommandInfo {
  readonly name: string;
  readonly group: string;
  /** Version of Redis. */
  readonly since: string;
  /** Arguments with the name; negative: at least so many. */
  readonly arity: number;
  /** What an access key must be allowed. */
  readonly kind: 'none' | 'read' | 'write' | 'admin';
  /** nothing: no data; keys: those of its arguments; listing: shows keys; all: the database as a whole. */
  readonly reach: 'nothing' | 'keys' | 'listing' | 'all';
  readonly flags: readonly string[];
  readonly categories: readonly string[];
  readonly tips: readonly string[];
  readonly keys: readonly RedisKeySpec[];
  readonly summary: string;
  readonly complexity: string;
  /** What one call costs and what grows with the data. */
  readonly cost: string;
  readonly deprecated?: { readonly since: string; readonly by: string };
  readonly arguments: readonly RedisArgumentInfo[];
}
`;

function entry(group: string, command: RedisCommand): string {
  const { name, since, arity, kind, reach, flags, categories, tips, keys } = command;
  const lines = [
    `name: ${quote(name)}, group: ${quote(group)}, since: ${quote(since)}, arity: ${arity},`,
    `kind: ${quote(kind)}, reach: ${quote(reach)},`,
    `flags: ${literal(flags)},`,
    `categories: ${literal(categories)},`,
    `tips: ${literal(tips)},`,
    `keys: ${literal(keys)},`,
    `summary: ${quote(command.summary)},`,
    `complexity: ${quote(command.complexity)},`,
    `cost: ${quote(command.cost)},`,
    ...(command.deprecated === undefined ? [] : [`deprecated: ${literal(command.deprecated)},`]),
    `arguments: ${literal(command.arguments)},`,
  ];
  return `  {\n${lines.map((line) => `    ${line}\n`).join('')}  },`;
}

type Literal = string | number | readonly Literal[] | { readonly [name: string]: unknown };

function literal(value: Literal | readonly RedisArgument[]): string {
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'number') return String(value);
  if (Array.isArray(value)) return `[${value.map((element) => literal(element)).join(', ')}]`;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return `{ ${members.map(([name, member]) => `${name}: ${literal(member as Literal)}`).join(', ')} }`;
}
