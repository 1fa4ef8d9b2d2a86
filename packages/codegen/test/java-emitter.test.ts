/** The rules by which a command of the spec gets its methods in Java: nobody writes Java for a new one. */
import assert from 'node:assert/strict';
import { test } from 'uvu';
import { commandConstants, commandImplementation, commandInterface } from '../src/java/commands.js';
import { JavaEmitter } from '../src/java-emitter.js';
import { buildModel, type SpecModel } from '../src/spec-model.js';
import { type Loose, specCopy } from './spec-copy.js';

/** The spec with one command more, made of DELETE. */
function modelWith(change: (command: Loose) => void): SpecModel {
  const copy = specCopy();
  const command = structuredClone(copy.message('DELETE'));
  Object.assign(command, { name: 'PROBE', identifier: 'probe', opcode: 0xf0, flags: [], arguments: [] });
  Object.assign(command, { exclusive: [], errors: [] });
  command.examples = [];
  change(command);
  const flags: string[] = [];
  const given: Loose = {};
  for (const { name, type, when } of command.arguments)
    if (when === undefined) given[name] = type === 'value' ? { type: 'STRING', utf8: 'v' } : 7;
  command.examples.push({ about: 'An example', key: 'k', flags, arguments: given, answer: 'OK' });
  return buildModel({ ...copy, messages: { ...copy.messages, 'f0-probe.json': command } });
}

/** Methods of the new command as they are declared, Javadoc and overloads for text left out. */
function declared(model: SpecModel, flavour: 'blocking' | 'async' = 'blocking'): string[] {
  return [...commandInterface(model, flavour).matchAll(/^ {2}(\S.* probe\w*\(.*\));$/gm)].map(
    ([, line]) => line,
  );
}

const NOT_FOUND = { code: 'NOT_FOUND', when: 'The key does not exist.' };
const result = (types: string[], version: Loose = 'never', more: Loose = {}): Loose => ({
  ...{ types, version, prose: 'What it answers.' },
  ...more,
});

const SHAPES: readonly [string, Loose, readonly Loose[], string][] = [
  ['nothing', result(['none']), [], 'void probe(Key key)'],
  ['whether there was such a key', result(['none']), [NOT_FOUND], 'boolean probe(Key key)'],
  ['the version', result(['none'], 'always'), [], 'long probe(Key key)'],
  ['a boolean', result(['boolean']), [], 'boolean probe(Key key)'],
  ['a boolean that is false without the key', result(['boolean']), [NOT_FOUND], 'boolean probe(Key key)'],
  ['an integer', result(['integer'], 'always'), [], 'long probe(Key key)'],
  ['an integer or no key', result(['integer']), [NOT_FOUND], '@Nullable Long probe(Key key)'],
  ['a float', result(['float']), [], 'double probe(Key key)'],
  ['text or no key', result(['string']), [NOT_FOUND], '@Nullable String probe(Key key)'],
  ['bytes', result(['bytes']), [], 'byte[] probe(Key key)'],
  ['a value or no key', result(['value']), [NOT_FOUND], '@Nullable AnoaValue probe(Key key)'],
  ['a document', result(['json']), [], 'AnoaValue probe(Key key)'],
  [
    'a time',
    result(['integer', 'null'], 'never', { unit: 'ms' }),
    [NOT_FOUND],
    '@Nullable Duration probe(Key key)',
  ],
  ['a layout', result(['bytes'], 'never', { layout: 'scanPage' }), [], 'ScanPage probe(Key key)'],
];

for (const [what, answer, errors, expected] of SHAPES) {
  test(`a command that answers ${what} is ${expected}`, () => {
    const model = modelWith((command) => Object.assign(command, { result: answer, errors }));
    assert.deepEqual(declared(model), [expected]);
  });
}

test('arguments that are always there are parameters, those of flags are options', () => {
  const model = modelWith((command) => {
    command.flags = [
      { name: 'ttl', bit: 0, prose: 'Expires after ttlMs.' },
      { name: 'loud', bit: 1, prose: 'Says it aloud.' },
    ];
    command.arguments = [
      { name: 'ttlMs', type: 'u48', when: 'ttl', min: 1, prose: 'Time to live.' },
      { name: 'value', type: 'value', prose: 'The value.' },
    ];
    command.result = result(['integer']);
  });
  assert.deepEqual(declared(model), [
    'long probe(Key key, @Nullable Object value)',
    'long probe(Key key, @Nullable Object value, ProbeOptions options)',
  ]);
  const options = new JavaEmitter().emit(model).find(({ path }) => path.endsWith('/ProbeOptions.java'))!.text;
  assert.match(options, /public ProbeOptions ttl\(Duration ttl\)/);
  assert.match(options, /public ProbeOptions loud\(\)/);
});

