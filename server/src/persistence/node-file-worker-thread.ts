/** The thread around FileWorker: nothing but its adapters. */

import { performance } from 'node:perf_hooks';
import { parentPort } from 'node:worker_threads';
import { FileWorker } from './file-worker.js';
import { nodeFileSystem } from './node-file-system.js';
import { nodeStorageCrypto } from './node-storage-crypto.js';
import type { ToWorker } from './worker-messages.js';

/** A chunk or frame each time: about 1 MB of files in a second. */
const TICK_MS = 100;

const port = parentPort!;
const worker = new FileWorker(nodeFileSystem(), nodeStorageCrypto(), (message, transfer) =>
  port.postMessage(message, transfer ?? []),
);
const ticks = setInterval(() => worker.tick(performance.now()), TICK_MS);
port.on('message', (message: ToWorker) => {
  worker.handle(message);
  if (message.do !== 'close') return;
  clearInterval(ticks);
  port.close();
});
