/**
 * Reads a snapshot by docs/STORAGE.md alone: tweetnacl and node:crypto, none of our code. What this test needs,
 * another language's reader needs. The golden file is of the first release and is never made anew.
 */

import assert from 'node:assert/strict';
import { createHash, createHmac, hkdfSync } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import nacl from 'tweetnacl';
import { test } from 'uvu';
import { verifySnapshot } from '../src/persistence/index.js';
import { nodeStorageCrypto } from '../src/persistence/node-storage-crypto.js';
import { makeNonce } from '../src/persistence/storage-crypto.js';
import { MemoryDisk } from './persistence-memory-disk.js';
import { KEY_FILE, keyOf, setValue, startOn } from './persistence-model.js';

const sha256 = (...parts: Uint8Array[]) => createHash('sha256').update(Buffer.concat(parts)).digest();

function unframe(bytes: Buffer, magic: string): { body: Buffer; block: Buffer; rest: Buffer } {
  assert.equal(bytes.toString('latin1', 0, 8), magic);
  assert.ok(magic === 'ANOASNAP' ? [1, 2].includes(bytes.readUInt16LE(8)) : bytes.readUInt16LE(8) === 1);
  const bodyEnd = 16 + bytes.readUInt32LE(12);
  assert.deepEqual(bytes.subarray(bodyEnd, bodyEnd + 32), sha256(bytes.subarray(0, bodyEnd)));
  return {
    body: bytes.subarray(16, bodyEnd),
    block: bytes.subarray(0, bodyEnd + 32),
    rest: bytes.subarray(bodyEnd + 32),
  };
}

function boxKeyOf(secret: Uint8Array, salt: Uint8Array, role: string, binding: Uint8Array): Uint8Array {
  const info = Buffer.concat([Buffer.from(`AnoaDB v1 ${role}\0`), binding]);
  return new Uint8Array(hkdfSync('sha256', secret, salt, info, 64)).subarray(0, 32);
}

function openSealed(sealed: Buffer, key: Uint8Array): Buffer {
  const opened = nacl.secretbox.open(sealed.subarray(24), sealed.subarray(0, 24), key);
  assert.ok(opened, 'a box does not open');
  return Buffer.from(opened);
}

function readSnapshot(
  files: Buffer[],
  keyFile: Uint8Array,
): { lines: unknown[]; end: Record<string, unknown> } {
  let text = '';
  let chain: Buffer = Buffer.alloc(32);
  let chunks = 0n;
  let end: Record<string, unknown> = {};
  for (const [i, file] of files.entries()) {
    const { body, block, rest } = unframe(file, 'ANOASNAP');
    const header = JSON.parse(body.toString());
    assert.deepEqual([header.segment, header.chain], [i + 1, chain.toString('hex')]);
    const uuid = Buffer.from(header.database.replaceAll('-', ''), 'hex');
    const keyring = JSON.parse(unframe(Buffer.from(header.keyring, 'base64'), 'ANOAKEYS').body.toString());
    const keyringKey = boxKeyOf(keyFile, uuid, 'keyring', Buffer.alloc(0));
    assert.equal(openSealed(Buffer.from(keyring.check, 'base64'), keyringKey).toString(), 'AnoaDB check');
    const { sealed } = keyring.keys.find((key: { id: number }) => key.id === header.keyId);
    const dataKey = openSealed(Buffer.from(sealed, 'base64'), keyringKey).subarray(4);
    const binding = Buffer.alloc(28);
    uuid.copy(binding);
    binding.writeBigUInt64LE(BigInt(header.generation), 16);
    binding.writeUInt32LE(header.segment, 24);
    const salt = Buffer.from(header.salt, 'base64');
    const key = boxKeyOf(dataKey, salt, 'snapshot', Buffer.concat([binding, sha256(block)]));
    let kind = 0;
    for (let at = 0; at < rest.length; ) {
      assert.equal(kind, 0, 'nothing comes behind an end');
      const boxEnd = at + 28 + rest.readUInt32LE(at);
      assert.equal(rest.readBigUInt64LE(at + 4), chunks++);
      const plain = openSealed(rest.subarray(at + 4, boxEnd), key);
      kind = plain[0];
      if (kind === 0) text += plain.toString('latin1', 1);
      else end = JSON.parse(plain.toString('utf8', 1));
      if (kind !== 0) assert.equal(end['chain'], chain.toString('hex'));
      chain = sha256(chain, plain);
      at = boxEnd;
    }
    assert.equal(kind, i === files.length - 1 ? 2 : 1);
  }
  const lines = Buffer.from(text, 'latin1').toString('utf8').split('\n');
  assert.equal(lines.pop(), '');
  return { lines: lines.map((line) => JSON.parse(line)), end };
}

test('a snapshot of several files is read by the published format alone', async () => {
  const disk = new MemoryDisk();
  const { database, store } = await startOn(disk, { segmentBytesMax: 200_000 });
  for (let i = 0; i < 5000; i++) setValue(store, `clé ${i}`, { i, text: 'ü'.repeat(20) }, i % 2 ? 2e12 : 0);
  await database.snapshot(store);
  await database.close();
  const contents = [...disk.contents()].filter(([path]) => path.endsWith('.anos')).sort();
  assert.ok(contents.length > 2);
  const files = contents.map(([, bytes]) => Buffer.from(bytes));
  const { lines, end } = readSnapshot(files, disk.contents().get(KEY_FILE)!);
  assert.equal(lines.length, 5000);
  assert.equal(end['entries'], 5000);
  assert.equal(end['endVersion'], 5000);
  const line = (lines as { k: string }[]).find(({ k }) => k === 'clé 1');
  assert.deepEqual(line, { k: 'clé 1', t: 'json', v: { i: 1, text: 'ü'.repeat(20) }, x: 2e12, r: 2 });
});

interface Golden {
  note: string;
  keyFile: string;
  snapshot: string;
  lines: string[];
}
const goldenPath = new URL('./persistence-golden-v1.json', import.meta.url);

test('the golden snapshot of format version 1 is still read, line by line', async () => {
  const golden = JSON.parse(fs.readFileSync(goldenPath, 'utf8')) as Golden;
  const keyFile = Buffer.from(golden.keyFile, 'base64');
  const snapshot = Buffer.from(golden.snapshot, 'base64');
  const { lines } = readSnapshot([snapshot], keyFile);
  assert.deepEqual(
    lines,
    golden.lines.map((line) => JSON.parse(line)),
  );

  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'anoadb-golden-'));
  try {
    fs.writeFileSync(`${directory}/key`, keyFile, { mode: 0o600 });
    fs.writeFileSync(`${directory}/snap-3-001.anos`, snapshot);
    const secret = { kind: 'key-file', path: `${directory}/key`, createIfAbsent: false } as const;
    const report = await verifySnapshot({ path: `${directory}/snap-3-001.anos`, secret });
    assert.equal(report.entries, golden.lines.length);
  } finally {
    fs.rmSync(directory, { recursive: true });
  }
});

test('a nonce is made as the page says', () => {
  const crypto = { ...nodeStorageCrypto(), random: (into: Uint8Array) => void into.fill(3) };
  const key = new Uint8Array(32).fill(1);
  const plain = keyOf('plain');
  const index = Buffer.alloc(8);
  index.writeBigUInt64LE(5_000_000_000n);
  const mac = createHmac('sha256', key).update(index).update(Buffer.alloc(16, 3)).update(plain).digest();
  const nonce = Buffer.from(makeNonce(crypto, key, 5_000_000_000, plain));
  assert.deepEqual(nonce, Buffer.concat([index, mac.subarray(0, 16)]));
});

test.run();
