/** The options of each command: an immutable class, and the enum of types that some of them take. */
import type { Command, SpecModel } from '../spec-model.js';
import type { Argument } from '../spec-schema.js';
import { optionsClass, optionsOf, timeTypeOf } from './command-shape.js';
import { hex, javadoc, javaFile, PACKAGE, quote } from './source-text.js';

type Option = ReturnType<typeof optionsOf>[number];

/** File name without folder to text, all in the exported package. */
export function optionsFiles(model: SpecModel): Record<string, string> {
  const files: Record<string, string> = { 'AnoaType.java': typeEnum(model) };
  for (const command of model.commands)
    if (optionsOf(command).length > 0) files[`${optionsClass(command)}.java`] = optionsFile(command, model);
  return files;
}

/** As a Java field: what goes on the wire. */
function fieldType({ type }: Argument): string {
  if (type === 'f64') return 'double';
  if (type === 'u16' || type === 'type') return 'int';
  return type === 'bytes' || type === 'key' ? 'byte[]' : 'long';
}

const emptyOf = (argument: Argument): string => (fieldType(argument) === 'byte[]' ? 'NOTHING' : '0');

function optionsFile(command: Command, model: SpecModel): string {
  const name = optionsClass(command);
  const options = optionsOf(command);
  const fields = options.flatMap(({ argument }) => (argument === undefined ? [] : [argument]));
  const imports = fields.flatMap((argument) => {
    const time = timeTypeOf(argument);
    return [
      ...(time === undefined ? [] : [`java.time.${time}`]),
      ...(time === undefined || needsRange(argument) ? [] : []),
      ...(argument.type === 'bytes' ? ['java.nio.charset.StandardCharsets'] : []),
    ];
  });
  const usesChecks =
    command.exclusive.length > 0 ||
    fields.some((argument) => timeTypeOf(argument) !== undefined || argument.bytesMax !== undefined);
  const parameters = ['int flags', ...fields.map((argument) => `${fieldType(argument)} ${argument.name}`)];
  const initial = ['0', ...fields.map(emptyOf)];
  const hasBytes = fields.some((argument) => fieldType(argument) === 'byte[]');
  const body = `${javadoc(
    `Options of ${command.name}. Immutable: every method gives another object, so that one made once can be kept.`,
  )}public final class ${name} {
${exclusiveConstants(command)}${hasBytes ? '  private static final byte[] NOTHING = {};\n' : ''}  private static final ${name} NONE = new ${name}(${initial.join(', ')});

  private final int flags;
${fields.map((argument) => `  private final ${fieldType(argument)} ${argument.name};\n`).join('')}
  private ${name}(${parameters.join(', ')}) {
    this.flags = ${command.exclusive.length === 0 ? 'flags' : `OptionChecks.atMostOne(flags, EXCLUSIVE)`};
${fields.map((argument) => `    this.${argument.name} = ${argument.name};\n`).join('')}  }

  /** No option. */
  public static ${name} create() {
    return NONE;
  }

${options.map((option) => setter(name, option, fields, model)).join('\n')}
  /** The bits as they go on the wire. */
  public int flags() {
    return flags;
  }
${fields
  .map(
    (argument) => `
  /** As it goes on the wire; counts only where its flag is set. */
  public ${fieldType(argument)} ${argument.name}() {
    return ${argument.name}${fieldType(argument) === 'byte[]' ? '.clone()' : ''};
  }
`,
  )
  .join('')}}
`;
  return javaFile({
    package: PACKAGE,
    sources: command.file,
    imports: [...imports, ...(usesChecks ? ['io.anoadb.internal.OptionChecks'] : [])],
    body,
  });
}

const needsRange = ({ min, max }: Argument): boolean => min !== undefined || max !== undefined;

