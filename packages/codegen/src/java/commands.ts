/** The command methods: the two public interfaces, their implementations, and the constants these name. */
import type { SpecModel } from '../spec-model.js';
import { exampleText } from '../typescript/commands.js';
import { constantsOf, type Method, methodsOf, optionsClass } from './command-shape.js';
import { opArguments } from './op-arguments.js';
import { indented, javadoc, javaFile, PACKAGE, quote, staticClass, WIRE_PACKAGE } from './source-text.js';

type Flavour = 'blocking' | 'async';

const KEY = 'io.anoadb.Key';
const FUTURE = 'java.util.concurrent.CompletableFuture';

const INTERFACE = { blocking: 'AnoaCommands', async: 'AnoaAsyncCommands' } as const;
const IMPLEMENTATION = { blocking: 'BlockingCommands', async: 'AsyncCommands' } as const;

export function commandInterface(model: SpecModel, flavour: Flavour): string {
  const methods = model.commands.flatMap(methodsOf);
  const about = {
    blocking:
      'Every command of the protocol as a method that waits for the answer.\n\nA refusal by the server is an {@link io.anoadb.ServerException}, no answer in time an {@link io.anoadb.AnoaTimeoutException}, and a write of which nobody can tell whether it took effect an {@link io.anoadb.OutcomeUnknownException}.',
    async:
      'Every command of the protocol as a method that returns at once, with a future of its answer.\n\nFutures are completed by the thread of the client: what follows them without an executor of its own must not block. They complete exceptionally with what {@link AnoaCommands} throws. Calls that are not chained may reach the server in any order.',
  }[flavour];
  return javaFile({
    package: PACKAGE,
    sources: 'messages/*.json',
    imports: importsOf(methods, flavour),
    body: `${javadoc(about)}public interface ${INTERFACE[flavour]} {
${methods.map((method) => declarations(method, flavour)).join('\n')}}
`,
  });
}

export function commandImplementation(model: SpecModel, flavour: Flavour): string {
  const methods = model.commands.flatMap(methodsOf);
  const name = IMPLEMENTATION[flavour];
  const body = `${javadoc(`{@link ${INTERFACE[flavour]}} over whatever executes ops.`)}public class ${name} implements ${INTERFACE[flavour]} {
  private final CommandExecutor executor;

  /** For the client: {@code executor} does everything but encode. */
  @SuppressWarnings("exports")
  protected ${name}(CommandExecutor executor) {
    this.executor = executor;
  }
${methods.map((method) => implementation(method, flavour, model)).join('')}}
`;
  return javaFile({
    package: PACKAGE,
    sources: 'messages/*.json',
    imports: [
      ...importsOf(methods, flavour),
      `${WIRE_PACKAGE}.Commands`,
      `${WIRE_PACKAGE}.OpEncoder`,
      'io.anoadb.internal.CommandExecutor',
      ...['OptionChecks', 'protocol.OpWriter', 'protocol.WireValue']
        .filter((word) => body.includes(` ${word.split('.').at(-1)}.`))
        .map((word) => `io.anoadb.internal.${word}`),
    ],
    body,
  });
}

function implementation(method: Method, flavour: Flavour, model: SpecModel): string {
  const { command, answer, name, constant } = method;
  const run = flavour === 'blocking' ? 'call' : 'submit';
  const key = command.key === null ? 'null' : 'key';
  const op = `OpEncoder.${command.identifier}(${opArguments(method, model)})`;
  const isVoid = flavour === 'blocking' && answer.type === 'void';
  return `
  @Override
  public ${returnType(method, flavour)} ${name}(${parametersOf(method, 'Key').join(', ')}) {
    ${isVoid ? '' : 'return '}executor.${run}(Commands.${constant}, ${key}, ${op});
  }
`;
}

/** `Commands.java`: how each command is sent and how its answer is read. */
export function commandConstants(model: SpecModel): string {
  const all = model.commands.flatMap(constantsOf);
  return javaFile({
    package: WIRE_PACKAGE,
    sources: 'messages/*.json',
    imports: [
      'io.anoadb.internal.Command',
      'io.anoadb.internal.Readings',
      'io.anoadb.internal.net.CallKind',
      ...all.flatMap(({ answer }) => answer.imports),
    ],
    body: staticClass(
      'Commands',
      'How each command is sent, and how its answer is read: one constant for each shape of answer.',
      [
        model.commands
          .map(
            ({ name, mutates, alone }) =>
              `  private static final CallKind ${name}_KIND = new CallKind(${quote(name)}, ${mutates}, ${alone}, false);\n`,
          )
          .join(''),
        ...all.map(
          ({ constant, answer, command }) =>
            `  /** ${command.name}. */\n  public static final Command<${answer.boxed}> ${constant} =\n      new Command<>(${command.name}_KIND, ${command.replay === 'reread'}, Readings.${answer.reading});\n`,
        ),
      ],
    ),
  });
}

