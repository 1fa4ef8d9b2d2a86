/** Generated op codecs against protocol-spec/vectors/ops.json, which the generator's reference encoder made. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as protocol from '@anoadb/protocol';
import {
  ByteReader,
  ByteWriter,
  type CommandInfo,
  commandNamed,
  commandTable,
  decodeOp,
  encodeOp,
  errorTable,
  Op,
  Status,
  TypedValue,
  ValueType,
} from '@anoadb/protocol';
import { test } from 'uvu';

type VectorArgument = number | string | { type: keyof typeof ValueType; hex: string };

interface OpVector {
  name: string;
  command: string;
  key: string;
  flags: string[];
  arguments: Record<string, VectorArgument>;
  bytes: string;
}

interface RefusedVector {
  name: string;
  status: keyof typeof Status;
  boundariesLost?: true;
  bytes: string;
}

const vectors: { seed: number; accepted: OpVector[]; random: OpVector[]; refused: RefusedVector[] } =
  JSON.parse(readFileSync(new URL('../../../protocol-spec/vectors/ops.json', import.meta.url), 'utf8'));
const sound = [...vectors.accepted, ...vectors.random];

const fromHex = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));
const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const TRAILING = new Set(['value', 'key', 'bytes']);

test('every command and every flag has an accepted vector', () => {
  for (const command of commandTable) {
    const own = vectors.accepted.filter((vector) => vector.command === command.name);
    assert.ok(own.length > 0, command.name);
    for (const flag of command.flags)
      assert.ok(
        own.some((vector) => vector.flags.includes(flag.name)),
        `${command.name} ${flag.name}`,
      );
    assert.ok(
      vectors.refused.some((vector) => vector.name.startsWith(`${command.name}: `)),
      command.name,
    );
  }
});

test('a decoded op has the fields of its vector, and 0 in all others', () => {
  const op = new Op(); // one object for all, so that anything left over from the last op shows
  for (const vector of sound) {
    const reader = new ByteReader().reset(fromHex(vector.bytes));
    assert.equal(decodeOp(reader, op), Status.OK, vector.name);
    assert.equal(reader.remaining, 0, vector.name);
    assert.deepEqual({ ...op, bytes: 0 }, expectedOp(vector), vector.name);
  }
});

test('a decoded op is encoded to the same bytes', () => {
  const op = new Op();
  const writer = new ByteWriter(16);
  for (const vector of sound) {
    decodeOp(new ByteReader().reset(fromHex(vector.bytes)), op);
    writer.reset();
    encodeOp(writer, op);
    assert.equal(toHex(writer.written()), vector.bytes, vector.name);
  }
});

test('the encoder of each command makes the bytes of its vectors', () => {
  const writer = new ByteWriter(16);
  for (const vector of sound) {
    writer.reset();
    encode(writer, vector);
    assert.equal(toHex(writer.written()), vector.bytes, vector.name);
  }
});

test('an op that breaks a rule is refused with the status that says so, and is stepped over', () => {
  const op = new Op();
  for (const vector of vectors.refused) {
    const reader = new ByteReader().reset(fromHex(vector.bytes));
    assert.equal(decodeOp(reader, op), Status[vector.status], vector.name);
    assert.equal(reader.failed, vector.boundariesLost ?? false, vector.name);
    if (!vector.boundariesLost) assert.equal(reader.remaining, 0, vector.name);
  }
});

test('an op with others around it is decoded as it is alone', () => {
  const other = fromHex(sound[0].bytes);
  const op = new Op();
  const alone = new Op();
  for (const vector of sound) {
    decodeOp(new ByteReader().reset(fromHex(vector.bytes)), alone);
    const reader = new ByteReader().reset(Buffer.concat([other, fromHex(vector.bytes), other]));
    assert.equal(decodeOp(reader, op), Status.OK, vector.name);
    assert.equal(decodeOp(reader, op), Status.OK, vector.name);
    const shift = (at: number): number => (at === 0 ? 0 : at + other.length);
    const { keyStart, keyEnd, valueStart, valueEnd } = alone;
    const shifted = { keyStart: shift(keyStart), keyEnd: shift(keyEnd) };
    const values = { valueStart: shift(valueStart), valueEnd: shift(valueEnd) };
    assert.deepEqual({ ...op, bytes: 0 }, { ...alone, bytes: 0, ...shifted, ...values }, vector.name);
    assert.equal(decodeOp(reader, op), Status.OK, vector.name);
    assert.equal(reader.remaining, 0, vector.name);
  }
});

test('an op reset is an op without key and arguments', () => {
  const op = new Op();
  for (const vector of vectors.random) {
    decodeOp(new ByteReader().reset(fromHex(vector.bytes)), op);
    op.reset(0x14);
    assert.deepEqual(op, Object.assign(new Op(), { opcode: 0x14 }), vector.name);
  }
});

test('the op after a refused one is read', () => {
  const good = fromHex(sound[0].bytes);
  const op = new Op();
  for (const vector of vectors.refused) {
    if (vector.boundariesLost) continue;
    const reader = new ByteReader().reset(Buffer.concat([fromHex(vector.bytes), good]));
    assert.notEqual(decodeOp(reader, op), Status.OK, vector.name);
    assert.equal(decodeOp(reader, op), Status.OK, vector.name);
    assert.equal(reader.remaining, 0, vector.name);
  }
});

test('every truncation of every vector loses the boundaries and is malformed', () => {
  const op = new Op();
  const reader = new ByteReader();
  for (const vector of [...sound, ...vectors.refused]) {
    const bytes = fromHex(vector.bytes);
    for (let end = 0; end < bytes.length; end++) {
      reader.reset(bytes, 0, end);
      assert.equal(decodeOp(reader, op), Status.MALFORMED, `${vector.name}, ${end} bytes`);
      assert.ok(reader.failed, `${vector.name}, ${end} bytes`);
    }
  }
});

test('what is accepted of mutated bytes is within its bounds and encodes to the same bytes', () => {
  const seed = Number(process.env['ANOA_TEST_SEED'] ?? 7);
  const random = xorshift(seed);
  const known = new Set(errorTable.map(({ code }) => code));
  const op = new Op();
  const reader = new ByteReader();
  const writer = new ByteWriter();
  let acceptedCount = 0;
  for (let round = 0; round < 60_000; round++) {
    const source = sound[random() % sound.length];
    if (source.bytes.length > 600) continue;
    const bytes = Buffer.concat([
      Buffer.alloc(3, 0x01),
      fromHex(source.bytes),
      Buffer.alloc(random() % 3, 0x01),
    ]);
    for (let flips = random() % 4; flips > 0; flips--) bytes[3 + (random() % (bytes.length - 3))] = random();
    const start = 3;
    const end = bytes.length - (random() % 2);
    reader.reset(bytes, start, end);
    const about = `seed ${seed}, round ${round}: ${toHex(bytes)}`;
    const status = decodeOp(reader, op);
    assert.ok(known.has(status), about);
    assert.equal(reader.end, end, about);
    assert.ok(reader.at <= end, about);
    if (status !== Status.OK) continue;
    acceptedCount++;
    assert.ok(
      op.keyStart >= start && op.keyEnd <= end && op.valueEnd <= end && op.valueStart <= op.valueEnd,
      about,
    );
    writer.reset();
    encodeOp(writer, op);
    assert.equal(toHex(writer.written()), toHex(bytes.subarray(start, reader.at)), about);
  }
  assert.ok(acceptedCount > 5_000, `only ${acceptedCount} were accepted`);
});

test('decoding allocates nothing to speak of', () => {
  const some = vectors.random.filter(isWithoutBigint);
  const batch = Buffer.concat(some.map((vector) => fromHex(vector.bytes)));
  const op = new Op();
  const reader = new ByteReader();
  const decodeBatches = (batchCount: number): void => {
    for (let i = 0; i < batchCount; i++) {
      reader.reset(batch);
      while (reader.remaining > 0) decodeOp(reader, op);
    }
  };
  decodeBatches(3_000); // until the code is compiled
  // A collection in between makes the heap smaller: such a round says nothing and is left out.
  const rounds: number[] = [];
  for (let round = 0; round < 50; round++) {
    const before = process.memoryUsage().heapUsed;
    decodeBatches(20);
    const grown = process.memoryUsage().heapUsed - before;
    if (grown >= 0) rounds.push(grown / (20 * some.length));
  }
  assert.ok(rounds.length > 25, `${rounds.length} rounds without a collection`);
  const median = rounds.sort((a, b) => a - b)[rounds.length >> 1];
  assert.ok(median < 4, `${median} bytes per op`);
});

test('a key that is too long, or a number beyond its field, is an error of the caller', () => {
  const writer = new ByteWriter();
  assert.throws(() => protocol.encodeGet(writer, { key: new Uint8Array(1025) }), /at most 1024 bytes/);
  assert.throws(() => protocol.encodeExpire(writer, { key: Uint8Array.of(1), timeMs: 2 ** 48 }), RangeError);
});

test('a value that can not be encoded leaves the writer where it was', () => {
  const writer = new ByteWriter();
  protocol.encodeGet(writer, { key: Uint8Array.of(1) });
  const before = writer.at;
  assert.throws(() => protocol.encodeSet(writer, { key: Uint8Array.of(1), value: 2n ** 64n }), RangeError);
  assert.equal(writer.at, before);
});

test('a SET takes any value and writes the type that the value has', () => {
  const writer = new ByteWriter();
  const op = new Op();
  for (const [value, type] of [
    [null, ValueType.NULL],
    [true, ValueType.BOOLEAN],
    [42, ValueType.INTEGER],
    [4.5, ValueType.FLOAT],
    ['x', ValueType.STRING],
    [[1], ValueType.JSON],
    [Uint8Array.of(1), ValueType.BYTES],
    [new TypedValue(ValueType.TEXT, Uint8Array.of(0x34)), ValueType.TEXT],
  ] as const) {
    writer.reset();
    protocol.encodeSet(writer, { key: Uint8Array.of(1), value: value as protocol.AnoaValue });
    assert.equal(decodeOp(new ByteReader().reset(writer.written()), op), Status.OK);
    assert.equal(op.type, type);
  }
});

function expectedOp(vector: OpVector): Record<string, unknown> {
  const command = commandNamed(vector.command)!;
  const byteCount = vector.bytes.length / 2;
  const keyEnd = 8 + vector.key.length / 2;
  const expected: Record<string, unknown> = { ...new Op(), bytes: 0 };
  Object.assign(expected, {
    opcode: command.opcode,
    flags: bitsOf(command, vector.flags),
    keyStart: 8,
    keyEnd,
  });
  for (const argument of command.arguments) {
    const given = vector.arguments[argument.name];
    if (given === undefined) continue;
    if (typeof given === 'object') expected['type'] = ValueType[given.type];
    else if (argument.type === 'type') expected['type'] = ValueType[given as keyof typeof ValueType];
    else if (argument.type === 'i64') expected[argument.name] = integer(given as string);
    else if (!TRAILING.has(argument.type)) expected[argument.name] = Number(given);
    if (TRAILING.has(argument.type)) {
      const hex = typeof given === 'object' ? given.hex : (given as string);
      expected['valueStart'] = byteCount - hex.length / 2;
      expected['valueEnd'] = byteCount;
    }
  }
  return expected;
}

/** Calls `encode<Command>` with the request that an SDK would build. */
function encode(writer: ByteWriter, vector: OpVector): void {
  const command = commandNamed(vector.command)!;
  const request: Record<string, unknown> = { key: fromHex(vector.key) };
  for (const flag of vector.flags) request[flag] = true;
  for (const argument of command.arguments) {
    const given = vector.arguments[argument.name];
    if (given === undefined) continue;
    if (typeof given === 'object')
      request[argument.name] = new TypedValue(ValueType[given.type], fromHex(given.hex));
    else if (argument.type === 'type') request[argument.name] = ValueType[given as keyof typeof ValueType];
    else if (argument.type === 'i64') request[argument.name] = integer(given as string);
    else if (TRAILING.has(argument.type)) request[argument.name] = fromHex(given as string);
    else request[argument.name] = Number(given);
  }
  const name = `encode${command.identifier[0].toUpperCase()}${command.identifier.slice(1)}`;
  const encoder = (protocol as unknown as Record<string, (writer: ByteWriter, request: unknown) => void>)[
    name
  ];
  encoder(writer, request);
}

function bitsOf(command: CommandInfo, flags: readonly string[]): number {
  return command.flags
    .filter(({ name }) => flags.includes(name))
    .reduce((bits, { bit }) => bits | (1 << bit), 0);
}

function integer(text: string): number | bigint {
  return Number.isSafeInteger(Number(text)) ? Number(text) : BigInt(text);
}

function isWithoutBigint(vector: OpVector): boolean {
  return vector.arguments['amount'] === undefined;
}

function xorshift(seed: number): () => number {
  let x = seed | 1;
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return x >>> 0;
  };
}

test.run();
