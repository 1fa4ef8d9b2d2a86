/** Classes of constants: what the client uses instead of typing a number of the wire again. */

import { constantCase } from '../name-case.js';
import type { SpecModel } from '../spec-model.js';
import { type Constant, constants, javaFile, quote, staticClass, WIRE_PACKAGE } from './source-text.js';

type Files = Record<string, string>;

const coded = (entries: readonly { name: string; code: number; prose: string }[]): Constant[] =>
  entries.map(({ name, code, prose }) => ({ name, value: code, prose, isHex: true }));

function constantFile(name: string, about: string, sources: string, members: readonly string[]): string {
  return javaFile({ package: WIRE_PACKAGE, sources, body: staticClass(name, about, members) });
}

/** File name without folder to text, all in the package of the wire. */
export function constantFiles(model: SpecModel): Files {
  const { protocol } = model;
  const limits = (list: SpecModel['protocol']['limits']): Constant[] =>
    list.map(({ name, value, unit, prose }) => ({
      name: constantCase(name),
      value,
      prose: name.toLowerCase().includes(unit) ? prose : `${prose} In ${unit}.`,
    }));
  const simple = (name: string, about: string, entries: readonly Constant[]): [string, string] => [
    `${name}.java`,
    constantFile(name, about, 'protocol.json', [constants(entries)]),
  ];
  return Object.fromEntries([
    ['ValueType.java', valueTypes(model)],
    ['Opcode.java', opcodes(model)],
    ['DatagramType.java', datagramTypes(model)],
    simple('FrameType', 'Types of frames.', [
      ...coded([{ name: 'PADDING', ...protocol.padding }, ...protocol.frames]),
      {
        name: 'SKIPPABLE_FROM',
        value: protocol.skippableFramesFrom.code,
        prose: protocol.skippableFramesFrom.prose,
        isHex: true,
      },
    ]),
    simple('RequestFlag', `Flags of REQ and REQ_FRAG. ${protocol.requestFlags.prose}`, [
      {
        name: 'ATTEMPT_MASK',
        value: protocol.requestFlags.attemptMask,
        prose: 'Attempts so far.',
        isHex: true,
      },
      { name: 'ATOMIC', value: protocol.requestFlags.atomic, prose: 'All ops or none.', isHex: true },
    ]),
    simple('ReplyFlag', `Flags of RSP, RSP_FRAG and WORKING. ${protocol.replyFlags.prose}`, [
      {
        name: 'ATTEMPT_MASK',
        value: protocol.replyFlags.attemptMask,
        prose: 'The attempt echoed.',
        isHex: true,
      },
      { name: 'FROM_CACHE', value: protocol.replyFlags.fromCache, prose: 'A stored reply.', isHex: true },
    ]),
    simple(
      'Permission',
      'Bits of the permissions that a session has.',
      protocol.permissions.map(({ name, bit, prose }) => ({ name, value: 2 ** bit, prose, isHex: true })),
    ),
    simple('Dedup', 'What WELCOME says of earlier requests of the client.', coded(protocol.dedup)),
    simple('RejectReason', 'Why REJECT.', coded(protocol.rejectReasons)),
    simple('CloseCode', 'Why CLOSE.', coded(protocol.closeCodes)),
    simple(
      'Limits',
      'Limits of the protocol. Those of one implementation are its own.',
      limits(protocol.limits),
    ),
    simple('Timings', 'Default timings, in milliseconds.', limits(protocol.timings)),
    ['Status.java', statuses(model)],
  ]);
}

function valueTypes(model: SpecModel): string {
  return constantFile('ValueType', 'The type byte in front of a value.', 'types.json', [
    constants(
      model.types.map((type) => ({
        name: type.name,
        value: type.code,
        prose: `${type.prose} Wire form: ${type.wire}.`,
      })),
    ),
    `  /** Whether there is such a type, stored or not. */
  public static boolean isKnown(int type) {
    return switch (type) {
      case ${model.types.map((type) => type.name).join(', ')} -> true;
      default -> false;
    };
  }

  /** Whether an op may bring a value of this type; false for NONE, LIST, reserved types and unknown codes. */
  public static boolean isSendable(int type) {
    return switch (type) {
      case ${model.types
        .filter((type) => type.storable && type.sendable !== false)
        .map((type) => type.name)
        .join(', ')} -> true;
      default -> false;
    };
  }

  /** The name in lower case, as TYPE answers it; of an unknown code {@code type 42}. */
  public static String nameOf(int type) {
    return switch (type) {
${model.types.map((type) => `      case ${type.name} -> ${quote(type.name.toLowerCase())};\n`).join('')}      default -> "type " + type;
    };
  }
`,
  ]);
}

