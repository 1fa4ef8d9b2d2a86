/** Reads a journal by docs/STORAGE.md alone: tweetnacl, node:crypto and node:zlib, none of our code. */

import { createHash, hkdfSync } from 'node:crypto';
import { crc32 } from 'node:zlib';
import nacl from 'tweetnacl';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { JournalLink } from '../src/persistence/journal/journal-link.js';
import { MemoryDisk } from './persistence-memory-disk.js';
import { DIRECTORY } from './persistence-model.js';
import { beginOn, written } from './support/journalled-store.js';

const test = suite('journal format');

interface ReadRecord {
  readonly kind: number;
  readonly lsn: number;
  readonly key: string;
  readonly value: Buffer;
}

function readSegment(file: Buffer, dataKey: Uint8Array, tagBefore: Buffer | undefined) {
  assert.is(file.toString('latin1', 0, 8), 'ANOAJOUR');
  assert.is(file.readUInt16LE(8), 2);
  assert.is(file.readUInt32LE(124), crc32(file.subarray(0, 124)));
  const salt = file.subarray(32, 64);
  const headerDigest = createHash('sha256').update(file.subarray(0, 128)).digest();
  const binding = Buffer.concat([file.subarray(16, 32), file.subarray(64, 80), headerDigest]);
  const info = Buffer.concat([Buffer.from('AnoaDB v1 journal\0'), binding]);
  const keys = Buffer.from(hkdfSync('sha256', dataKey, salt, info, 64));
  let tag = file.subarray(80, 96);
  if (tagBefore !== undefined) assert.equal(tag, tagBefore);
  const records: ReadRecord[] = [];
  let at = 128;
  for (let index = 0n; at < file.length; index++) {
    assert.is(file.toString('latin1', at, at + 4), 'JFRM');
    const boxEnd = at + 76 + file.readUInt32LE(at + 4);
    const headCrc = crc32(file.subarray(at, at + 72), crc32(salt));
    assert.is(file.readUInt32LE(at + 72), headCrc);
    const box = file.subarray(at + 76, boxEnd);
    assert.is(file.readUInt32LE(boxEnd), crc32(box, headCrc));
    const nonce = file.subarray(at + 48, at + 72);
    assert.is(nonce.readBigUInt64LE(0), index);
    const plain = nacl.secretbox.open(box, nonce, keys.subarray(0, 32));
    assert.ok(plain);
    assert.equal(Buffer.from(plain.subarray(0, 40)), file.subarray(at + 8, at + 48));
    assert.equal(Buffer.from(plain.subarray(40, 56)), tag);
    records.push(...readRecords(Buffer.from(plain.subarray(56))));
    tag = box.subarray(0, 16);
    at = boxEnd + 4;
  }
  return { records, tag, nonceKey: keys.subarray(32) };
}

function readRecords(bytes: Buffer): ReadRecord[] {
  const records: ReadRecord[] = [];
  for (let at = 0; at < bytes.length; ) {
    const keyEnd = at + 22 + bytes.readUInt16LE(at + 2);
    const valueEnd = keyEnd + bytes.readUInt32LE(at + 4);
    records.push({
      kind: bytes[at],
      lsn: Number(bytes.readBigUInt64LE(at + 14)),
      key: bytes.toString('utf8', at + 22, keyEnd),
      value: bytes.subarray(keyEnd, valueEnd),
    });
    at = valueEnd;
  }
  return records;
}

test('segments, frames and records are what the page says, and the chain goes through all of them', async () => {
  const disk = new MemoryDisk();
  const { store, database } = await beginOn(disk);
  const expected: string[] = [];
  for (let i = 0; i < 12; i++) {
    store.setText(`key ${i}`, `value ${i}`);
    expected.push(`0 ${store.lastVersion()} key ${i}`);
    if (i % 4 === 3) {
      store.removeText(`key ${i - 1}`);
      expected.push(`1 ${store.lastVersion()} key ${i - 1}`);
    }
    store.noteMark('client', `rid ${i}`);
    expected.push(`3 ${store.lastVersion()} client`);
    store.commit();
    if (i % 5 === 4) (database.journal as JournalLink).rotate(0);
  }
  await written(database, store.lastVersion());
  const segments = [...disk.contents()]
    .filter(([path]) => path.startsWith(`${DIRECTORY}/jour-`))
    .map(([, bytes]) => Buffer.from(bytes))
    .sort((a, b) => Number(a.readBigUInt64LE(72) - b.readBigUInt64LE(72)));
  assert.is(segments.length, 3);
  const dataKey = database.keyring.dataKeys.get(1)!;
  const found: string[] = [];
  let tag: Buffer | undefined;
  for (const segment of segments) {
    const read = readSegment(segment, dataKey, tag);
    tag = read.tag;
    found.push(...read.records.map(({ kind, lsn, key }) => `${kind} ${lsn} ${key}`));
    for (const { kind, key, value } of read.records)
      if (kind === 0) assert.ok(value.includes(key.replace('key', 'value')), key);
  }
  assert.equal(found, expected);
});

test.run();
