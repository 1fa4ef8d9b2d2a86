/**
 * Elements that come into a list, wherever and however many: into the node that stands there, where it has room or may
 * grow; else as nodes of their own, which are made before the list is touched.
 */
import type { EntryTable } from '../entry-table.js';
import type { Reclaimer } from '../reclaimer.js';
import type { EntryRef } from '../store-options.js';
import type { ListChain } from './list-chain.js';
import { ELEMENT_LENGTH_MAX, elementBytes, writeElement } from './list-element.js';
import { type ListNodes, NODE_BYTES_MAX, NODE_HEADER_BYTES } from './list-nodes.js';
import type { ListSpace } from './list-space.js';

/** A node that is full grows by this part of its size, and a new one may be this part of the list at once. */
const SLACK_SHIFT = 2;
/** At an end, elements are moved within a full node only where that wins this part of them in room. */
const WORTH_SHIFT = 3;

export class ListInsertion {
  readonly #table: EntryTable;
  readonly #reclaimer: Reclaimer;
  readonly #nodes: ListNodes;
  readonly #chain: ListChain;
  readonly #space: ListSpace;

  constructor(table: EntryTable, reclaimer: Reclaimer, chain: ListChain, space: ListSpace) {
    this.#table = table;
    this.#reclaimer = reclaimer;
    this.#nodes = table.nodes;
    this.#chain = chain;
    this.#space = space;
  }

  /** `ListBlocks.insert`, with an index that the list has. */
  insert(
    ref: EntryRef,
    at: number,
    source: Uint8Array,
    starts: Int32Array,
    ends: Int32Array,
    from: number,
    count: number,
    isReversed: boolean,
  ): EntryRef {
    const nodes = this.#nodes;
    const length = nodes.countOf(ref);
    let bytes = 0;
    for (let i = from; i < from + count; i++) {
      const elementLength = ends[i] - starts[i];
      if (!(elementLength >= 0 && elementLength <= ELEMENT_LENGTH_MAX))
        throw new RangeError(`element of ${elementLength} bytes`);
      bytes += elementBytes(elementLength);
    }
    if (count === 0) return ref;
    let node = 0;
    let index = 0;
    if (at === length) {
      node = nodes.lastOf(ref);
      if (node !== 0) index = nodes.elementsOf(node);
    } else if (at === 0) {
      node = nodes.firstOf(ref);
    } else {
      nodes.locate(ref, at - 1);
      node = nodes.found;
      index = nodes.foundIndex + 1;
    }
    let list = ref;
    let isDone = false;
    if (node !== 0 && NODE_HEADER_BYTES + nodes.usedOf(node) + bytes <= NODE_BYTES_MAX) {
      const capacity = this.#table.arena.capacityOf(node);
      isDone = this.#hasRoom(node, index, bytes, capacity);
      if (!isDone && capacity < NODE_BYTES_MAX) {
        list = this.#grow(ref, node, bytes, index === 0);
        if (list === 0) return 0;
        node = nodes.found;
        isDone = true;
      }
    }
    if (isDone) this.#write(node, index, bytes, source, starts, ends, from, count, isReversed);
    else list = this.#insertNodes(ref, node, index, bytes, source, starts, ends, from, count, isReversed);
    if (list !== 0) nodes.add(list, count, bytes);
    return list;
  }

  /** May elements come into a node where they should without another block? */
  #hasRoom(node: number, index: number, bytes: number, capacity: number): boolean {
    const nodes = this.#nodes;
    const used = nodes.usedOf(node);
    const rest = capacity - NODE_HEADER_BYTES - used - bytes;
    if (rest < 0) return false;
    if (index === nodes.elementsOf(node))
      return nodes.endOf(node) + bytes <= capacity || rest >= used >> WORTH_SHIFT;
    if (index === 0) return nodes.startOf(node) - bytes >= NODE_HEADER_BYTES || rest >= used >> WORTH_SHIFT;
    return true;
  }

  /** Gives a node a block with so much more room, and `found` its new address; returns the entry. 0: no memory. */
  #grow(ref: number, node: number, bytes: number, isFront: boolean): EntryRef {
    const { arena } = this.#table;
    const nodes = this.#nodes;
    const size = NODE_HEADER_BYTES + nodes.usedOf(node) + bytes;
    this.#reclaimer.keep = ref;
    nodes.followed = node;
    const block = this.#reclaimer.allocate(Math.min(NODE_BYTES_MAX, size + (size >> SLACK_SHIFT)));
    const old = nodes.followed;
    const list = this.#reclaimer.keep;
    this.#reclaimer.keep = 0;
    nodes.followed = 0;
    if (block === 0) {
      this.#table.counters.refused++;
      return 0;
    }
    const start = isFront ? arena.capacityOf(block) - nodes.usedOf(old) : NODE_HEADER_BYTES;
    nodes.transfer(old, block, start);
    nodes.found = block;
    return list;
  }

  /** Writes elements into a node that has room for them, before the one with this index. */
  #write(
    node: number,
    index: number,
    bytes: number,
    source: Uint8Array,
    starts: Int32Array,
    ends: Int32Array,
    from: number,
    count: number,
    isReversed: boolean,
  ): void {
    const nodes = this.#nodes;
    const capacity = this.#table.arena.capacityOf(node);
    const target = nodes.segmentOf(node);
    let at = nodes.baseOf(node) + this.#space.open(node, nodes.offsetOf(node, index), bytes, capacity);
    for (let n = 0; n < count; n++) {
      const i = isReversed ? from + count - 1 - n : from + n;
      at = writeElement(target, at, source, starts[i], ends[i]);
    }
    nodes.setElements(node, nodes.elementsOf(node) + count);
  }

  /** Inserts elements as nodes of their own behind the first `index` elements of a node, which is split where it must. */
  #insertNodes(
    ref: EntryRef,
    node: number,
    index: number,
    bytes: number,
    source: Uint8Array,
    starts: Int32Array,
    ends: Int32Array,
    from: number,
    count: number,
    isReversed: boolean,
  ): EntryRef {
    const nodes = this.#nodes;
    const chain = this.#chain;
    const behind = node === 0 ? 0 : nodes.elementsOf(node) - index;
    const isSplit = index > 0 && behind > 0;
    const offset = isSplit ? nodes.offsetOf(node, index) : 0;
    const splitBytes = isSplit ? nodes.endOf(node) - offset : 0;
    this.#reclaimer.keep = ref;
    nodes.followed = node;
    chain.begin(bytes + splitBytes, isSplit ? 0 : nodes.bytesOf(ref) / 2 ** SLACK_SHIFT, index === 0);
    let isDone = true;
    for (let n = 0; n < count && isDone; n++) {
      const i = isReversed ? from + count - 1 - n : from + n;
      isDone = chain.add(source, starts[i], ends[i]);
    }
    if (isDone && isSplit) isDone = chain.addFollowed(offset, behind);
    const list = this.#reclaimer.keep;
    const split = nodes.followed;
    this.#reclaimer.keep = 0;
    nodes.followed = 0;
    if (!isDone) {
      nodes.freeChain();
      this.#table.counters.refused++;
      return 0;
    }
    if (isSplit) {
      nodes.setEnd(split, offset);
      nodes.setElements(split, index);
    }
    const last = nodes.chainLast;
    if (split === 0) nodes.linkChain(list, list);
    else if (index === 0) nodes.linkChain(list, split);
    else nodes.linkChain(split, nodes.nextOf(split));
    if (isSplit) {
      this.#space.join(last);
      this.#space.tidy(split);
    } else if (split !== 0) {
      this.#space.trim(split);
    }
    return list;
  }
}
