/**
 * `OpDecoder.java`: ops from bytes, as a server reads them. The client sends ops and never reads one, so this is for
 * its tests only: whatever the encoders make must be what a server takes, and mean the same.
 */
import { ARGUMENT_BYTES, TRAILING_TYPES } from '../command-rules.js';
import { pascalCase } from '../name-case.js';
import type { Command, SpecModel } from '../spec-model.js';
import type { Argument } from '../spec-schema.js';
import { hex, javaFile, quote, WIRE_PACKAGE } from './source-text.js';

export function opDecoder(model: SpecModel): string {
  return javaFile({
    package: WIRE_PACKAGE,
    sources: 'messages/*.json',
    imports: [
      'io.anoadb.internal.protocol.LittleEndian',
      'java.nio.ByteBuffer',
      'java.util.LinkedHashMap',
      'java.util.Map',
    ],
    body: `/** One op, read as a server reads it. Arguments by name; of bytes that reach to the end an array. */
public final class OpDecoder {
  public int opcode;
  public int flags;
  public byte[] key = {};
  public int type;
  public final Map<String, Object> arguments = new LinkedHashMap<>();

  private final ByteBuffer op;
  private int at;
  private int end;

  private OpDecoder(ByteBuffer op) {
    this.op = op;
  }

  /** What a refused op answers, instead of an exception. */
  private static final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1L;
    final int status;

    Refused(int status) {
      super(Status.nameOf(status), null, false, false);
      this.status = status;
    }
  }

  /** The status and, where it is OK, the op; afterwards the buffer stands behind the op unless the boundaries are lost. */
  public record Decoded(int status, boolean boundariesLost, OpDecoder op) {}

  /** Reads one op from the position of {@code bytes}. */
  public static Decoded decode(ByteBuffer bytes) {
    OpDecoder decoder = new OpDecoder(bytes);
    int start = bytes.position();
    if (bytes.remaining() < OpHeaderLayout.BYTES) return new Decoded(Status.MALFORMED, true, decoder);
    decoder.opcode = OpHeaderLayout.opcode(bytes, start);
    decoder.flags = OpHeaderLayout.flags(bytes, start);
    int keyBytes = OpHeaderLayout.keyLen(bytes, start);
    long argumentBytes = OpHeaderLayout.argLen(bytes, start);
    long end = start + OpHeaderLayout.BYTES + keyBytes + argumentBytes;
    if (end > bytes.limit()) return new Decoded(Status.MALFORMED, true, decoder);
    decoder.at = start + OpHeaderLayout.BYTES + keyBytes;
    decoder.end = (int) end;
    decoder.key = new byte[keyBytes];
    bytes.get(start + OpHeaderLayout.BYTES, decoder.key);
    bytes.position((int) end);
    try {
      decoder.readArguments();
      decoder.require(decoder.at == decoder.end, Status.MALFORMED);
      return new Decoded(Status.OK, false, decoder);
    } catch (Refused refused) {
      return new Decoded(refused.status, false, decoder);
    }
  }

  private void readArguments() {
    switch (opcode) {
${model.commands.map((command) => `      case Opcode.${command.name} -> read${pascalCase(command.identifier)}();\n`).join('')}      default -> throw new Refused(Status.UNSUPPORTED_OP);
    }
  }

${model.commands.map((command) => reader(command, model)).join('\n')}
  private boolean has(int flag) {
    return (flags & flag) != 0;
  }

  private void require(boolean holds, int status) {
    if (!holds) throw new Refused(status);
  }

  private void atMostOne(int mask) {
    require(Integer.bitCount(flags & mask) <= 1, Status.MALFORMED);
  }

  private int take(int bytes) {
    require(end - at >= bytes, Status.MALFORMED);
    int start = at;
    at += bytes;
    return start;
  }

  private long takeU64() {
    long value = LittleEndian.i64(op, take(8));
    require(value >= 0 && value <= LittleEndian.U64_MAX, Status.MALFORMED);
    return value;
  }

  private byte[] rest() {
    byte[] rest = new byte[end - at];
    op.get(at, rest);
    at = end;
    return rest;
  }
}
`,
  });
}

