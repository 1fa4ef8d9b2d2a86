import * as assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'uvu';
import {
  freePort,
  type ServerProcess,
  startServerProcess,
  temporaryDirectory,
} from '../src/server-process.js';

/** Answers HELLO as a server does, creates its data directory, ends cleanly on SIGTERM. */
const STAND_IN = `
  const dgram = require('node:dgram');
  require('node:fs').mkdirSync(process.env.ANOA_DATA_DIR, { recursive: true });
  const socket = dgram.createSocket('udp4');
  socket.on('message', (hello, from) => {
    const challenge = Buffer.alloc(32);
    challenge.set([0xa1, 0x22, 1, 0]);
    hello.copy(challenge, 4, 4, 12);
    socket.send(challenge, from.port, from.address);
  });
  setTimeout(() => socket.bind(Number(process.env.ANOA_PORT), process.env.ANOA_HOST), 150);
  console.log('extra=' + process.env.ANOA_EXTRA + ' leaked=' + process.env.ANOA_LEAKED);
  process.on('SIGTERM', () => { console.error('ending'); process.exit(7); });
`;

const command: [string, ...string[]] = [process.execPath, '-e', STAND_IN];

test('a server is started, answers, is stopped by SIGTERM and started again on the same port and data', async () => {
  process.env['ANOA_LEAKED'] = 'yes';
  const server = await startServerProcess({ command, env: { ANOA_EXTRA: 'given' } });
  assert.ok(server.isRunning);
  assert.match(server.url, new RegExp(`^anoa://127\\.0\\.0\\.1:${server.port}$`));
  assert.deepEqual(await server.stop(), { code: 7, signal: null });
  assert.equal(server.isRunning, false);
  assert.match(server.output, /extra=given leaked=undefined/);
  assert.match(server.output, /ending/);
  assert.ok(existsSync(server.dataDir));
  await server.start();
  assert.deepEqual(await server.stop('SIGKILL'), { code: null, signal: 'SIGKILL' });
  await server.dispose();
  await server.dispose();
  assert.equal(existsSync(server.dataDir), false);
});

test('dispose ends a running server and removes its files', async () => {
  let kept: ServerProcess;
  {
    await using server = await startServerProcess({ command });
    kept = server;
  }
  assert.equal(kept.isRunning, false);
  assert.equal(existsSync(kept.dataDir), false);
  await kept.ended();
});

test('a server that ends instead of answering is reported with its output', async () => {
  const dies: [string, ...string[]] = [
    process.execPath,
    '-e',
    'console.error("no key file"); process.exit(66)',
  ];
  await assert.rejects(startServerProcess({ command: dies }), /ended with 66.*no key file/s);
  await assert.rejects(startServerProcess({ command: ['/no/such/program'] }), /no\/such\/program/);
});

test('a server that stays silent is given up and ended', async () => {
  const silent: [string, ...string[]] = [process.execPath, '-e', 'setInterval(() => {}, 1000)'];
  await assert.rejects(
    startServerProcess({ command: silent, readyWithinMs: 300 }),
    /did not answer within 300 ms/,
  );
});

test('free ports and temporary directories are there to use', async () => {
  assert.ok((await freePort()) > 0);
  assert.ok(existsSync(temporaryDirectory()));
});

test.run();
