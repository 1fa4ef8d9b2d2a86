/** One attempt at a snapshot, as the main thread follows it. */

import type { ListedSnapshot } from './manifest.js';
import { fromPlainError } from './persistence-error.js';
import type { SnapshotWalk } from './snapshot-walk.js';
import type { FileWorkerPort } from './worker-messages.js';

/** Feeds the walk with what the worker says, until the attempt is over. */
export class SnapshotOutcome {
  isOver = false;
  /** Resolves when its files are complete and named. */
  readonly ready: Promise<ListedSnapshot>;
  /** Resolves when the worker is done with it, published or abandoned; rejects when it failed. */
  readonly end: Promise<void>;

  constructor(worker: FileWorkerPort, walk: SnapshotWalk, generation: number) {
    let isReady: (snapshot: ListedSnapshot) => void = () => undefined;
    let isNotReady: (error: Error) => void = () => undefined;
    this.ready = new Promise((resolve, reject) => {
      isReady = resolve;
      isNotReady = reject;
    });
    this.end = new Promise((resolve, reject) => {
      worker.listen((message) => {
        if ('generation' in message && message.generation !== generation) return;
        switch (message.did) {
          case 'records-taken':
            walk.returnBuffer(message.buffer);
            return;
          case 'snapshot-ready':
            isReady(message.snapshot);
            return;
          case 'snapshot-settled':
          case 'snapshot-abandoned':
            resolve();
            break;
          case 'snapshot-failed':
          case 'died': {
            const error = fromPlainError(message.error);
            walk.fail(error);
            isNotReady(error);
            reject(error);
            break;
          }
          default:
            throw new Error(`the file worker said ${message.did} during a snapshot`);
        }
        this.isOver = true;
      });
    });
    // They are awaited later; until then a rejection is not unhandled.
    this.ready.catch(() => undefined);
    this.end.catch(() => undefined);
  }
}
