/** One suite for all implementations: what holds on the network must hold in the simulator, and the reverse. */

import * as assert from 'node:assert/strict';
import { ADDRESS_BYTES } from '@anoadb/transport';
import { test as uvuTest } from 'uvu';
import {
  addressBytes,
  bindDatagramSocket,
  connectDatagramSocket,
  type DatagramSocket,
  MemoryNetwork,
  recvmmsgMissing,
  SocketError,
  type SocketKind,
} from '../src/index.js';
import { collect, startEcho, turns } from './socket-inbox.js';

const HOSTS = ['127.0.0.1', '::1'];

interface Endpoints {
  bind(options: { host: string; port: number; slotBytes?: number }): Promise<DatagramSocket>;
  connect(options: { host: string; port: number }): Promise<DatagramSocket>;
}

const IMPLEMENTATIONS: [string, () => Endpoints][] = [
  ['recvmmsg', () => realSockets('recvmmsg')],
  ['node:dgram', () => realSockets('node:dgram')],
  [
    'memory',
    () => {
      const network = new MemoryNetwork();
      return { bind: (options) => network.bind(options), connect: (options) => network.connect(options) };
    },
  ],
];

const missing = recvmmsgMissing();
if (missing !== undefined) console.log(`# skip: recvmmsg: ${missing}`);

for (const [name, create] of IMPLEMENTATIONS) {
  const test = name === 'recvmmsg' && missing !== undefined ? uvuTest.skip : uvuTest;
  for (const host of HOSTS) {
    test(`${name} ${host}: an echo comes back to the one who asked, many in a batch`, async () => {
      const { bind, connect } = create();
      const server = await bind({ host, port: 0 });
      startEcho(server);
      const client = await connect({ host, port: server.local.port });
      const inbox = collect(client);
      assert.equal(server.isLoopback, true);
      assert.equal(client.isLoopback, true);
      assert.equal(client.remote?.port, server.local.port);
      const sent: string[] = [];
      for (let i = 0; i < 40; i++) {
        sent.push(`datagram ${i} ${'x'.repeat(i * 20)}`);
        client.batch.push(Buffer.from(sent[i]), new Uint8Array(ADDRESS_BYTES));
      }
      client.flush();
      assert.equal(client.batch.count, 0);
      await inbox.holds(40);
      assert.deepEqual(inbox.texts(), sent);
      assert.deepEqual(inbox.from[0], addressBytes(server.local.host, server.local.port));
      assert.ok(server.counters().batchesIn < 40, 'datagrams of one turn should share a batch');
      assert.equal(server.counters().datagramsOut, 40);
      assert.equal(client.counters().bytesIn, client.counters().bytesOut);
      await Promise.all([client.close(), server.close()]);
    });
  }

  test(`${name}: slots may be overwritten as soon as flush returns`, async () => {
    const { bind, connect } = create();
    const server = await bind({ host: '127.0.0.1', port: 0 });
    const inbox = collect(server);
    const client = await connect({ host: '127.0.0.1', port: server.local.port });
    for (let i = 0; i < 50; i++) {
      client.batch.push(Buffer.from(`round ${i}`), new Uint8Array(ADDRESS_BYTES));
      client.flush();
      client.batch.bytes.fill(0xee);
    }
    await inbox.holds(50);
    assert.deepEqual(
      inbox.texts(),
      Array.from({ length: 50 }, (_, i) => `round ${i}`),
    );
    await Promise.all([client.close(), server.close()]);
  });

  test(`${name}: an empty datagram is a datagram`, async () => {
    const { bind, connect } = create();
    const server = await bind({ host: '127.0.0.1', port: 0 });
    const inbox = collect(server);
    const client = await connect({ host: '127.0.0.1', port: server.local.port });
    client.batch.push(new Uint8Array(0), new Uint8Array(ADDRESS_BYTES));
    client.flush();
    await inbox.holds(1);
    assert.deepEqual(inbox.texts(), ['']);
    await Promise.all([client.close(), server.close()]);
  });

  test(`${name}: a datagram longer than a slot is dropped and counted, one that fits exactly is taken`, async () => {
    const { bind, connect } = create();
    const server = await bind({ host: '127.0.0.1', port: 0, slotBytes: 100 });
    const inbox = collect(server);
    const client = await connect({ host: '127.0.0.1', port: server.local.port });
    for (const length of [101, 100])
      client.batch.push(Buffer.alloc(length, 'a'), new Uint8Array(ADDRESS_BYTES));
    client.flush();
    await inbox.holds(1);
    assert.equal(inbox.texts()[0].length, 100);
    assert.equal(server.counters().oversized, 1);
    await Promise.all([client.close(), server.close()]);
  });

  test(`${name}: a connected socket hears its peer only`, async () => {
    const { bind, connect } = create();
    const server = await bind({ host: '127.0.0.1', port: 0 });
    const stranger = await bind({ host: '127.0.0.1', port: 0 });
    const client = await connect({ host: '127.0.0.1', port: server.local.port });
    const inbox = collect(client);
    const to = addressBytes(client.local.host, client.local.port);
    stranger.batch.push(Buffer.from('forged'), to);
    stranger.flush();
    await turns(5);
    server.batch.push(Buffer.from('genuine'), to);
    server.flush();
    await inbox.holds(1);
    assert.deepEqual(inbox.texts(), ['genuine']);
    await Promise.all([client.close(), server.close(), stranger.close()]);
  });

  test(`${name}: a closed port is reported to a connected socket as ECONNREFUSED and nothing throws`, async () => {
    const { bind, connect } = create();
    const gone = await bind({ host: '127.0.0.1', port: 0 });
    const { port } = gone.local;
    await gone.close();
    const client = await connect({ host: '127.0.0.1', port });
    const inbox = collect(client);
    for (let i = 0; i < 200 && inbox.errors.length === 0; i++) {
      client.batch.push(Buffer.from('anyone?'), new Uint8Array(ADDRESS_BYTES));
      client.flush();
      await turns(2);
    }
    assert.ok(inbox.errors[0] instanceof SocketError);
    assert.equal(inbox.errors[0].code, 'ECONNREFUSED');
    assert.match(inbox.errors[0].message, new RegExp(`127\\.0\\.0\\.1:${port}`));
    assert.ok(client.counters().errorsByCode['ECONNREFUSED'] >= 1);
    await client.close();
  });

  test(`${name}: a taken port is refused with its address and code`, async () => {
    const { bind } = create();
    const first = await bind({ host: '127.0.0.1', port: 0 });
    await assert.rejects(bind({ host: '127.0.0.1', port: first.local.port }), (error: SocketError) => {
      assert.equal(error.code, 'EADDRINUSE');
      assert.match(error.message, new RegExp(`127\\.0\\.0\\.1:${first.local.port}`));
      return true;
    });
    await first.close();
  });

  test(`${name}: datagrams addressed to port 0 are counted, the others of the batch still go`, async () => {
    const { bind } = create();
    const server = await bind({ host: '127.0.0.1', port: 0 });
    const other = await bind({ host: '127.0.0.1', port: 0 });
    const inbox = collect(other);
    server.batch.push(Buffer.from('lost'), addressBytes('127.0.0.1', 0));
    server.batch.push(Buffer.from('kept'), addressBytes('127.0.0.1', other.local.port));
    server.flush();
    await inbox.holds(1);
    assert.deepEqual(inbox.texts(), ['kept']);
    assert.equal(server.counters().unanswerable, 1);
    await Promise.all([server.close(), other.close()]);
  });

  test(`${name}: close may be called twice, then flush discards and nothing is delivered`, async () => {
    const { bind, connect } = create();
    const server = await bind({ host: '127.0.0.1', port: 0 });
    const inbox = collect(server);
    const client = await connect({ host: '127.0.0.1', port: server.local.port });
    client.batch.push(Buffer.from('late'), new Uint8Array(ADDRESS_BYTES));
    client.flush();
    await Promise.all([server.close(), server.close()]);
    await server.close();
    await turns(5);
    assert.deepEqual(inbox.texts(), []);
    await client.close();
    client.batch.push(Buffer.from('too late'), new Uint8Array(ADDRESS_BYTES));
    client.flush();
    assert.equal(client.batch.count, 0);
    client.ref();
    client.unref();
    assert.throws(() => server.start({ onBatch: () => {}, onError: () => {} }), /started already/);
  });
}

