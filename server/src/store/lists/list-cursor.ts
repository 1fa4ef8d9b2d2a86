import { lengthBytes, lengthFrom, lengthUpTo } from './list-element.js';
import type { ListNodes } from './list-nodes.js';

/**
 * A place in a list, to read on from. It stands before an element until `next`; after that the element is
 * `bytes[start, end)`, in the store's segment. Good until the next change of the store. Reused: a list has one at a time.
 */
export class ListCursor {
  bytes: Uint8Array = new Uint8Array(0);
  start = 0;
  end = 0;
  #nodes: ListNodes | undefined;
  #node = 0;
  /** Elements of the node that are still to come. */
  #left = 0;
  /** Where they begin; backward: where they end. */
  #at = 0;
  #isBackward = false;

  /** Stands before (backward: behind) the element with index `at`; an index that the list has not: nothing comes. */
  open(nodes: ListNodes, ref: number, at: number, isBackward: boolean): void {
    this.#nodes = nodes;
    this.#isBackward = isBackward;
    this.#node = 0;
    this.#left = 0;
    if (!(at >= 0 && at < nodes.countOf(ref))) return;
    nodes.locateNear(ref, at);
    const node = nodes.found;
    const index = nodes.foundIndex;
    this.#node = node;
    this.#left = isBackward ? index + 1 : nodes.elementsOf(node) - index;
    this.#at = nodes.baseOf(node) + nodes.offsetOf(node, isBackward ? index + 1 : index);
    this.bytes = nodes.segmentOf(node);
  }

  /** Goes on to the next element in the cursor's direction; false: there is none. */
  next(): boolean {
    if (this.#left === 0 && !this.#nextNode()) return false;
    this.#left--;
    if (this.#isBackward) {
      const length = lengthUpTo(this.bytes, this.#at);
      const side = lengthBytes(length);
      this.end = this.#at - side;
      this.start = this.end - length;
      this.#at = this.start - side;
    } else {
      const length = lengthFrom(this.bytes, this.#at);
      const side = lengthBytes(length);
      this.start = this.#at + side;
      this.end = this.start + length;
      this.#at = this.end + side;
    }
    return true;
  }

  #nextNode(): boolean {
    const nodes = this.#nodes;
    if (nodes === undefined || this.#node === 0) return false;
    const node = this.#isBackward ? nodes.previousOf(this.#node) : nodes.nextOf(this.#node);
    if (!nodes.isNode(node)) {
      this.#node = 0;
      return false;
    }
    this.#node = node;
    this.#left = nodes.elementsOf(node);
    this.#at = nodes.baseOf(node) + (this.#isBackward ? nodes.endOf(node) : nodes.startOf(node));
    this.bytes = nodes.segmentOf(node);
    return true;
  }
}
