/** The thread around JournalWorker: nothing but its adapters and its clock. */

import { fdatasync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { parentPort } from 'node:worker_threads';
import type { ToJournal } from './journal/journal-messages.js';
import { JournalWorker } from './journal/journal-worker.js';
import { nodeFileSystem } from './node-file-system.js';
import { nodeStorageCrypto } from './node-storage-crypto.js';

const TICK_MS = 100;

const port = parentPort!;
const worker = new JournalWorker({
  fs: nodeFileSystem(),
  crypto: nodeStorageCrypto(),
  monotonicMs: () => performance.now(),
  reply: (message, transfer) => port.postMessage(message, transfer ?? []),
  syncBeside: (handle, done) => fdatasync(handle, done),
});
const ticks = setInterval(() => worker.tick(), TICK_MS);
port.on('message', (message: ToJournal) => {
  worker.handle(message);
  if (message.do !== 'close') return;
  clearInterval(ticks);
  port.close();
});
