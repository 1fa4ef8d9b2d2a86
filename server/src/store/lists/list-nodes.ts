/**
 * The nodes of lists: blocks of the arena, each with a stretch of a list's elements, doubly linked. Here is how they
 * lie, are linked, moved and freed; what a list does with them is in list-blocks.ts.
 *
 *   node, in 32-bit words      0  1 << 15 | elements       (the upper half is 0, which no entry has: its key's length)
 *                              1  previous node            2  next node
 *                              3  first byte in use        4  first byte behind them, both from the block's start
 *                              then room, elements, room
 *   head, in the entry's value, padded to whole words
 *                              0  elements                 1, 2  bytes of all nodes in use, low and high
 *                              3  first node               4  last node              0 = there are no nodes
 *
 * The links are a ring through the entry: before the first node and behind the last one stands the entry itself, so
 * both can be moved knowing only their neighbours. A chain that belongs to no entry yet ends in 0 on both sides; there
 * is one such chain at a time, and its ends are followed here.
 *
 * Invariant: each node is in the ring of one entry or in the chain, has at least one element, and nothing else points
 * to it.
 */
import { copyBytes } from '@anoadb/protocol';
import type { Arena } from '../arena.js';
import { headerBytes, IS_LIST, KEY_LENGTH_SHIFT } from '../entry-layout.js';
import { SEGMENT_SHIFT, SEGMENT_UNIT_MASK, type SegmentPool } from '../segment-pool.js';
import { lengthBytes, lengthFrom, lengthUpTo } from './list-element.js';

const NODE = 1 << 15;
export const ELEMENTS_MASK = NODE - 1;
const PREVIOUS = 1;
const NEXT = 2;
export const START = 3;
export const END = 4;
export const NODE_HEADER_BYTES = 20;
/** Nodes of more than one element are no larger: nine fill a slab of their size class with the least rest. */
export const NODE_BYTES_MAX = 7680;

export const HEAD_COUNT = 0;
export const HEAD_BYTES = 1;
export const HEAD_FIRST = 3;
export const HEAD_LAST = 4;
const HEAD_WORDS = 5;

/** Bytes of the value of a list's entry, whose key has this length. */
export function headBytes(keyLength: number): number {
  return 4 * HEAD_WORDS + (-keyLength & 3);
}

/** The word where the head of a list begins, whose entry begins at word `at`. */
export function headAt(words: Int32Array, at: number): number {
  const word0 = words[at];
  return at + ((headerBytes(word0) + (word0 >>> KEY_LENGTH_SHIFT) + 3) >>> 2);
}

/** Counts elements in or out of the head that begins at word `at`. */
export function addToHead(words: Int32Array, at: number, elements: number, bytes: number): void {
  const sum = (words[at + HEAD_BYTES] >>> 0) + words[at + HEAD_BYTES + 1] * 2 ** 32 + bytes;
  words[at + HEAD_COUNT] += elements;
  words[at + HEAD_BYTES] = sum | 0;
  words[at + HEAD_BYTES + 1] = Math.floor(sum / 2 ** 32);
}

/** Is the block that begins with this word a node? If not, it is an entry. */
export function isNodeWord(word0: number): boolean {
  return word0 >>> KEY_LENGTH_SHIFT === 0;
}

export class ListNodes {
  /** Ends of the chain that belongs to no entry; 0 = there is none. */
  chainFirst = 0;
  chainLast = 0;
  /** A node whose address is kept up to date when it moves; 0 = none. */
  followed = 0;
  /** Where the last `locate` found its element: the node, and how many of the node's elements come before. */
  found = 0;
  foundIndex = 0;
  /** Where `locateNear` last found something: a node of that list, 0 = nowhere, and how many elements stand before it. */
  #place = 0;
  #placeRef = 0;
  #placeIndex = 0;
  readonly #pool: SegmentPool;
  readonly #arena: Arena;

  constructor(pool: SegmentPool, arena: Arena) {
    this.#pool = pool;
    this.#arena = arena;
  }