function opcodes(model: SpecModel): string {
  const { commands } = model;
  return constantFile('Opcode', 'The first byte of an op: which command.', 'messages/*.json', [
    constants(
      commands.map(({ name, opcode, summary }) => ({ name, value: opcode, prose: summary, isHex: true })),
    ),
    `  /** The name of the command; of an unknown opcode {@code opcode 42}. */
  public static String nameOf(int opcode) {
    return switch (opcode) {
${commands.map(({ name }) => `      case ${name} -> ${quote(name)};\n`).join('')}      default -> "opcode " + opcode;
    };
  }
`,
  ]);
}

function datagramTypes(model: SpecModel): string {
  const { protocol } = model;
  const offset = protocol.openTypeOffset;
  const fixed = protocol.datagrams.filter(({ bytes }) => typeof bytes === 'number');
  const open = ({ name }: { name: string }): string => `${name} + OPEN_OFFSET`;
  return constantFile(
    'DatagramType',
    'Types of datagrams in sealed mode, and what every datagram begins with.',
    'protocol.json',
    [
      constants([
        { name: 'MAGIC', value: protocol.magic.value, prose: protocol.magic.prose, isHex: true },
        {
          name: 'VERSION_MIN',
          value: protocol.versions.min,
          prose: 'Lowest version of the protocol that this code speaks.',
        },
        {
          name: 'VERSION_MAX',
          value: protocol.versions.max,
          prose: 'Highest version of the protocol that this code speaks.',
        },
        { name: 'PORT_DEFAULT', value: protocol.port.value, prose: protocol.port.prose },
        { name: 'OPEN_OFFSET', value: offset.value, prose: offset.prose, isHex: true },
        ...coded(protocol.datagrams),
      ]),
      `  /**
   * Admission by type and length, in either mode: the exact length of a handshake datagram, 0 for a type that does not
   * exist, -1 for DATA, which is a header or more.
   */
  public static int bytesOf(int type) {
    return switch (type) {
${fixed.map((datagram) => `      case ${datagram.name}, ${open(datagram)} -> ${datagram.bytes};\n`).join('')}      case ${protocol.datagrams
        .filter(({ bytes }) => typeof bytes !== 'number')
        .map((datagram) => `${datagram.name}, ${open(datagram)}`)
        .join(', ')} -> -1;
      default -> 0;
    };
  }
`,
    ],
  );
}

function statuses(model: SpecModel): string {
  const { result, transport } = model.errors;
  const common = result.filter((status) => status.common && status.code !== 0);
  const executed = (which: string): string =>
    model.statuses
      .filter((status) => status.executed === which)
      .map((status) => status.name)
      .join(', ');
  const first = Math.min(...transport.map(({ code }) => code));
  return javaFile({
    package: WIRE_PACKAGE,
    sources: 'errors.json',
    imports: ['io.anoadb.Executed'],
    body: staticClass('Status', 'Codes below 0x20 answer one op; from 0x20 on they answer a whole request.', [
      constants([
        ...coded(model.statuses),
        {
          name: 'TRANSPORT_FIRST',
          value: Math.min(first, 0x20),
          prose: 'First code that answers a whole request instead of one op.',
          isHex: true,
        },
      ]),
      `  /** Its name in the spec, the code of an exception; of an unknown status {@code STATUS_42}. */
  public static String nameOf(int status) {
    return switch (status) {
${model.statuses.map(({ name }) => `      case ${name} -> ${quote(name)};\n`).join('')}      default -> "STATUS_" + status;
    };
  }

  /** Whether the effect of what was asked for has happened. */
  public static Executed executed(int status) {
    return switch (status) {
      case ${executed('yes')} -> Executed.YES;
      case ${executed('no')} -> Executed.NO;
      default -> Executed.UNKNOWN;
    };
  }

  /** What was wrong and what helps, for people. Never to be matched by a program. */
  public static String messageOf(int status) {
    return switch (status) {
${model.statuses.map(({ name, message }) => `      case ${name} ->\n          ${quote(message)};\n`).join('')}      default -> "A status this client does not know; the server is newer. Update the client.";
    };
  }

  /** Whether any op can answer it, whatever its command lists. */
  public static boolean isCommon(int status) {
    return switch (status) {
      case ${common.map(({ name }) => name).join(', ')} -> true;
      default -> false;
    };
  }
`,
    ]),
  });
}
