import assert from 'node:assert/strict';
import { ByteReader, ByteWriter, ValueType } from '@anoadb/protocol';
import { test } from 'uvu';
import { RecordKind, RecordReader, writeRecordHead } from '../src/persistence/entry-record.js';
import { LineEncoder, writeDigits } from '../src/persistence/line-encoder.js';
import { LineParser, MalformedLineError } from '../src/persistence/line-parser.js';
import { MemoryDisk } from './persistence-memory-disk.js';
import {
  DIRECTORY,
  keyOf,
  ModelStore,
  openOn,
  seededRandom,
  setText,
  setValue,
  startOn,
  stateOf,
  wireOf,
} from './persistence-model.js';

/** Takes a snapshot, opens the directory anew, and returns what is loaded. */
async function saveAndLoad(fill: (store: ModelStore) => void, segmentBytesMax?: number) {
  const disk = new MemoryDisk();
  const { database, store } = await startOn(disk, segmentBytesMax === undefined ? {} : { segmentBytesMax });
  fill(store);
  const report = await database.snapshot(store, { isFinal: true });
  await database.close();
  assert.equal(disk.openHandles, 0);
  const again = await openOn(disk);
  const loaded = new ModelStore();
  const load = await again.load(loaded);
  await again.close();
  assert.equal(disk.openHandles, 0);
  return { disk, store, loaded, report, load };
}

test('every type comes back as it was', async () => {
  const { store, loaded, report, load } = await saveAndLoad((store) => {
    const values = [
      null,
      true,
      false,
      0,
      -1,
      42,
      Number.MAX_SAFE_INTEGER,
      9_223_372_036_854_775_807n,
      -9_223_372_036_854_775_808n,
      0.1,
      -0,
      1.5e300,
      5e-324,
      1e21,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      Number.NaN,
      '',
      'text with "quotes", \\ and \n\t\u0000\u001f lines',
      'snow ☃, pile of poo 💩, \u2028',
      {},
      [],
      { a: [1, -2.5, true, null, 'x"}]{['], nested: { deep: [[[[]]]] }, '': '' },
      [9_007_199_254_740_993n, 1.0, 1e100],
      new Uint8Array(0),
      Uint8Array.from({ length: 256 }, (_, i) => i),
    ];
    for (const [i, value] of values.entries()) setValue(store, `key ${i}`, value);
    setText(store, 'text', keyOf('042'));
    setText(store, 'text not utf-8', Uint8Array.of(0xff, 0xfe, 0x00));
    setText(store, 'empty text', new Uint8Array(0));
  });
  assert.deepEqual(stateOf(loaded.entries.values()), stateOf(store.entries.values()));
  assert.equal(report.entries, store.count);
  assert.equal(load.entries, store.count);
  assert.equal(load.lastVersion, store.lastVersion());
  assert.equal(load.wasCleanStop, true);
});

test('a clean stop after which nothing changed writes no second snapshot, and is a clean stop', async () => {
  const disk = new MemoryDisk();
  const { database, store } = await startOn(disk);
  setValue(store, 'a', 1);
  const first = await database.snapshot(store);
  const last = await database.snapshot(store, { isFinal: true });
  await database.close();
  assert.equal(last.generation, first.generation);
  assert.equal(last.entries, 1);
  assert.equal(last.bytes, first.bytes);
  const again = await openOn(disk);
  const loaded = new ModelStore();
  const load = await again.load(loaded);
  assert.equal(load.wasCleanStop, true);
  assert.deepEqual(stateOf(loaded.entries.values()), stateOf(store.entries.values()));
  await again.start();
  // The model counts versions from 1 again: the second write is the first new one.
  setValue(loaded, 'b', 2);
  setValue(loaded, 'c', 3);
  const changed = await again.snapshot(loaded, { isFinal: true });
  await again.close();
  assert.ok(changed.generation > first.generation, 'what changed is written');
});

