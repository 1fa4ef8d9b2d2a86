/** The bytes inside nodes: making room between elements, closing it, and joining nodes that have become sparse. */
import { copyBytes } from '@anoadb/protocol';
import type { EntryTable } from '../entry-table.js';
import { lengthBytes, lengthFrom } from './list-element.js';
import { NODE_BYTES_MAX, NODE_HEADER_BYTES } from './list-nodes.js';

/** Neighbours whose elements fit together into this are joined; less than a node, so that one more does not split it. */
const JOINED_BYTES_MAX = NODE_BYTES_MAX * 0.75;
/** A block at least this large of which at most this part is used is changed for a smaller one. */
const SHRINK_BYTES_MIN = 256;
const SHRINK_PART = 4;

export class ListSpace {
  readonly #table: EntryTable;

  constructor(table: EntryTable) {
    this.#table = table;
  }

  /**
   * Makes room for so many bytes before an element of a node that has it in all; returns where the room begins, from
   * the block's start. As few bytes move as can; where the place is too narrow, the rest of the room is halved between
   * the ends, so that neither needs this again soon.
   */
  open(node: number, offset: number, bytes: number, capacity: number): number {
    const { nodes } = this.#table;
    const start = nodes.startOf(node);
    const end = nodes.endOf(node);
    const before = offset - start;
    const behind = end - offset;
    const roomBefore = start - NODE_HEADER_BYTES;
    const roomBehind = capacity - end;
    const isInside = before > 0 && behind > 0;
    const isBehind = isInside ? behind <= before || roomBefore < bytes : behind === 0;
    if (isBehind && roomBehind >= bytes) {
      if (behind > 0) this.#shift(node, offset, end, bytes);
      nodes.setEnd(node, end + bytes);
      return offset;
    }
    if ((before === 0 || isInside) && roomBefore >= bytes) {
      if (before > 0) this.#shift(node, start, offset, -bytes);
      nodes.setStart(node, start - bytes);
      return offset - bytes;
    }
    const newStart = NODE_HEADER_BYTES + ((roomBefore + roomBehind - bytes) >>> 1);
    const distance = newStart - start;
    // Whichever part would be written over goes first.
    if (distance <= 0) this.#shift(node, start, offset, distance);
    this.#shift(node, offset, end, distance + bytes);
    if (distance > 0) this.#shift(node, start, offset, distance);
    nodes.setStart(node, newStart);
    nodes.setEnd(node, end + distance + bytes);
    return newStart + before;
  }

  /** Takes elements out of a node that keeps others; returns their bytes. */
  cut(node: number, index: number, elements: number): number {
    const { nodes } = this.#table;
    const start = nodes.startOf(node);
    const end = nodes.endOf(node);
    const from = nodes.offsetOf(node, index);
    const to = nodes.offsetOf(node, index + elements);
    const bytes = to - from;
    if (from - start < end - to) {
      if (from > start) this.#shift(node, start, from, bytes);
      nodes.setStart(node, start + bytes);
    } else {
      if (end > to) this.#shift(node, to, end, -bytes);
      nodes.setEnd(node, end - bytes);
    }
    nodes.setElements(node, nodes.elementsOf(node) - elements);
    return bytes;
  }

  /** Joins a node with its neighbours, where they are sparse together. Best effort: without memory they stay as they are. */
  tidy(node: number): void {
    const { nodes } = this.#table;
    this.join(nodes.previousOf(this.join(node)));
  }

  /** Gives a node that will not grow a block of its size, where its own is an eighth too large. Best effort. */
  trim(node: number): void {
    const { nodes, arena } = this.#table;
    const size = NODE_HEADER_BYTES + nodes.usedOf(node);
    const capacity = arena.capacityOf(node);
    if (capacity - arena.capacityFor(size) <= capacity >>> 3) return;
    const block = arena.allocate(size);
    if (block !== 0) nodes.transfer(node, block, NODE_HEADER_BYTES);
  }

  /** Gives a node a smaller block where most of its own is unused. Best effort. */
  shrink(node: number): void {
    const { nodes, arena } = this.#table;
    const used = nodes.usedOf(node);
    const size = NODE_HEADER_BYTES + used;
    // Of most nodes that is all there is to say, and the size of a block is not looked up for each pop.
    if (SHRINK_PART * size > NODE_BYTES_MAX) return;
    const capacity = arena.capacityOf(node);
    if (capacity < SHRINK_BYTES_MIN || SHRINK_PART * size > capacity) return;
    const block = arena.allocate(2 * size);
    if (block !== 0) nodes.transfer(node, block, NODE_HEADER_BYTES + (used >>> 1));
  }

