/** Files of constants: what transport, doors and SDKs use instead of typing a number of the wire again. */

import { constantCase, pascalCase } from '../name-case.js';
import { fieldBytes } from '../protocol-rules.js';
import type { SpecModel } from '../spec-model.js';
import type { LayoutField } from '../spec-schema.js';
import { constantObject, docComment, fileHead, hex, quote } from './source-text.js';

const coded = (entries: readonly { name: string; code: number; prose: string }[]) =>
  entries.map(({ name, code, prose }) => ({ key: name, value: code, prose, isHex: true }));

export function valueTypes(model: SpecModel): string {
  const names: string[] = [];
  for (const type of model.types) names[type.code] = type.name.toLowerCase();
  const sendable = model.types.filter((type) => type.storable && type.sendable !== false);
  return (
    fileHead('Types of values.', 'types.json') +
    constantObject(
      'ValueType',
      'The type byte in front of a value, on the wire and in an entry.',
      model.types.map((type) => ({
        key: type.name,
        value: type.code,
        prose: `${type.prose} Wire form: ${type.wire}.`,
      })),
    ) +
    `
/** The name of each type in lower case, by its code: what TYPE answers. */
export const valueTypeNames: readonly string[] = [${names.map(quote).join(', ')}];

const SENDABLE = new Uint8Array(256);
${sendable.map((type) => `SENDABLE[ValueType.${type.name}] = 1;`).join('\n')}

/** Whether an op may bring a value of this type; false for NONE, LIST, reserved types and unknown codes. */
export function isSendableType(code: number): boolean {
  return SENDABLE[code] === 1;
}
`
  );
}

export function statuses(model: SpecModel): string {
  const { result, transport } = model.errors;
  const common = result.filter((status) => status.common && status.code !== 0);
  return `${fileHead('Status codes of ops and requests.', 'errors.json')}${constantObject(
    'Status',
    'Codes below 0x20 answer one op; from 0x20 on they answer a whole request.',
    coded(model.statuses),
  )}
/** First code that answers a whole request instead of one op. */
export const TRANSPORT_STATUS_FIRST = 0x20;

/** Whether the effect of what was asked for has happened. */
export type Executed = 'no' | 'yes' | 'unknown';

export interface ErrorInfo {
  readonly name: string;
  readonly code: number;
  readonly scope: 'result' | 'transport';
  readonly executed: Executed;
  /** What was wrong and what helps, for people. Never to be matched by a program. */
  readonly message: string;
}

/** What is known of every status, in the order of their codes. */
export const errorTable: readonly ErrorInfo[] = [
${model.statuses
  .map(
    (status) =>
      `  {\n    name: ${quote(status.name)},\n    code: ${hex(status.code)},\n    scope: ${quote(
        transport.includes(status) ? 'transport' : 'result',
      )},\n    executed: ${quote(status.executed)},\n    message: ${quote(status.message)},\n  },`,
  )
  .join('\n')}
];

/** Statuses that any op can answer, whatever its command lists. */
export const commonErrors: readonly Status[] = [${common.map((status) => `Status.${status.name}`).join(', ')}];

const byCode: (ErrorInfo | undefined)[] = new Array(256).fill(undefined);
for (const info of errorTable) byCode[info.code] = info;

/** What is known of a status; an unknown one may have been executed. */
export function errorInfo(status: number): ErrorInfo {
  return (
    byCode[status] ?? {
      name: \`STATUS_\${status}\`,
      code: status,
      scope: status >= TRANSPORT_STATUS_FIRST ? 'transport' : 'result',
      executed: 'unknown',
      message: 'A status this client does not know; the server is newer. Update the client.',
    }
  );
}
`;
}

