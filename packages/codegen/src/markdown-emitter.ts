import type { Emitter, GeneratedFile } from './emitter.js';
import { markdownTable } from './markdown-table.js';
import { fieldBytes } from './protocol-rules.js';
import type { Command, SpecModel } from './spec-model.js';
import { SpecRefusal } from './spec-refusal.js';
import type { LayoutField, LimitEntry } from './spec-schema.js';
import { exampleText } from './typescript/commands.js';

const PATH = 'protocol-spec/SPEC.md';

/** Fills the tables of SPEC.md: what stands between `<!-- table: NAME -->` and `<!-- end -->`. The prose is ours. */
export class MarkdownEmitter implements Emitter {
  readonly language = 'Markdown';
  readonly folders = [];

  emit(model: SpecModel, current: (path: string) => string | undefined): readonly GeneratedFile[] {
    const text = current(PATH);
    if (text === undefined) throw new SpecRefusal('missing-region', 'SPEC.md', 'there is no such file');
    const tables = regions(model);
    const filled = text.replace(/<!-- table: (.*?) -->\n[\s\S]*?<!-- end -->/g, (_, name: string) => {
      const table = tables.get(name);
      if (table === undefined)
        throw new SpecRefusal('unknown-region', 'SPEC.md', `no table is called "${name}"`);
      tables.delete(name);
      return `<!-- table: ${name} -->\n${table.trim()}\n<!-- end -->`;
    });
    const [missing] = tables.keys();
    if (missing !== undefined)
      throw new SpecRefusal('missing-region', 'SPEC.md', `the table "${missing}" has no place`);
    return [{ path: PATH, text: filled }];
  }
}

function regions(model: SpecModel): Map<string, string> {
  const { protocol } = model;
  return new Map([
    [
      'types',
      markdownTable(
        ['code', 'type', 'stored', 'wire form', 'meaning'],
        model.types.map((type) => [
          hex(type.code),
          type.name,
          type.storable ? 'yes' : 'no',
          type.wire,
          type.prose,
        ]),
      ),
    ],
    ['result codes', statusTable(model.errors.result)],
    ['transport codes', statusTable(model.errors.transport)],
    [
      'datagrams',
      markdownTable(
        ['sealed', 'open', 'name', 'from', 'bytes', 'meaning'],
        protocol.datagrams.map(({ code, name, from, bytes, prose }) => [
          hex(code),
          hex(code + protocol.openTypeOffset.value),
          name,
          from,
          String(bytes),
          prose,
        ]),
      ),
    ],
    ['data header', layout(protocol.header.fields)],
    [
      'handshake layouts',
      [
        ...protocol.datagrams
          .filter(({ fields }) => fields.length > 0)
          .map(({ name, fields }) => [name, fields] as const),
        ...protocol.structures.map(
          ({ name, within, fields }) => [`${name} (in the params of ${within})`, fields] as const,
        ),
      ]
        .map(([name, fields]) => `**${name}**\n\n${layout(fields)}`)
        .join('\n\n'),
    ],
    [
      'frames',
      markdownTable(
        ['type', 'frame', 'from', 'body', 'meaning'],
        protocol.frames.map((frame) => [
          hex(frame.code),
          frame.name,
          frame.from,
          frame.reserved ? 'reserved' : frame.fields.map(({ name, type }) => `${name} ${type}`).join(', '),
          frame.prose,
        ]),
      ),
    ],
    [
      'frame fields',
      protocol.frames
        .filter(({ fields }) => fields.length > 0)
        .map(({ name, fields }) => `**${name}**\n\n${layout(fields)}`)
        .join('\n\n'),
    ],
    ['op header', layout(protocol.opHeader.fields)],
    ['result header', layout(protocol.resultHeader.fields)],
    ['reject reasons', codes(protocol.rejectReasons)],
    ['close codes', codes(protocol.closeCodes)],
    ['limits', limitTable(protocol.limits)],
    ['timings', limitTable(protocol.timings)],
    [
      'commands',
      markdownTable(
        ['opcode', 'command', 'kind', 'arguments', 'result', 'version', 'replay', 'summary'],
        model.commands.map((command) => [
          hex(command.opcode),
          command.name,
          command.kind + (command.mutates && command.kind === 'admin' ? ', mutates' : ''),
          command.arguments.map(argumentText).join(' ') || '-',
          command.result.types.join(' or '),
          versionText(command),
          command.replay,
          command.summary,
        ]),
      ),
    ],
    ['command reference', model.commands.map((command) => reference(command)).join('\n\n')],
  ]);
}

