/** What only sockets of a kernel can show, by each of the two that carry them. */

import * as assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import dgram from 'node:dgram';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { ADDRESS_BYTES } from '@anoadb/transport';
import { test as uvuTest } from 'uvu';
import {
  addressBytes,
  bindDatagramSocket,
  connectDatagramSocket,
  decodeAddress,
  recvmmsgMissing,
  SocketError,
  type SocketKind,
} from '../src/index.js';
import { collect, startEcho, turns } from './socket-inbox.js';

const ANYWHERE = new Uint8Array(ADDRESS_BYTES);
const PACKAGE = fileURLToPath(new URL('..', import.meta.url));
/** Opens a socket and waits to be told to end, or to be ended. */
const WORKER = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { kind, way, udp, tsx } = workerData;
  import(tsx).then(async ({ register }) => {
    register();
    const { bindDatagramSocket } = await import(udp);
    const socket = await bindDatagramSocket({ kind, host: '127.0.0.1', port: 0 });
    socket.start({ onBatch: () => socket.flush(), onError: () => {} });
    parentPort.postMessage(socket.local.port);
    parentPort.once('message', () => {
      if (way === 'exit') process.exit(0);
      else socket.unref();
    });
  });
`;

const KINDS: SocketKind[] = ['recvmmsg', 'node:dgram'];
const missing = recvmmsgMissing();
if (missing !== undefined) console.log(`# skip: recvmmsg: ${missing}`);

