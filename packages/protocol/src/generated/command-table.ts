// Generated from protocol-spec/messages/*.json by `npm run gen`: do not edit.

/** Every command as data, for doors, help and docs. */

import { type CommandKind, Opcode } from './opcodes.js';
import { Status } from './status.js';

export interface CommandFlag {
  readonly name: string;
  readonly bit: number;
  readonly prose: string;
}

export interface CommandArgument {
  readonly name: string;
  /** u16, u48, u64, i64, f64, type; or, to the end of the op: value, key, bytes. */
  readonly type: string;
  /** Flag that brings the argument; without it the argument is always there. */
  readonly when?: string;
  readonly prose: string;
}

export interface CommandInfo {
  readonly name: string;
  /** Camel case, as in the names of generated functions. */
  readonly identifier: string;
  readonly opcode: Opcode;
  readonly kind: CommandKind;
  readonly mutates: boolean;
  readonly alone: boolean;
  readonly hasKey: boolean;
  readonly keyProse: string;
  readonly replay: 'stored' | 'reread';
  readonly summary: string;
  readonly prose: string;
  readonly flags: readonly CommandFlag[];
  /** Names of flags of which at most one may be set. */
  readonly exclusive: readonly (readonly string[])[];
  readonly arguments: readonly CommandArgument[];
  /** Types of the value in a result; 'value' is any type that can be stored. */
  readonly result: { readonly types: readonly string[]; readonly version: string; readonly prose: string };
  readonly errors: readonly { readonly status: Status; readonly when: string }[];
  readonly cost: { readonly order: string; readonly growsWith: string };
  readonly examples: readonly { readonly about: string; readonly request: string; readonly answer: string }[];
}

