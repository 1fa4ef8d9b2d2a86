/** Jedis as its README uses it: `jedis/JedisSession.java` asserts, this compiles it and starts the server. */

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { repositoryRoot } from '@anoadb/testkit';
import { suite } from 'uvu';
import { startStreamServer } from '../support/stream-harness.js';
import { runProgram } from './run-program.js';

const test = suite('client: Jedis');

const FOLDER = fileURLToPath(new URL('jedis', import.meta.url));

/** The class path of the compiled session, or why there is none. */
async function compileSession(): Promise<{ readonly classPath: string } | { readonly missing: string }> {
  for (const program of ['java', 'javac', 'mvn']) {
    if ((await runProgram(program, ['-version'])) === undefined)
      return { missing: `there is no ${program} on the PATH` };
  }
  const classes = join(repositoryRoot(), 'node_modules', '.cache', 'jedis-session');
  mkdirSync(classes, { recursive: true });
  const listFile = join(classes, 'class-path');
  const maven = [
    '-q',
    '-B',
    '-f',
    join(FOLDER, 'pom.xml'),
    'dependency:build-classpath',
    `-Dmdep.outputFile=${listFile}`,
  ];
  const listed = await runProgram('mvn', maven);
  if (listed?.code !== 0) return { missing: 'Maven could not get Jedis' };
  const classPath = [classes, readFileSync(listFile, 'utf8').trim()].join(delimiter);
  const compiled = await runProgram('javac', [
    '-d',
    classes,
    '-cp',
    classPath,
    join(FOLDER, 'JedisSession.java'),
  ]);
  assert.equal(compiled?.code, 0, compiled?.errors);
  return { classPath };
}

const session = await compileSession();
if ('missing' in session) console.log(`# skip Jedis: ${session.missing}`);

for (const version of ['2', '3']) {
  ('missing' in session ? test.skip : test)(`RESP ${version}: what its README shows`, async () => {
    assert.ok('classPath' in session);
    const server = await startStreamServer();
    try {
      const run = await runProgram('java', [
        '-cp',
        session.classPath,
        'JedisSession',
        String(server.port),
        version,
      ]);
      assert.equal(run?.code, 0, `${run?.output}${run?.errors}`);
      assert.equal(run!.output, '8 parts passed\n');
    } finally {
      await server.stop();
    }
  });
}

test.run();
