/** Constants and tables: what they say of the vectors that were made independently, and that they agree among themselves. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as protocol from '@anoadb/protocol';
import {
  AuthAt,
  ByteReader,
  ByteWriter,
  ChallengeAt,
  commandNamed,
  commandOf,
  commandTable,
  DatagramBytes,
  DatagramType,
  DataHeaderAt,
  datagramBytesByType,
  decodeOp,
  encodeGet,
  errorInfo,
  errorTable,
  FRAME_HEADER_BYTES,
  FrameBodyBytes,
  FrameType,
  HelloAt,
  isAloneOpcode,
  isKnownOpcode,
  isRereadOpcode,
  isSendableType,
  isWriteOpcode,
  kindOfOpcode,
  Limits,
  MAGIC_BYTE,
  OPEN_TYPE_OFFSET,
  Op,
  Opcode,
  OpenDatagramType,
  ReqFrameAt,
  Status,
  ValueType,
  valueTypeNames,
  WelcomeAt,
} from '@anoadb/protocol';
import { test } from 'uvu';

interface LayoutVector {
  name: string;
  layout: string;
  kind: 'datagram' | 'structure' | 'frame';
  fields: Record<string, number | string>;
  bytes: string;
}

const folder = new URL('../../../protocol-spec/vectors/handshake/', import.meta.url);
const handshake = JSON.parse(readFileSync(new URL('handshake-v1.json', folder), 'utf8'));
const fromHex = (hex: string): Buffer => Buffer.from(hex.trim(), 'hex');

test('the offsets find the fields of the handshake vectors', () => {
  const challenge = fromHex(handshake.outputs.challenge);
  assert.equal(challenge.length, DatagramBytes.CHALLENGE);
  assert.equal(challenge[ChallengeAt.magic], MAGIC_BYTE);
  assert.equal(challenge[ChallengeAt.type], DatagramType.CHALLENGE);
  assert.equal(challenge.toString('hex', ChallengeAt.cnonce, ChallengeAt.timestamp), handshake.inputs.cnonce);
  assert.equal(challenge.readUInt32LE(ChallengeAt.timestamp), handshake.inputs.ts);
  assert.equal(challenge.toString('hex', ChallengeAt.cookieMac), handshake.outputs.cookieMac);

  const auth = fromHex(readFileSync(new URL('auth.hex', folder), 'utf8'));
  assert.equal(auth.length, DatagramBytes.AUTH);
  assert.equal(auth.toString('hex', AuthAt.keyId, AuthAt.ephemeralKey), handshake.outputs.keyId);
  assert.equal(auth.toString('hex', AuthAt.ephemeralKey, AuthAt.tag), handshake.outputs.ePub);
  assert.equal(auth.toString('hex', AuthAt.tag, AuthAt.params), handshake.outputs.authTag);

  const welcome = fromHex(readFileSync(new URL('welcome.hex', folder), 'utf8'));
  assert.equal(welcome.length, DatagramBytes.WELCOME);
  assert.equal(welcome.toString('hex', WelcomeAt.ephemeralKey, WelcomeAt.tag), handshake.outputs.fPub);
  assert.equal(welcome.toString('hex', WelcomeAt.tag, WelcomeAt.params), handshake.outputs.welcomeTag);

  const data = fromHex(handshake.outputs.data);
  assert.equal(data[DataHeaderAt.type], DatagramType.DATA_TO_SERVER);
  assert.equal(data.readUInt32LE(DataHeaderAt.sid), Number(handshake.inputs.sid));
});

test('the first request of the handshake vectors is a REQ with one GET', () => {
  const frame = fromHex(handshake.outputs.frame);
  assert.equal(frame[0], FrameType.REQ);
  assert.equal(frame.readUInt16LE(1), frame.length - FRAME_HEADER_BYTES);
  const body = frame.subarray(FRAME_HEADER_BYTES);
  assert.equal(body.readUInt32LE(ReqFrameAt.rid), 1);
  assert.equal(FrameBodyBytes.REQ, ReqFrameAt.ops);
  const ops = body.subarray(ReqFrameAt.ops);
  const op = new Op();
  assert.equal(decodeOp(new ByteReader().reset(ops), op), Status.OK);
  assert.equal(op.opcode, Opcode.GET);
  assert.equal(Buffer.from(op.bytes.subarray(op.keyStart, op.keyEnd)).toString(), 'k');
  const writer = new ByteWriter();
  encodeGet(writer, { key: Buffer.from('k') });
  assert.equal(Buffer.from(writer.written()).toString('hex'), ops.toString('hex'));
});

test('the offsets find every field of every datagram, params and frame', () => {
  const { layouts }: { layouts: LayoutVector[] } = JSON.parse(
    readFileSync(new URL('../../../protocol-spec/vectors/layouts.json', import.meta.url), 'utf8'),
  );
  const exported = protocol as unknown as Record<string, Record<string, number>>;
  const seen = new Set<string>();
  for (const vector of layouts) {
    const datagram = fromHex(vector.bytes);
    const words = /^[A-Z_0-9]+$/.test(vector.layout) ? vector.layout.toLowerCase() : vector.layout;
    const noun = words.replace(/(^|_)([a-z])/g, (_, __, letter: string) => letter.toUpperCase());
    const offsets = exported[`${noun}${vector.kind === 'frame' ? 'Frame' : ''}At`];
    const body = vector.kind === 'frame' ? datagram.subarray(FRAME_HEADER_BYTES) : datagram;
    if (vector.kind === 'frame') {
      assert.equal(datagram[0], FrameType[vector.layout as keyof typeof FrameType], vector.name);
      assert.equal(datagram.readUInt16LE(1), body.length, vector.name);
    }
    if (vector.kind === 'datagram') {
      const bytes = datagramBytesByType[datagram[1]];
      assert.ok(bytes === -1 ? datagram.length >= 12 : datagram.length === bytes, vector.name);
    }
    // The padding behind the header of a data datagram is one byte and has no offset.
    const startOf = (name: string | undefined): number =>
      name === undefined ? body.length : (offsets[name] ?? body.length - 1);
    const names = Object.keys(vector.fields);
    names.forEach((name, index) => {
      const value = vector.fields[name];
      const start = startOf(name);
      const end = startOf(names[index + 1]);
      const found =
        typeof value === 'string' ? body.toString('hex', start, end) : body.readUIntLE(start, end - start);
      assert.equal(found, value, `${vector.name} ${name}`);
      seen.add(`${noun} ${name}`);
    });
  }
  assert.ok(seen.size > 100, `${seen.size} fields`);
});

test('admission knows each type, sealed and open, and nothing else', () => {
  assert.equal(datagramBytesByType[DatagramType.HELLO], 128);
  assert.equal(datagramBytesByType[OpenDatagramType.AUTH], 1200);
  assert.equal(datagramBytesByType[DatagramType.DATA_TO_CLIENT], -1);
  const types = new Set<number>([...Object.values(DatagramType), ...Object.values(OpenDatagramType)]);
  for (let type = 0; type < 256; type++)
    assert.equal(datagramBytesByType[type] !== 0, types.has(type), `type ${type}`);
  for (const [name, type] of Object.entries(DatagramType))
    assert.equal(OpenDatagramType[name as keyof typeof OpenDatagramType], type + OPEN_TYPE_OFFSET);
});

test('no answer to an unproven address is longer than what it answers', () => {
  assert.ok(DatagramBytes.CHALLENGE <= DatagramBytes.HELLO && DatagramBytes.VERSIONS <= DatagramBytes.HELLO);
  assert.ok(DatagramBytes.WELCOME <= DatagramBytes.AUTH && DatagramBytes.REJECT <= DatagramBytes.AUTH);
  assert.ok(DatagramBytes.NO_SESSION <= Limits.noSessionDatagramBytesMin);
  assert.ok(HelloAt.zero < DatagramBytes.HELLO);
});

test('look-ups by opcode say what the command table says', () => {
  for (let opcode = 0; opcode < 256; opcode++) {
    const command = commandOf(opcode);
    assert.equal(isKnownOpcode(opcode), command !== undefined);
    assert.equal(isWriteOpcode(opcode), command?.mutates ?? false);
    assert.equal(isRereadOpcode(opcode), command?.replay === 'reread');
    assert.equal(isAloneOpcode(opcode), command?.alone ?? false);
    assert.equal(kindOfOpcode(opcode), command?.kind ?? 'read');
  }
  for (const command of commandTable) {
    assert.equal(commandNamed(command.name), command);
    assert.equal(Opcode[command.name as keyof typeof Opcode], command.opcode);
  }
  assert.equal(commandNamed('NOPE'), undefined);
});

test('a request whose only effect is elsewhere still counts as a write', () => {
  assert.ok(isWriteOpcode(Opcode.FLUSH) && isWriteOpcode(Opcode.SNAPSHOT));
  assert.ok(!isWriteOpcode(Opcode.CHECK) && !isWriteOpcode(Opcode.GET));
});

test('every status has its info, and an unknown one may have been executed', () => {
  assert.equal(errorTable.length, Object.keys(Status).length);
  for (const [name, code] of Object.entries(Status)) {
    const info = errorInfo(code);
    assert.equal(info.name, name);
    assert.equal(info.code, code);
    assert.equal(info.scope, code < 0x20 ? 'result' : 'transport');
    assert.ok(info.message.length > 10);
  }
  assert.equal(errorInfo(0x1e).executed, 'unknown');
  assert.equal(errorInfo(0xfe).scope, 'transport');
});

test('types that are reserved or mean nothing, and lists, are not sent in ops', () => {
  const sendable = Object.values(ValueType).filter(
    (type) => type !== ValueType.NONE && type !== ValueType.LIST,
  );
  for (let type = 0; type < 256; type++)
    assert.equal(isSendableType(type), (sendable as number[]).includes(type), `type ${type}`);
  assert.equal(valueTypeNames[ValueType.JSON], 'json');
});

test.run();