  isNode(block: number): boolean {
    return block !== 0 && isNodeWord(this.#word(block, 0));
  }

  countOf(ref: number): number {
    return this.#head(ref, HEAD_COUNT) >>> 0;
  }

  /** Bytes of all elements of a list, with their lengths. */
  bytesOf(ref: number): number {
    return (this.#head(ref, HEAD_BYTES) >>> 0) + this.#head(ref, HEAD_BYTES + 1) * 2 ** 32;
  }

  /** Counts elements in or out. */
  add(ref: number, elements: number, bytes: number): void {
    addToHead(this.#pool.words[ref >>> SEGMENT_SHIFT], this.#headAt(ref), elements, bytes);
  }

  /** The first node of a list; 0 = it has none. */
  firstOf(ref: number): number {
    return this.#head(ref, HEAD_FIRST);
  }

  lastOf(ref: number): number {
    return this.#head(ref, HEAD_LAST);
  }

  /** What stands behind a node: a node, or its entry. */
  nextOf(node: number): number {
    return this.#word(node, NEXT);
  }

  previousOf(node: number): number {
    return this.#word(node, PREVIOUS);
  }

  elementsOf(node: number): number {
    return this.#word(node, 0) & ELEMENTS_MASK;
  }

  setElements(node: number, elements: number): void {
    this.#setWord(node, 0, NODE | elements);
  }

  /** First byte in use, from the block's start. */
  startOf(node: number): number {
    return this.#word(node, START);
  }

  endOf(node: number): number {
    return this.#word(node, END);
  }

  setStart(node: number, start: number): void {
    this.#setWord(node, START, start);
  }

  setEnd(node: number, end: number): void {
    this.#setWord(node, END, end);
  }

  usedOf(node: number): number {
    return this.#word(node, END) - this.#word(node, START);
  }

  /** Where the block begins in its segment. */
  baseOf(node: number): number {
    return (node & SEGMENT_UNIT_MASK) << 3;
  }

  segmentOf(node: number): Uint8Array {
    return this.#pool.bytes[node >>> SEGMENT_SHIFT];
  }

  /** Makes an allocated block an empty node whose first byte will be at `start`, linked to nothing. */
  init(block: number, start: number): void {
    const words = this.#pool.words[block >>> SEGMENT_SHIFT];
    const at = (block & SEGMENT_UNIT_MASK) << 1;
    words[at] = NODE;
    words[at + PREVIOUS] = 0;
    words[at + NEXT] = 0;
    words[at + START] = start;
    words[at + END] = start;
  }

  /** Adds a node at the end of the chain. */
  chain(node: number): void {
    this.#setWord(node, PREVIOUS, this.chainLast);
    if (this.chainLast !== 0) this.#setWord(this.chainLast, NEXT, node);
    else this.chainFirst = node;
    this.chainLast = node;
  }

  /** Links the chain in between two neighbours of a ring, either of which may be the entry. There is no chain then. */
  linkChain(before: number, behind: number): void {
    this.#link(before, this.chainFirst);
    this.#link(this.chainLast, behind);
    this.chainFirst = this.chainLast = 0;
  }

  freeChain(): void {
    this.#freeFrom(this.chainFirst);
    this.chainFirst = this.chainLast = 0;
  }

  /** Takes a node out of its ring and frees its block. */
  remove(node: number): void {
    const before = this.previousOf(node);
    const behind = this.nextOf(node);
    // Of the last node both neighbours are the entry: a list without nodes has 0 in its head, not itself.
    if (before === behind && !this.isNode(before)) this.#clearHead(before);
    else this.#link(before, behind);
    this.#free(node);
  }

  /** Frees all nodes of a list. */
  free(ref: number): void {
    this.#freeFrom(this.firstOf(ref));
    this.#clearHead(ref);
  }

  /** The entry that a block belongs to, 0 for a node of the chain; walks to the end of the list. */
  ownerOf(node: number): number {
    let block = node;
    while (this.isNode(block)) block = this.nextOf(block);
    return block;
  }

  /** Where most of an entry's memory is, of a list the last node's block. */
  mainBlockOf(ref: number): number {
    if ((this.#word(ref, 0) & IS_LIST) === 0) return ref;
    return this.lastOf(ref) || ref;
  }

  /** The head was copied to another block together with its entry: lets the ends of the list know. */
  entryMoved(ref: number): void {
    this.#place = 0;
    const first = this.firstOf(ref);
    if (first === 0) return;
    this.#setWord(first, PREVIOUS, ref);
    this.#setWord(this.lastOf(ref), NEXT, ref);
  }

  /** Gives the elements of one list to another, which has none; the first has none then. */
  takeOver(from: number, to: number): void {
    const source = this.#pool.words[from >>> SEGMENT_SHIFT];
    const target = this.#pool.words[to >>> SEGMENT_SHIFT];
    const at = this.#headAt(from);
    const toAt = this.#headAt(to);
    for (let word = 0; word < HEAD_WORDS; word++) {
      target[toAt + word] = source[at + word];
      source[at + word] = 0;
    }
    this.entryMoved(to);
  }

  /** Moves a node to another block of the same size. 0: no memory to be had without taking a segment. */
  move(node: number): number {
    const block = this.#arena.allocate(this.#arena.capacityOf(node));
    if (block !== 0) this.transfer(node, block, this.startOf(node));
    return block;
  }

  /** Puts the elements of a node into another block, from `start` on; the new block takes its place. */
  transfer(node: number, block: number, start: number): void {
    const used = this.usedOf(node);
    const from = this.baseOf(node) + this.startOf(node);
    this.init(block, start);
    this.setElements(block, this.elementsOf(node));
    this.setEnd(block, start + used);
    copyBytes(this.segmentOf(block), this.baseOf(block) + start, this.segmentOf(node), from, from + used);
    this.#link(this.previousOf(node), block);
    this.#link(block, this.nextOf(node));
    if (this.followed === node) this.followed = block;
    this.#free(node);
  }

  /**
   * Finds the element with index `at` of a list that has it, from the nearer end: `found` and `foundIndex`. All that is
   * read of each node on the way is one line of the cache: a thousand nodes take some 8 microseconds.
   */
  locate(ref: number, at: number): void {
    const count = this.countOf(ref);
    const isForward = at < count / 2;
    const link = isForward ? NEXT : PREVIOUS;
    const { words } = this.#pool;
    let node = isForward ? this.firstOf(ref) : this.lastOf(ref);
    /** Elements to pass: before the wanted one, or behind it. */
    let left = isForward ? at : count - 1 - at;
    for (;;) {
      const nodeWords = words[node >>> SEGMENT_SHIFT];
      const nodeAt = (node & SEGMENT_UNIT_MASK) << 1;
      const elements = nodeWords[nodeAt] & ELEMENTS_MASK;
      if (left < elements) {
        this.found = node;
        this.foundIndex = isForward ? left : elements - 1 - left;
        return;
      }
      left -= elements;
      node = nodeWords[nodeAt + link];
    }
  }

  /**
   * `locate` for a reader, from where one was last if that is nearer than either end: pages of a long list follow each
   * other. A change of the list before that place is to be told by `forgetPlace`.
   */
  locateNear(ref: number, at: number): void {
    const isNear =
      this.#place !== 0 &&
      this.#placeRef === ref &&
      Math.abs(at - this.#placeIndex) < Math.min(at, this.countOf(ref) - at);
    if (isNear) this.#locateFromPlace(at);
    else this.locate(ref, at);
    this.#place = this.found;
    this.#placeRef = ref;
    this.#placeIndex = at - this.foundIndex;
  }

  forgetPlace(ref: number): void {
    if (ref === this.#placeRef) this.#place = 0;
  }

  #locateFromPlace(at: number): void {
    let node = this.#place;
    let first = this.#placeIndex;
    while (at < first) {
      node = this.previousOf(node);
      first -= this.elementsOf(node);
    }
    for (let elements = this.elementsOf(node); at >= first + elements; elements = this.elementsOf(node)) {
      first += elements;
      node = this.nextOf(node);
    }
    this.found = node;
    this.foundIndex = at - first;
  }

  /** Where, from the block's start, the element begins that has `index` others of its node before it (index = all: the end). */
  offsetOf(node: number, index: number): number {
    const bytes = this.segmentOf(node);
    const base = this.baseOf(node);
    const elements = this.elementsOf(node);
    if (index <= elements >>> 1) {
      let at = base + this.startOf(node);
      for (let i = 0; i < index; i++) {
        const length = lengthFrom(bytes, at);
        at += length + 2 * lengthBytes(length);
      }
      return at - base;
    }
    let at = base + this.endOf(node);
    for (let i = elements; i > index; i--) {
      const length = lengthUpTo(bytes, at);
      at -= length + 2 * lengthBytes(length);
    }
    return at - base;
  }

  /** Lets two neighbours know each other; 0 beside a node: that is an end of the chain. */
  #link(before: number, behind: number): void {
    if (before === 0) this.chainFirst = behind;
    else if (this.isNode(before)) this.#setWord(before, NEXT, behind);
    else this.#setHead(before, HEAD_FIRST, behind);
    if (behind === 0) this.chainLast = before;
    else if (this.isNode(behind)) this.#setWord(behind, PREVIOUS, before);
    else this.#setHead(behind, HEAD_LAST, before);
  }

  #freeFrom(first: number): void {
    for (let node = first; this.isNode(node); ) {
      const next = this.nextOf(node);
      this.#free(node);
      node = next;
    }
  }

  #free(node: number): void {
    if (node === this.#place) this.#place = 0;
    this.#arena.free(node);
  }

  #clearHead(ref: number): void {
    this.#setHead(ref, HEAD_FIRST, 0);
    this.#setHead(ref, HEAD_LAST, 0);
  }

  #headAt(ref: number): number {
    return headAt(this.#pool.words[ref >>> SEGMENT_SHIFT], (ref & SEGMENT_UNIT_MASK) << 1);
  }

  #head(ref: number, field: number): number {
    return this.#pool.words[ref >>> SEGMENT_SHIFT][this.#headAt(ref) + field];
  }

  #setHead(ref: number, field: number, value: number): void {
    this.#pool.words[ref >>> SEGMENT_SHIFT][this.#headAt(ref) + field] = value;
  }

  #word(block: number, field: number): number {
    return this.#pool.words[block >>> SEGMENT_SHIFT][((block & SEGMENT_UNIT_MASK) << 1) + field];
  }

  #setWord(block: number, field: number, value: number): void {
    this.#pool.words[block >>> SEGMENT_SHIFT][((block & SEGMENT_UNIT_MASK) << 1) + field] = value;
  }
}