  /** How many elements of a node equal wanted[start, end). */
  countEqual(node: number, wanted: Uint8Array, start: number, end: number): number {
    const { nodes } = this.#table;
    const bytes = nodes.segmentOf(node);
    let at = nodes.baseOf(node) + nodes.startOf(node);
    let equal = 0;
    for (let left = nodes.elementsOf(node); left > 0; left--) {
      const length = lengthFrom(bytes, at);
      const side = lengthBytes(length);
      if (isEqual(bytes, at + side, length, wanted, start, end)) equal++;
      at += length + 2 * side;
    }
    return equal;
  }

  /**
   * Takes out of a node, from the first on, the elements that equal wanted[start, end), all but the first `spared` of
   * them and `limit` at most; returns how many. The node may have none left.
   */
  cutEqual(
    node: number,
    wanted: Uint8Array,
    start: number,
    end: number,
    spared: number,
    limit: number,
  ): number {
    const { nodes } = this.#table;
    const bytes = nodes.segmentOf(node);
    const base = nodes.baseOf(node);
    const nodeEnd = base + nodes.endOf(node);
    let at = base + nodes.startOf(node);
    /** Elements from here to `at` stay, and are to move down to `into`. */
    let kept = at;
    let into = at;
    let equal = 0;
    for (let left = nodes.elementsOf(node); left > 0 && equal - spared < limit; left--) {
      const length = lengthFrom(bytes, at);
      const side = lengthBytes(length);
      const next = at + length + 2 * side;
      if (isEqual(bytes, at + side, length, wanted, start, end) && ++equal > spared) {
        if (into !== kept) bytes.copyWithin(into, kept, at);
        into += at - kept;
        kept = next;
      }
      at = next;
    }
    if (equal <= spared) return 0;
    bytes.copyWithin(into, kept, nodeEnd);
    nodes.setEnd(node, into + nodeEnd - kept - base);
    nodes.setElements(node, nodes.elementsOf(node) - (equal - spared));
    return equal - spared;
  }

  /**
   * Joins a node with the one behind it, where they are sparse together; returns the node that now has its elements.
   * What is no node is left alone. Best effort, as `tidy`.
   */
  join(node: number): number {
    const { nodes, arena } = this.#table;
    const next = nodes.isNode(node) ? nodes.nextOf(node) : 0;
    if (!nodes.isNode(next)) return node;
    const total = NODE_HEADER_BYTES + nodes.usedOf(node) + nodes.usedOf(next);
    if (total > JOINED_BYTES_MAX) return node;
    if (arena.capacityOf(node) >= total) return this.#pour(next, node, false);
    if (arena.capacityOf(next) >= total) return this.#pour(node, next, true);
    const block = arena.allocate(total);
    if (block === 0) return node;
    nodes.transfer(node, block, NODE_HEADER_BYTES);
    return this.#pour(next, block, false);
  }

  /** Moves all elements of a node to the front or the end of a neighbour that has room, and frees it. */
  #pour(node: number, into: number, isFront: boolean): number {
    const { nodes, arena } = this.#table;
    const bytes = nodes.usedOf(node);
    const from = nodes.baseOf(node) + nodes.startOf(node);
    const offset = isFront ? nodes.startOf(into) : nodes.endOf(into);
    const at = nodes.baseOf(into) + this.open(into, offset, bytes, arena.capacityOf(into));
    copyBytes(nodes.segmentOf(into), at, nodes.segmentOf(node), from, from + bytes);
    nodes.setElements(into, nodes.elementsOf(into) + nodes.elementsOf(node));
    nodes.remove(node);
    return into;
  }

  #shift(node: number, from: number, to: number, distance: number): void {
    const { nodes } = this.#table;
    const base = nodes.baseOf(node);
    nodes.segmentOf(node).copyWithin(base + from + distance, base + from, base + to);
  }
}

function isEqual(
  bytes: Uint8Array,
  at: number,
  length: number,
  wanted: Uint8Array,
  start: number,
  end: number,
): boolean {
  if (length !== end - start) return false;
  for (let i = 0; i < length; i++) if (bytes[at + i] !== wanted[start + i]) return false;
  return true;
}
