/** The shared vector of one sealed handshake, made byte by byte by the real endpoints with the vector's randomness. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import { tweetnaclCrypto, tweetnaclSealCrypto } from '../src/index.js';
import { choosePlatformCrypto } from '../src/node-crypto.js';
import { ScriptedEnds } from './scripted-ends.js';
import { fromHex, hex } from './sealed-vectors.js';
import { CountingHandler, ipv4 } from './two-parties.js';

const folder = new URL('../../../protocol-spec/vectors/handshake/', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, folder), 'utf8').trim();
const { inputs, outputs } = JSON.parse(read('handshake-v1.json'));

for (const [name, platform] of [
  ['tweetnacl', { crypto: tweetnaclCrypto, sealCrypto: tweetnaclSealCrypto() }],
  ['the platform', choosePlatformCrypto()],
] as const) {
  test(`both endpoints make the messages of the vector with the cryptography of ${name}`, () => {
    const ends = new ScriptedEnds(
      {
        psk: fromHex(inputs.psk),
        cookieKey: fromHex(inputs.cookieKey),
        clientEphemeralSecret: fromHex(inputs.clientEphemeralSecret_e),
        serverEphemeralSecret: fromHex(inputs.serverEphemeralSecret_f),
        cnonce: fromHex(inputs.cnonce),
        clientId: fromHex(inputs.clientId),
        epoch: fromHex(inputs.epoch),
        address: ipv4(192, 0, 2, 7, 40_000),
        timestamp: inputs.ts,
        sid: Number(inputs.sid),
        permissions: 0,
        tlvs: Uint8Array.of(1, 1, 0, 0),
      },
      platform,
      new CountingHandler(),
    );
    const [hello] = ends.start(fromHex(outputs.frame).subarray(9));
    const [challenge] = ends.toServer(hello);
    assert.equal(hex(challenge), outputs.challenge);
    const [auth] = ends.toClient(challenge);
    assert.equal(hex(auth), read('auth.hex'));
    const [welcome] = ends.toServer(auth);
    assert.equal(hex(welcome), read('welcome.hex'));
    const [data] = ends.toClient(welcome);
    assert.equal(hex(data), outputs.data);
    assert.equal(ends.toServer(data).length, 1, 'the server opened and answered it');
  });
}

test.run();
