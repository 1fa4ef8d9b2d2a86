/** What a released spec forbids its successor, by the name of each rule, and what it allows. */
import assert from 'node:assert/strict';
import { breaches, buildModel } from '@anoadb/codegen';
import { test } from 'uvu';
import { type Loose, type SpecCopy, specCopy } from './spec-copy.js';

type Case = readonly [rule: string, what: string, change: (spec: SpecCopy) => void];

const set = (entry: object, values: object): void => {
  Object.assign(entry, values);
};
const named = (list: Loose[], name: string): Loose => list.find((entry) => entry.name === name);
const remove = (list: Loose[], name: string): void => {
  list.splice(list.indexOf(named(list, name)), 1);
};

const refused: readonly Case[] = [
  ['command-removed', 'a command is gone', (s) => delete s.messages['11-count.json']],
  [
    'opcode-renumbered',
    'a command has another opcode',
    (s) => {
      s.messages['30-count.json'] = { ...s.message('COUNT'), opcode: 0x30 };
      delete s.messages['11-count.json'];
    },
  ],
  [
    'command-kind-changed',
    'a command needs another permission',
    (s) => set(s.message('COUNT'), { kind: 'admin' }),
  ],
  [
    'command-key-changed',
    'a command has a key all at once',
    (s) => {
      set(s.message('COUNT'), { key: s.message('GET').key });
      set(s.message('COUNT').examples[0], { key: 'k' });
    },
  ],
  ['flag-removed', 'a flag is gone', (s) => remove(s.message('GET').flags, 'raw')],
  [
    'flag-bit-changed-meaning',
    'two flags have changed places',
    (s) => {
      set(s.message('GET').flags[0], { bit: 1 });
      set(s.message('GET').flags[1], { bit: 0 });
    },
  ],
  [
    'flag-bit-changed-meaning',
    'a flag has moved to a free bit',
    (s) => set(s.message('GET').flags[0], { bit: 5 }),
  ],
  [
    'exclusive-added',
    'two flags exclude each other all at once',
    (s) => s.message('GET').exclusive.push(['withVersion', 'raw']),
  ],
  [
    'argument-removed',
    'an argument is gone',
    (s) => {
      s.message('INCRFLOAT').arguments.shift();
      s.message('INCRFLOAT').examples[0].arguments = {};
    },
  ],
  [
    'argument-type-changed',
    'an argument has another type',
    (s) => {
      set(s.message('SCAN').arguments[1], { type: 'u48' });
    },
  ],
  [
    'argument-condition-changed',
    'an argument has another condition',
    (s) => {
      set(s.message('EXPIRE').arguments[0], { when: 'absolute' });
      s.message('EXPIRE').examples[0].flags.push('absolute');
    },
  ],
  [
    'argument-range-narrowed',
    'a number that was accepted is refused',
    (s) => set(s.message('SCAN').arguments[1], { min: 2 }),
  ],
  [
    'argument-range-narrowed',
    'a number has a maximum all at once',
    (s) => set(s.message('SCAN').arguments[1], { max: 1000 }),
  ],
  [
    'argument-range-narrowed',
    'a type that was accepted is refused',
    (s) => s.message('APPEND').arguments[0].types.pop(),
  ],
  [
    'argument-without-new-flag',
    'an argument is inserted for everybody',
    (s) => {
      s.message('GET').arguments.unshift({ name: 'hint', type: 'u16', prose: 'New to all.' });
      for (const example of s.message('GET').examples) example.arguments = { hint: 1 };
    },
  ],
  [
    'argument-without-new-flag',
    'an argument is inserted behind an old flag',
    (s) => {
      s.message('GET').arguments.unshift({ name: 'hint', type: 'u16', when: 'raw', prose: 'New to some.' });
    },
  ],
  [
    'argument-order-changed',
    'arguments have changed places',
    (s) => {
      const list = s.message('SET').arguments;
      [list[0], list[1]] = [list[1], list[0]];
    },
  ],
  ['result-changed', 'a result has another type', (s) => s.message('COUNT').result.types.push('null')],
  ['result-changed', 'a result loses its version', (s) => set(s.message('SET').result, { version: 'never' })],
  [
    'error-renumbered',
    'an error has another code',
    (s) => set(named(s.errors.result, 'DENIED'), { code: 0x1e }),
  ],
  ['error-removed', 'an error is gone', (s) => remove(s.errors.transport, 'REPLY_GONE')],
  [
    'error-executed-changed',
    'an error says otherwise whether it was executed',
    (s) => set(named(s.errors.transport, 'DEADLINE'), { executed: 'no' }),
  ],
  ['type-renumbered', 'a type has another code', (s) => set(named(s.types.types, 'TEXT'), { code: 11 })],
  [
    'type-no-longer-storable',
    'a type can not be stored any more',
    (s) => {
      set(named(s.types.types, 'FLOAT'), { storable: false });
      const { types } = s.message('SCAN').arguments[2];
      types.splice(types.indexOf('FLOAT'), 1);
    },
  ],
  [
    'datagram-renumbered',
    'a datagram has another type',
    (s) => set(named(s.protocol.datagrams, 'REJECT'), { code: 0x0c }),
  ],
  [
    'layout-changed',
    'two fields of a frame have changed places',
    (s) => named(s.protocol.frames, 'PING').fields.reverse(),
  ],
  [
    'layout-changed',
    'a field of the handshake has another name',
    (s) => set(named(s.protocol.datagrams, 'AUTH').fields[3], { name: 'options' }),
  ],
  ['frame-removed', 'a frame is gone', (s) => remove(s.protocol.frames, 'WORKING')],
  [
    'reject-reason-renumbered',
    'a reject reason has another code',
    (s) => set(s.protocol.rejectReasons[0], { code: 9 }),
  ],
  [
    'close-code-renumbered',
    'a close code has another code',
    (s) => set(s.protocol.closeCodes[0], { code: 9 }),
  ],
  [
    'permission-renumbered',
    'a permission has another bit',
    (s) => set(s.protocol.permissions[0], { bit: 9 }),
  ],
  ['constant-changed', 'the magic byte has changed', (s) => set(s.protocol.magic, { value: 0xa2 })],
  [
    'limit-lowered',
    'a limit is lower',
    (s) => set(named(s.protocol.limits, 'opsPerRequestMax'), { value: 200 }),
  ],
  [
    'limit-raised',
    'a lower limit is higher',
    (s) => set(named(s.protocol.limits, 'keyBytesMin'), { value: 2 }),
  ],
  ['limit-removed', 'a limit is gone', (s) => remove(s.protocol.limits, 'socketBufferBytes')],
  [
    'limit-changed',
    'fragments are cut elsewhere',
    (s) => {
      set(named(s.protocol.limits, 'fragmentOverheadBytes'), { value: 50 });
      set(named(s.protocol.limits, 'fragmentDataBytes'), { value: 1150 });
    },
  ],
];

