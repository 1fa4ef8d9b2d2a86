// Random documents against an independent library, and junk against every decoder. ANOA_SEED repeats a run.
import assert from 'node:assert/strict';
import {
  ByteWriter,
  decodeValue,
  encodeValue,
  interpretText,
  isJsonText,
  isValidValue,
  type JsonValue,
  jsonTextOfValue,
  jsonToMessagePack,
  MalformedValueError,
  messagePackToJson,
  plainText,
  ValueType,
  writeInterpreted,
  writeValueOfJsonText,
} from '@anoadb/protocol';
import { Packr } from 'msgpackr';
import { test } from 'uvu';

const seed = Number(process.env['ANOA_SEED'] ?? 0) || Date.now() & 0x7fffffff;
// 'auto' is missing in its types: a number where that is exact, as with us.
const library = new Packr({ useRecords: false, variableMapSize: true, int64AsType: 'auto' as 'bigint' });
const random = randomFrom(seed);

test('documents mean the same to msgpackr, both ways', () => {
  withSeed(() => {
    for (let i = 0; i < 5000; i++) {
      const document = [randomDocument(4)];
      const writer = new ByteWriter(16);
      assert.equal(encodeValue(writer, document), ValueType.JSON);
      const ours = writer.written().slice();
      assert.deepEqual(library.unpack(ours), document);
      const theirs = library.pack(document);
      assert.ok(isValidValue(ValueType.JSON, theirs, 0, theirs.length));
      assert.deepEqual(decodeValue(ValueType.JSON, theirs, 0, theirs.length), document);
    }
  });
});

test('JSON text of random documents is JSON.stringify of them, and comes back to the same bytes', () => {
  withSeed(() => {
    for (let i = 0; i < 5000; i++) {
      const document = [randomDocument(4)];
      const writer = new ByteWriter(16);
      encodeValue(writer, document);
      const packed = writer.written().slice();
      const text = messagePackToJson(packed);
      assert.deepEqual(jsonToMessagePack(text), packed);
      if (Buffer.from(text).includes('-0.0') || hasUnsafeWhole(document)) continue;
      assert.deepEqual(JSON.parse(Buffer.from(text).toString()), document);
      // The platform's text, pretty or not, is read to the same value.
      for (const indent of [0, 2]) {
        const platformText = Buffer.from(JSON.stringify(document, null, indent));
        const fromPlatform = jsonToMessagePack(platformText);
        assert.deepEqual(decodeValue(ValueType.JSON, fromPlatform, 0, fromPlatform.length), document);
      }
    }
  });
});

test('our reading of JSON text agrees with the platform on every mutation, but for our limits', () => {
  withSeed(() => {
    const alphabet = Buffer.from('{}[]",:0123456789-+.eE\\u/btrfalsn \t\n\r\x00\x1f\x7fdD8"');
    let accepted = 0;
    for (let i = 0; i < 30_000; i++) {
      const bytes = Buffer.from(JSON.stringify([randomDocument(2)], bigintsAsNumbers));
      for (let n = random(3); n > 0; n--) mutate(bytes, alphabet);
      const end = bytes.length - (random(4) === 0 ? random(bytes.length) : 0);
      const ours = isJsonText(bytes, 0, end);
      const platform = platformReads(bytes.subarray(0, end));
      if (ours) accepted++;
      if (ours === platform) continue;
      // Where we may differ: lone surrogates in escapes, and numbers that no form of ours holds.
      const text = bytes.subarray(0, end).toString();
      assert.ok(platform && /\\u[dD][89a-fA-F]|\d{18}|[eE]\+?\d{3}/.test(text), text);
    }
    assert.ok(accepted > 3000);
  });
});

test('random and mutated bytes: decoders throw their own error only, and what they accept re-encodes', () => {
  withSeed(() => {
    let accepted = 0;
    for (let i = 0; i < 100_000; i++) {
      const bytes = i % 2 === 0 ? randomBytes(random(24)) : mutatedDocument();
      const isSound = isValidValue(ValueType.JSON, bytes, 0, bytes.length);
      assert.equal(
        refuses(() => decodeValue(ValueType.JSON, bytes, 0, bytes.length)),
        !isSound,
      );
      assert.equal(
        refuses(() => messagePackToJson(bytes)),
        !isSound,
      );
      if (!isSound) continue;
      accepted++;
      const text = messagePackToJson(bytes);
      const shortest = jsonToMessagePack(text);
      assert.deepEqual(messagePackToJson(shortest), text);
      assert.deepEqual(
        decodeValue(ValueType.JSON, shortest, 0, shortest.length),
        decodeValue(ValueType.JSON, bytes, 0, bytes.length),
      );
      // Read at another place of a buffer that goes on: nothing outside the range takes part.
      const shifted = Buffer.concat([Buffer.alloc(3, 0xff), bytes, Buffer.alloc(3, 0xff)]);
      assert.ok(isValidValue(ValueType.JSON, shifted, 3, 3 + bytes.length));
    }
    assert.ok(accepted > 10_000);
  });
});

test('random bytes of every type are decoded exactly where they are valid, and JSON text brings them back', () => {
  withSeed(() => {
    for (let i = 0; i < 60_000; i++) {
      const type = random(11);
      const bytes = i % 3 === 0 ? Buffer.from(randomText()) : randomBytes(random(3) === 0 ? 8 : random(12));
      const isSound = isValidValue(type, bytes, 0, bytes.length);
      assert.equal(
        refuses(() => decodeValue(type, bytes, 0, bytes.length)),
        !isSound,
      );
      assert.equal(
        refuses(() => plainText(type, bytes, 0, bytes.length)),
        !isSound,
      );
      if (!isSound || type === ValueType.JSON) continue;
      const text = Buffer.from(jsonTextOfValue(type, bytes, 0, bytes.length));
      JSON.parse(text.toString());
      const writer = new ByteWriter(1);
      assert.ok(writeValueOfJsonText(writer, type, text, 0, text.length));
      const isNaNWithPayload =
        type === ValueType.FLOAT && Number.isNaN(decodeValue(type, bytes, 0, bytes.length));
      if (!isNaNWithPayload) assert.deepEqual(Buffer.from(writer.written()), Buffer.from(bytes));
    }
  });
});

