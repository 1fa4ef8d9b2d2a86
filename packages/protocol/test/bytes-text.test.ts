import assert from 'node:assert/strict';
import { ByteWriter, decodeUtf8, isValidUtf8, readBase64, writeBase64 } from '@anoadb/protocol';
import fc from 'fast-check';
import { test } from 'uvu';

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

test('every sequence of up to three bytes, and edges of four, is judged as the platform judges it', () => {
  const edges = [0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff];
  const bytes = new Uint8Array(4);
  for (let first = 0; first < 256; first++) {
    bytes[0] = first;
    agree(bytes, 1);
    for (const second of edges) {
      bytes[1] = second;
      agree(bytes, 2);
      for (const third of edges) {
        bytes[2] = third;
        agree(bytes, 3);
        if (first < 0xef) continue;
        for (const fourth of edges) {
          bytes[3] = fourth;
          agree(bytes, 4);
        }
      }
    }
  }
});

function agree(bytes: Uint8Array, byteCount: number): void {
  let expected: string | undefined;
  try {
    expected = strict.decode(bytes.subarray(0, byteCount));
  } catch {}
  // A sound continuation right behind the range must not be taken for a part of it.
  const longer = new Uint8Array(byteCount + 1).fill(0x80);
  longer.set(bytes.subarray(0, byteCount));
  assert.equal(isValidUtf8(longer, 0, byteCount), expected !== undefined, Buffer.from(bytes).toString('hex'));
  assert.equal(decodeUtf8(longer, 0, byteCount), expected);
}

test('long text with one byte changed is judged as the platform judges it', () => {
  const piece = fc.constantFrom('a', 'plain ascii text', 'é', '€uro', '😀', 'zażółć');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), fc.nat(), fc.nat(255), (pieces, position, byte) => {
      const bytes = new TextEncoder().encode(pieces.join(''));
      assert.ok(isValidUtf8(bytes));
      if (bytes.length > 0) bytes[position % bytes.length] = byte;
      agree(bytes, bytes.length);
    }),
    { numRuns: 3000 },
  );
});

test('text of any length is written as the platform writes it, and read back', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 120 }),
    fc.string({ unit: 'grapheme', maxLength: 120 }),
    fc.string({ unit: 'binary-ascii', maxLength: 120 }),
  );
  fc.assert(
    fc.property(text, fc.nat(100), (value, capacityBytes) => {
      const writer = new ByteWriter(capacityBytes);
      writer.u8(1);
      const byteCount = writer.utf8(value);
      assert.equal(byteCount, writer.at - 1);
      assert.deepEqual(Buffer.from(writer.bytes.slice(1, writer.at)), Buffer.from(value));
      assert.ok(isValidUtf8(writer.bytes, 1, writer.at));
      assert.equal(decodeUtf8(writer.bytes, 1, writer.at), value);
    }),
    { numRuns: 2000 },
  );
});

test('texts around the length where the platform takes over keep every character', () => {
  for (let length = 0; length < 100; length++) {
    for (const tail of ['', 'é', '€', '😀', '😀😀😀😀', '\ufffd', '\ufeff']) {
      const value = 'x'.repeat(length) + tail;
      for (const capacityBytes of [0, length, length + 1, 1000]) {
        const writer = new ByteWriter(capacityBytes);
        assert.equal(writer.utf8(value), Buffer.byteLength(value));
        assert.equal(decodeUtf8(writer.bytes, 0, writer.at), value);
      }
    }
  }
});

test('a lone surrogate is refused with its index, whatever the length, and nothing is written', () => {
  for (const prefix of ['', 'a', 'é', 'x'.repeat(200), 'é'.repeat(200)]) {
    for (const lone of ['\ud800', '\udbff', '\udc00', '\udfff', '\ud800a', '\ud800\ud800', '\udc00\ud800']) {
      for (const suffix of ['', 'é', 'y'.repeat(100)]) {
        const writer = new ByteWriter(1);
        assert.throws(
          () => writer.utf8(prefix + lone + suffix),
          new TypeError(`lone surrogate at index ${prefix.length}: UTF-8 cannot carry it`),
        );
        assert.equal(writer.at, 0);
      }
    }
  }
});

test('base64 is what the platform writes, and reads back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
      const text = new ByteWriter(0);
      writeBase64(text, bytes, 0, bytes.length);
      assert.equal(Buffer.from(text.written()).toString(), Buffer.from(bytes).toString('base64'));
      const back = new ByteWriter(0);
      assert.ok(readBase64(back, text.bytes, 0, text.at));
      assert.deepEqual(back.written(), bytes);
    }),
  );
});

test('base64 that another text would say better is refused', () => {
  for (const text of [
    'A',
    'AA',
    'AAA',
    'AA=A',
    'A===',
    '====',
    'AB==',
    'AAB=',
    'AA-A',
    'AA_A',
    'AA A',
    'AAAA=',
    '\u00e9AA',
  ]) {
    const writer = new ByteWriter();
    const bytes = Buffer.from(text);
    assert.equal(readBase64(writer, bytes, 0, bytes.length), false, text);
    assert.equal(writer.at, 0);
  }
});

test.run();
