/** The first page of docs/HTTP.md, as it stands there, through the curl that people have. */

import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { repositoryRoot } from '@anoadb/testkit';
import { test } from 'uvu';
import { startStreamServer } from './support/stream-harness.js';

const hasCurl = spawnSync('curl', ['--version']).status === 0;

/** Lines of the first shell block, those that a backslash continues put together. */
function examples(): string[] {
  const page = readFileSync(join(repositoryRoot(), 'docs', 'HTTP.md'), 'utf8');
  const [, block] = /```sh\n([\s\S]*?)```/.exec(page)!;
  return block
    .replaceAll('\\\n', ' ')
    .split('\n')
    .filter((line) => line !== '');
}

function shell(command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile('sh', ['-c', command], (error, stdout, stderr) =>
      error ? reject(new Error(stderr)) : resolve(stdout),
    );
  });
}

(hasCurl ? test : test.skip)('the examples answer what stands behind them', async () => {
  const server = await startStreamServer();
  try {
    let last = '';
    for (const line of examples()) {
      const [command, comment] = line.split(/\s+# /);
      last = await shell(
        `${command.replaceAll('localhost:2662', `127.0.0.1:${server.port}`)} -sS --max-time 10`,
      );
      if (comment === undefined) continue;
      for (const expected of comment.split(', ')) {
        // A version is an example.
        const pattern = expected.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&').replace('"17"', '"\\d+"');
        assert.match(last, new RegExp(pattern, 'i'), `${command}\n${last}`);
      }
    }
    assert.deepEqual(
      JSON.parse(last).results.map(({ status, type }: { status: string; type: string }) => [status, type]),
      [
        ['OK', 'integer'],
        ['OK', 'json'],
      ],
    );
  } finally {
    await server.stop();
  }
});
if (!hasCurl) console.log('# skip: there is no curl on this machine');

(hasCurl ? test : test.skip)('uploads, HTTP/1.0, HEAD and paths as curl sends them', async () => {
  const server = await startStreamServer();
  const url = `http://127.0.0.1:${server.port}`;
  const curl = (rest: string): Promise<string> => shell(`curl -sS --max-time 10 ${rest}`);
  try {
    const status = '-o /dev/null -w "%{http_code}"';
    // curl puts the name of the file behind the slash.
    const file = fileURLToPath(import.meta.url);
    assert.equal(await curl(`${status} -T '${file}' ${url}/v1/keys/`), '201');
    assert.equal(await curl(`${url}/get/http-curl.test.ts`), readFileSync(file, 'utf8'));
    assert.equal(
      await shell(`seq 1 50000 | curl -sS ${status} --max-time 10 -T - ${url}/v1/keys/chunked`),
      '201',
    );
    assert.equal((await curl(`${url}/get/chunked`)).length, 288_894);
    assert.equal(await curl(`--http1.0 ${url}/get/chunked -o /dev/null -w "%{size_download}"`), '288894');
    assert.match(await curl(`-I ${url}/v1/keys/chunked`), /content-length: 288894/);
    assert.equal(await curl(`--path-as-is ${status} -X PUT -d x ${url}/v1/keys/../x`), '201');
    assert.equal(await curl(`--path-as-is ${url}/get/../x`), 'x');
    const etag = /etag: (\S+)/.exec(await curl(`-I ${url}/v1/keys/chunked`))![1];
    assert.equal(await curl(`${status} -H 'If-None-Match: ${etag}' ${url}/v1/keys/chunked`), '304');
    assert.equal(await curl(`${status} -X DELETE -H 'If-Match: ${etag}' ${url}/v1/keys/chunked`), '204');
    assert.equal(await curl(`${status} ${url}/get/chunked`), '404');
  } finally {
    await server.stop();
  }
});

test.run();
