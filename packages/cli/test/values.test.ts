/** Values through the shell and back: what goes in, what comes out, and with which exit code. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ServerProcess, startServerProcess } from '@anoadb/testkit';
import { test } from 'uvu';
import { type Anoa, anoaFor } from './anoa-process.js';

let server: ServerProcess;
let anoa: Anoa;

test.before(async () => {
  server = await startServerProcess();
  anoa = anoaFor(server);
});
test.after(() => server.dispose());

async function done(...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await anoa(words);
  assert.equal(code, 0, stderr);
  return stdout;
}

test('the first steps of the README: set, get as exact JSON, get as text', async () => {
  assert.deepEqual(await anoa(['set', 'answer', '42']), {
    code: 0,
    stdout: '',
    stderr: 'ok\n',
    bytes: Buffer.alloc(0),
  });
  assert.equal(await done('get', 'answer', '--json'), '42\n');
  assert.equal(await done('--json', 'get', 'answer'), '42\n');
  assert.equal(await done('get', 'answer'), '42\n');
});

// What is typed, what `get --json` says, and the type.
const TYPED: [value: string, json: string, type: string][] = [
  ['{"a":[1,true,null]}', '{"a":[1,true,null]}', 'json'],
  ['042', '"042"', 'string'],
  ['-5', '-5', 'integer'],
  ['9223372036854775807', '9223372036854775807', 'integer'],
  ['', '""', 'string'],
  ['1.10', '"1.10"', 'string'],
];

for (const [value, json, type] of TYPED) {
  test(`${JSON.stringify(value)} is kept as typed and read as ${type}`, async () => {
    await done('set', 'typed', value);
    const read = await done('get', 'typed', '--with-version', '--json');
    assert.ok(read.startsWith(`{"value":${json},"type":"${type}","version":`), read);
  });
}

const FORCED: [type: string, value: string, json: string][] = [
  ['string', '42', '"42"'],
  ['integer', '+7', '7'],
  ['float', '3', '3'],
  ['boolean', 'false', 'false'],
  ['null', 'null', 'null'],
  ['json', '"a text"', '"a text"'],
  ['bytes', 'hi', '"aGk="'],
  ['text', 'true', 'true'],
];

test('--type makes a value what it says', async () => {
  for (const [type, value] of FORCED) await done('set', `forced:${type}`, value, '--type', type);
  const shown = (await done('scan', 'forced:', '--values', '--json')).split('\n').slice(0, -1);
  const expected = FORCED.map(([type, , json]) => `{"key":"forced:${type}","value":${json}}`);
  assert.deepEqual(shown.sort(), expected.sort());
});

for (const [type, value] of [
  ['integer', '1.5'],
  ['integer', '9223372036854775808'],
  ['float', 'much'],
  ['boolean', 'yes'],
  ['null', 'nil'],
  ['json', '{"a":'],
] as const) {
  test(`--type ${type} refuses ${value}`, async () => {
    const { code, stdout, stderr } = await anoa(['set', 'forced', value, '--type', type]);
    assert.equal(code, 2);
    assert.equal(stdout, '');
    assert.ok(stderr.startsWith(`error: ${JSON.stringify(value)} is no ${type}; that takes `), stderr);
  });
}

test('a value that begins with a dash stands after --, and the refusal says so', async () => {
  await done('set', 'dash', '--', '--verbose');
  assert.equal(await done('get', 'dash'), '--verbose\n');
  const { code, stderr } = await anoa(['set', 'dash', '--verbose']);
  assert.equal(code, 2);
  assert.match(stderr, /A value that begins with - stands after --, as in: anoa set … -- --verbose\n/);
});

test('every byte of a file comes back with --raw', async () => {
  const photo = Buffer.from(Array.from({ length: 70_000 }, (_, i) => (i * 31 + (i >> 8)) & 255));
  for (const type of [[], ['--type', 'bytes']]) {
    const set = await anoa(['set', 'photo', ...type], { input: photo });
    assert.equal(set.code, 0, set.stderr);
    assert.ok((await anoa(['get', 'photo', '--raw'])).bytes.equals(photo));
    assert.ok((await anoa(['get', 'photo'])).bytes.equals(photo), 'a pipe gets the bytes without --raw too');
  }
});

test('a value on standard input is kept whole, its newline too', async () => {
  const set = await anoa(['set', 'note'], { input: 'two\nlines\n' });
  assert.equal(set.code, 0, set.stderr);
  assert.equal(await done('get', 'note', '--json'), '"two\\nlines\\n"\n');
});

test('--ttl 1s is gone after a second', async () => {
  await done('set', 'brief', 'x', '--ttl', '1s');
  assert.equal(await done('get', 'brief'), 'x\n');
  await sleep(1100);
  assert.equal((await anoa(['get', 'brief'])).code, 1);
});

test('a missing key prints nothing on stdout, says so on stderr, and is exit code 1', async () => {
  for (const words of [
    ['get', 'nobody'],
    ['get', 'nobody', '--json'],
    ['get', 'nobody', '--raw'],
    ['ttl', 'nobody'],
    ['type', 'nobody'],
    ['expire', 'nobody', '5m'],
  ]) {
    const { code, stdout, stderr } = await anoa(words);
    assert.equal(code, 1, words.join(' '));
    assert.equal(stdout, words[0] === 'expire' && words.includes('--json') ? 'false\n' : '', words.join(' '));
    assert.equal(stderr, 'nobody: not found\n');
  }
});

test('conditions: the one who comes second is told why, with exit code 1', async () => {
  const refused = async (reason: string, ...words: string[]): Promise<void> => {
    const { code, stderr } = await anoa(words);
    assert.equal(code, 1, stderr);
    assert.equal(stderr, `lock: not set, it ${reason}\n`);
  };
  await refused('is not there', 'set', 'lock', 'a', '--if-present');
  await done('set', 'lock', 'a', '--if-absent', '--ttl', '1h');
  await refused('is there already', 'set', 'lock', 'b', '--if-absent');
  const { version } = JSON.parse(await done('get', 'lock', '--with-version', '--json'));
  await done('set', 'lock', 'c', '--if-version', String(version), '--keep-ttl');
  assert.match(await done('ttl', 'lock'), /^(1h|59m \d+s)\n$/);
  await refused('was written since', 'set', 'lock', 'd', '--if-version', String(version));
  const answer = await anoa(['set', 'lock', 'd', '--if-absent', '--json']);
  assert.deepEqual(JSON.parse(answer.stdout), { ok: false, reason: 'exists' });
});

test('numbers: negative and fractional amounts, sums without limit of 2^53, refusals', async () => {
  assert.equal(await done('incr', 'n', '-3'), '-3\n');
  assert.equal(await done('incr', 'n'), '-2\n');
  assert.equal(await done('incr', 'n', '9007199254740995'), '9007199254740993\n');
  assert.equal(await done('incr', 'w', '0.25', '--float'), '0.25\n');
  const overflow = await anoa(['incr', 'n', '9223372036854775807']);
  assert.equal(overflow.code, 5);
  assert.match(overflow.stderr, /\[OVERFLOW\]\n/);
  assert.equal(await done('incr', 'n', '0'), '9007199254740993\n');
  const wrong = await anoa(['incr', 'n', 'much']);
  assert.deepEqual(
    [wrong.code, wrong.stderr],
    [2, 'error: AMOUNT is much; a whole number is added, or any number with --float\n'],
  );
});

test('adding to what is no number is refused with exit code 5 and the next command to try', async () => {
  await done('set', 'doc', '{}');
  const { code, stdout, stderr } = await anoa(['incr', 'doc']);
  assert.equal(code, 5);
  assert.equal(stdout, '');
  assert.match(stderr, /\[TYPE_MISMATCH\]\n`anoa type doc` shows what is stored\.\n$/);
});

test.run();
