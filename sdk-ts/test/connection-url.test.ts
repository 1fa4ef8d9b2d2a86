import assert from 'node:assert';
import { test } from 'uvu';
import { connect } from '../src/connect.js';
import { parseConnectionUrl, printableAddress } from '../src/connection-url.js';
import { AnoaConnectionError } from '../src/errors.js';

const KEY = 'anoa1_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0MDE';

const readable: [string, string, number, string | undefined][] = [
  ['anoa://127.0.0.1', '127.0.0.1', 2662, undefined],
  ['anoa://127.0.0.1:1', '127.0.0.1', 1, undefined],
  ['anoa://127.0.0.1:65535', '127.0.0.1', 65_535, undefined],
  ['anoa://localhost:4000/', 'localhost', 4000, undefined],
  ['ANOA://db.internal-1.example_x', 'db.internal-1.example_x', 2662, undefined],
  ['anoa://[::1]', '::1', 2662, undefined],
  ['anoa://[::1]:2663', '::1', 2663, undefined],
  ['anoa://[::ffff:127.0.0.1]:7', '::ffff:127.0.0.1', 7, undefined],
  ['anoa://[fe80::1%eth0]:7', 'fe80::1%eth0', 7, undefined],
  [`anoa://${KEY}@db.example`, 'db.example', 2662, KEY],
  [`anoa://${KEY}@[2001:db8::7]:9`, '2001:db8::7', 9, KEY],
];

for (const [url, host, port, accessKey] of readable) {
  test(`reads ${url.replace(KEY, 'KEY')}`, () => {
    assert.deepStrictEqual(parseConnectionUrl(url), { host, port, accessKey });
  });
}

const unreadable = [
  '',
  '127.0.0.1',
  '127.0.0.1:2662',
  'redis://127.0.0.1',
  'anoa:/127.0.0.1',
  'anoa://',
  'anoa://:2662',
  'anoa://host:',
  'anoa://host:0',
  'anoa://host:65536',
  'anoa://host:123456',
  'anoa://host:2662x',
  'anoa://host:-1',
  'anoa://::1',
  'anoa://::1:2662',
  'anoa://[::1',
  'anoa://[localhost]',
  'anoa://[::1]2662',
  'anoa://ho st',
  'anoa://host/path',
  'anoa://host?x=1',
  'anoa://@host',
];

for (const url of unreadable) {
  test(`refuses ${JSON.stringify(url)} and says why`, () => {
    assert.throws(
      () => parseConnectionUrl(url),
      (error: unknown) => {
        assert.ok(error instanceof AnoaConnectionError);
        assert.strictEqual(error.code, 'INVALID_URL');
        assert.match(error.message, /anoa:\/\/host:port/);
        return true;
      },
    );
  });
}

test('no message ever repeats the key, wherever in a bad URL it stands', async () => {
  const holders = [
    `anoa://${KEY}@`,
    `anoa://${KEY}@host:bad`,
    `anoa://${KEY}`,
    `anoa://host:${KEY}`,
    `anoa://host/${KEY}`,
    `${KEY}@host`,
    KEY,
    `anoa://[${KEY}]`,
    `anoa://${KEY}@host`,
    `anoa://x@${KEY}@host`,
  ];
  for (const url of holders) {
    await assert.rejects(connect(url), (error: Error) => {
      // A key alone is a fine host name; then the resolver says that it found none.
      if (url !== `anoa://${KEY}`) assert.ok(!inspectAll(error).includes(KEY), url);
      return true;
    });
  }
});

test('a host that does not resolve is a connection error', async () => {
  await assert.rejects(connect('anoa://no-such-host.invalid'), (error: unknown) => {
    assert.ok(error instanceof AnoaConnectionError);
    assert.strictEqual(error.code, 'UNREACHABLE');
    assert.match(error.message, /no-such-host\.invalid/);
    return true;
  });
});

test('prints addresses as URLs have them', () => {
  assert.strictEqual(printableAddress({ host: '::1', port: 7 }), '[::1]:7');
  assert.strictEqual(printableAddress({ host: 'db', port: 7 }), 'db:7');
});

function inspectAll(error: Error): string {
  return `${error.message} ${error.stack} ${JSON.stringify(error)} ${String(error.cause)}`;
}

test.run();
