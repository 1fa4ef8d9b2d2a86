/** Each combination that the model refuses, by the name of its rule. */
import assert from 'node:assert/strict';
import { buildModel, SpecRefusal } from '@anoadb/codegen';
import { test } from 'uvu';
import { type Loose, type SpecCopy, specCopy } from './spec-copy.js';

type Case = readonly [rule: string, what: string, breakIt: (spec: SpecCopy) => void];

const named = (list: Loose[], name: string): Loose => list.find((entry) => entry.name === name);
const set = (entry: object, values: object): void => {
  Object.assign(entry, values);
};

const cases: readonly Case[] = [
  // shape
  ['shape', 'prose left out of a flag', (s) => set(s.message('SET').flags[0], { prose: '' })],
  ['shape', 'a field that nobody knows', (s) => set(s.message('SET'), { retries: 3 })],
  ['shape', 'a flag beyond the eighth bit', (s) => set(s.message('SET').flags[0], { bit: 8 })],
  ['shape', 'a command without an example', (s) => set(s.message('GET'), { examples: [] })],
  ['shape', 'a limit that is not a whole number', (s) => set(s.protocol.limits[0], { value: 1.5 })],
  // commands
  [
    'duplicate-opcode',
    'two commands with one opcode',
    (s) => {
      s.messages['02-get.json'] = { ...s.message('GET'), opcode: 2 };
      delete s.messages['01-get.json'];
    },
  ],
  [
    'duplicate-name',
    'two commands with one name',
    (s) => {
      s.messages['20-get.json'] = { ...s.message('GET'), opcode: 0x20 };
    },
  ],
  ['file-name', 'a file with the number of another opcode', (s) => set(s.message('GET'), { opcode: 0x20 })],
  [
    'identifier-differs-from-name',
    'an identifier of another word',
    (s) => set(s.message('GET'), { identifier: 'fetch' }),
  ],
  ['read-that-mutates', 'a read that mutates', (s) => set(s.message('GET'), { mutates: true })],
  [
    'write-that-does-not-mutate',
    'a write that does not mutate',
    (s) => set(s.message('SET'), { mutates: false }),
  ],
  ['flag-bit-clash', 'two flags on one bit', (s) => set(s.message('SET').flags[1], { bit: 0 })],
  ['duplicate-flag', 'two flags of one name', (s) => set(s.message('SET').flags[1], { name: 'ifAbsent' })],
  [
    'exclusive-unknown-flag',
    'an exclusive group with an unknown flag',
    (s) => s.message('SET').exclusive[0].push('ifBlue'),
  ],
  [
    'exclusive-repeats-flag',
    'a flag that excludes itself',
    (s) => s.message('SET').exclusive[0].push('ifAbsent'),
  ],
  [
    'argument-unknown-flag',
    'an argument of an unknown flag',
    (s) => set(s.message('SET').arguments[0], { when: 'ifBlue' }),
  ],
  [
    'flag-with-two-arguments',
    'a flag with two arguments',
    (s) => set(s.message('SET').arguments[1], { when: 'ifVersion' }),
  ],
  [
    'duplicate-argument',
    'two arguments of one name',
    (s) => set(s.message('SET').arguments[1], { name: 'version' }),
  ],
  [
    'argument-name-clash',
    'an argument called key',
    (s) => set(s.message('EXPIRE').arguments[0], { name: 'key' }),
  ],
  [
    'argument-name-clash',
    'an argument called as a flag of another',
    (s) => set(s.message('EXPIRE').arguments[0], { name: 'absolute' }),
  ],
  [
    'argument-type-clash',
    'one name with two types',
    (s) => set(s.message('INCR').arguments[1], { type: 'u64' }),
  ],
  [
    'trailing-argument-not-last',
    'a value before other arguments',
    (s) => s.message('SET').arguments.reverse(),
  ],
  [
    'two-types',
    'a type beside a value',
    (s) => s.message('APPEND').arguments.unshift({ name: 'type', type: 'type', prose: 'A type.' }),
  ],
  [
    'key-on-keyless-command',
    'a new key where there is no key',
    (s) => set(s.message('RENAME'), { key: null }),
  ],
  [
    'key-on-keyless-command',
    'an example with a key where there is none',
    (s) => set(s.message('COUNT').examples[0], { key: 'k' }),
  ],
  [
    'bounds-not-applicable',
    'bounds in bytes on a number',
    (s) => set(s.message('SET').arguments[0], { bytesMax: 3 }),
  ],
  [
    'bounds-not-applicable',
    'bounds of its own on a key',
    (s) => set(s.message('RENAME').arguments[0], { bytesMin: 0 }),
  ],
  ['range-not-applicable', 'a range on a float', (s) => set(s.message('INCRFLOAT').arguments[0], { min: 1 })],
  [
    'types-not-applicable',
    'types on a number',
    (s) => set(s.message('SET').arguments[0], { types: ['STRING'] }),
  ],
  [
    'empty-range',
    'a minimum above the maximum',
    (s) => set(s.message('SET').arguments[1], { min: 5, max: 4 }),
  ],
  ['empty-range', 'a key longer at least than at most', (s) => set(s.message('GET').key, { bytesMin: 1025 })],
  [
    'empty-range',
    'bytes longer at least than at most',
    (s) => set(s.message('SCAN').arguments[3], { bytesMin: 2000 }),
  ],
  [
    'range-beyond-type',
    'a maximum that the type can not hold',
    (s) => set(s.message('SCAN').arguments[1], { max: 65536 }),
  ],
  [
    'unknown-type',
    'an argument of a type that does not exist',
    (s) => set(s.message('APPEND').arguments[0], { types: ['BLOB'] }),
  ],
  [
    'type-not-storable',
    'an argument of a type that is never stored',
    (s) => set(s.message('APPEND').arguments[0], { types: ['NONE'] }),
  ],
  [
    'unknown-type',
    'a result of a type that does not exist',
    (s) => s.message('GET').result.types.push('blob'),
  ],
  [
    'unknown-limit',
    'a bound that names no limit',
    (s) => set(s.message('GET').key, { bytesMax: 'keyBytesMaxx' }),
  ],
  [
    'version-unknown-flag',
    'a version when an unknown flag is set',
    (s) => set(s.message('GET').result.version, { when: 'ifBlue' }),
  ],
  [
    'unknown-error',
    'an error that is not in errors.json',
    (s) => set(s.message('GET').errors[0], { code: 'LOST' }),
  ],
  [
    'unknown-error',
    'a transport code as the error of an op',
    (s) => set(s.message('GET').errors[0], { code: 'BUSY' }),
  ],
  [
    'common-error-listed',
    'an error that is common to all',
    (s) => set(s.message('GET').errors[0], { code: 'MALFORMED' }),
  ],
  ['duplicate-error', 'an error twice', (s) => set(s.message('SET').errors[1], { code: 'CONDITION_FAILED' })],
  ['example-without-key', 'an example without its key', (s) => delete s.message('GET').examples[0].key],
  [
    'example-unknown-flag',
    'an example with an unknown flag',
    (s) => s.message('GET').examples[0].flags.push('ifBlue'),
  ],
  [
    'example-arguments',
    'an example without an argument',
    (s) => set(s.message('SET').examples[0], { arguments: {} }),
  ],
  [
    'example-arguments',
    'an example with an argument whose flag is not set',
    (s) => set(s.message('INCR').examples[0], { arguments: { amount: '1' } }),
  ],
  [
    'example-arguments',
    'an example with an unknown argument',
    (s) => set(s.message('GET').examples[0], { arguments: { colour: 1 } }),
  ],
  // types and errors
  ['duplicate-type', 'two types with one code', (s) => set(s.types.types[1], { code: 0 })],
  [
    'type-beyond-version-bit',
    'a type on the bit of the version',
    (s) => set(s.types.types[1], { code: 0x81 }),
  ],
  ['duplicate-status', 'two statuses with one code', (s) => set(s.errors.result[2], { code: 1 })],
  [
    'reserved-status',
    'a status on a reserved code',
    (s) => {
      s.errors.reserved.push({ code: 0x1d, prose: 'Kept free.' });
      set(s.errors.result[2], { code: 0x1d });
    },
  ],
  ['status-range', 'a result code among the transport codes', (s) => set(s.errors.result[2], { code: 0x2e })],
  [
    'status-range',
    'a transport code among the result codes',
    (s) => set(s.errors.transport[0], { code: 0x1e }),
  ],
  ['ok-is-zero', 'another code for OK', (s) => set(s.errors.result[0], { code: 0x1d })],
  // protocol
  ['datagram-type-clash', 'two datagrams of one type', (s) => set(s.protocol.datagrams[1], { code: 1 })],
  [
    'datagram-type-clash',
    'an open type that is a sealed one',
    (s) => set(s.protocol.datagrams[8], { code: 0x21 }),
  ],
  [
    'datagram-type-clash',
    'an open type that is no byte',
    (s) => set(s.protocol.datagrams[8], { code: 0xe0 }),
  ],
  [
    'length-is-not-sum-of-fields',
    'a datagram longer than its fields',
    (s) => set(s.protocol.datagrams[0], { bytes: 129 }),
  ],
  [
    'length-is-not-sum-of-fields',
    'a header shorter than its fields',
    (s) => set(s.protocol.header, { bytes: 11 }),
  ],
  [
    'length-is-not-sum-of-fields',
    'a frame longer than its fields',
    (s) => set(named(s.protocol.frames, 'PING'), { bytes: 9 }),
  ],
  ['duplicate-field', 'a field twice', (s) => set(s.protocol.header.fields[3], { name: 'sid', type: 'u48' })],
  ['rest-not-last', 'a rest with more behind it', (s) => named(s.protocol.frames, 'REQ').fields.reverse()],
  ['frame-type-clash', 'two frames of one type', (s) => set(named(s.protocol.frames, 'PONG'), { code: 8 })],
  [
    'frame-type-clash',
    'a frame of the type of padding',
    (s) => set(named(s.protocol.frames, 'PONG'), { code: 0 }),
  ],
  [
    'structure-without-place',
    'params in a datagram without room',
    (s) => set(s.protocol.structures[0], { within: 'HELLO' }),
  ],
  [
    'structure-without-place',
    'params larger than their room',
    (s) =>
      set(s.protocol.structures[0], {
        bytes: 2000,
        fields: [{ name: 'all', type: 'bytes[2000]', prose: 'Too much.' }],
      }),
  ],
  [
    'duplicate-reject-reason',
    'two reject reasons of one code',
    (s) => set(s.protocol.rejectReasons[1], { code: 1 }),
  ],
  [
    'duplicate-close-code',
    'two close codes of one name',
    (s) => set(s.protocol.closeCodes[1], { name: 'NORMAL' }),
  ],
  ['duplicate-dedup', 'two answers of one code', (s) => set(s.protocol.dedup[1], { code: 0 })],
  ['duplicate-limit', 'a limit twice', (s) => s.protocol.limits.push(s.protocol.limits[0])],
  [
    'duplicate-permission',
    'a permission twice',
    (s) => s.protocol.permissions.push(s.protocol.permissions[0]),
  ],
  ['empty-range', 'versions the wrong way round', (s) => set(s.protocol.versions, { min: 2 })],
  ['unknown-limit', 'a limit left out that others need', (s) => s.protocol.limits.shift()],
  ['limits-contradict', 'a key longer than its length field', (s) => limit(s, 'keyBytesMax', 70_000)],
  ['limits-contradict', 'a value larger than a message', (s) => limit(s, 'messageBytesMax', 1_048_576)],
  [
    'limits-contradict',
    'a returned value larger than a stored reply',
    (s) => limit(s, 'returnedValueBytesMax', 5_000),
  ],
  ['limits-contradict', 'a window beyond delta', (s) => limit(s, 'windowMax', 257)],
  ['limits-contradict', 'frames and datagrams that do not add up', (s) => limit(s, 'framesBytesMax', 1_180)],
  [
    'limits-contradict',
    'a fragment head larger than its overhead',
    (s) => {
      limit(s, 'fragmentOverheadBytes', 40);
      limit(s, 'fragmentDataBytes', 1_160);
    },
  ],
  ['limits-contradict', 'a replay window that is not its words', (s) => limit(s, 'replayWindow', 2_048)],
  [
    'limits-contradict',
    'a client that waits longer than the server remembers',
    (s) => timing(s, 'outcomeUnknownMs', 300_001),
  ],
];

function limit(spec: SpecCopy, name: string, value: number): void {
  set(named(spec.protocol.limits, name), { value });
}

function timing(spec: SpecCopy, name: string, value: number): void {
  set(named(spec.protocol.timings, name), { value });
}

test('the spec as it is breaks no rule', () => {
  const model = buildModel(specCopy());
  assert.ok(model.commands.length >= 22);
  assert.equal(model.limit('keyBytesMax'), 1024);
});

for (const [rule, what, breakIt] of cases)
  test(`${what} is refused as ${rule}`, () => {
    const spec = specCopy();
    breakIt(spec);
    assert.throws(
      () => buildModel(spec),
      (error) => {
        assert.ok(error instanceof SpecRefusal, String(error));
        assert.equal(error.rule, rule, error.message);
        assert.ok(error.message.includes('.json'), error.message);
        return true;
      },
    );
  });

test.run();
