/** Starts the file worker as a thread and is the main thread's end of it. */

import { Worker } from 'node:worker_threads';
import { toPlainError } from './persistence-error.js';
import type { FileWorkerPort, FromWorker } from './worker-messages.js';

/**
 * From sources, in development and tests, the thread's file is TypeScript, and tsx registers itself only in main
 * threads: there the thread first does that itself. What ships is JavaScript and takes the direct way.
 */
function startThread(): Worker {
  const name = 'anoadb-files';
  if (!import.meta.url.endsWith('.ts'))
    return new Worker(new URL('./node-file-worker-thread.js', import.meta.url), { name });
  const thread = JSON.stringify(new URL('./node-file-worker-thread.ts', import.meta.url).href);
  // Resolved from here: the thread's own `import` would look below the working directory.
  const loader = JSON.stringify(import.meta.resolve('tsx/esm/api'));
  const code = `import(${loader}).then(({ register }) => { register(); return import(${thread}); });`;
  return new Worker(code, { name, eval: true });
}

const ENDS = new Set<FromWorker['did']>([
  'load-finished',
  'load-failed',
  'snapshot-published',
  'snapshot-failed',
  'snapshot-abandoned',
]);

export function startNodeFileWorker(): FileWorkerPort {
  const worker = startThread();
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
