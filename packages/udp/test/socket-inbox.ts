/** What every test of a socket needs: one that echoes, one that collects. */

import * as assert from 'node:assert/strict';
import { ADDRESS_BYTES, type DatagramBatch } from '@anoadb/transport';
import type { DatagramSocket, SocketError } from '../src/index.js';

export function startEcho(socket: DatagramSocket): void {
  socket.start({
    onBatch: (batch) => {
      for (let i = 0; i < batch.count; i++) {
        const start = batch.startOf(i);
        socket.batch.push(
          batch.bytes.subarray(start, start + batch.lengths[i]),
          batch.addresses.subarray(i * ADDRESS_BYTES, (i + 1) * ADDRESS_BYTES),
        );
      }
      socket.flush();
    },
    onError: (error) => assert.fail(error),
  });
}

export function collect(socket: DatagramSocket) {
  const datagrams: Buffer[] = [];
  const from: Uint8Array[] = [];
  const errors: SocketError[] = [];
  socket.start({
    onBatch: (batch: DatagramBatch) => {
      for (let i = 0; i < batch.count; i++) {
        const start = batch.startOf(i);
        datagrams.push(Buffer.from(batch.bytes.subarray(start, start + batch.lengths[i])));
        from.push(batch.addresses.slice(i * ADDRESS_BYTES, (i + 1) * ADDRESS_BYTES));
      }
    },
    onError: (error) => void errors.push(error),
  });
  return {
    from,
    errors,
    texts: () => datagrams.map((datagram) => datagram.toString()),
    async holds(count: number): Promise<void> {
      while (datagrams.length < count) await turns(1);
      assert.equal(datagrams.length, count);
    },
  };
}

export async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise<void>((resolve) => void setTimeout(resolve, 1));
}
