import assert from 'node:assert';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from '@anoadb/sdk';
import { repositoryRoot, type ServerProcess, startServerProcess } from '@anoadb/testkit';
import { test } from 'uvu';

const examples = join(repositoryRoot(), 'examples');
let server: ServerProcess | undefined;

test.before(async () => {
  server = await startServerProcess({ readyWithinMs: 60_000 });
});
test.after(async () => {
  await server?.dispose();
});

/** As `npm start` in the example's folder, with the SDK as it is compiled: as a reader would run it. */
function start(
  example: string,
  ...args: string[]
): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, ['--import', 'tsx', 'src/main.ts', ...args], {
    cwd: join(examples, example),
    env: { ...process.env, ANOA_URL: server!.url },
    encoding: 'utf8',
    timeout: 60_000,
  });
}

function run(example: string, ...args: string[]): string {
  const done = start(example, ...args);
  assert.strictEqual(done.status, 0, `${done.stdout}\n${done.stderr}\n${server!.output}`);
  return done.stdout;
}

test('ts-quickstart does what the README says, twice', () => {
  assert.match(run('ts-quickstart'), /all as the README says/);
  assert.match(run('ts-quickstart'), /all as the README says/);
});

test('package-catalogue: in, equal, also after the server was terminated and started again; nothing in clear on disk', async () => {
  const loaded = run('package-catalogue');
  const count = Number(/loaded (\d+) documents/.exec(loaded)?.[1]);
  assert.ok(count > 50, loaded);
  assert.match(loaded, new RegExp(`verified ${count} of ${count} documents: equal`));
  assert.match(loaded, /MIT\s+\d+/);

  const { code } = await server!.stop('SIGTERM');
  assert.strictEqual(code, 0, server!.output);

  const files = filesUnder(server!.dataDir);
  assert.ok(files.length > 0);
  const clear = ['package:', 'typescript', 'zod', 'dependencies', 'license', 'description', '@types/node'];
  for (const file of files) {
    const bytes = readFileSync(file);
    for (const text of clear) assert.ok(!bytes.includes(text), `${file} holds "${text}" in clear`);
  }
  assert.ok(files.reduce((sum, file) => sum + statSync(file).size, 0) > 10_000);

  await server!.start();
  const verified = run('package-catalogue', '--verify-only');
  assert.match(verified, new RegExp(`verified ${count} of ${count} documents: equal`));
  await using db = await connect(server!.url);
  for await (const key of db.scan({ prefix: 'package:', batchSize: 1 })) {
    const ttl = await db.ttl(key);
    assert.ok(typeof ttl === 'number' && ttl > 0);
    break;
  }
});

test('package-catalogue says what is missing, by its exit code too', async () => {
  await using db = await connect(server!.url);
  await db.flush();
  const done = start('package-catalogue', '--verify-only');
  assert.strictEqual(done.status, 1);
  assert.match(done.stderr, /missing: package:/);
});

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

test.run();