for (const kind of KINDS) {
  const test = kind === 'recvmmsg' && missing !== undefined ? uvuTest.skip : uvuTest;

  test(`${kind}: a flood to a peer that cannot be reached is counted by code and does not end the process`, async () => {
    const server = await bindDatagramSocket({ kind, host: '127.0.0.1', port: 0 });
    const inbox = collect(server);
    // A loopback socket has no route to another network; an IPv6 peer does not fit an IPv4 socket.
    for (const host of ['192.0.2.1', '255.255.255.255', '2001:db8::1']) {
      server.batch.push(Buffer.alloc(1200), addressBytes(host, 9));
    }
    server.flush();
    await turns(10);
    assert.ok(server.counters().sendErrors >= 1);
    assert.deepEqual(inbox.errors, []);
    await server.close();
  });

  test(`${kind}: a name is resolved, and localhost finds a server bound to 127.0.0.1`, async () => {
    const server = await bindDatagramSocket({ kind, host: 'localhost', port: 0 });
    assert.equal(server.local.host, '127.0.0.1');
    startEcho(server);
    const client = await connectDatagramSocket({ kind, host: 'localhost', port: server.local.port });
    const inbox = collect(client);
    client.batch.push(Buffer.from('hello'), new Uint8Array(ADDRESS_BYTES));
    client.flush();
    await inbox.holds(1);
    await Promise.all([client.close(), server.close()]);
  });

  test(`${kind}: a socket on :: answers IPv4 peers by their mapped address`, async () => {
    const server = await bindDatagramSocket({ kind, host: '::', port: 0 });
    assert.equal(server.isLoopback, false);
    startEcho(server);
    const inbox = collectFromPlainSocket('127.0.0.1', server.local.port);
    assert.equal(await inbox, 'ping');
    await server.close();
  });

  test(`${kind}: an unknown name is refused by name and code`, async () => {
    await assert.rejects(
      connectDatagramSocket({ kind, host: 'no-such-host.invalid', port: 1 }),
      (error: SocketError) => {
        assert.match(error.message, /no-such-host\.invalid/);
        assert.match(error.code, /^E/);
        return true;
      },
    );
  });

  test(`${kind}: what the kernel granted for its buffers is reported`, async () => {
    const socket = await bindDatagramSocket({ kind, host: '127.0.0.1', port: 0 });
    assert.ok(socket.counters().receiveBufferBytes > 0);
    assert.ok(socket.counters().sendBufferBytes > 0);
    await socket.close();
  });

  test(`${kind}: a thousand datagrams in a burst come in order and whole, and their echoes too`, async () => {
    const server = await bindDatagramSocket({ kind, host: '127.0.0.1', port: 0 });
    startEcho(server);
    const client = await connectDatagramSocket({ kind, host: '127.0.0.1', port: server.local.port });
    const inbox = collect(client);
    const sent: string[] = [];
    for (let i = 0; i < 1000; i++) {
      sent.push(`${i} ${'y'.repeat(i % 200)}`);
      client.batch.push(Buffer.from(sent[i]), ANYWHERE);
      if (client.batch.isFull) client.flush();
    }
    client.flush();
    await inbox.holds(1000);
    assert.deepEqual(inbox.texts(), sent);
    const counters = server.counters();
    assert.deepEqual([counters.datagramsIn, counters.datagramsOut, counters.kernelDrops], [1000, 1000, 0]);
    assert.equal(counters.bytesIn, sent.join('').length);
    assert.ok(counters.batchesIn <= 500, `${counters.batchesIn} batches`);
    await Promise.all([client.close(), server.close()]);
  });

  test(`${kind}: peers of both families mix in one batch, IPv4 ones by their mapped address`, async () => {
    const server = await bindDatagramSocket({ kind, host: '::', port: 0 });
    const inbox = collect(server);
    const { port } = server.local;
    const clients = await Promise.all(
      ['127.0.0.1', '::1', '::ffff:127.0.0.1'].map((host) => connectDatagramSocket({ kind, host, port })),
    );
    const answers = clients.map((client) => collect(client));
    for (const [i, client] of clients.entries()) {
      client.batch.push(Buffer.from(`from ${i}`), ANYWHERE);
      client.flush();
    }
    await inbox.holds(3);
    const hosts = inbox.from.map((bytes) => decodeAddress(bytes).host);
    assert.deepEqual(hosts, ['127.0.0.1', '::1', '127.0.0.1']);
    for (const [i, client] of clients.entries()) {
      assert.equal(decodeAddress(inbox.from[i]).port, client.local.port);
      server.batch.push(Buffer.from(`to ${i}`), inbox.from[i]);
    }
    server.flush();
    for (const [i, answer] of answers.entries()) {
      await answer.holds(1);
      assert.deepEqual(answer.texts(), [`to ${i}`]);
      assert.equal(decodeAddress(answer.from[0]).port, port);
    }
    await Promise.all([server.close(), ...clients.map((client) => client.close())]);
  });

  for (const host of ['127.0.0.1', '::1']) {
    test(`${kind} ${host}: datagrams of one length to one peer, which may leave as a run, arrive one by one`, async () => {
      const server = await bindDatagramSocket({ kind, host, port: 0 });
      const peers = await Promise.all(
        [0, 1].map(() => connectDatagramSocket({ kind, host, port: server.local.port })),
      );
      const inboxes = peers.map((peer) => collect(peer));
      const sent: string[][] = [[], []];
      // Runs that end by a shorter one, by an empty one, by another peer, by 64 kB, by 64 datagrams.
      const lengths = [
        ...Array<number>(20).fill(100),
        99,
        0,
        0,
        7,
        7,
        8,
        8,
        3,
        ...Array<number>(12).fill(12_000),
      ];
      for (const [i, length] of [...lengths, ...Array<number>(140).fill(1200)].entries()) {
        const peer = i % 17 === 16 ? 1 : 0;
        const { local } = peers[peer];
        sent[peer].push(String.fromCharCode(33 + (i % 90)).repeat(length));
        server.batch.push(Buffer.from(sent[peer].at(-1) ?? ''), addressBytes(local.host, local.port));
        if (server.batch.isFull) server.flush();
      }
      server.flush();
      for (const [peer, inbox] of inboxes.entries()) {
        await inbox.holds(sent[peer].length);
        assert.deepEqual(inbox.texts(), sent[peer]);
      }
      const { datagramsOut, bytesOut } = server.counters();
      assert.deepEqual([datagramsOut, bytesOut], [sent.flat().length, sent.flat().join('').length]);
      await Promise.all([server.close(), ...peers.map((peer) => peer.close())]);
    });
  }

  test(`${kind}: one datagram that cannot go does not hold back the others of its batch`, async () => {
    const server = await bindDatagramSocket({ kind, host: '127.0.0.1', port: 0, slotBytes: 65_535 });
    const other = await bindDatagramSocket({ kind, host: '127.0.0.1', port: 0 });
    const inbox = collect(other);
    const to = addressBytes('127.0.0.1', other.local.port);
    server.start({ onBatch: () => {}, onError: (error) => assert.fail(error) });
    server.batch.push(Buffer.from('first'), to);
    server.batch.push(Buffer.alloc(65_535), to); // 65507 fit IPv4
    server.batch.push(Buffer.from('second'), to);
    server.batch.push(Buffer.from('no such family'), addressBytes('2001:db8::1', 9));
    server.batch.push(Buffer.from('no broadcast'), addressBytes('255.255.255.255', 9));
    server.batch.push(Buffer.from('third'), to);
    server.flush();
    await inbox.holds(3);
    assert.deepEqual(inbox.texts(), ['first', 'second', 'third']);
    await turns(5);
    const { sendErrors, errorsByCode } = server.counters();
    assert.equal(sendErrors, 3);
    assert.equal(errorsByCode['EMSGSIZE'], 1);
    assert.equal(errorsByCode['EACCES'], 1);
    await Promise.all([server.close(), other.close()]);
  });

  test(`${kind}: an oversized datagram in the middle of a batch leaves its neighbours as they were`, async () => {
    const server = await bindDatagramSocket({ kind, host: '127.0.0.1', port: 0, slotBytes: 64 });
    const client = await connectDatagramSocket({ kind, host: '127.0.0.1', port: server.local.port });
    const sent = ['a', 'b'.repeat(65), 'c'.repeat(64), 'd'.repeat(1000), '', 'e'];
    for (const text of sent) client.batch.push(Buffer.from(text), ANYWHERE);
    const inbox = collect(server);
    client.flush();
    await inbox.holds(4);
    assert.deepEqual(inbox.texts(), ['a', 'c'.repeat(64), '', 'e']);
    for (const from of inbox.from) assert.equal(decodeAddress(from).port, client.local.port);
    assert.equal(server.counters().oversized, 2);
    await Promise.all([client.close(), server.close()]);
  });

  test(`${kind}: a socket may be closed while it delivers; nothing more comes and its port is free`, async () => {
    const server = await bindDatagramSocket({ kind, host: '127.0.0.1', port: 0, batchCapacity: 2 });
    const { port } = server.local;
    const client = await connectDatagramSocket({ kind, host: '127.0.0.1', port });
    for (let i = 0; i < 40; i++) client.batch.push(Buffer.from('x'), ANYWHERE);
    client.flush();
    client.flush();
    await client.close();
    // node:dgram drops what comes before the start.
    const later = await connectDatagramSocket({ kind, host: '127.0.0.1', port });
    let calls = 0;
    const closed = new Promise<void>((resolve) => {
      server.start({
        onBatch: (batch) => {
          calls++;
          const closing = server.close();
          server.batch.push(Buffer.from('discarded'), batch.addresses.subarray(0, ADDRESS_BYTES));
          server.flush();
          void closing.then(resolve);
        },
        onError: () => {},
      });
    });
    for (let i = 0; i < 40; i++) later.batch.push(Buffer.from('y'), ANYWHERE);
    later.flush();
    await closed;
    await turns(5);
    assert.equal(calls, 1);
    const again = await bindDatagramSocket({ kind, host: '127.0.0.1', port });
    await Promise.all([again.close(), later.close()]);
  });

  test(`${kind}: thousands of sockets opened and closed leave no descriptor behind`, async () => {
    const descriptors = () => (process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0);
    const peer = await bindDatagramSocket({ kind, host: '127.0.0.1', port: 0 });
    collect(peer);
    const before = descriptors();
    const small = { kind, host: '127.0.0.1', batchCapacity: 2, slotBytes: 64 };
    const cycles = kind === 'recvmmsg' ? 10_000 : 500;
    for (let i = 0; i < cycles; i++) {
      const isClient = i % 2 === 0;
      const socket = isClient
        ? await connectDatagramSocket({ ...small, port: peer.local.port })
        : await bindDatagramSocket({ ...small, port: 0 });
      if (i % 3 === 0) collect(socket);
      socket.batch.push(Buffer.from('hello'), addressBytes('127.0.0.1', peer.local.port));
      socket.flush();
      if (i % 5 === 0) socket.unref();
      await socket.close();
    }
    await turns(3);
    assert.ok(descriptors() <= before + 2, `${before} descriptors before, ${descriptors()} after`);
    await peer.close();
  });

  test(`${kind}: a worker may end with an open socket, by itself, by exit and by termination`, async () => {
    for (const way of ['unref', 'exit', 'terminate']) {
      const worker = new Worker(WORKER, {
        eval: true,
        workerData: {
          kind,
          way,
          tsx: import.meta.resolve('tsx/esm/api'),
          udp: new URL('../src/index.ts', import.meta.url).href,
        },
      });
      const failed: unknown[] = [];
      worker.on('error', (error) => failed.push(error));
      const exited = once(worker, 'exit');
      const [port] = (await once(worker, 'message')) as [number];
      const client = await connectDatagramSocket({ kind, host: '127.0.0.1', port });
      client.unref();
      for (let i = 0; i < 20; i++) client.batch.push(Buffer.from('x'), ANYWHERE);
      client.flush();
      if (way === 'terminate') await worker.terminate();
      else worker.postMessage('end');
      await exited;
      assert.deepEqual(failed, []);
      const again = await bindDatagramSocket({ kind, host: '127.0.0.1', port });
      await Promise.all([again.close(), client.close()]);
    }
  });

  test(`${kind}: the process ends with sockets open but unreferenced, and lives while one is referenced`, async () => {
    assert.deepEqual(await runScript(kind, 'socket.unref();'), { code: 0, output: 'ready\n' });
    assert.deepEqual(
      await runScript(kind, 'setTimeout(() => { console.log("still here"); socket.unref(); }, 200).unref();'),
      { code: 0, output: 'ready\nstill here\n' },
    );
    assert.deepEqual(await runScript(kind, 'process.exit(3);'), { code: 3, output: 'ready\n' });
  });

  test(`${kind}: an exception of the owner is an uncaught one, and the socket goes on`, async () => {
    const script = `
      process.on('uncaughtException', (error) => console.log(error.message));
      let calls = 0;
      socket.start({
        onBatch: () => {
          if (++calls === 1) throw new Error('of the owner');
          console.log('second call');
          socket.close();
        },
        onError: () => {},
      });
      const client = await udp.connectDatagramSocket({ kind, host: '127.0.0.1', port: socket.local.port });
      client.unref();
      const send = () => { client.batch.push(Buffer.from('x'), new Uint8Array(18)); client.flush(); };
      send();
      setTimeout(send, 100);`;
    assert.deepEqual(await runScript(kind, script), {
      code: 0,
      output: 'ready\nof the owner\nsecond call\n',
    });
  });
}

