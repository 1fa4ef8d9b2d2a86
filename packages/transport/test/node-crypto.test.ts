/** Which cryptography of the platform is used, and that nothing but the reference's bytes is ever accepted. */

import assert from 'node:assert/strict';
import { test } from 'uvu';
import { tweetnaclCrypto } from '../src/crypto.js';
import { choosePlatformCrypto, platformCandidates } from '../src/node-crypto.js';
import { tweetnaclSealCrypto } from '../src/seal-crypto.js';

test('hashes and X25519 of the platform are taken where they give the bytes of the reference', () => {
  const { names } = choosePlatformCrypto();
  assert.equal(names.hashes, 'node:crypto');
  assert.equal(names.x25519, 'node:crypto');
  const hasSodium = platformCandidates().boxes !== undefined;
  assert.equal(names.secretbox, hasSodium ? 'sodium-native' : 'tweetnacl');
});

test('where nothing of the platform is there, the reference does everything', () => {
  const { names, crypto } = choosePlatformCrypto({
    hashes: undefined,
    exchange: undefined,
    boxes: undefined,
  });
  assert.deepEqual(names, { hashes: 'tweetnacl', x25519: 'tweetnacl', secretbox: 'tweetnacl' });
  assert.equal(crypto, tweetnaclCrypto);
});

test('a hash, a key exchange or a box that differs in one byte, or throws, is not used', () => {
  const good = platformCandidates();
  const reference = tweetnaclSealCrypto();
  const boxes = good.boxes ?? reference;
  const exchange = good.exchange!;
  const hashes = good.hashes!;
  const fails = () => {
    throw new Error('disabled by policy');
  };
  for (const wrong of [
    { ...hashes, sha512: (data: Uint8Array) => hashes.sha512(data).fill(0, 63) },
    { ...hashes, hmacSha512: () => new Uint8Array(32) },
    { ...hashes, hmacSha512: fails },
  ]) {
    assert.equal(choosePlatformCrypto({ ...good, hashes: wrong }).names.hashes, 'tweetnacl');
  }
  for (const wrong of [
    { ...exchange, x25519Public: (secret: Uint8Array) => exchange.x25519Public(secret).fill(0, 31) },
    { ...exchange, x25519: fails },
    // The shared secret of a point of low order must not be accepted.
    { ...exchange, x25519: (s: Uint8Array, p: Uint8Array) => exchange.x25519(s, p) ?? new Uint8Array(32) },
  ]) {
    assert.equal(choosePlatformCrypto({ ...good, exchange: wrong }).names.x25519, 'tweetnacl');
  }
  for (const wrong of [
    { ...boxes, seal: fails },
    { ...boxes, open: () => true },
    { ...boxes, open: () => false },
    { ...boxes, seal: () => {} },
  ]) {
    assert.equal(choosePlatformCrypto({ ...good, boxes: wrong }).names.secretbox, 'tweetnacl');
  }
});

test('a box that is not behind its tag is a defect of the caller', () => {
  const { boxes } = platformCandidates();
  if (boxes === undefined) return;
  const bytes = new Uint8Array(64);
  const key = new Uint8Array(32);
  const nonce = new Uint8Array(24);
  assert.throws(() => boxes.seal(key, nonce, bytes, 0, 20, 1), /right before/);
});

test.run();