const allowed: readonly (readonly [what: string, change: (spec: SpecCopy) => void])[] = [
  ['nothing', () => {}],
  [
    'a new command',
    (s) => {
      s.messages['30-toy.json'] = {
        ...structuredClone(s.message('EXISTS')),
        name: 'TOY',
        identifier: 'toy',
        opcode: 0x30,
      };
    },
  ],
  [
    'a new flag with its argument in front of the old ones',
    (s) => {
      s.message('SET').flags.push({ name: 'hint', bit: 7, prose: 'A hint.' });
      s.message('SET').arguments.unshift({ name: 'hint', type: 'u16', when: 'hint', prose: 'The hint.' });
    },
  ],
  [
    'a new error and a new type',
    (s) => {
      s.errors.result.push({
        name: 'TIRED',
        code: 0x1d,
        executed: 'no',
        message: 'The server is tired.',
        prose: 'New.',
      });
      s.types.types.push({ name: 'SET_OF', code: 10, storable: true, wire: 'bytes', prose: 'New.' });
    },
  ],
  [
    'other prose, a higher limit, a reserved frame defined',
    (s) => {
      set(s.message('GET'), { prose: 'Better words.' });
      set(named(s.protocol.limits, 'sessionsMax'), { value: 9000 });
      const push = named(s.protocol.frames, 'PUSH');
      delete push.reserved;
      set(push, { bytes: 4, fields: [{ name: 'watch', type: 'u32', prose: 'Which watch.' }] });
    },
  ],
  ['a reserved type that can be stored', (s) => set(named(s.types.types, 'LIST'), { storable: true })],
];

for (const [rule, what, change] of refused)
  test(`${what}: refused as ${rule}`, () => {
    const next = specCopy();
    change(next);
    const found = breaches(specCopy(), buildModel(next));
    assert.ok(
      found.some((breach) => breach.rule === rule),
      `found ${JSON.stringify(found)}`,
    );
  });

for (const [what, change] of allowed)
  test(`${what}: allowed`, () => {
    const next = specCopy();
    change(next);
    assert.deepEqual(breaches(specCopy(), buildModel(next)), []);
  });

test('a spec that no longer speaks a released version is free', () => {
  const next = specCopy();
  delete next.messages['11-count.json'];
  set(next.protocol.versions, { min: 2, max: 2 });
  assert.deepEqual(breaches(specCopy(), buildModel(next)), []);
});

test.run();
