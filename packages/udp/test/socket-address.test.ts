import * as assert from 'node:assert/strict';
import { isIPv6 } from 'node:net';
import { ADDRESS_BYTES } from '@anoadb/transport';
import { test } from 'uvu';
import { AddressCache } from '../src/address-cache.js';
import {
  addressBytes,
  decodeAddress,
  encodeAddress,
  formatAddress,
  hostForFamily,
  isLoopback,
  isLoopbackHost,
} from '../src/socket-address.js';

const CANONICAL: [string, string][] = [
  ['0.0.0.0', '0.0.0.0'],
  ['127.0.0.1', '127.0.0.1'],
  ['255.255.255.255', '255.255.255.255'],
  ['::', '::'],
  ['::1', '::1'],
  ['1::', '1::'],
  ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
  ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
  ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
  ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8'],
  ['::ffff:10.1.2.3', '10.1.2.3'],
  ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
  ['fe80::1%eth0', 'fe80::1'],
];

test('an address survives its 18 bytes in canonical form', () => {
  for (const [text, canonical] of CANONICAL) {
    const bytes = addressBytes(text, 2662);
    const { host, port, family } = decodeAddress(bytes);
    assert.equal(host, canonical, text);
    assert.equal(port, 2662);
    assert.equal(family, canonical.includes(':') ? 'IPv6' : 'IPv4', text);
    assert.deepEqual(addressBytes(host, port), bytes);
  }
});

test('the port is the last two bytes, little-endian, at both edges', () => {
  assert.deepEqual([...addressBytes('::1', 0x0a66).subarray(16)], [0x66, 0x0a]);
  assert.equal(decodeAddress(addressBytes('127.0.0.1', 0)).port, 0);
  assert.equal(decodeAddress(addressBytes('127.0.0.1', 65_535)).port, 65_535);
});

test('what is no IP literal or port is refused and nothing is written', () => {
  const into = new Uint8Array(ADDRESS_BYTES).fill(7);
  const before = into.slice();
  const hosts = [
    '',
    'localhost',
    '1.2.3',
    '1.2.3.4.5',
    '256.1.1.1',
    '01.2.3.4',
    '1.2.3.-4',
    ':',
    ':::',
    '1::2::3',
  ];
  hosts.push('1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', '12345::', 'g::', '1.2.3.4::', '1:2:3:4:5:6:7::8');
  for (const host of hosts) {
    if (isIPv6(host)) continue;
    assert.equal(encodeAddress(host, 1, into), false, host);
  }
  for (const port of [-1, 65_536, 1.5, Number.NaN]) assert.equal(encodeAddress('::1', port, into), false);
  assert.deepEqual(into, before);
  assert.throws(() => addressBytes('nowhere', 1), RangeError);
});

test('every random address comes back as it went in, and the system reads it the same', () => {
  const seed = (Math.random() * 2 ** 32) >>> 0;
  let state = seed;
  const next = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 16;
  for (let round = 0; round < 5000; round++) {
    const bytes = new Uint8Array(ADDRESS_BYTES).map(() => (next() % 3 === 0 ? next() & 0xff : 0));
    const { host, port, family } = decodeAddress(bytes);
    assert.deepEqual(addressBytes(host, port), bytes, `seed ${seed}: ${host}`);
    if (family === 'IPv6') assert.ok(isIPv6(host), `seed ${seed}: ${host}`);
  }
});

test('loopback is all of 127.0.0.0/8, ::1 and nothing else', () => {
  for (const host of ['127.0.0.1', '127.255.255.255', '::1', '::ffff:127.0.0.1']) {
    assert.ok(isLoopbackHost(host), host);
    assert.ok(isLoopback(addressBytes(host, 1)), host);
  }
  for (const host of [
    '126.255.255.255',
    '128.0.0.0',
    '0.0.0.0',
    '::',
    '::2',
    '1::1',
    '::127.0.0.1',
    'localhost',
  ]) {
    assert.equal(isLoopbackHost(host), false, host);
  }
});

test('addresses are printed with brackets where they hold colons', () => {
  assert.equal(formatAddress('127.0.0.1', 2662), '127.0.0.1:2662');
  assert.equal(formatAddress('::1', 2662), '[::1]:2662');
});

test('an IPv6 socket is told IPv4 peers in mapped form', () => {
  const bytes = addressBytes('10.0.0.1', 5);
  assert.equal(hostForFamily(bytes, 0, 'IPv4'), '10.0.0.1');
  assert.equal(hostForFamily(bytes, 0, 'IPv6'), '::ffff:10.0.0.1');
});

test('the address cache answers as the plain functions do and stays bounded under a flood of sources', () => {
  const cache = new AddressCache('IPv4');
  const bytes = new Uint8Array(ADDRESS_BYTES);
  for (let i = 0; i < 20_000; i++) {
    const host = `10.${(i >>> 16) & 255}.${(i >>> 8) & 255}.${i & 255}`;
    for (let again = 0; again < 2; again++) {
      assert.ok(cache.encode(host, i, bytes, 0));
      assert.deepEqual(bytes, addressBytes(host, i));
      assert.equal(cache.hostOf(bytes, 0), host);
    }
    assert.ok(cache.size <= 4096);
  }
  assert.equal(cache.encode('not-an-address', 1, bytes, 0), false);
});

test.run();
