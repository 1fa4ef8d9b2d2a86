import assert from 'node:assert';
import { spawn } from 'node:child_process';
import dgram from 'node:dgram';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import { LossyProxy, PERFECT_PATH } from '../src/index.js';

/** Sends back what it gets, the port it came from before it. */
async function echo(): Promise<{ port: number; close: () => void }> {
  const socket = dgram.createSocket('udp4');
  socket.on('message', (datagram, from) => socket.send(`${from.port} ${datagram}`, from.port, from.address));
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return { port: socket.address().port, close: () => void socket.close() };
}

/** What comes back for `texts`, sent at once. */
async function answers(port: number, texts: readonly string[], count: number): Promise<string[]> {
  const socket = dgram.createSocket('udp4');
  const heard: string[] = [];
  const enough = new Promise<void>((resolve) => {
    socket.on('message', (datagram) => {
      heard.push(String(datagram));
      if (heard.length >= count) resolve();
    });
  });
  for (const text of texts) socket.send(text, port, '127.0.0.1');
  await enough;
  socket.close();
  return heard;
}

test('a perfect path carries every datagram, each client on a socket of its own', async () => {
  const server = await echo();
  const proxy = await LossyProxy.start({ port: server.port, conditions: PERFECT_PATH, seed: 1 });
  const [a] = await answers(proxy.port, ['a'], 1);
  const [b] = await answers(proxy.port, ['b'], 1);
  assert.match(a, /^\d+ a$/);
  assert.match(b, /^\d+ b$/);
  assert.notStrictEqual(a.split(' ')[0], b.split(' ')[0]);
  assert.notStrictEqual(a.split(' ')[0], String(proxy.port));
  proxy.close();
  server.close();
});

test('a bad path loses, repeats and reorders, both ways', async () => {
  const server = await echo();
  const proxy = await LossyProxy.start({ port: server.port, seed: 7 });
  const texts = Array.from({ length: 300 }, (_, n) => String(n));
  // About 300 × 0.9 × 0.9 × 1.05 × 1.05 come back.
  const heard = (await answers(proxy.port, texts, 200)).map((text) => Number(text.split(' ')[1]));
  assert.ok(proxy.counters.lost > 20, `${proxy.counters.lost} lost`);
  assert.ok(proxy.counters.duplicated > 5, `${proxy.counters.duplicated} repeated`);
  assert.notDeepStrictEqual(
    heard,
    heard.slice().sort((x, y) => x - y),
  );
  proxy.close();
  server.close();
});

test('as a process it says its port, changes the weather and ends with its input', async () => {
  const server = await echo();
  const main = fileURLToPath(new URL('../src/lossy-proxy-main.ts', import.meta.url));
  const args = [
    '--import',
    'tsx',
    '--conditions=@anoadb/source',
    main,
    String(server.port),
    'loss=1',
    'seed=3',
  ];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ready = /^ready (\d+) seed 3$/.exec((await lines.next()).value as string);
  assert.ok(ready);
  child.stdin.write('loss=0 duplication=0 reorder=0\n');
  assert.strictEqual((await lines.next()).value, 'changed');
  const [heard] = await answers(Number(ready[1]), ['x'], 1);
  assert.match(heard, /^\d+ x$/);
  child.stdin.write('counters\n');
  assert.strictEqual(JSON.parse((await lines.next()).value as string).delivered, 2);
  const exit = once(child, 'exit');
  child.stdin.end();
  assert.deepStrictEqual(await exit, [0, null]);
  server.close();
});

test.run();