test('the seed of the key hash is the same at every start, so that a cursor outlives a restart', async () => {
  const disk = new MemoryDisk();
  const { database } = await startOn(disk);
  await database.close();
  const again = await openOn(disk);
  assert.equal(again.hashSeed, database.hashSeed);
  assert.ok(Number.isSafeInteger(database.hashSeed) && database.hashSeed > 0);
  await again.close();
});

test('keys of any bytes come back, the empty one and those that are not UTF-8 too', async () => {
  const { store, loaded } = await saveAndLoad((store) => {
    setValue(store, new Uint8Array(0), 'empty key');
    for (let byte = 0; byte < 256; byte++) setValue(store, Uint8Array.of(byte), byte);
    setValue(store, new Uint8Array(1024).fill(0xff), 'long');
    setValue(store, keyOf('"},"k":"x'), 'looks like a line');
  });
  assert.deepEqual(stateOf(loaded.entries.values()), stateOf(store.entries.values()));
});

test('values of 1 MiB go over many chunks and files', async () => {
  const { store, loaded, report } = await saveAndLoad((store) => {
    const random = seededRandom(7);
    setValue(store, 'before', 1);
    setValue(
      store,
      'bytes',
      Uint8Array.from({ length: 1 << 20 }, () => random() * 256),
    );
    setValue(store, 'string', 'ü"\n'.repeat(250_000));
    setValue(
      store,
      'json',
      Array.from({ length: 50_000 }, (_, i) => ({ i, text: `number ${i}` })),
    );
    setValue(store, 'after', 2);
  }, 600_000);
  assert.ok(report.files > 5, `${report.files} files`);
  assert.deepEqual(stateOf(loaded.entries.values()), stateOf(store.entries.values()));
});

test('an empty database makes a snapshot too, and loads it', async () => {
  const { loaded, report } = await saveAndLoad(() => undefined);
  assert.equal(report.entries, 0);
  assert.equal(loaded.count, 0);
});

test('an entry that expired while the server was down is not loaded; one that lives keeps its expiry', async () => {
  const disk = new MemoryDisk();
  const { database, store } = await startOn(disk);
  setValue(store, 'soon', 1, store.clockMs + 1000);
  setValue(store, 'late', 2, store.clockMs + 9000);
  setValue(store, 'never', 3);
  await database.snapshot(store);
  await database.close();
  const again = await openOn(disk, { nowMs: () => store.clockMs + 1000 });
  const loaded = new ModelStore();
  const report = await again.load(loaded);
  assert.equal(report.expired, 1);
  assert.deepEqual([...loaded.entries.values()].map((entry) => entry.expiryMs).sort(), [
    0,
    store.clockMs + 9000,
  ]);
  await again.close();
});

test('a clock set back brings no expired entry back', async () => {
  const disk = new MemoryDisk();
  const { database, store } = await startOn(disk);
  setValue(store, 'soon', 1, store.clockMs + 1000);
  store.clockMs += 5000;
  await database.snapshot(store);
  await database.close();
  const again = await openOn(disk, { nowMs: () => store.clockMs - 86_400_000 });
  assert.equal(again.dbNowMs, store.clockMs);
  const loaded = new ModelStore();
  await again.load(loaded);
  assert.equal(loaded.count, 0);
  await again.close();
});

test('a later line of an expired entry still replaces an earlier one of the same key', () => {
  const lines = keyOf(
    '{"k":"a","t":"integer","v":1,"r":1}\n{"k":"a","t":"integer","v":2,"x":500,"r":2}\n{"k":"b","t":"null","v":null,"r":3}\n',
  );
  assert.deepEqual(
    recordsOf(lines, 1000).map(({ kind, key }) => `${kind} ${key}`),
    [`${RecordKind.PUT} a`, `${RecordKind.REMOVE} a`, `${RecordKind.PUT} b`],
  );
});

