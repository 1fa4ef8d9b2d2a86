/** Ten million entries: that they work at all, what they take, and that they come back. */

import { encodeCount, encodeSnapshot } from '@anoadb/protocol';
import { AnoaServer, getPlan } from '../anoa.js';
import type { Line, RowGroup } from '../measurement.js';
import { settledResidentBytes } from '../resident-memory.js';
import { loadLine } from './load.js';

const ENTRIES = 10_000_000;

export const largeRows: RowGroup = {
  name: 'large',
  title: 'Ten million entries',
  isOptIn: true,
  async run(context) {
    const server = await AnoaServer.start();
    try {
      const emptyBytes = await settledResidentBytes(server.pid);
      const client = await server.connect();
      const fillSeconds = await server.fill(client, ENTRIES);
      context.progress(`  set in ${fillSeconds.toFixed(1)} s`);
      const fullBytes = await settledResidentBytes(server.pid);
      await server.resetDelays();
      const gets = 20_000;
      const plan = getPlan({ requests: gets, ops: 50, inFlight: 32, keyOf: (n) => (n * 7919) % ENTRIES });
      const { seconds: getSeconds } = await client.run(plan);
      const saved = (await client.ask((writer) => encodeSnapshot(writer), true)) as unknown as {
        elapsedMs: number;
      };
      const delays = await server.readDelays();
      await client.close();
      await server.child.stop('SIGKILL');
      const startedAtMs = performance.now();
      await server.child.start();
      const startSeconds = (performance.now() - startedAtMs) / 1000;
      const reader = await server.connect();
      const count = await reader.ask((writer) => encodeCount(writer));
      await reader.close();
      const lines: Line[] = [
        { id: 'large/set', title: 'SET, 50 ops per request', unit: '/s', ours: ENTRIES / fillSeconds },
        { id: 'large/get', title: 'GET, 50 ops per request', unit: '/s', ours: (gets * 50) / getSeconds },
        { id: 'large/bytes', title: 'bytes per entry', unit: 'B', ours: (fullBytes - emptyBytes) / ENTRIES },
        { id: 'large/snapshot', title: 'snapshot', unit: 's', ours: Number(saved.elapsedMs) / 1000 },
        {
          id: 'large/stall',
          title: 'event loop held up meanwhile, p99.9',
          unit: 'ms',
          ours: delays.own.p999Ms,
        },
        loadLine('large/load', ENTRIES, { seconds: startSeconds, wholeSeconds: startSeconds }, undefined),
        {
          id: 'large/back',
          title: 'entries back after a restart',
          unit: '',
          ours: Number(count),
          aim: { text: 'all', isMet: Number(count) === ENTRIES },
        },
      ];
      return lines;
    } finally {
      await server.dispose();
    }
  },
};