function reader(command: Command, model: SpecModel): string {
  const bitOf = (name: string): number => 1 << command.flags.find((flag) => flag.name === name)!.bit;
  const mask = (names: readonly string[]): number => names.reduce((bits, name) => bits | bitOf(name), 0);
  const known = mask(command.flags.map(({ name }) => name));
  const lines = [`require((flags & ${hex(~known & 0xff)}) == 0, Status.MALFORMED);`];
  lines.push(...command.exclusive.map((group) => `atMostOne(${hex(mask(group))});`));
  if (command.key === null) lines.push('require(key.length == 0, Status.MALFORMED);');
  else {
    lines.push(`require(key.length <= ${model.bound(command.key.bytesMax)}, Status.KEY_TOO_LARGE);`);
    lines.push(`require(key.length >= ${model.bound(command.key.bytesMin)}, Status.MALFORMED);`);
  }
  for (const argument of command.arguments) {
    const reading = argumentReader(argument, model);
    if (argument.when === undefined) lines.push(...reading);
    else lines.push(`if (has(${hex(bitOf(argument.when))})) {`, ...reading.map((line) => `  ${line}`), '}');
  }
  return `  private void read${pascalCase(command.identifier)}() {
${lines.map((line) => `    ${line}\n`).join('')}  }
`;
}

function argumentReader(argument: Argument, model: SpecModel): string[] {
  const { name, type, types } = argument;
  const allowed = (types ?? []).map((each) => `type == ValueType.${each}`).join(' || ');
  if (type === 'type')
    return [
      'type = LittleEndian.u8(op, take(1));',
      `require(${types === undefined ? 'ValueType.isSendable(type)' : allowed}, Status.MALFORMED);`,
      `arguments.put(${quote(name)}, type);`,
    ];
  if (!TRAILING_TYPES.has(type)) return numberReader(argument);
  const lines: string[] = [];
  if (type === 'value') {
    lines.push(
      'type = LittleEndian.u8(op, take(1));',
      'require(ValueType.isSendable(type), Status.MALFORMED);',
    );
    if (types !== undefined) lines.push(`require(${allowed}, Status.TYPE_MISMATCH);`);
  }
  lines.push(`byte[] ${name} = rest();`);
  if (type === 'key') {
    lines.push(`require(${name}.length <= ${model.limit('keyBytesMax')}, Status.KEY_TOO_LARGE);`);
    lines.push(`require(${name}.length >= ${model.limit('keyBytesMin')}, Status.MALFORMED);`);
  }
  if (argument.bytesMin !== undefined)
    lines.push(`require(${name}.length >= ${model.bound(argument.bytesMin)}, Status.MALFORMED);`);
  if (argument.bytesMax !== undefined)
    lines.push(`require(${name}.length <= ${model.bound(argument.bytesMax)}, Status.MALFORMED);`);
  lines.push(`arguments.put(${quote(name)}, ${name});`);
  return lines;
}

function numberReader({ name, type, min, max }: Argument): string[] {
  const java = type === 'f64' ? 'double' : type === 'u16' ? 'int' : 'long';
  const taken = type === 'u64' ? 'takeU64()' : `LittleEndian.${type}(op, take(${ARGUMENT_BYTES[type]}))`;
  const lines = [`${java} ${name} = ${taken};`];
  if ((min ?? 0) > 0) lines.push(`require(${name} >= ${min}, Status.MALFORMED);`);
  if (max !== undefined) lines.push(`require(${name} <= ${max}L, Status.MALFORMED);`);
  if (type === 'f64') lines.push(`require(Double.isFinite(${name}), Status.MALFORMED);`);
  lines.push(`arguments.put(${quote(name)}, ${name});`);
  return lines;
}