/** The method for keys that are text has the documentation, as most calls are of that one. */
function declarations(method: Method, flavour: Flavour): string {
  const { command, name } = method;
  const type = returnType(method, flavour);
  const full = documentation(method, flavour);
  const declared = `${type} ${name}(${parametersOf(method, 'Key').join(', ')});\n`;
  if (command.key === null) return indented(`${full}${declared}`, '  ');
  const types = [
    'Key',
    ...method.parameters.map((parameter) => parameter.type.replace('@Nullable ', '')),
    ...(method.hasOptions ? [optionsClass(command)] : []),
  ];
  const textTypes = types.map((each) => (each === 'Key' ? 'String' : each));
  const given = parametersOf(method, 'String').map((parameter) => {
    const word = parameter.split(' ').at(-1)!;
    return parameter.startsWith('String ') ? `Key.of(${word})` : word;
  });
  const isVoid = type === 'void';
  return indented(
    `${full}default ${type} ${name}(${parametersOf(method, 'String').join(', ')}) {
  ${isVoid ? '' : 'return '}${name}(${given.join(', ')});
}

${javadoc(`As {@link #${name}(${textTypes.join(', ')})}, for keys of any bytes.`)}${declared}`,
    '  ',
  );
}

function documentation(method: Method, flavour: Flavour): string {
  const { command, answer } = method;
  const parts = [`${command.summary} ${command.prose}`];
  const flags = command.flags.filter(
    ({ name }) => method.flags.includes(name) && !command.arguments.some(({ when }) => when === name),
  );
  for (const flag of flags) parts.push(`{@code ${flag.name}}: ${flag.prose}`);
  parts.push(`{@code ${command.cost.order}}, grows with ${command.cost.growsWith}.`);
  parts.push(
    ...command.examples
      .slice(0, 1)
      .map(
        (example) =>
          `${example.about}: {@code ${exampleText(command, example).replace(/[{}]/g, '')}} answers ${example.answer}.`,
      ),
  );
  const hidden =
    answer.reading === 'OUTCOME'
      ? new Set(['NOT_FOUND', 'CONDITION_FAILED', 'VERSION_MISMATCH'])
      : new Set(['NOT_FOUND']);
  const thrown = command.errors.filter(({ code }) => !hidden.has(code) && !isConditionOnly(method, code));
  const tags = [
    ...(command.key === null ? [] : [`@param key ${command.key.prose}`]),
    ...method.parameters.map((parameter) => `@param ${parameter.name} ${parameter.prose}`),
    ...(method.hasOptions ? ['@param options What else is asked.'] : []),
    ...(answer.type === 'void' && flavour === 'blocking'
      ? []
      : [`@return ${answer.prose || 'Completes when it is done.'}`]),
    ...(flavour === 'blocking'
      ? thrown.map(({ code, when }) => `@throws io.anoadb.ServerException {@code ${code}}: ${when}`)
      : []),
  ];
  return javadoc(parts.join('\n\n'), '', tags);
}

/** Conditions are asked for through options, so that without them they can not fail. */
function isConditionOnly({ hasOptions }: Method, code: string): boolean {
  return !hasOptions && (code === 'CONDITION_FAILED' || code === 'VERSION_MISMATCH');
}

function returnType({ answer }: Method, flavour: Flavour): string {
  return flavour === 'blocking' ? answer.type : `CompletableFuture<${answer.boxed}>`;
}

function parametersOf(method: Method, keyType: 'Key' | 'String'): string[] {
  return [
    ...(method.command.key === null ? [] : [`${keyType} key`]),
    ...method.parameters.map(({ name, type }) => `${type === 'Key' ? keyType : type} ${name}`),
    ...(method.hasOptions ? [`${optionsClass(method.command)} options`] : []),
  ];
}

function importsOf(methods: readonly Method[], flavour: Flavour): string[] {
  const used = methods.flatMap(({ answer, parameters }) => [
    ...(flavour === 'blocking' && answer.type === 'void' ? [] : answer.imports),
    ...parameters.flatMap(({ imports }) => imports),
  ]);
  return [KEY, ...(flavour === 'async' ? [FUTURE] : []), ...used];
}