test('a number that its own flag brings is a parameter that may be left out', () => {
  const model = modelWith((command) => {
    command.flags = [{ name: 'amount', bit: 0, prose: 'Add this amount.' }];
    command.arguments = [{ name: 'amount', type: 'i64', when: 'amount', prose: 'What to add.' }];
    command.result = result(['integer']);
  });
  assert.deepEqual(declared(model), ['long probe(Key key)', 'long probe(Key key, long amount)']);
});

test('a condition that does not hold is an answer, so options that hold conditions give an Outcome', () => {
  const model = modelWith((command) => {
    command.flags = [{ name: 'ifAbsent', bit: 0, prose: 'Only where there is none.' }];
    command.result = result(['none'], 'always');
    command.errors = [{ code: 'CONDITION_FAILED', when: 'ifAbsent and the key exists.' }];
  });
  assert.deepEqual(declared(model), ['long probe(Key key)', 'Outcome probe(Key key, ProbeOptions options)']);
});

test('a flag that changes what comes back makes a method of its own', () => {
  const model = modelWith((command) => {
    command.flags = [{ name: 'withVersion', bit: 0, prose: 'Return the version too.' }];
    command.result = result(['value'], { when: 'withVersion' });
  });
  assert.deepEqual(declared(model), ['AnoaValue probe(Key key)', 'Versioned probeWithVersion(Key key)']);
});

test('the flag absolute is an overload where a time is sent and a method where one comes back', () => {
  const absolute = { name: 'absolute', bit: 0, prose: 'Unix time.' };
  const sent = modelWith((command) => {
    command.flags = [absolute];
    command.arguments = [{ name: 'timeMs', type: 'u48', prose: 'When.' }];
  });
  assert.deepEqual(declared(sent), [
    'void probe(Key key, Duration time)',
    'void probe(Key key, Instant moment)',
  ]);
  const returned = modelWith((command) => {
    command.flags = [absolute];
    command.result = result(['integer', 'null'], 'never', { unit: 'ms' });
    command.errors = [NOT_FOUND];
  });
  assert.deepEqual(declared(returned), [
    '@Nullable Duration probe(Key key)',
    '@Nullable Instant probeAbsolute(Key key)',
  ]);
});

test('async methods have the same parameters and a future of the same answer', () => {
  const model = modelWith((command) =>
    Object.assign(command, { result: result(['integer']), errors: [NOT_FOUND] }),
  );
  assert.deepEqual(declared(model, 'async'), ['CompletableFuture<@Nullable Long> probe(Key key)']);
});

test('a new command is encoded, sent and read without a line written by hand', () => {
  const model = modelWith(() => {});
  assert.match(
    commandImplementation(model, 'blocking'),
    /executor\.call\(Commands\.PROBE, key, OpEncoder\.probe\(/,
  );
  assert.match(
    commandImplementation(model, 'async'),
    /executor\.submit\(Commands\.PROBE, key, OpEncoder\.probe\(/,
  );
  assert.match(commandConstants(model), /Command<@Nullable Void> PROBE =\s+new Command<>\(PROBE_KIND, false/);
  const files = new Map(
    new JavaEmitter().emit(model).map(({ path, text }) => [path.split('/').at(-1), text]),
  );
  assert.match(files.get('OpEncoder.java')!, /public static byte\[\] probe\(byte\[\] key\)/);
  assert.match(files.get('Opcode.java')!, /PROBE = 0xf0/);
  assert.match(files.get('OpDecoder.java')!, /case Opcode\.PROBE -> readProbe\(\)/);
});

test('every method is documented: what the spec says of it, its parameters, its answer', () => {
  const text = commandInterface(
    modelWith(() => {}),
    'blocking',
  );
  const methods = text.match(/^ {2}\S.*\(.*\)(;| \{)$/gm)!.length;
  assert.equal(text.match(/^ {2}\/\*\*/gm)!.length, methods);
});

test('prose can not end a comment nor be taken for markup', () => {
  const model = modelWith((command) => {
    command.summary = 'Ends */ a comment, <b>bold</b> & more.';
  });
  const text = commandInterface(model, 'blocking');
  assert.match(text, /Ends \*&#47; a comment, &lt;b&gt;bold&lt;\/b&gt; &amp; more\./);
});

test.run();
