/**
 * Makes the nodes for elements that come into a list, before the list itself is touched: a chain that belongs to no
 * entry, which is linked in whole when all of it is there, or freed when memory ran out on the way.
 *
 * Each new node may evict entries and move blocks, this chain's and the list's own included; both are followed.
 */
import { copyBytes } from '@anoadb/protocol';
import type { EntryTable } from '../entry-table.js';
import type { Reclaimer } from '../reclaimer.js';
import { elementBytes, writeElement } from './list-element.js';
import { NODE_BYTES_MAX, NODE_HEADER_BYTES } from './list-nodes.js';

export class ListChain {
  readonly #table: EntryTable;
  readonly #reclaimer: Reclaimer;
  /** Room behind the elements of the last node. */
  #free = 0;
  /** Bytes still to come. */
  #rest = 0;
  #slack = 0;
  #isFront = false;

  constructor(table: EntryTable, reclaimer: Reclaimer) {
    this.#table = table;
    this.#reclaimer = reclaimer;
  }

  /**
   * @param bytes what all elements together will take, with their lengths.
   * @param slack what the last node should have room for at least, where a node may have so much.
   * @param isFront the list will grow at its front: room that is left belongs there.
   */
  begin(bytes: number, slack: number, isFront: boolean): void {
    this.#free = 0;
    this.#rest = bytes;
    this.#slack = slack;
    this.#isFront = isFront;
  }

  /** Adds an element; false: no memory. */
  add(source: Uint8Array, start: number, end: number): boolean {
    const bytes = elementBytes(end - start);
    if (!this.#makeRoom(bytes)) return false;
    const { nodes } = this.#table;
    const node = nodes.chainLast;
    writeElement(nodes.segmentOf(node), nodes.baseOf(node) + nodes.endOf(node), source, start, end);
    this.#count(node, 1, bytes);
    return true;
  }

  /** Adds the elements that stand at source[start, end) as they stand in nodes, no more than one node has. */
  addEncoded(source: Uint8Array, start: number, end: number, elements: number): boolean {
    if (!this.#makeRoom(end - start)) return false;
    const { nodes } = this.#table;
    const node = nodes.chainLast;
    copyBytes(nodes.segmentOf(node), nodes.baseOf(node) + nodes.endOf(node), source, start, end);
    this.#count(node, elements, end - start);
    return true;
  }

  /** Adds what the followed node has from an offset on; it may move meanwhile. */
  addFollowed(offset: number, elements: number): boolean {
    const { nodes } = this.#table;
    const bytes = nodes.endOf(nodes.followed) - offset;
    if (!this.#makeRoom(bytes)) return false;
    const from = nodes.baseOf(nodes.followed) + offset;
    return this.addEncoded(nodes.segmentOf(nodes.followed), from, from + bytes, elements);
  }

  #count(node: number, elements: number, bytes: number): void {
    const { nodes } = this.#table;
    nodes.setElements(node, nodes.elementsOf(node) + elements);
    nodes.setEnd(node, nodes.endOf(node) + bytes);
    this.#free -= bytes;
    this.#rest -= bytes;
  }

  /** Sees to it that the last node has room for so many bytes. */
  #makeRoom(bytes: number): boolean {
    if (this.#free >= bytes) return true;
    const { nodes, arena } = this.#table;
    // Room for one more of that size is no use where a node cannot have two.
    const slack = NODE_HEADER_BYTES + 2 * bytes > NODE_BYTES_MAX ? 0 : this.#slack;
    const wanted = Math.min(NODE_BYTES_MAX, NODE_HEADER_BYTES + Math.max(this.#rest, slack));
    const size = Math.max(NODE_HEADER_BYTES + bytes, wanted);
    const block = this.#reclaimer.allocate(size);
    if (block === 0) return false;
    // What is too large for a node of several has one of its own, however large its block came out.
    this.#free = size > NODE_BYTES_MAX ? bytes : arena.capacityOf(block) - NODE_HEADER_BYTES;
    const room = this.#isFront && this.#rest <= this.#free ? this.#free - this.#rest : 0;
    this.#free -= room;
    nodes.init(block, NODE_HEADER_BYTES + room);
    nodes.chain(block);
    return true;
  }
}
