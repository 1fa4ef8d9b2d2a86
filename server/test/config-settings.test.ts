import assert from 'node:assert/strict';
import { suite } from 'uvu';
import {
  type LoadedSettings,
  loadSettings,
  type SettingSources,
  SettingsError,
} from '../src/config/load-settings.js';
import { isLoopbackHost, refuseBeyondLoopbackWithoutKey } from '../src/config/loopback.js';

const test = suite('settings');

const home = '/home/ada';

function load(sources: SettingSources): Promise<LoadedSettings> {
  return loadSettings({ environment: {}, homeDir: home, ...sources });
}

function originOf(loaded: LoadedSettings, name: string): string | undefined {
  return loaded.effective.find((setting) => setting.name === name)?.origin;
}

async function refusal(sources: SettingSources): Promise<string> {
  try {
    await load(sources);
  } catch (error) {
    assert.ok(error instanceof SettingsError, String(error));
    assert.equal(error.exitCode, 2);
    return error.message;
  }
  throw new Error('nothing was refused');
}

test('with nothing set, every setting has its default and says so', async () => {
  const loaded = await load({});
  assert.deepEqual(loaded.settings, {
    host: '127.0.0.1',
    port: 2662,
    dataDir: '/home/ada/.local/share/anoadb',
    keyFile: '/home/ada/.config/anoadb/store.key',
    passphrase: undefined,
    maxMemoryBytes: 0,
    eviction: 'refuse',
    maxValueBytes: 1_048_576,
    hasJournal: true,
    fsync: 'everysec',
    journalSizeBytes: 1024 ** 3,
    snapshotIntervalMs: 300_000,
    tcp: 'on',
    maxClients: 10_000,
    tlsCertFile: undefined,
    tlsKeyFile: undefined,
    logLevel: 'info',
    logFormat: 'auto',
  });
  assert.deepEqual(new Set(loaded.effective.map((setting) => setting.origin)), new Set(['default']));
  assert.deepEqual(loaded.warnings, []);
});

test('XDG directories move the defaults', async () => {
  const { settings } = await load({ environment: { XDG_DATA_HOME: '/data', XDG_CONFIG_HOME: '/conf' } });
  assert.equal(settings.dataDir, '/data/anoadb');
  assert.equal(settings.keyFile, '/conf/anoadb/store.key');
});

test('a flag wins over the environment, that over the config file, that over the default', async () => {
  const readFile = () => JSON.stringify({ port: 1000, host: '127.0.0.2', maxValue: '2mb' });
  const loaded = await load({
    flags: { port: '3000' },
    environment: { ANOA_CONFIG: '/etc/anoa.json', ANOA_PORT: '2000', ANOA_HOST: '127.0.0.3' },
    readFile,
  });
  assert.equal(loaded.settings.port, 3000);
  assert.equal(originOf(loaded, 'port'), 'flag --port');
  assert.equal(loaded.settings.host, '127.0.0.3');
  assert.equal(originOf(loaded, 'host'), 'environment ANOA_HOST');
  assert.equal(loaded.settings.maxValueBytes, 2_097_152);
  assert.equal(originOf(loaded, 'maxValue'), 'config file /etc/anoa.json');
  assert.equal(originOf(loaded, 'eviction'), 'default');
});

test('the config flag wins over ANOA_CONFIG', async () => {
  const loaded = await load({
    flags: { config: '/flag.json' },
    environment: { ANOA_CONFIG: '/environment.json' },
    readFile: (path) => JSON.stringify({ port: path === '/flag.json' ? 1 : 2 }),
  });
  assert.equal(loaded.settings.port, 1);
});

test('every bad value is refused with its setting, its origin and what is accepted', async () => {
  const cases: [Record<string, string>, RegExp][] = [
    [{ ANOA_PORT: '65536' }, /port: "65536" from environment ANOA_PORT .*0 to 65535/],
    [{ ANOA_PORT: 'http' }, /port/],
    [{ ANOA_PORT: '-1' }, /port/],
    [{ ANOA_PORT: '26.5' }, /port/],
    [{ ANOA_MAX_MEMORY: '64 megs' }, /maxMemory: "64 megs" .*64mb/],
    [{ ANOA_MAX_MEMORY: '4194303' }, /maxMemory.*at least 4mb/],
    [{ ANOA_EVICTION: 'lru' }, /eviction: "lru" .*sieve-ttl/],
    [{ ANOA_MAX_VALUE: '17mb' }, /maxValue: "17mb" .*16mb/],
    [{ ANOA_MAX_VALUE: '1023' }, /maxValue/],
    [{ ANOA_SNAPSHOT_INTERVAL: '999ms' }, /snapshotInterval: "999ms" .*5m/],
    [{ ANOA_SNAPSHOT_INTERVAL: 'often' }, /snapshotInterval/],
    [{ ANOA_TCP: 'tls' }, /tcp: "tls" .*plain/],
    [{ ANOA_MAX_CLIENTS: '0' }, /maxClients: "0" .*1 to/],
    [{ ANOA_TLS_CERT: 'cert.pem' }, /tlsCert \(from environment ANOA_TLS_CERT\) is set without tlsKey/],
    [{ ANOA_TLS_KEY: 'key.pem' }, /set without tlsCert.*--tls-cert/],
    [{ ANOA_LOG_LEVEL: 'loud' }, /logLevel: "loud" .*debug/],
    [{ ANOA_LOG_FORMAT: 'xml' }, /logFormat/],
  ];
  for (const [environment, expected] of cases) assert.match(await refusal({ environment }), expected);
});