function reference(command: Command): string {
  const parts = [`### ${command.name} (${hex(command.opcode)})`, `${command.summary} ${command.prose}`];
  parts.push(`Key: ${command.key === null ? 'none; one that is given is MALFORMED.' : command.key.prose}`);
  if (command.flags.length > 0)
    parts.push(
      markdownTable(
        ['bit', 'flag', 'meaning'],
        command.flags.map(({ bit, name, prose }) => [String(bit), name, prose]),
      ),
    );
  for (const group of command.exclusive) parts.push(`At most one of: ${group.join(', ')}.`);
  if (command.arguments.length > 0)
    parts.push(
      markdownTable(
        ['argument', 'type', 'there when', 'range', 'meaning'],
        command.arguments.map((argument) => [
          argument.name,
          argument.type,
          argument.when ?? 'always',
          rangeText(argument),
          argument.prose,
        ]),
      ),
    );
  parts.push(
    `Result: ${command.result.types.join(' or ')}; version: ${versionText(command)}. ${command.result.prose}`,
    `Errors: ${command.errors.length === 0 ? 'none of its own.' : ''}`.trim(),
  );
  if (command.errors.length > 0)
    parts.push(
      markdownTable(
        ['code', 'when'],
        command.errors.map(({ code, when }) => [code, when]),
      ),
    );
  parts.push(
    `Cost: ${command.cost.order}, grows with ${command.cost.growsWith}. In a stored reply: ${command.replay}.`,
  );
  parts.push(
    command.examples
      .map((example) => `- ${example.about}: \`${exampleText(command, example)}\` -> ${example.answer}`)
      .join('\n'),
  );
  return parts.join('\n\n');
}

function rangeText({ min, max, types, bytesMin, bytesMax }: Command['arguments'][number]): string {
  if (types !== undefined) return types.join(', ');
  if (bytesMin !== undefined || bytesMax !== undefined)
    return `${bytesMin ?? 0} to ${bytesMax ?? 'any number of'} bytes`;
  return min === undefined && max === undefined
    ? 'all'
    : `${min ?? 0} or more${max === undefined ? '' : `, at most ${max}`}`;
}

const argumentText = ({ name, type, when }: Command['arguments'][number]): string =>
  when === undefined ? `${name} ${type}` : `[${name} ${type}]`;

const versionText = ({ result: { version } }: Command): string =>
  typeof version === 'object' ? `when ${version.when}` : version;

function statusTable(statuses: SpecModel['statuses']): string {
  return markdownTable(
    ['code', 'name', 'executed', 'meaning', 'message'],
    statuses.map(({ code, name, executed, prose, message }) => [hex(code), name, executed, prose, message]),
  );
}

function codes(entries: readonly { code: number; name: string; prose: string }[]): string {
  return markdownTable(
    ['code', 'name', 'meaning'],
    entries.map(({ code, name, prose }) => [String(code), name, prose]),
  );
}

function limitTable(limits: readonly LimitEntry[]): string {
  return markdownTable(
    ['name', 'value', 'unit', 'meaning'],
    limits.map(({ name, value, unit, prose }) => [name, String(value), unit, prose]),
  );
}

function layout(fields: readonly LayoutField[]): string {
  let at = 0;
  const rows = fields.map(({ name, type, prose }) => {
    const row = [String(at), type === 'rest' ? 'rest' : String(fieldBytes(type)), name, type, prose];
    at += fieldBytes(type);
    return row;
  });
  return markdownTable(['offset', 'bytes', 'field', 'type', 'meaning'], rows);
}

function hex(code: number): string {
  return code.toString(16).padStart(2, '0').toUpperCase();
}
