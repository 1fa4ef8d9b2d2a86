/** What TCP clients were told when the server was killed: the compiled one, in a process of its own. */

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ServerProcess, startServerProcess } from '@anoadb/testkit';
import { suite } from 'uvu';
import { SocketClient } from './support/stream-harness.js';

const test = suite('stream server: killed, stopped by a client');

const started = new Set<ServerProcess>();

test.after.each(async () => {
  for (const server of started) await server.dispose();
  started.clear();
});

async function start(env: Record<string, string> = {}): Promise<ServerProcess> {
  const server = await startServerProcess({ readyWithinMs: 60_000, env });
  started.add(server);
  return server;
}

/** Keeps adding to its own counter in pipelines, and to its own list; knows what it was told last. */
class Counting {
  readonly client: SocketClient;
  readonly key: string;
  told = 0;
  #rest = '';
  #isOver = false;

  constructor(client: SocketClient, key: string) {
    this.client = client;
    this.key = key;
    client.socket.on('data', (bytes) => this.#take(bytes.toString('latin1')));
    client.socket.on('close', () => {
      this.#isOver = true;
    });
    for (let i = 0; i < 10; i++) this.#ask();
  }

  #ask(): void {
    if (!this.#isOver) this.client.send(`INCR ${this.key}\r\n`);
  }

  #take(text: string): void {
    const lines = (this.#rest + text).split('\r\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      assert.equal(line, `:${this.told + 1}`, 'each count once, in order');
      this.told++;
      this.#ask();
    }
  }
}

for (const policy of ['always', 'everysec', 'no']) {
  test(`fsync ${policy}: kill -9 under twenty pipelining connections takes back no answer`, async () => {
    const server = await start({ ANOA_FSYNC: policy });
    const sent = new Map<string, number>();
    for (let round = 0; round < 3; round++) {
      const countings: Counting[] = [];
      for (let i = 0; i < 20; i++)
        countings.push(new Counting(await SocketClient.connect(server.port), `${round}:${i}`));
      await sleep(150);
      await server.stop('SIGKILL');
      for (const { key, told } of countings) sent.set(key, told);
      await server.start();
    }
    const client = await SocketClient.connect(server.port);
    const lowest = Math.min(...sent.values());
    assert.ok(lowest > 0, 'some connection was never answered: nothing is tested');
    for (const [key, told] of sent) {
      client.send(`INCRBY ${key} 0\r\n`);
      const value = Number((await client.takeLine()).slice(1));
      // The ten on their way may have happened or not.
      assert.ok(value >= told && value <= told + 10, `${key}: told ${told}, found ${value}`);
    }
    client.destroy();
  });
}

test('SHUTDOWN by a Redis client stops the process cleanly, and everything is there again', async () => {
  const server = await start();
  const client = await SocketClient.connect(server.port);
  await client.ask('SET kept yes\r\nRPUSH l a b\r\n', '+OK\r\n:2\r\n');
  client.send('SHUTDOWN\r\n');
  assert.equal(await client.takeAll(), '');
  assert.deepEqual(await server.ended(), { code: 0, signal: null });
  assert.match(server.output, /stopping: a client has asked for it/);
  await server.start();
  const again = await SocketClient.connect(server.port);
  await again.ask('*2\r\n$3\r\nGET\r\n$4\r\nkept\r\n', '$3\r\nyes\r\n');
  await again.ask('LRANGE l 0 -1\r\n', '*2\r\n$1\r\na\r\n$1\r\nb\r\n');
  again.destroy();
});

test.run();
