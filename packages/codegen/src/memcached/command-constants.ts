/** What the memcached door takes from its spec: the names of lines and the opcodes of the binary protocol. */
import { fileHead, quote } from '../typescript/source-text.js';
import { commandsOf, type MemcachedSpec } from './memcached-spec.js';

const SOURCE = 'memcached.json';

export function commandNames(spec: MemcachedSpec): string {
  const names = [...commandsOf(spec, 'text'), ...commandsOf(spec, 'meta')].map(({ name }) => name);
  return `${fileHead('Names of the commands that are lines: text and meta.', SOURCE)}export type MemcachedCommandName =
${names.map((name) => `  | ${quote(name)}`).join('\n')};
`;
}

export function binaryOpcodes(spec: MemcachedSpec): string {
  const commands = commandsOf(spec, 'binary');
  const twins = commands.filter(({ quiet }) => quiet !== undefined);
  return `${fileHead('Opcodes of the binary protocol.', SOURCE)}export const BinaryCommand = {
${commands.map(({ name, opcode }) => `  ${name}: ${hex(opcode!)},`).join('\n')}
} as const;

/** Opcode of a quiet twin, and of the command that it is the twin of. */
export const quietTwins: readonly (readonly [number, number])[] = [
${twins.map(({ name, quiet }) => `  [${hex(quiet!)}, BinaryCommand.${name}],`).join('\n')}
];
`;
}

function hex(opcode: number): string {
  return `0x${opcode.toString(16).padStart(2, '0')}`;
}
