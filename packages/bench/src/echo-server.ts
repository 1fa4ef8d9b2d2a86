#!/usr/bin/env node
/** Sends every datagram back: `echo-server.js recvmmsg|node:dgram`. Prints its port; ends when its input does. */

import { ADDRESS_BYTES } from '@anoadb/transport';
import { bindDatagramSocket, type SocketKind } from '@anoadb/udp';

const socket = await bindDatagramSocket({ host: '127.0.0.1', port: 0, kind: process.argv[2] as SocketKind });
socket.start({
  onBatch(arrived) {
    const { batch } = socket;
    for (let i = 0; i < arrived.count; i++) {
      const from = arrived.startOf(i);
      const to = batch.startOf(batch.count);
      // What an endpoint does as well: the reply is written where it leaves from.
      for (let at = 0; at < arrived.lengths[i]; at++) batch.bytes[to + at] = arrived.bytes[from + at];
      batch.commit(arrived.lengths[i], arrived.addresses, i * ADDRESS_BYTES);
    }
    socket.flush();
  },
  onError: (error) => void process.stderr.write(`${error.message}\n`),
});
process.stdout.write(`${socket.local.port}\n`);
process.stdin.on('end', () => void socket.close()).resume();
