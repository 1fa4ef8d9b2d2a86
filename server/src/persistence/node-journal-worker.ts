/** Starts the journal worker as a thread and is the main thread's end of it. */

import type { FromJournal, JournalWorkerPort, ToJournal } from './journal/journal-messages.js';
import { startThread } from './node-thread.js';
import { toPlainError } from './persistence-error.js';

/** Somebody waits for the answer: until then the thread keeps the process alive. */
const ASKING = new Set<ToJournal['do']>(['open', 'publish-snapshot', 'publish-clean-stop', 'close']);
const ANSWERS = new Set<FromJournal['did']>(['opened', 'snapshot-published', 'snapshot-refused', 'failed']);

export function startNodeJournalWorker(): JournalWorkerPort {
  const worker = startThread('anoadb-journal', 'node-journal-worker-thread');
  let listener: (message: FromJournal) => void = () => undefined;
  let isDead = false;
  let isClosing = false;
  // The server keeps the process alive, not its journal: what is on its way is waited for by close().
  worker.unref();
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const die = (error: unknown) => {
    if (isDead) return;
    isDead = true;
    if (!isClosing) listener({ did: 'died', error: toPlainError(error) });
  };
  worker.on('message', (message: FromJournal) => {
    if (ANSWERS.has(message.did)) worker.unref();
    if (message.did === 'closed') isClosing = true;
    listener(message);
  });
  worker.on('error', die);
  worker.on('exit', (code) => die(new Error(`the journal worker ended by itself (exit ${code})`)));
  return {
    get isDead() {
      return isDead;
    },
    post(message, transfer) {
      if (ASKING.has(message.do)) worker.ref();
      worker.postMessage(message, transfer ?? []);
    },
    listen(next) {
      listener = next;
    },
    async end() {
      isClosing = true;
      if (isDead) return;
      worker.ref();
      await exited;
    },
  };
}
