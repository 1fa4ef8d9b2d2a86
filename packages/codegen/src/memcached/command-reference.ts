import { markdownTable } from '../markdown-table.js';
import { SpecRefusal } from '../spec-refusal.js';
import type { MemcachedCommand, MemcachedSpec } from './memcached-spec.js';

/** Fills the tables of docs/MEMCACHED.md, between `<!-- table: NAME -->` and `<!-- end -->`; the prose is ours. */
export function withCommandTables(text: string | undefined, spec: MemcachedSpec): string {
  if (text === undefined) throw new SpecRefusal('missing-region', 'MEMCACHED.md', 'there is no such file');
  const tables = new Map(
    spec.protocols.map(({ name, prose, commands }) => [name as string, `${prose}\n\n${tableOf(commands)}`]),
  );
  const filled = text.replace(/<!-- table: (.*?) -->\n[\s\S]*?<!-- end -->/g, (_, name: string) => {
    const table = tables.get(name);
    if (table === undefined)
      throw new SpecRefusal('unknown-region', 'MEMCACHED.md', `no table is called "${name}"`);
    tables.delete(name);
    return `<!-- table: ${name} -->\n${table}\n<!-- end -->`;
  });
  const [missing] = tables.keys();
  if (missing !== undefined)
    throw new SpecRefusal('missing-region', 'MEMCACHED.md', `the table "${missing}" has no place`);
  return filled;
}

function tableOf(commands: readonly MemcachedCommand[]): string {
  return markdownTable(
    ['command', 'what it does', 'rights', 'order', 'cost'],
    commands.map((command) => [
      form(command),
      command.summary,
      command.kind === 'none' ? '' : command.kind,
      command.order,
      command.cost,
    ]),
  );
}

function form({ name, syntax, opcode, quiet }: MemcachedCommand): string {
  if (opcode === undefined) return `\`${syntax}\``;
  const numbers = quiet === undefined ? hex(opcode) : `${hex(opcode)}, quiet ${hex(quiet)}`;
  return `\`${name}\` ${numbers}${syntax === '' ? '' : `; ${syntax}`}`;
}

function hex(opcode: number): string {
  return `0x${opcode.toString(16).padStart(2, '0')}`;
}
