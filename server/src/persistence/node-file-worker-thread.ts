/** The thread around FileWorker: nothing but its adapters. */

import { parentPort } from 'node:worker_threads';
import { FileWorker } from './file-worker.js';
import { nodeFileSystem } from './node-file-system.js';
import { nodeStorageCrypto } from './node-storage-crypto.js';
import type { ToWorker } from './worker-messages.js';

const port = parentPort!;
const worker = new FileWorker(nodeFileSystem(), nodeStorageCrypto(), (message, transfer) =>
  port.postMessage(message, transfer ?? []),
);
port.on('message', (message: ToWorker) => {
  worker.handle(message);
  if (message.do === 'close') port.close();
});