test('random values of every type survive line and back, byte for byte (seeded)', () => {
  const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
  const random = seededRandom(seed);
  const text = (max: number) =>
    Array.from({ length: random() * max }, () => String.fromCodePoint(pickCodePoint(random))).join('');
  const bytes = (max: number) => Uint8Array.from({ length: random() * max }, () => random() * 256);
  const json = (depth: number): unknown => {
    const kind = Math.floor(random() * (depth > 3 ? 5 : 7));
    if (kind === 0) return null;
    if (kind === 1) return random() < 0.5;
    if (kind === 2) return Math.floor((random() - 0.5) * 2 ** 53);
    if (kind === 3) return (random() - 0.5) * 10 ** Math.floor(random() * 40 - 20);
    if (kind === 4) return text(12);
    const size = Math.floor(random() * 5);
    if (kind === 5) return Array.from({ length: size }, () => json(depth + 1));
    return Object.fromEntries(Array.from({ length: size }, () => [text(6), json(depth + 1)]));
  };
  for (let i = 0; i < 3000; i++) {
    const make = [
      () => wireOf(text(40)),
      () => wireOf(bytes(60)),
      () => ({ type: ValueType.TEXT as number, bytes: bytes(20) }),
      () => wireOf([json(0)] as never),
      () => ({ type: ValueType.INTEGER as number, bytes: bytes8(random) }),
      () => wireOf((random() - 0.5) * 10 ** Math.floor(random() * 600 - 300)),
    ][i % 6];
    const { type, bytes: value } = make();
    const key = random() < 0.5 ? bytes(30) : keyOf(text(20));
    const expiryMs = random() < 0.5 ? 0 : Math.floor(random() * 2 ** 48);
    const version = Math.floor(random() * 2 ** 53);
    const line = lineOf(type, key, value, expiryMs, version);
    JSON.parse(Buffer.from(line).toString('utf8'));
    const [record, ...more] = recordsOf(line, -1);
    assert.equal(more.length, 0);
    assert.deepEqual(
      [record.type, record.expiryMs, record.version, Buffer.from(record.keyBytes), Buffer.from(record.value)],
      [type, expiryMs, version, Buffer.from(key), Buffer.from(value)],
      `seed ${seed}, value ${i}: ${Buffer.from(line).toString()}`,
    );
  }
});

