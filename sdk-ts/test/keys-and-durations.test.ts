import assert from 'node:assert';
import { test } from 'uvu';
import { type Duration, durationMs } from '../src/duration.js';
import { AnoaError } from '../src/errors.js';
import { keyBytes, lentKeyBytes, printableKey } from '../src/key.js';

test('a key is its UTF-8 bytes, or the bytes themselves', () => {
  assert.deepStrictEqual(keyBytes('é'), Uint8Array.of(0xc3, 0xa9));
  const bytes = Uint8Array.of(0, 255);
  assert.strictEqual(keyBytes(bytes), bytes);
  assert.strictEqual(keyBytes('__proto__').length, 9);
});

test('a key has 1 to 1024 bytes, counted as UTF-8', () => {
  assert.strictEqual(keyBytes('k'.repeat(1024)).length, 1024);
  assert.strictEqual(keyBytes('é'.repeat(512)).length, 1024);
  assert.strictEqual(keyBytes('😀').length, 4);
  assert.strictEqual(keyBytes('', true).length, 0);
  for (const key of ['', 'k'.repeat(1025), 'é'.repeat(513), new Uint8Array(0), new Uint8Array(1025)]) {
    assert.throws(() => keyBytes(key), { code: 'INVALID_KEY', name: 'AnoaError' });
  }
});

test('half a surrogate pair is refused: two keys would become one', () => {
  for (const key of ['\ud800', 'a\udc00b', '\udc00\ud800']) {
    assert.throws(() => keyBytes(key), /surrogate/);
  }
});

test('what is neither text nor bytes is refused', () => {
  for (const key of [1, null, undefined, {}, ['a']]) {
    assert.throws(() => keyBytes(key as unknown as string), AnoaError);
  }
});

test('lent bytes are those of the key, at every length and for every kind of key', () => {
  for (let length = 1; length <= 130; length++) {
    for (const letter of ['k', '\x7f', '\x80', 'é']) {
      const key = 'a'.repeat(length - 1) + letter;
      assert.deepStrictEqual(lentKeyBytes(key), keyBytes(key));
    }
  }
  assert.deepStrictEqual(lentKeyBytes(Uint8Array.of(255)), Uint8Array.of(255));
  for (const key of ['', 'k'.repeat(1025), '\ud800', 1, undefined]) {
    assert.throws(() => lentKeyBytes(key as string), { code: 'INVALID_KEY' });
  }
});

test('keys in messages are quoted, cut where long, and hex where bytes', () => {
  assert.strictEqual(printableKey('a"b\n'), '"a\\"b\\n"');
  assert.strictEqual(printableKey('x'.repeat(90)), `"${'x'.repeat(80)}"…`);
  assert.strictEqual(printableKey(Uint8Array.of(1, 171)), '0x01ab');
});

const durations: [Duration, number][] = [
  [1, 1],
  [0.2, 1],
  [1500, 1500],
  ['1ms', 1],
  ['250ms', 250],
  ['30s', 30_000],
  ['1.5s', 1500],
  ['5m', 300_000],
  ['12h', 43_200_000],
  ['7d', 604_800_000],
  [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
];

for (const [duration, ms] of durations) {
  test(`${duration} is ${ms} ms`, () => {
    assert.strictEqual(durationMs(duration, 'ttl'), ms);
  });
}

test('other durations are refused by the name of their option', () => {
  for (const duration of [0, -1, Number.NaN, '', '5', '5 m', 'm', '-5m', '1e3s', '5min', '0s', '5M', null]) {
    assert.throws(() => durationMs(duration as Duration, 'ttl'), /^AnoaError: ttl is /);
  }
});

test.run();