export function datagrams(model: SpecModel): string {
  const { protocol } = model;
  const fixed = protocol.datagrams.filter((datagram) => typeof datagram.bytes === 'number');
  const offset = protocol.openTypeOffset.value;
  const layouts = [
    offsets(
      'DataHeaderAt',
      `Offsets in the header of a data datagram. ${protocol.header.prose}`,
      protocol.header.fields,
    ),
    ...fixed.map((datagram) =>
      offsets(
        `${pascalCase(datagram.name)}At`,
        `Offsets in ${datagram.name}. ${datagram.prose}`,
        datagram.fields,
      ),
    ),
    ...protocol.structures.map((structure) =>
      offsets(
        `${pascalCase(structure.name)}At`,
        `Offsets in the params of ${structure.within}. ${structure.prose}`,
        structure.fields,
      ),
    ),
  ];
  return `${fileHead('Datagrams: types, lengths and offsets.', 'protocol.json')}${docComment(protocol.magic.prose)}export const MAGIC_BYTE = ${hex(protocol.magic.value)};

/** Lowest and highest version of the protocol that this code speaks. */
export const PROTOCOL_VERSION_MIN = ${protocol.versions.min};
export const PROTOCOL_VERSION_MAX = ${protocol.versions.max};

${docComment(protocol.port.prose)}export const DEFAULT_PORT = ${protocol.port.value};

${docComment(protocol.openTypeOffset.prose)}export const OPEN_TYPE_OFFSET = ${hex(offset)};

/** Bytes of the header of a data datagram. */
export const DATA_HEADER_BYTES = ${protocol.header.bytes};

${constantObject('DatagramType', 'Types of datagrams in sealed mode.', coded(protocol.datagrams))}
${constantObject(
  'OpenDatagramType',
  'Types of datagrams in open mode: the same plus OPEN_TYPE_OFFSET.',
  coded(protocol.datagrams.map((datagram) => ({ ...datagram, code: datagram.code + offset }))),
)}
${constantObject(
  'DatagramBytes',
  'Lengths of handshake datagrams; any other length is dropped.',
  fixed.map((datagram) => ({
    key: datagram.name,
    value: datagram.bytes as number,
    prose: `Sent by the ${datagram.from}.`,
  })),
  false,
)}
/**
 * Admission by type and length, before anything else is looked at: the exact length of a handshake datagram,
 * 0 for a type that does not exist, -1 for DATA, which is a header or more.
 */
export const datagramBytesByType: Int16Array = new Int16Array(256);
for (const [name, type] of Object.entries(DatagramType)) {
  const bytes = (DatagramBytes as Readonly<Record<string, number>>)[name] ?? -1;
  datagramBytesByType[type] = bytes;
  datagramBytesByType[type + OPEN_TYPE_OFFSET] = bytes;
}

${layouts.join('\n')}
${protocol.structures
  .map(
    (structure) =>
      `/** Bytes of the fixed part of ${structure.name}; TLVs follow. */\nexport const ${constantCase(structure.name)}_BYTES = ${structure.bytes};\n`,
  )
  .join('\n')}
${constantObject(
  'Permission',
  'Bits of the permissions that a session has.',
  protocol.permissions.map(({ name, bit, prose }) => ({ key: name, value: 2 ** bit, prose, isHex: true })),
  false,
)}
${constantObject('Dedup', 'What WELCOME says of earlier requests of the client.', coded(protocol.dedup))}
${constantObject('RejectReason', 'Why REJECT.', coded(protocol.rejectReasons))}
${constantObject('CloseCode', 'Why CLOSE.', coded(protocol.closeCodes))}`;
}

export function frames(model: SpecModel): string {
  const { protocol } = model;
  const live = protocol.frames.filter((frame) => !frame.reserved);
  return `${fileHead('Frames inside a data datagram.', 'protocol.json')}${constantObject(
    'FrameType',
    'Types of frames.',
    coded([{ name: 'PADDING', ...protocol.padding }, ...protocol.frames]),
  )}
${docComment(protocol.frameHeader.prose)}export const FRAME_HEADER_BYTES = ${protocol.frameHeader.bytes};

${docComment(protocol.skippableFramesFrom.prose)}export const SKIPPABLE_FRAMES_FROM = ${hex(protocol.skippableFramesFrom.code)};

${constantObject(
  'FrameBodyBytes',
  'Bytes of the fixed part of each body, in front of ops, results, data or reason.',
  live.map((frame) => ({ key: frame.name, value: frame.bytes, prose: frame.prose })),
  false,
)}
${constantObject(
  'RequestFlag',
  `Flags of REQ and REQ_FRAG. ${protocol.requestFlags.prose}`,
  [
    { key: 'ATTEMPT_MASK', value: protocol.requestFlags.attemptMask, prose: 'Attempts so far.', isHex: true },
    { key: 'ATOMIC', value: protocol.requestFlags.atomic, prose: 'All ops or none.', isHex: true },
  ],
  false,
)}
${constantObject(
  'ReplyFlag',
  `Flags of RSP, RSP_FRAG and WORKING. ${protocol.replyFlags.prose}`,
  [
    {
      key: 'ATTEMPT_MASK',
      value: protocol.replyFlags.attemptMask,
      prose: 'The attempt echoed.',
      isHex: true,
    },
    { key: 'FROM_CACHE', value: protocol.replyFlags.fromCache, prose: 'A stored reply.', isHex: true },
  ],
  false,
)}
${live
  .map((frame) =>
    offsets(
      `${pascalCase(frame.name)}FrameAt`,
      `Offsets in the body of ${frame.name}. ${frame.prose}`,
      frame.fields,
    ),
  )
  .join('\n')}
${offsets('OpHeaderAt', protocol.opHeader.prose, protocol.opHeader.fields)}export const OP_HEADER_BYTES = ${protocol.opHeader.bytes};

${offsets('ResultHeaderAt', protocol.resultHeader.prose, protocol.resultHeader.fields)}export const RESULT_HEADER_BYTES = ${protocol.resultHeader.bytes};

/** Bit of a result's type byte: a version precedes the value. */
export const RESULT_VERSION_BIT = ${hex(protocol.resultHeader.versionBit)};
`;
}

export function limits(model: SpecModel): string {
  const entries = (list: SpecModel['protocol']['limits']) =>
    list.map(({ name, value, unit, prose }) => ({
      key: name,
      value,
      prose: name.toLowerCase().includes(unit) ? prose : `${prose} In ${unit}.`,
    }));
  return `${fileHead('Limits and timings of the protocol.', 'protocol.json')}${constantObject(
    'Limits',
    'Limits of the protocol. Those of one implementation are its own.',
    entries(model.protocol.limits),
    false,
  )}
${constantObject('Timings', 'Default timings, in milliseconds.', entries(model.protocol.timings), false)}`;
}

function offsets(name: string, about: string, fields: readonly LayoutField[]): string {
  let at = 0;
  const entries = fields.map((field) => {
    const entry = { key: field.name, value: at, prose: `${field.type}: ${field.prose}` };
    at += fieldBytes(field.type);
    return entry;
  });
  return constantObject(name, about, entries, false);
}
