/** One process per data directory. node-directory-lock.ts is the real one. */
export interface DirectoryLock {
  /** Throws PersistenceError 75, naming the process, where another one has the directory. */
  acquire(directory: string): Promise<HeldLock>;
}

export interface HeldLock {
  /** A lock that a dead process had left was replaced. */
  readonly replacedStale: boolean;
  /** Throws 75 where the lock was taken away, by hand or by a second host. Asked before each publication. */
  confirm(): void;
  /** Never throws. */
  release(): Promise<void>;
}
