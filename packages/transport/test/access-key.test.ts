/** Access keys as text: what is one, and that everything else is none. */

import assert from 'node:assert/strict';
import { freshSeed, SeededRandom } from '@anoadb/testkit';
import { test } from 'uvu';
import { formatAccessKey, keyIdOf, parseAccessKey, tweetnaclCrypto } from '../src/index.js';

const SEED = freshSeed();

test('zeros, ones and counted bytes have the text that base64url gives them', () => {
  for (const psk of [
    new Uint8Array(32),
    new Uint8Array(32).fill(255),
    Uint8Array.from({ length: 32 }, (_, i) => i * 7),
  ]) {
    const text = formatAccessKey(psk);
    assert.equal(text, `anoa1_${Buffer.from(psk).toString('base64url')}`);
    assert.deepEqual(parseAccessKey(text), psk);
  }
});

test(`a thousand random keys come back (seed ${SEED})`, () => {
  const random = new SeededRandom(SEED);
  for (let i = 0; i < 1000; i++) {
    const psk = random.bytes(32);
    assert.deepEqual(parseAccessKey(formatAccessKey(psk)), new Uint8Array(psk));
  }
});

const good = formatAccessKey(Uint8Array.from({ length: 32 }, (_, i) => i * 5));
const none: [string, string][] = [
  ['nothing', ''],
  ['the prefix alone', 'anoa1_'],
  ['a key without its prefix', good.slice('anoa1_'.length)],
  ['another version', good.replace('anoa1_', 'anoa2_')],
  ['another case of the prefix', good.replace('anoa1_', 'ANOA1_')],
  ['a character too few', good.slice(0, -1)],
  ['a character too many', `${good}A`],
  ['padding', `${good}=`],
  ['padding instead of the last character', `${good.slice(0, -1)}=`],
  ['space around', ` ${good.slice(0, -1)}`],
  ['a line end', `${good.slice(0, -1)}\n`],
  ['base64 that is not base64url', `${good.slice(0, 10)}+${good.slice(11)}`],
  ['a character beyond ASCII', `${good.slice(0, 10)}é${good.slice(11)}`],
];
for (const [name, text] of none) {
  test(`${name} is no key`, () => assert.equal(parseAccessKey(text), undefined));
}

test('of the last character only those without bits behind the key make one', () => {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const accepted = [...letters].filter((letter) => parseAccessKey(good.slice(0, -1) + letter) !== undefined);
  assert.equal(accepted.join(''), 'AEIMQUYcgkosw048');
});

test('only 32 bytes are formatted, and the refusal does not show them', () => {
  for (const length of [0, 31, 33]) assert.throws(() => formatAccessKey(new Uint8Array(length)), RangeError);
});

test('a key id depends on every bit of its key', () => {
  const psk = new Uint8Array(32);
  const ids = new Set([keyIdOf(psk, tweetnaclCrypto).join()]);
  for (let bit = 0; bit < 256; bit++) {
    const other = psk.slice();
    other[bit >> 3] ^= 1 << (bit & 7);
    ids.add(keyIdOf(other, tweetnaclCrypto).join());
  }
  assert.equal(ids.size, 257);
});

test.run();