test('random text has a kind, whose wire form is valid and says the same text again', () => {
  withSeed(() => {
    const kinds = new Set<number>();
    for (let i = 0; i < 100_000; i++) {
      const text = i % 4 === 0 ? randomBytes(random(12)) : Buffer.from(randomText());
      const kind = interpretText(text, 0, text.length);
      kinds.add(kind);
      const writer = new ByteWriter(1);
      writeInterpreted(writer, kind, text, 0, text.length);
      assert.ok(isValidValue(kind, writer.bytes, 0, writer.at));
      if (kind === ValueType.JSON) continue;
      // The promise of the rule: what a person typed never changes.
      assert.deepEqual(Buffer.from(plainText(kind, writer.bytes, 0, writer.at)), Buffer.from(text));
    }
    assert.equal(kinds.size, 7);
  });
});

test('a megabyte of promises is refused in the time of its bytes', () => {
  // Each array promises as many items as there are bytes left, so counts alone would multiply.
  const bytes = new Uint8Array(1 << 20).fill(0xdd);
  assert.equal(isValidValue(ValueType.JSON, bytes, 0, bytes.length), false);
  const wide = new Uint8Array(1 << 20).fill(0xc0);
  wide.set([0xdd, 0x00, 0x0f, 0xff, 0xfc]);
  assert.equal(isValidValue(ValueType.JSON, wide, 0, wide.length), false);
  wide[4] = 0xfb;
  assert.equal(isValidValue(ValueType.JSON, wide, 0, wide.length), true);
});

function refuses(decode: () => unknown): boolean {
  try {
    decode();
    return false;
  } catch (error) {
    if (!(error instanceof MalformedValueError)) throw error;
    return true;
  }
}

function withSeed(run: () => void): void {
  try {
    run();
  } catch (error) {
    console.error(`ANOA_SEED=${seed}`);
    throw error;
  }
}

function randomDocument(depth: number): JsonValue {
  switch (random(depth > 0 ? 10 : 7)) {
    case 0:
      return null;
    case 1:
      return random(2) === 0;
    case 2:
      return random(300) - 150;
    case 3:
      return randomWhole();
    case 4:
      return (random(2 ** 30) - 2 ** 29 + 0.5) * 10 ** (random(600) - 300);
    case 5:
    case 6:
      return randomText();
    case 7:
    case 8:
      return Array.from({ length: random(random(10) === 0 ? 40 : 5) }, () => randomDocument(depth - 1));
    default: {
      const members: { [key: string]: JsonValue } = {};
      for (let n = random(random(10) === 0 ? 40 : 5); n > 0; n--)
        members[randomText()] = randomDocument(depth - 1);
      return members;
    }
  }
}

function randomWhole(): number | bigint {
  const bits = random(65);
  let value = 0n;
  for (let i = 0; i < bits; i++) value = value * 2n + BigInt(i === 0 ? 1 : random(2));
  if (random(2) === 0 && value < 2n ** 63n) value = -value;
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

function randomText(): string {
  const pieces = ['a', 'key', 'é', '€', '😀', '"', '\\', '\n', '\u0001', ' ', 'true', 'false', 'null'];
  pieces.push('0', '1', '9', '42', '-', '.', 'e', '+', '{', '}', '[', ']', ':', ',', '"a"', '1.5', 'e+2');
  if (random(8) === 0) return pieces[10 + random(3)];
  const digitsOnly = random(3) === 0;
  let text = digitsOnly && random(3) === 0 ? '-' : '';
  for (let n = random(random(8) === 0 ? 60 : 6); n > 0; n--) {
    text += digitsOnly ? '0123456789.'[random(random(4) === 0 ? 11 : 10)] : pieces[random(pieces.length)];
  }
  return text;
}

function mutatedDocument(): Uint8Array {
  const writer = new ByteWriter(64);
  encodeValue(writer, [randomDocument(2)]);
  const bytes = writer.written().slice(0, random(5) === 0 ? random(writer.at + 1) : writer.at);
  for (let n = random(3); n > 0 && bytes.length > 0; n--) bytes[random(bytes.length)] = random(256);
  return bytes;
}

function mutate(bytes: Uint8Array, alphabet: Uint8Array): void {
  bytes[random(bytes.length)] = random(10) === 0 ? random(256) : alphabet[random(alphabet.length)];
}

function platformReads(bytes: Uint8Array): boolean {
  try {
    JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
    return true;
  } catch {
    return false;
  }
}

function bigintsAsNumbers(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value;
}

/** Bigints, and floats that JSON.stringify writes like integers. */
function hasUnsafeWhole(value: JsonValue): boolean {
  if (typeof value === 'bigint') return true;
  if (typeof value === 'number') return Number.isInteger(value) && !Number.isSafeInteger(value);
  return typeof value === 'object' && value !== null && Object.values(value).some(hasUnsafeWhole);
}

function randomBytes(byteCount: number): Uint8Array {
  return Uint8Array.from({ length: byteCount }, () => random(256));
}

/** mulberry32: numbers below `bound` that a seed repeats. */
function randomFrom(start: number): (bound: number) => number {
  let state = start;
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * bound);
  };
}

test.run();