test('both edges of every bound are accepted', async () => {
  for (const environment of [
    { ANOA_PORT: '0', ANOA_MAX_MEMORY: '0', ANOA_MAX_VALUE: '1kb', ANOA_SNAPSHOT_INTERVAL: '0' },
    { ANOA_PORT: '65535', ANOA_MAX_MEMORY: '4mb', ANOA_MAX_VALUE: '16mb', ANOA_SNAPSHOT_INTERVAL: '1s' },
  ]) {
    await load({ environment });
  }
});

test('a secret is masked where settings are shown and in refusals', async () => {
  const loaded = await load({ environment: { ANOA_PASSPHRASE: 'correct horse battery' } });
  assert.equal(loaded.settings.passphrase, 'correct horse battery');
  assert.ok(!JSON.stringify(loaded.effective).includes('horse'));
  const message = await refusal({ environment: { ANOA_PASSPHRASE: 'horse' } });
  assert.ok(!message.includes('horse'), message);
  assert.match(message, /passphrase.*ANOA_PASSPHRASE.*8 characters/);
});

test('a passphrase is not taken from a flag, where every user of the machine would see it', async () => {
  const { settings } = await load({ flags: { passphrase: 'correct horse battery' } });
  assert.equal(settings.passphrase, undefined);
});

test('two secrets at once are refused', async () => {
  const message = await refusal({ environment: { ANOA_PASSPHRASE: 'long enough', ANOA_KEY_FILE: '/k' } });
  assert.match(message, /ANOA_PASSPHRASE.*ANOA_KEY_FILE/);
});

test('an unknown ANOA_ variable is a warning that names the nearest one', async () => {
  const loaded = await load({
    environment: { ANOA_MAXMEMORY: '1gb', ANOA_URL: 'anoa://127.0.0.1', HOME: '/' },
  });
  assert.equal(loaded.warnings.length, 1);
  assert.match(loaded.warnings[0], /ANOA_MAXMEMORY .*ANOA_MAX_MEMORY/);
});

test('a setting that arrives with a later issue is not taken silently', async () => {
  const loaded = await load({ environment: { ANOA_REDIS_PORT: 'always' } });
  assert.match(loaded.warnings.join(), /ANOA_REDIS_PORT/);
});

test('a config file that cannot be used is refused by its path', async () => {
  const environment = { ANOA_CONFIG: '/etc/anoa.json' };
  const missing = () => {
    throw new Error('ENOENT');
  };
  assert.match(await refusal({ environment, readFile: missing }), /\/etc\/anoa\.json cannot be read/);
  assert.match(await refusal({ environment, readFile: () => '{port' }), /\/etc\/anoa\.json is not JSON/);
  assert.match(await refusal({ environment, readFile: () => '[]' }), /one JSON object/);
  assert.match(await refusal({ environment, readFile: () => '{"prot": 1}' }), /"prot".*"port"/);
  assert.match(await refusal({ environment, readFile: () => '{"__proto__": 1}' }), /__proto__/);
});

test('only hosts that no other machine reaches are open-mode hosts', () => {
  for (const host of ['127.0.0.1', '127.255.255.254', '::1', '[::1]', 'localhost', '::ffff:127.0.0.1']) {
    assert.equal(isLoopbackHost(host), true, host);
    refuseBeyondLoopbackWithoutKey(host);
  }
  for (const host of [
    '0.0.0.0',
    '::',
    '10.0.0.1',
    '127.0.0.256',
    '127.0.0.1.example.org',
    'example.org',
    '',
  ]) {
    assert.equal(isLoopbackHost(host), false, host);
    assert.throws(() => refuseBeyondLoopbackWithoutKey(host), /--host 127\.0\.0\.1/);
  }
});

test.run();