uvuTest('an unknown kind of port and a port 0 to connect to are refused with a code', async () => {
  for (const port of [0, 65_536, -1, 1.5]) {
    await assert.rejects(connectDatagramSocket({ host: '127.0.0.1', port }), (error: SocketError) => {
      assert.ok(error instanceof SocketError);
      assert.equal(error.code, 'ERR_SOCKET_BAD_PORT');
      return true;
    });
  }
});

/** A process with one bound `socket` that runs `script`. */
async function runScript(kind: SocketKind, script: string): Promise<{ code: number | null; output: string }> {
  const source = `
    const kind = ${JSON.stringify(kind)};
    const udp = await import(${JSON.stringify(new URL('../src/index.ts', import.meta.url).href)});
    const socket = await udp.bindDatagramSocket({ kind, host: '127.0.0.1', port: 0 });
    console.log('ready');
    ${script}`;
  const flags = ['--import', 'tsx', '--conditions=@anoadb/source', '--input-type=module', '-e', source];
  const child = spawn(process.execPath, flags, { cwd: PACKAGE, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (data) => (output += data));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output };
}

function collectFromPlainSocket(host: string, port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = dgram.createSocket('udp4');
    socket.on('message', (datagram) => {
      socket.close();
      resolve(datagram.toString());
    });
    socket.send('ping', port, host);
  });
}

uvuTest.run();