uvuTest('memory: with the same traffic the order of arrival is the same', async () => {
  const runs: string[][] = [];
  for (let run = 0; run < 2; run++) {
    const pending: (() => void)[] = [];
    const network = new MemoryNetwork({ schedule: (task) => void pending.push(task) });
    const server = await network.bind({ host: '10.0.0.1', port: 7 });
    const inbox = collect(server);
    for (let i = 0; i < 3; i++) {
      const client = await network.connect({
        host: '10.0.0.1',
        port: 7,
        from: { host: '10.0.0.2', port: 0 },
      });
      for (let j = 0; j < 100; j++) {
        client.batch.push(Buffer.from(`${client.local.port} ${j}`), new Uint8Array(ADDRESS_BYTES));
        if (client.batch.isFull) client.flush();
      }
      client.flush();
      assert.equal(client.isLoopback, false);
    }
    while (pending.length > 0) pending.shift()?.();
    runs.push(inbox.texts());
  }
  assert.equal(runs[0].length, 300);
  assert.deepEqual(runs[0], runs[1]);
});

function realSockets(kind: SocketKind): Endpoints {
  return {
    bind: (options) => bindDatagramSocket({ ...options, kind }),
    connect: (options) => connectDatagramSocket({ ...options, kind }),
  };
}

uvuTest.run();
