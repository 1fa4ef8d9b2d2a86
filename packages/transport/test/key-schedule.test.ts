import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { AuthAt, WelcomeAt } from '@anoadb/protocol';
import { test } from 'uvu';
import { tweetnaclCrypto } from '../src/crypto.js';
import { authBoxKey, HandshakeSecret, keyIdOf } from '../src/key-schedule.js';
import { tweetnaclSealCrypto } from '../src/seal-crypto.js';

const folder = new URL('../../../protocol-spec/vectors/handshake/', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, folder), 'utf8').trim();
const { inputs, outputs } = JSON.parse(read('handshake-v1.json'));
const bytes = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'));
const hex = (data: Uint8Array) => Buffer.from(data).toString('hex');

const psk = bytes(inputs.psk);
const e = bytes(inputs.clientEphemeralSecret_e);
const f = bytes(inputs.serverEphemeralSecret_f);
const auth = bytes(read('auth.hex'));
const welcome = bytes(read('welcome.hex'));
const crypto = tweetnaclSealCrypto();

test('the key id and the public keys are those of the vector', () => {
  assert.equal(hex(keyIdOf(psk, tweetnaclCrypto)), outputs.keyId);
  assert.equal(hex(crypto.x25519Public(e)), outputs.ePub);
  assert.equal(hex(crypto.x25519Public(f)), outputs.fPub);
  assert.equal(hex(auth.subarray(AuthAt.keyId, AuthAt.keyId + 8)), outputs.keyId);
  assert.equal(hex(auth.subarray(AuthAt.ephemeralKey, AuthAt.ephemeralKey + 32)), outputs.ePub);
});

test('the box of AUTH has the key, nonce and tag of the vector, and opens', () => {
  const box = authBoxKey(psk, auth, tweetnaclCrypto);
  assert.equal(hex(box.key), outputs.K1);
  assert.equal(hex(box.nonce), outputs.N1);
  const message = auth.slice();
  assert.equal(hex(message.subarray(AuthAt.tag, AuthAt.tag + 16)), outputs.authTag);
  const length = message.length - AuthAt.params;
  assert.ok(crypto.open(box.key, box.nonce, message, AuthAt.tag, AuthAt.params, length));
  assert.equal(hex(message.subarray(AuthAt.params, AuthAt.params + 16)), inputs.clientId);
  crypto.seal(box.key, box.nonce, message, AuthAt.tag, AuthAt.params, length);
  assert.equal(hex(message), hex(auth));
});

test('the handshake secret gives the box of WELCOME and the keys of both directions', () => {
  const dh = crypto.x25519(e, crypto.x25519Public(f));
  assert.ok(dh);
  assert.equal(hex(dh), outputs.dh);
  const secret = new HandshakeSecret(psk, auth, welcome, dh, tweetnaclCrypto);
  assert.equal(hex(dh), '00'.repeat(32), 'the shared secret is wiped');
  const box = secret.welcomeBoxKey();
  assert.equal(hex(box.key), outputs.KW);
  const message = welcome.slice();
  const length = message.length - WelcomeAt.params;
  assert.ok(crypto.open(box.key, box.nonce, message, WelcomeAt.tag, WelcomeAt.params, length));
  assert.equal(hex(message.subarray(WelcomeAt.params, WelcomeAt.params + 4)), '44332211');
  const keys = secret.sessionKeys(welcome);
  assert.equal(hex(keys.toServer.key), outputs.Kc2s);
  assert.equal(hex(keys.toServer.iv), outputs.IVc2s);
  assert.equal(hex(keys.toClient.key), outputs.Ks2c);
  assert.equal(hex(keys.toClient.iv), outputs.IVs2c);
});

test('the first DATA datagram of the vector is sealed and opened with header and IV as its nonce', () => {
  const data = bytes(outputs.data);
  const nonce = bytes(outputs.nonce);
  const key = bytes(outputs.Kc2s);
  assert.equal(hex(nonce), hex(data.subarray(0, 12)) + outputs.IVc2s);
  const opened = data.slice();
  assert.ok(crypto.open(key, nonce, opened, 12, 28, data.length - 28));
  assert.equal(hex(opened.subarray(28)), outputs.frame);
  crypto.seal(key, nonce, opened, 12, 28, data.length - 28);
  assert.equal(hex(opened), outputs.data);
});

test('every single flipped bit of a datagram, its header included, is a forgery and changes nothing', () => {
  const data = bytes(outputs.data);
  const key = bytes(outputs.Kc2s);
  const iv = bytes(outputs.IVc2s);
  for (let bit = 0; bit < data.length * 8; bit++) {
    const forged = data.slice();
    forged[bit >> 3] ^= 1 << (bit & 7);
    const before = hex(forged);
    const nonce = new Uint8Array([...forged.subarray(0, 12), ...iv]);
    assert.equal(crypto.open(key, nonce, forged, 12, 28, data.length - 28), false, `bit ${bit}`);
    assert.equal(hex(forged), before);
  }
});

test('a point of low order gives no shared secret', () => {
  const zero = new Uint8Array(32);
  assert.equal(crypto.x25519(e, zero), undefined);
  const one = new Uint8Array(32);
  one[0] = 1;
  assert.equal(crypto.x25519(e, one), undefined);
});

test('a box of every length up to a large datagram is opened by what sealed it', () => {
  const key = bytes(outputs.Kc2s);
  const nonce = bytes(outputs.nonce);
  for (const length of [0, 1, 15, 16, 17, 63, 64, 65, 1172, 2048, 2049, 16356]) {
    const whole = new Uint8Array(28 + length).map((_, i) => i * 7);
    const sealed = whole.slice();
    crypto.seal(key, nonce, sealed, 12, 28, length);
    assert.ok(crypto.open(key, nonce, sealed, 12, 28, length), `${length}`);
    assert.equal(hex(sealed.subarray(28)), hex(whole.subarray(28)));
  }
});

test.run();
