import assert from 'node:assert/strict';
import { test } from 'uvu';
import { javaViolationsIn, violationsIn } from '../boundaries.mjs';

const PLANTED = [
  ['packages/transport/src/a.ts', "import { readFileSync } from 'node:fs';", /imports node:fs/],
  ['packages/transport/src/a.ts', "const fs = await import('node:fs');", /imports node:fs/],
  ['packages/transport/src/a.ts', "import 'node:fs';", /imports node:fs/],
  [
    'packages/transport/src/a.ts',
    "import {\n  a,\n  b,\n} from '@anoadb/udp';",
    /must not import @anoadb\/udp/,
  ],
  ['server/src/engine/a.ts', 'const now = Date.now();', /uses Date\.now/],
  ['server/src/store/a.ts', 'const r = Math.random();', /uses Math\.random/],
  ['server/src/persistence/load.ts', "import { open } from 'node:fs/promises';", /imports node:fs\/promises/],
  ['server/src/store/a.ts', "import { Engine } from '../engine/engine.js';", /reach up into engine/],
  ['server/src/doors/redis/a.ts', "import net from 'node:net';", /imports node:net/],
  [
    'server/src/doors/redis/commands/string/get.ts',
    "import { item } from '../../../memcached/memcached-items.js';",
    /reach up into memcached/,
  ],
  ['packages/protocol/src/a.ts', "export * from '@anoadb/transport';", /must not import @anoadb\/transport/],
];

for (const [path, source, expected] of PLANTED) {
  test(`a planted violation is found: ${source.replace(/\s+/g, ' ')}`, () => {
    const found = violationsIn(path, source);
    assert.equal(found.length, 1, found.join('\n'));
    assert.match(found[0], expected);
  });
}

const JAVA = 'sdk-java/src/main/java/io/anoadb';
const PLANTED_IN_JAVA = [
  [`${JAVA}/internal/transport/A.java`, 'import java.nio.channels.DatagramChannel;', /java\.nio\.channels/],
  [`${JAVA}/internal/transport/A.java`, 'long now = System.nanoTime();', /System\.nanoTime/],
  [`${JAVA}/internal/protocol/A.java`, 'import io.anoadb.internal.net.Call;', /knows no socket/],
  [`${JAVA}/AnoaClient.java`, 'public synchronized void close() {}', /synchronized/],
];

for (const [path, source, expected] of PLANTED_IN_JAVA) {
  test(`a planted violation is found in Java: ${source}`, () => {
    const found = javaViolationsIn(path, source);
    assert.equal(found.length, 1, found.join('\n'));
    assert.match(found[0], expected);
  });
}

test('the socket of the Java SDK may read the clock, and prose may say synchronized', () => {
  const source = '/** Not synchronized. */\nlong now = System.nanoTime();\nimport java.net.InetAddress;';
  assert.deepEqual(javaViolationsIn(`${JAVA}/internal/net/A.java`, source), []);
});

test('the edge files of persistence may touch the platform', () => {
  assert.deepEqual(
    violationsIn('server/src/persistence/node-file-system.ts', "import fs from 'node:fs';"),
    [],
  );
});

test('sockets are in the edge files of the stream layer', () => {
  const source = "import net from 'node:net';";
  assert.deepEqual(violationsIn('server/src/doors/stream/node-stream-listener.ts', source), []);
  assert.equal(violationsIn('server/src/doors/stream/tcp-connection.ts', source).length, 1);
});

test('a comment about the clock is not a use of the clock', () => {
  assert.deepEqual(
    violationsIn('server/src/store/a.ts', '// never Date.now()\n/* Math.random */\nconst a = 1;'),
    [],
  );
});

test.run();
