/**
 * A place in a list, to read on from. It stands before an element until `next`; after that the element is
 * `bytes[start, end)`, in the store's segment. Good until the next change of the store. Reused: a list has one at a time.
 */
export class ListCursor {
  bytes: Uint8Array = new Uint8Array(0);
  start = 0;
  end = 0;

  /** Goes on to the next element in the cursor's direction; false: there is none. */
  next(): boolean {
    return notYet();
  }
}

export function notYet(..._arguments: unknown[]): never {
  throw new Error('lists come with the next commit');
}
