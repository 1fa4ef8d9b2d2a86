#!/usr/bin/env node
/**
 * Sends every datagram back: `echo-server.js recvmmsg|node:dgram|plain`, where `plain` is node:dgram as one
 * writes it down, without our class around it. Prints its port; ends when its input does.
 */

import dgram from 'node:dgram';
import { ADDRESS_BYTES } from '@anoadb/transport';
import { bindDatagramSocket, type SocketKind } from '@anoadb/udp';

const kind = process.argv[2] as SocketKind | 'plain';
if (kind === 'plain') echoPlainly();
else await echoInBatches(kind);

async function echoInBatches(socketKind: SocketKind): Promise<void> {
  const socket = await bindDatagramSocket({ host: '127.0.0.1', port: 0, kind: socketKind });
  const { batch } = socket;
  socket.start({
    onBatch(arrived) {
      for (let i = 0; i < arrived.count; i++) {
        const from = arrived.startOf(i);
        const to = batch.startOf(batch.count);
        // As an endpoint does: the reply is written where it leaves from.
        for (let at = 0; at < arrived.lengths[i]; at++) batch.bytes[to + at] = arrived.bytes[from + at];
        batch.commit(arrived.lengths[i], arrived.addresses, i * ADDRESS_BYTES);
      }
      socket.flush();
    },
    onError: (error) => void process.stderr.write(`${error.message}\n`),
  });
  begin(socket.local.port, () => void socket.close());
}

function echoPlainly(): void {
  const socket = dgram.createSocket('udp4');
  socket.on('message', (datagram, from) => socket.send(datagram, from.port, from.address));
  socket.bind(0, '127.0.0.1', () => begin(socket.address().port, () => socket.close()));
}

function begin(port: number, end: () => void): void {
  process.stdout.write(`${port}\n`);
  process.stdin.on('end', end).resume();
}