test('a stored value that is none of its type is kept byte for byte', () => {
  const cases: [number, Uint8Array][] = [
    [ValueType.INTEGER, Uint8Array.of(1, 2)],
    [ValueType.STRING, Uint8Array.of(0xff)],
    [ValueType.JSON, Uint8Array.of(0xc1)],
    [ValueType.BOOLEAN, Uint8Array.of(7)],
  ];
  for (const [type, value] of cases) {
    const line = lineOf(type, keyOf('k'), value, 0, 1);
    assert.match(Buffer.from(line).toString(), /"vb":"/);
    const [record] = recordsOf(line, 0);
    assert.deepEqual([record.type, Buffer.from(record.value)], [type, Buffer.from(value)]);
  }
});

test('whole numbers are written as JavaScript writes them', () => {
  const edges = [
    0,
    1,
    9,
    10,
    99,
    100,
    999_999_999,
    1_000_000_000,
    1_000_000_001,
    2 ** 32,
    2 ** 48,
    2 ** 53 - 1,
  ];
  for (const value of [...edges, ...edges.map((edge) => Math.max(0, edge - 1))]) {
    const writer = new ByteWriter(1);
    writeDigits(writer, value);
    assert.equal(Buffer.from(writer.written()).toString(), String(value));
  }
});

test('members of a line may come in any order', () => {
  const [record] = recordsOf(keyOf('{"r":7,"x":99,"v":[1,{"a":"}"}],"t":"json","k":"a"}\n'), 0);
  assert.deepEqual([record.key, record.version, record.expiryMs, record.type], ['a', 7, 99, ValueType.JSON]);
});

test('what is no line is refused with its offset', () => {
  const cases: [string, number][] = [
    ['x\n', 0],
    ['{}\n', 1],
    ['{"k":"a","t":"null","v":null}\n', 0],
    ['{"k":"a","r":1}\n', 0],
    ['{"t":"null","v":null,"r":1}\n', 0],
    ['{"k":"a","t":"null","v":null,"r":1}', 35],
    ['{"k":"a","t":"nil","v":null,"r":1}\n', 14],
    ['{"k":"a","t":"integer","v":"1","r":1}\n', 27],
    ['{"k":"a","t":"integer","v":1,"r":1.5}\n', 33],
    ['{"k":"a","t":"integer","v":1,"r":99999999999999999}\n', 33],
    ['{"k":1,"t":"null","v":null,"r":1}\n', 5],
    ['{"kb":"!","t":"null","v":null,"r":1}\n', 6],
    ['{"kb":"YQ=","t":"null","v":null,"r":1}\n', 6],
    ['{"op":"rename","k":"a","r":1}\n', 6],
    ['{"op":"delete","r":1}\n', 0],
    ['{"z":1}\n', 1],
    ['{"zz":1}\n', 1],
    ['{"k":"a\n', 5],
    ['{"k":"a","v":[1,[2]\n', 13],
    ['{"k":"a";"r":1}\n', 8],
    ['{"k":"a","t":"bytes","vb":1,"r":1}\n', 26],
  ];
  for (const [line, offset] of cases) {
    assert.throws(
      () => recordsOf(keyOf(line), 0),
      (error: unknown) => error instanceof MalformedLineError && error.offset === offset,
      line,
    );
  }
});

test('files and directory are for their owner alone, and nothing of keys or values stands in them', async () => {
  const marker = 'XYZZY-plover-42';
  const { disk } = await saveAndLoad((store) => {
    for (let i = 0; i < 50; i++) setValue(store, `${marker}:${i}`, `${marker} value ${marker}`);
    setValue(store, 'doc', { [marker]: [marker] });
  });
  assert.equal(disk.modeOf(DIRECTORY), 0o700);
  let files = 0;
  for (const [path, bytes] of disk.contents()) {
    files++;
    assert.equal(disk.modeOf(path), 0o600, path);
    assert.equal(Buffer.from(bytes).includes('XYZZY'), false, path);
    assert.equal(
      Buffer.from(bytes).includes(Buffer.from('XYZZY').toString('base64').slice(0, 6)),
      false,
      path,
    );
  }
  assert.ok(files >= 4);
});

function lineOf(
  type: number,
  key: Uint8Array,
  value: Uint8Array,
  expiryMs: number,
  version: number,
): Uint8Array {
  const records = new ByteWriter();
  writeRecordHead(records, RecordKind.PUT, type, key.length, value.length, expiryMs, version);
  records.copy(key);
  records.copy(value);
  const record = new RecordReader(new ByteReader());
  record.reset(records.bytes, 0, records.at);
  record.next();
  const line = new ByteWriter();
  new LineEncoder().encode(line, record);
  return line.written().slice();
}

function recordsOf(lines: Uint8Array, nowMs: number) {
  const records = new ByteWriter();
  new LineParser(nowMs).parse(records, lines, 0, lines.length);
  const record = new RecordReader(new ByteReader());
  record.reset(records.bytes, 0, records.at);
  const found = [];
  while (record.next()) {
    const keyBytes = record.bytes.slice(record.keyStart, record.keyEnd);
    found.push({
      kind: record.kind,
      type: record.type,
      key: Buffer.from(keyBytes).toString(),
      keyBytes,
      value: record.bytes.slice(record.valueStart, record.valueEnd),
      expiryMs: record.expiryMs,
      version: record.version,
    });
  }
  return found;
}

function pickCodePoint(random: () => number): number {
  const limit = [0x20, 0x80, 0x80, 0x80, 0x800, 0xd800, 0x110000][Math.floor(random() * 7)];
  const code = Math.floor(random() * limit);
  return code >= 0xd800 && code < 0xe000 ? 0x2603 : code;
}

function bytes8(random: () => number): Uint8Array {
  return Uint8Array.from({ length: 8 }, () => random() * 256);
}

test.run();