/** All commands in the order of their opcodes. */
export const commandTable: readonly CommandInfo[] = [
  {
    name: 'GET', identifier: 'get', opcode: Opcode.GET,
    kind: 'read', mutates: false, alone: false, hasKey: true, replay: 'reread',
    keyProse: 'The key, 1 to 1024 bytes of any content.',
    summary: 'Read a value.',
    prose: 'Returns the value with its type. Text that came without a type is interpreted, once, and the kind is kept with the entry. A list is returned as json: an array of its elements, each interpreted.',
    flags: [
      { name: 'withVersion', bit: 0, prose: 'Return the version of the entry too, for a later ifVersion.' },
      { name: 'raw', bit: 1, prose: 'Untyped text is returned as TEXT, byte for byte, instead of being interpreted; an element of a list as a string.' },
    ],
    exclusive: [],
    arguments: [],
    result: { types: ['value'], version: 'when withVersion', prose: 'The value.' },
    errors: [
      { status: Status.NOT_FOUND, when: 'The key does not exist or has expired.' },
      { status: Status.VALUE_TOO_LARGE, when: 'A list would be a larger json value than the server allows.' },
    ],
    cost: { order: 'O(1)', growsWith: 'the size of the value, which is copied into the reply; of a list every element is interpreted' },
    examples: [
      { about: 'Read a user', request: 'GET user:1', answer: 'OK, the value' },
      { about: 'Read with the version for a compare-and-set', request: 'GET user:1 withVersion', answer: 'OK, the value and version 17' },
    ],
  },
  {
    name: 'SET', identifier: 'set', opcode: Opcode.SET,
    kind: 'write', mutates: true, alone: false, hasKey: true, replay: 'stored',
    keyProse: 'The key, 1 to 1024 bytes of any content.',
    summary: 'Write a value, with conditions and a time to live.',
    prose: 'Replaces the value, its type and its expiry. Without ttl, expireAt or keepTtl the entry does not expire, whatever was there before.',
    flags: [
      { name: 'ifAbsent', bit: 0, prose: 'Only where the key does not exist.' },
      { name: 'ifPresent', bit: 1, prose: 'Only where the key exists.' },
      { name: 'ifVersion', bit: 2, prose: 'Only where the entry has this version.' },
      { name: 'ttl', bit: 3, prose: 'Expires after ttlMs.' },
      { name: 'expireAt', bit: 4, prose: 'Expires at expireAtMs; a time that has passed leaves no entry.' },
      { name: 'keepTtl', bit: 5, prose: 'Keeps the expiry of the entry it replaces.' },
      { name: 'returnOld', bit: 6, prose: 'Returns the value that was there, also where a condition fails. Untyped text is returned interpreted.' },
    ],
    exclusive: [['ifAbsent', 'ifPresent', 'ifVersion'], ['ttl', 'expireAt', 'keepTtl']],
    arguments: [
      { name: 'version', type: 'u64', when: 'ifVersion', prose: 'The version that the entry must have. 0 never matches: use ifAbsent.' },
      { name: 'ttlMs', type: 'u48', when: 'ttl', prose: 'Time to live in milliseconds from when the server executes the op.' },
      { name: 'expireAtMs', type: 'u48', when: 'expireAt', prose: 'Unix time in milliseconds at which the entry expires.' },
      { name: 'value', type: 'value', prose: 'The value: its type, then its bytes to the end.' },
    ],
    result: { types: ['none', 'value'], version: 'always', prose: 'Nothing, or with returnOld the old value, NONE where there was none. The version is the new one; where ifVersion fails it is the current one, 0 where there is no entry.' },
    errors: [
      { status: Status.CONDITION_FAILED, when: 'ifAbsent and the key exists, or ifPresent and it does not.' },
      { status: Status.VERSION_MISMATCH, when: 'ifVersion and the entry has another version or does not exist.' },
      { status: Status.VALUE_TOO_LARGE, when: 'The value is larger than the server allows, or with returnOld the old value is larger than returnedValueBytesMax.' },
    ],
    cost: { order: 'O(1)', growsWith: 'the size of the value, which is copied' },
    examples: [
      { about: 'Keep a session for five minutes', request: 'SET session:9 ttlMs=300000 value="on"', answer: 'OK, version 18' },
      { about: 'Compare and set', request: 'SET user:1 version=17 value=42', answer: 'OK, version 19, or VERSION_MISMATCH with the current version' },
    ],
  },
  {
    name: 'DELETE', identifier: 'delete', opcode: Opcode.DELETE,
    kind: 'write', mutates: true, alone: false, hasKey: true, replay: 'stored',
    keyProse: 'The key, 1 to 1024 bytes of any content.',
    summary: 'Remove a key.',
    prose: 'Removes the entry, whatever its type.',
    flags: [
      { name: 'ifVersion', bit: 0, prose: 'Only where the entry has this version.' },
    ],
    exclusive: [],
    arguments: [
      { name: 'version', type: 'u64', when: 'ifVersion', prose: 'The version that the entry must have. 0 never matches: use ifAbsent.' },
    ],
    result: { types: ['none'], version: 'never', prose: 'Nothing. Where ifVersion fails the result carries the current version.' },
    errors: [
      { status: Status.NOT_FOUND, when: 'The key does not exist or has expired.' },
      { status: Status.VERSION_MISMATCH, when: 'ifVersion and the entry has another version.' },
    ],
    cost: { order: 'O(1)', growsWith: 'nothing' },
    examples: [
      { about: 'Remove a user', request: 'DELETE user:1', answer: 'OK' },
    ],
  },
  {
    name: 'EXISTS', identifier: 'exists', opcode: Opcode.EXISTS,
    kind: 'read', mutates: false, alone: false, hasKey: true, replay: 'stored',
    keyProse: 'The key, 1 to 1024 bytes of any content.',
    summary: 'Ask whether a key exists.',
    prose: 'Answers with a boolean, never with NOT_FOUND.',
    flags: [],
    exclusive: [],
    arguments: [],
    result: { types: ['boolean'], version: 'never', prose: 'Whether the key exists.' },
    errors: [],
    cost: { order: 'O(1)', growsWith: 'nothing' },
    examples: [
      { about: 'Is there such a user?', request: 'EXISTS user:1', answer: 'OK, true' },
    ],
  },
  {
    name: 'TTL', identifier: 'ttl', opcode: Opcode.TTL,
    kind: 'read', mutates: false, alone: false, hasKey: true, replay: 'stored',
    keyProse: 'The key, 1 to 1024 bytes of any content.',
    summary: 'Ask how long a key will live.',
    prose: 'The time left, or with absolute the Unix time of expiry.',
    flags: [
      { name: 'absolute', bit: 0, prose: 'Return the Unix time of expiry in milliseconds instead of the time left.' },
    ],
    exclusive: [],
    arguments: [],
    result: { types: ['integer', 'null'], version: 'never', prose: 'Milliseconds, or null where the entry does not expire.' },
    errors: [
      { status: Status.NOT_FOUND, when: 'The key does not exist or has expired.' },
    ],
    cost: { order: 'O(1)', growsWith: 'nothing' },
    examples: [
      { about: 'How long will the session live?', request: 'TTL session:9', answer: 'OK, 299000' },
    ],
  },
  {
    name: 'EXPIRE', identifier: 'expire', opcode: Opcode.EXPIRE,
    kind: 'write', mutates: true, alone: false, hasKey: true, replay: 'stored',
    keyProse: 'The key, 1 to 1024 bytes of any content.',
    summary: 'Set when a key expires.',
    prose: 'Sets the expiry of an entry and leaves its value alone. A time of 0 from now, or in the past, removes it. For ifLater and ifEarlier no expiry counts as infinitely late.',
    flags: [
      { name: 'absolute', bit: 0, prose: 'timeMs is a Unix time instead of a time from now.' },
      { name: 'ifNone', bit: 1, prose: 'Only where the entry does not expire.' },
      { name: 'ifSome', bit: 2, prose: 'Only where the entry does expire.' },
      { name: 'ifLater', bit: 3, prose: 'Only where the new expiry is later than the present one.' },
      { name: 'ifEarlier', bit: 4, prose: 'Only where the new expiry is earlier than the present one.' },
    ],
    exclusive: [['ifNone', 'ifSome'], ['ifNone', 'ifLater', 'ifEarlier']],
    arguments: [
      { name: 'timeMs', type: 'u48', prose: 'Milliseconds from now, or with absolute since 1970.' },
    ],
    result: { types: ['none'], version: 'always', prose: 'Nothing; the version is the new one.' },
    errors: [
      { status: Status.NOT_FOUND, when: 'The key does not exist or has expired.' },
      { status: Status.CONDITION_FAILED, when: 'ifNone, ifSome, ifLater or ifEarlier does not hold.' },
    ],
    cost: { order: 'O(1)', growsWith: 'nothing' },
    examples: [
      { about: 'Let it expire in a minute', request: 'EXPIRE session:9 timeMs=60000', answer: 'OK, version 20' },
    ],
  },
  {
    name: 'PERSIST', identifier: 'persist', opcode: Opcode.PERSIST,
    kind: 'write', mutates: true, alone: false, hasKey: true, replay: 'stored',
    keyProse: 'The key, 1 to 1024 bytes of any content.',
    summary: 'Let a key live for ever.',
    prose: 'Removes the expiry of an entry. The version changes only where there was one.',
    flags: [],
    exclusive: [],
    arguments: [],
    result: { types: ['boolean'], version: 'always', prose: 'Whether an expiry was removed.' },
    errors: [
      { status: Status.NOT_FOUND, when: 'The key does not exist or has expired.' },
    ],
    cost: { order: 'O(1)', growsWith: 'nothing' },
    examples: [
      { about: 'Keep the session', request: 'PERSIST session:9', answer: 'OK, true, version 21' },
    ],
  },
  {
    name: 'INCR', identifier: 'incr', opcode: Opcode.INCR,
    kind: 'write', mutates: true, alone: false, hasKey: true, replay: 'stored',
    keyProse: 'The key, 1 to 1024 bytes of any content.',
    summary: 'Add to an integer.',
    prose: 'Adds the amount, 1 without the flag, to an integer, exactly. A missing key counts as 0. Works on integers and on untyped text that is interpreted as one, which stays untyped text.',
    flags: [
      { name: 'amount', bit: 0, prose: 'Add this amount, which may be negative, instead of 1.' },
      { name: 'ttl', bit: 1, prose: 'Where the op creates the key it expires after ttlMs; an existing entry keeps its expiry.' },
    ],
    exclusive: [],
    arguments: [
      { name: 'amount', type: 'i64', when: 'amount', prose: 'What to add.' },
      { name: 'ttlMs', type: 'u48', when: 'ttl', prose: 'Time to live in milliseconds from when the server executes the op.' },
    ],
    result: { types: ['integer'], version: 'always', prose: 'The sum.' },
    errors: [
      { status: Status.TYPE_MISMATCH, when: 'The value is not an integer.' },
      { status: Status.OVERFLOW, when: 'The sum would leave int64.' },
    ],
    cost: { order: 'O(1)', growsWith: 'nothing' },
    examples: [
      { about: 'Count a hit', request: 'INCR hits', answer: 'OK, 1, version 22' },
      { about: 'Take five', request: 'INCR stock amount=-5', answer: 'OK, 37, version 23' },
    ],
  },
  {
    name: 'INCRFLOAT', identifier: 'incrFloat', opcode: Opcode.INCRFLOAT,
    kind: 'write', mutates: true, alone: false, hasKey: true, replay: 'stored',
    keyProse: 'The key, 1 to 1024 bytes of any content.',
    summary: 'Add to a float.',
    prose: 'Adds a float. A missing key counts as 0. Works on floats, integers and untyped text that is interpreted as either; the result is a float, or stays untyped text.',
    flags: [
      { name: 'ttl', bit: 0, prose: 'Where the op creates the key it expires after ttlMs; an existing entry keeps its expiry.' },
    ],
    exclusive: [],
    arguments: [
      { name: 'amountFloat', type: 'f64', prose: 'What to add, a finite number.' },
      { name: 'ttlMs', type: 'u48', when: 'ttl', prose: 'Time to live in milliseconds from when the server executes the op.' },
    ],
    result: { types: ['float'], version: 'always', prose: 'The sum.' },
    errors: [
      { status: Status.TYPE_MISMATCH, when: 'The value is not a number.' },
      { status: Status.OVERFLOW, when: 'The sum is not finite.' },
    ],
    cost: { order: 'O(1)', growsWith: 'nothing' },
    examples: [
      { about: 'Add to a balance', request: 'INCRFLOAT litres amountFloat=2.5', answer: 'OK, 12.5, version 24' },
    ],
  },
  {
    name: 'APPEND', identifier: 'append', opcode: Opcode.APPEND,
    kind: 'write', mutates: true, alone: false, hasKey: true, replay: 'stored',
    keyProse: 'The key, 1 to 1024 bytes of any content.',
    summary: 'Add to the end of a value.',
    prose: 'Adds bytes to the end of a string, bytes or untyped text. A missing key is created with the value and its type; an existing one keeps its type. A string must stay valid UTF-8.',
    flags: [],
    exclusive: [],
    arguments: [
      { name: 'value', type: 'value', prose: 'What to add: a string, bytes or text.' },
    ],
    result: { types: ['integer'], version: 'always', prose: 'The new length in bytes.' },
    errors: [
      { status: Status.TYPE_MISMATCH, when: 'The stored value, or the one sent, is not a string, bytes or text; or the string would not be valid UTF-8.' },
      { status: Status.VALUE_TOO_LARGE, when: 'The value is larger than the server allows.' },
    ],
    cost: { order: 'O(n)', growsWith: 'the size of the value where its place has no room left, else only what is added' },
    examples: [
      { about: 'Add a line to a log', request: 'APPEND log value="started\\n"', answer: 'OK, 8, version 25' },
    ],
  },
  {
    name: 'LENGTH', identifier: 'length', opcode: Opcode.LENGTH,
    kind: 'read', mutates: false, alone: false, hasKey: true, replay: 'stored',
    keyProse: 'The key, 1 to 1024 bytes of any content.',
    summary: 'Ask for the length of a value.',
    prose: 'Bytes of a string, bytes or text; members of a json array or object; elements of a list.',
    flags: [],
    exclusive: [],
    arguments: [],
    result: { types: ['integer'], version: 'never', prose: 'The length.' },
    errors: [
      { status: Status.NOT_FOUND, when: 'The key does not exist or has expired.' },
      { status: Status.TYPE_MISMATCH, when: 'The value has no length: null, a boolean or a number.' },
    ],
    cost: { order: 'O(1)', growsWith: 'nothing' },
    examples: [
      { about: 'How long is the log?', request: 'LENGTH log', answer: 'OK, 8' },
    ],
  },
  {
    name: 'GETDELETE', identifier: 'getDelete', opcode: Opcode.GETDELETE,
    kind: 'write', mutates: true, alone: false, hasKey: true, replay: 'stored',
    keyProse: 'The key, 1 to 1024 bytes of any content.',
    summary: 'Read a value and remove its key.',
    prose: 'Returns the value and removes the entry, as one op. A value that could not be kept for a retry is refused, and then nothing changes.',
    flags: [
      { name: 'raw', bit: 0, prose: 'Untyped text is returned as TEXT, byte for byte, instead of being interpreted.' },
    ],
    exclusive: [],
    arguments: [],
    result: { types: ['value'], version: 'never', prose: 'The value that was removed.' },
    errors: [
      { status: Status.NOT_FOUND, when: 'The key does not exist or has expired.' },
      { status: Status.VALUE_TOO_LARGE, when: 'The value is larger than returnedValueBytesMax: use GET and DELETE with ifVersion.' },
    ],
    cost: { order: 'O(1)', growsWith: 'nothing, as the value is at most 1024 bytes' },
    examples: [
      { about: 'Take a job', request: 'GETDELETE job:1', answer: 'OK, the value' },
    ],
  },
  {
    name: 'GETEXPIRE', identifier: 'getExpire', opcode: Opcode.GETEXPIRE,
    kind: 'write', mutates: true, alone: false, hasKey: true, replay: 'reread',
    keyProse: 'The key, 1 to 1024 bytes of any content.',
    summary: 'Read a value and set when its key expires.',
    prose: 'Returns the value and changes the expiry; without a flag for the expiry it leaves that alone.',
    flags: [
      { name: 'raw', bit: 0, prose: 'Untyped text is returned as TEXT, byte for byte, instead of being interpreted.' },
      { name: 'ttl', bit: 1, prose: 'Expires after ttlMs.' },
      { name: 'expireAt', bit: 2, prose: 'Expires at expireAtMs; a time that has passed removes the entry after reading it.' },
      { name: 'persist', bit: 3, prose: 'Removes the expiry.' },
    ],
    exclusive: [['ttl', 'expireAt', 'persist']],
    arguments: [
      { name: 'ttlMs', type: 'u48', when: 'ttl', prose: 'Time to live in milliseconds from when the server executes the op.' },
      { name: 'expireAtMs', type: 'u48', when: 'expireAt', prose: 'Unix time in milliseconds at which the entry expires.' },
    ],
    result: { types: ['value'], version: 'always', prose: 'The value; the version is that of the entry after the op, or of its removal.' },
    errors: [
      { status: Status.NOT_FOUND, when: 'The key does not exist or has expired.' },
      { status: Status.VALUE_TOO_LARGE, when: 'A list would be a larger json value than the server allows; nothing is changed.' },
    ],
    cost: { order: 'O(1)', growsWith: 'the size of the value, which is copied into the reply; of a list every element is interpreted' },
    examples: [
      { about: 'Read a session and give it five minutes more', request: 'GETEXPIRE session:9 ttlMs=300000', answer: 'OK, the value, version 26' },
    ],
  },
  {
    name: 'RENAME', identifier: 'rename', opcode: Opcode.RENAME,
    kind: 'write', mutates: true, alone: false, hasKey: true, replay: 'stored',
    keyProse: 'The key, 1 to 1024 bytes of any content.',
    summary: 'Give an entry another key.',
    prose: 'Moves the entry with its value, type and expiry, and replaces what the new key held. A key renamed to itself changes nothing but the version.',
    flags: [
      { name: 'ifAbsent', bit: 0, prose: 'Only where the new key does not exist.' },
    ],
    exclusive: [],
    arguments: [
      { name: 'newKey', type: 'key', prose: 'The new key, 1 to 1024 bytes.' },
    ],
    result: { types: ['none'], version: 'always', prose: 'Nothing; the version is the new one.' },
    errors: [
      { status: Status.NOT_FOUND, when: 'The key does not exist or has expired.' },
      { status: Status.CONDITION_FAILED, when: 'ifAbsent and the new key exists.' },
    ],
    cost: { order: 'O(1)', growsWith: 'the size of the value, which is copied' },
    examples: [
      { about: 'Publish a draft', request: 'RENAME draft:1 newKey=post:1', answer: 'OK, version 27' },
    ],
  },
  {
    name: 'TYPE', identifier: 'type', opcode: Opcode.TYPE,
    kind: 'read', mutates: false, alone: false, hasKey: true, replay: 'stored',
    keyProse: 'The key, 1 to 1024 bytes of any content.',
    summary: 'Ask for the type of a value.',
    prose: 'The name of the type in lower case; untyped text is interpreted.',
    flags: [
      { name: 'raw', bit: 0, prose: 'Say `text` of untyped text instead of what it is interpreted as.' },
    ],
    exclusive: [],
    arguments: [],
    result: { types: ['string'], version: 'never', prose: 'null, boolean, integer, float, string, json, bytes, list or text.' },
    errors: [
      { status: Status.NOT_FOUND, when: 'The key does not exist or has expired.' },
    ],
    cost: { order: 'O(1)', growsWith: 'nothing; the first interpretation of a text takes time with its size' },
    examples: [
      { about: 'What is it?', request: 'TYPE hits', answer: 'OK, "integer"' },
    ],
  },
  {
    name: 'SCAN', identifier: 'scan', opcode: Opcode.SCAN,
    kind: 'read', mutates: false, alone: false, hasKey: true, replay: 'reread',
    keyProse: 'A prefix that the keys must have; empty = all keys.',
    summary: 'List keys, a page at a time.',
    prose: 'Start with cursor 0 and go on with the cursor returned until that is 0. A key that exists throughout is returned, whatever else changes meanwhile; one that comes or goes meanwhile may be. A key may come twice. A page may be empty before the end. A cursor outlives a restart of the server.',
    flags: [
      { name: 'pattern', bit: 0, prose: 'Only keys that match the glob pattern: * ? [a-z] [^a] and \\ before a character to take it as it is.' },
      { name: 'type', bit: 1, prose: 'Only entries of this type. Untyped text counts as what it is interpreted as, and as TEXT.' },
      { name: 'withTypes', bit: 2, prose: 'Return the type of each entry, interpreted, after its key.' },
    ],
    exclusive: [],
    arguments: [
      { name: 'cursor', type: 'u64', prose: '0 to start, then what the last page returned.' },
      { name: 'count', type: 'u16', prose: 'How many entries to look at, at least 1; the server may look at fewer, and ends a page early that would be large or take long.' },
      { name: 'type', type: 'type', when: 'type', prose: 'The type.' },
      { name: 'pattern', type: 'bytes', when: 'pattern', prose: 'The pattern, to the end.' },
    ],
    result: { types: ['bytes'], version: 'never', prose: 'cursor u64 (0 = done), n u16, then n times: keyLen u16, key and, with withTypes, type u8.' },
    errors: [],
    cost: { order: 'O(count)', growsWith: 'count; a whole scan takes time with the number of keys in the database, not with the number that match' },
    examples: [
      { about: 'All users, a hundred at a time', request: 'SCAN user: cursor=0 count=100', answer: 'OK, a cursor and up to 100 keys' },
    ],
  },
  {
    name: 'COUNT', identifier: 'count', opcode: Opcode.COUNT,
    kind: 'read', mutates: false, alone: false, hasKey: false, replay: 'stored',
    keyProse: '',
    summary: 'Ask how many keys there are.',
    prose: 'Entries in the database. Those that have expired and not yet been removed may be counted.',
    flags: [],
    exclusive: [],
    arguments: [],
    result: { types: ['integer'], version: 'never', prose: 'The number of keys.' },
    errors: [],
    cost: { order: 'O(1)', growsWith: 'nothing' },
    examples: [
      { about: 'How many keys?', request: 'COUNT', answer: 'OK, 1000000' },
    ],
  },
  {
    name: 'FLUSH', identifier: 'flush', opcode: Opcode.FLUSH,
    kind: 'admin', mutates: true, alone: false, hasKey: false, replay: 'stored',
    keyProse: '',
    summary: 'Remove all keys.',
    prose: 'Removes every entry at once. There is no way back, so it is refused as MALFORMED in an atomic request.',
    flags: [],
    exclusive: [],
    arguments: [],
    result: { types: ['integer'], version: 'never', prose: 'How many keys were removed.' },
    errors: [],
    cost: { order: 'O(n)', growsWith: 'the memory in use, freed in bounded steps' },
    examples: [
      { about: 'Empty the database', request: 'FLUSH', answer: 'OK, 1000000' },
    ],
  },
  {
    name: 'STATS', identifier: 'stats', opcode: Opcode.STATS,
    kind: 'read', mutates: false, alone: false, hasKey: false, replay: 'reread',
    keyProse: '',
    summary: 'Ask how the server is.',
    prose: 'Version, uptime, memory, entries, sessions and counters, as an object. Names are only added, never changed.',
    flags: [],
    exclusive: [],
    arguments: [],
    result: { types: ['json'], version: 'never', prose: 'An object.' },
    errors: [],
    cost: { order: 'O(1)', growsWith: 'nothing' },
    examples: [
      { about: 'How is it?', request: 'STATS', answer: 'OK, an object' },
    ],
  },
  {
    name: 'PING', identifier: 'ping', opcode: Opcode.PING,
    kind: 'read', mutates: false, alone: false, hasKey: false, replay: 'reread',
    keyProse: '',
    summary: 'Ask whether the server answers.',
    prose: 'Returns the bytes it was sent. Goes the whole way through the server, unlike the frame of the same name.',
    flags: [],
    exclusive: [],
    arguments: [
      { name: 'payload', type: 'bytes', prose: 'What to echo, to the end; may be empty.' },
    ],
    result: { types: ['bytes'], version: 'never', prose: 'The same bytes.' },
    errors: [],
    cost: { order: 'O(n)', growsWith: 'the bytes sent' },
    examples: [
      { about: 'Are you there?', request: 'PING payload="hello"', answer: 'OK, hello' },
    ],
  },
  {
    name: 'CHECK', identifier: 'check', opcode: Opcode.CHECK,
    kind: 'read', mutates: false, alone: false, hasKey: true, replay: 'stored',
    keyProse: 'The key, 1 to 1024 bytes of any content.',
    summary: 'Check a condition, for an atomic request.',
    prose: 'Changes nothing. In an atomic request a check that fails keeps all the ops from being applied. Without a flag it always holds.',
    flags: [
      { name: 'ifAbsent', bit: 0, prose: 'The key must not exist.' },
      { name: 'ifPresent', bit: 1, prose: 'The key must exist.' },
      { name: 'ifVersion', bit: 2, prose: 'The entry must have this version.' },
    ],
    exclusive: [['ifAbsent', 'ifPresent', 'ifVersion']],
    arguments: [
      { name: 'version', type: 'u64', when: 'ifVersion', prose: 'The version that the entry must have. 0 never matches: use ifAbsent.' },
    ],
    result: { types: ['none'], version: 'never', prose: 'Nothing. Where ifVersion fails the result carries the current version, 0 where there is no entry.' },
    errors: [
      { status: Status.CONDITION_FAILED, when: 'ifAbsent or ifPresent does not hold.' },
      { status: Status.VERSION_MISMATCH, when: 'ifVersion does not hold.' },
    ],
    cost: { order: 'O(1)', growsWith: 'nothing' },
    examples: [
      { about: 'Only if nobody wrote it since', request: 'CHECK user:1 version=17', answer: 'OK, or VERSION_MISMATCH with the current version' },
    ],
  },
  {
    name: 'SNAPSHOT', identifier: 'snapshot', opcode: Opcode.SNAPSHOT,
    kind: 'admin', mutates: true, alone: true, hasKey: false, replay: 'stored',
    keyProse: '',
    summary: 'Write a snapshot now.',
    prose: 'Writes an encrypted snapshot and answers when it is on disk; WORKING is sent meanwhile. Must be the only op of its request, which must not be atomic; else MALFORMED.',
    flags: [],
    exclusive: [],
    arguments: [],
    result: { types: ['json'], version: 'never', prose: 'An object: generation, entries, bytes, elapsedMs.' },
    errors: [
      { status: Status.SNAPSHOT_FAILED, when: 'The files could not be written, for want of room for example.' },
    ],
    cost: { order: 'O(n)', growsWith: 'the number of entries and their size, in slices of at most 1 ms' },
    examples: [
      { about: 'Before an upgrade', request: 'SNAPSHOT', answer: 'OK, {"generation":4,"entries":1000000,"bytes":73400320,"elapsedMs":2100}' },
    ],
  },
  {
    name: 'COPY', identifier: 'copy', opcode: Opcode.COPY,
    kind: 'write', mutates: true, alone: false, hasKey: true, replay: 'stored',
    keyProse: 'The key, 1 to 1024 bytes of any content.',
    summary: 'Give a copy of an entry another key.',
    prose: 'Copies the entry with its value, type and expiry, and replaces what the new key held. The entry itself stays as it is. A key copied to itself changes nothing but the version.',
    flags: [
      { name: 'ifAbsent', bit: 0, prose: 'Only where the new key does not exist.' },
    ],
    exclusive: [],
    arguments: [
      { name: 'newKey', type: 'key', prose: 'The new key, 1 to 1024 bytes.' },
    ],
    result: { types: ['none'], version: 'always', prose: 'Nothing; the version is the new one.' },
    errors: [
      { status: Status.NOT_FOUND, when: 'The key does not exist or has expired.' },
      { status: Status.CONDITION_FAILED, when: 'ifAbsent and the new key exists.' },
    ],
    cost: { order: 'O(1)', growsWith: 'the size of the value, which is copied' },
    examples: [
      { about: 'Work on a draft of a post', request: 'COPY post:1 newKey=draft:1', answer: 'OK, version 28' },
      { about: 'Only where nobody has begun one', request: 'COPY post:1 ifAbsent newKey=draft:1', answer: 'OK, version 28, or CONDITION_FAILED' },
    ],
  },
];

const byOpcode: (CommandInfo | undefined)[] = new Array(256).fill(undefined);
for (const command of commandTable) byOpcode[command.opcode] = command;
const byName = new Map(commandTable.map((command) => [command.name, command]));

/** The command with this opcode, if there is one. */
export function commandOf(opcode: number): CommandInfo | undefined {
  return byOpcode[opcode];
}

/** The command with this name in capitals, if there is one. */
export function commandNamed(name: string): CommandInfo | undefined {
  return byName.get(name);
}
