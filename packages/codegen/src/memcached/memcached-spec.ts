/** The commands of the memcached door, read from protocol-spec/memcached.json. Opcodes and names are memcached's. */
import { z } from 'zod';
import { SpecRefusal } from '../spec-refusal.js';

const PROTOCOLS = ['text', 'meta', 'binary'] as const;
export type MemcachedProtocolName = (typeof PROTOCOLS)[number];

const WHERE = 'memcached.json';
const prose = z.string().trim().min(4, 'prose is required in every field');
const opcode = z.int().min(0).max(255);

const command = z.strictObject({
  name: z.string().regex(/^[a-z_]+$|^[A-Z_]+$/),
  /** What a request has: a line, or the parts of a binary body. */
  syntax: z.string(),
  /** What an access key must be allowed; none: nothing. */
  kind: z.enum(['none', 'read', 'write', 'admin']),
  summary: prose,
  order: z.string().regex(/^O\(/, 'an order begins with O('),
  cost: prose,
  /** Of binary commands alone; `quiet` is that of the twin, where there is one. */
  opcode: opcode.optional(),
  quiet: opcode.optional(),
});

const schema = z.strictObject({
  prose,
  protocols: z.array(z.strictObject({ name: z.enum(PROTOCOLS), prose, commands: z.array(command).min(1) })),
});

export type MemcachedCommand = z.infer<typeof command>;
export type MemcachedSpec = z.infer<typeof schema>;

/** @throws SpecRefusal naming the rule that does not hold. */
export function readMemcachedSpec(text: string | undefined): MemcachedSpec {
  if (text === undefined) throw new SpecRefusal('missing', WHERE, 'there is no such file');
  const parsed = schema.safeParse(parseJson(text));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new SpecRefusal('shape', `${WHERE} ${issue.path.join('.')}`.trimEnd(), issue.message);
  }
  const spec = parsed.data;
  const names = spec.protocols.map(({ name }) => name);
  if (names.join() !== PROTOCOLS.join())
    throw new SpecRefusal(
      'memcached-protocols',
      WHERE,
      `has ${names.join(', ')}, not ${PROTOCOLS.join(', ')}`,
    );
  for (const { name, commands } of spec.protocols) checkCommands(commands, name === 'binary');
  return spec;
}

export function commandsOf(spec: MemcachedSpec, name: MemcachedProtocolName): readonly MemcachedCommand[] {
  return spec.protocols.find((protocol) => protocol.name === name)!.commands;
}

function checkCommands(commands: readonly MemcachedCommand[], isBinary: boolean): void {
  const names = new Set<string>();
  const opcodes = new Set<number>();
  for (const { name, opcode: own, quiet } of commands) {
    if (names.has(name)) refuse('memcached-twice', name, 'stands in the table twice');
    names.add(name);
    if ((own !== undefined) !== isBinary || (quiet !== undefined && !isBinary))
      refuse('memcached-opcode', name, 'binary commands have an opcode, others have none');
    for (const taken of [own, quiet]) {
      if (taken === undefined) continue;
      if (opcodes.has(taken)) refuse('memcached-opcode', name, `opcode ${taken} is another's`);
      opcodes.add(taken);
    }
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new SpecRefusal('not-json', WHERE, (error as Error).message);
  }
}

function refuse(rule: string, name: string, what: string): never {
  throw new SpecRefusal(rule, `${WHERE} ${name}`, what);
}