function exclusiveConstants(command: Command): string {
  if (command.exclusive.length === 0) return '';
  const bitOf = (name: string): number => 1 << command.flags.find((flag) => flag.name === name)!.bit;
  const groups = command.exclusive.map(
    (group) =>
      `    new OptionChecks.Exclusive(${hex(group.reduce((bits, name) => bits | bitOf(name), 0))}, ${quote(group.join(', '))}),\n`,
  );
  // Before the first object is made, which reads it.
  return `  private static final OptionChecks.Exclusive[] EXCLUSIVE = {\n${groups.join('')}  };\n\n`;
}

function setter(name: string, option: Option, fields: readonly Argument[], model: SpecModel): string {
  const { argument } = option;
  const made = (value?: string): string =>
    `return new ${name}(${[
      `flags | ${hex(1 << option.bit)}`,
      ...fields.map((field) => (field === argument ? value! : field.name)),
    ].join(', ')});`;
  if (argument === undefined)
    return `${javadoc(option.prose, '  ')}  public ${name} ${option.name}() {
    ${made()}
  }
`;
  const time = timeTypeOf(argument);
  const word =
    time !== undefined || argument.type === 'type' || argument.type === 'bytes' ? option.name : argument.name;
  const doc = javadoc(option.prose, '  ', [`@param ${word} ${argument.prose}`]);
  if (time !== undefined) {
    const max = Math.min(argument.max ?? Number.POSITIVE_INFINITY, model.limit('timeMsMax'));
    const check =
      time === 'Instant'
        ? `OptionChecks.moment(${option.name}, ${argument.min ?? 0}, ${max}L)`
        : `OptionChecks.ms(${quote(option.name)}, ${option.name}, ${argument.min ?? 0}, ${max}L)`;
    return `${doc}  public ${name} ${option.name}(${time} ${option.name}) {
    ${made(check)}
  }
`;
  }
  if (argument.type === 'type')
    return `${doc}  public ${name} ${option.name}(AnoaType ${option.name}) {
    ${made(`${option.name}.code()`)}
  }
`;
  if (argument.type === 'bytes') {
    const min = model.bound(argument.bytesMin ?? 0);
    const max = argument.bytesMax === undefined ? 'Integer.MAX_VALUE' : `${model.bound(argument.bytesMax)}`;
    const check = (value: string): string =>
      `OptionChecks.bytes(${quote(option.name)}, ${value}, ${min}, ${max})`;
    return `${doc}  public ${name} ${option.name}(String ${option.name}) {
    ${made(check(`${option.name}.getBytes(StandardCharsets.UTF_8)`))}
  }

${javadoc(option.prose, '  ', [`@param ${option.name} ${argument.prose} Copied.`])}  public ${name} ${option.name}(byte[] ${option.name}) {
    ${made(check(`${option.name}.clone()`))}
  }
`;
  }
  return `${doc}  public ${name} ${option.name}(${fieldType(argument)} ${argument.name}) {
    ${made(argument.name)}
  }
`;
}

function typeEnum(model: SpecModel): string {
  const storable = model.types.filter((type) => type.storable);
  return javaFile({
    package: PACKAGE,
    sources: 'types.json',
    body: `/** Types of values that can be stored. */
public enum AnoaType {
${storable.map(({ name, code, prose }) => `${javadoc(prose, '  ')}  ${name}(${code}, ${quote(name.toLowerCase())})`).join(',\n\n')};

  private final int code;
  private final String typeName;

  AnoaType(int code, String typeName) {
    this.code = code;
    this.typeName = typeName;
  }

  /** The type byte on the wire. */
  public int code() {
    return code;
  }

  /** The name in lower case, as the command TYPE answers it. */
  public String typeName() {
    return typeName;
  }

  /**
   * The type with this code.
   *
   * @throws IllegalArgumentException where there is none that can be stored
   */
  public static AnoaType ofCode(int code) {
    return switch (code) {
${storable.map(({ name, code }) => `      case ${code} -> ${name};\n`).join('')}      default -> throw new IllegalArgumentException("no type that can be stored has the code " + code);
    };
  }
}
`,
  });
}
