/** Many calls of one kind without a queue as long as the input: the next begins where one ends. */

/** Calls that go out together: enough to fill datagrams, few enough to leave room for others. */
const TOGETHER_MAX = 1024;

/** Calls `run` for each item, never more at once than is good for the client. Rejects with the first failure. */
export async function forEachBounded<Item>(
  items: Iterable<Item>,
  maxInFlight: number,
  run: (item: Item) => Promise<unknown>,
): Promise<void> {
  const together = Math.max(1, Math.min(TOGETHER_MAX, Math.floor(maxInFlight / 2)));
  const iterator = items[Symbol.iterator]();
  let hasFailed = false;
  const worker = async (): Promise<void> => {
    for (let next = iterator.next(); !next.done && !hasFailed; next = iterator.next()) {
      try {
        await run(next.value);
      } catch (error) {
        hasFailed = true;
        throw error;
      }
    }
  };
  const workers: Promise<void>[] = [];
  for (let i = 0; i < together; i++) workers.push(worker());
  const outcomes = await Promise.allSettled(workers);
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}
