/** Starts the file worker as a thread and is the main thread's end of it. */

import { startThread } from './node-thread.js';
import { toPlainError } from './persistence-error.js';
import type { FileWorkerPort, FromWorker } from './worker-messages.js';

const ENDS = new Set<FromWorker['did']>([
  'load-finished',
  'load-failed',
  'snapshot-settled',
  'snapshot-failed',
  'snapshot-abandoned',
]);

export function startNodeFileWorker(): FileWorkerPort {
  const worker = startThread('anoadb-files', 'node-file-worker-thread');
  let listener: (message: FromWorker) => void = () => undefined;
  let isDead = false;
  let isClosing = false;
  // Between its works the thread does not keep the process alive, during one it does.
  worker.unref();
  const die = (error: unknown) => {
    if (isDead) return;
    isDead = true;
    if (!isClosing) listener({ did: 'died', error: toPlainError(error) });
  };
  worker.on('message', (message: FromWorker) => {
    if (ENDS.has(message.did)) worker.unref();
    listener(message);
  });
  worker.on('error', die);
  worker.on('exit', (code) => die(new Error(`the file worker ended by itself (exit ${code})`)));
  return {
    get isDead() {
      return isDead;
    },
    post(message, transfer) {
      if (message.do === 'begin-load' || message.do === 'begin-snapshot') worker.ref();
      worker.postMessage(message, transfer ?? []);
    },
    listen(next) {
      listener = next;
    },
    async close() {
      isClosing = true;
      if (isDead) return;
      const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
      worker.ref();
      worker.postMessage({ do: 'close' });
      await exited;
    },
  };
}
