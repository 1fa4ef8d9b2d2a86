/**
 * Lists of byte strings, as the entries of type LIST: an entry holds the count of its elements, the sum of their
 * bytes, and the ends of a chain of nodes, which are blocks of the arena with up to 7.5 KiB of elements each. A longer
 * element has a node of its own.
 *
 * What it costs: an end in constant time, whatever the length; an index as many steps as there are nodes to it from the
 * nearer end; a change in the middle that and moving the bytes of a node or two; letting go of a list one step per node.
 *
 * Everything that takes elements takes them as ranges of `source`, which must not lie in the store (blocks move while
 * memory is found). What needs memory is done whole or not at all; other keys may be evicted for it, never the list.
 * A ref given here may have moved by the answer: go on with the one returned. Versions are the caller's business.
 */
import { copyBytes, ValueType } from '@anoadb/protocol';
import { headerBytes, IS_LIST, KEY_LENGTH_MAX } from '../entry-layout.js';
import type { EntryTable } from '../entry-table.js';
import type { Reclaimer } from '../reclaimer.js';
import type { EntryRef } from '../store-options.js';
import { ListChain } from './list-chain.js';
import { ListCursor } from './list-cursor.js';
import { ELEMENT_LENGTH_MAX, elementBytes, lengthBytes, lengthFrom, writeElement } from './list-element.js';
import { ListEnds } from './list-ends.js';
import { headBytes, type ListNodes, NODE_BYTES_MAX, NODE_HEADER_BYTES } from './list-nodes.js';
import { ListSpace } from './list-space.js';

/** A list starts with nothing in any of the words of its head. */
const EMPTY_HEAD = new Uint8Array(headBytes(1));
/** A node that is full grows by this part of its size, and a new one may be this part of the list at once. */
const SLACK_SHIFT = 2;
/** At an end, elements are moved within a full node only where that wins this part of them in room. */
const WORTH_SHIFT = 3;

export class ListBlocks {
  #table: EntryTable;
  #reclaimer: Reclaimer;
  #nodes: ListNodes;
  #chain: ListChain;
  #space: ListSpace;
  #ends: ListEnds;
  readonly #cursor = new ListCursor();
  readonly #oneStart = new Int32Array(1);
  readonly #oneEnd = new Int32Array(1);

  constructor(table: EntryTable, reclaimer: Reclaimer) {
    this.#table = table;
    this.#reclaimer = reclaimer;
    this.#nodes = table.nodes;
    this.#chain = new ListChain(table, reclaimer);
    this.#space = new ListSpace(table);
    this.#ends = new ListEnds(table.pool, table.arena);
  }

  /** The store was emptied: from now on lists are entries of another table. */
  attach(table: EntryTable, reclaimer: Reclaimer): void {
    this.#table = table;
    this.#reclaimer = reclaimer;
    this.#nodes = table.nodes;
    this.#chain = new ListChain(table, reclaimer);
    this.#space = new ListSpace(table);
    this.#ends = new ListEnds(table.pool, table.arena);
  }

  /** How many elements a list has. */
  lengthOf(ref: EntryRef): number {
    return this.#nodes.countOf(ref);
  }

  /** The bytes of all its elements, with two to eight for the length of each. */
  bytesOf(ref: EntryRef): number {
    return this.#nodes.bytesOf(ref);
  }

  /** An empty list under a key in the place of `before`, which was just found there (0: nothing was). 0: no memory. */
  create(
    hash: number,
    before: EntryRef,
    bytes: Uint8Array,
    keyStart: number,
    keyEnd: number,
    expiryMs: number,
    version: number,
    nowMs: number,
  ): EntryRef {
    this.#reclaimer.keep = before;
    const ref = this.#newEntry(hash, bytes, keyStart, keyEnd, expiryMs, version, nowMs);
    this.#reclaimer.keep = 0;
    return ref;
  }

  /** The same with the elements of `from`, in the place of whatever stands under that key; `from` stays. 0: no memory. */
  copy(
    from: EntryRef,
    hash: number,
    bytes: Uint8Array,
    keyStart: number,
    keyEnd: number,
    expiryMs: number,
    version: number,
    nowMs: number,
  ): EntryRef {
    const count = this.#nodes.countOf(from);
    const size = this.#nodes.bytesOf(from);
    this.#reclaimer.keep = from;
    const isCopied = this.#chainCopyOf(from);
    this.#reclaimer.keep = 0;
    return this.#newList(isCopied, count, size, hash, bytes, keyStart, keyEnd, expiryMs, version, nowMs);
  }

  /**
   * The same, but takes the elements over, whatever their number in the same time; `from` is removed then, and must not
   * be of that key itself. 0: no memory, and `from` is as it was.
   */
  rename(
    from: EntryRef,
    hash: number,
    bytes: Uint8Array,
    keyStart: number,
    keyEnd: number,
    expiryMs: number,
    version: number,
    nowMs: number,
  ): EntryRef {
    const reclaimer = this.#reclaimer;
    reclaimer.keep = from;
    const ref = this.#newEntry(hash, bytes, keyStart, keyEnd, expiryMs, version, nowMs);
    const old = reclaimer.keep;
    reclaimer.keep = 0;
    if (ref === 0) return 0;
    this.#nodes.takeOver(old, ref);
    this.#table.discard(old, this.#table.hashOf(old));
    return ref;
  }

  /** A list of elements as `save` gave them, in the place of whatever stands under that key. 0: no memory. */
  restore(
    elements: Uint8Array,
    hash: number,
    bytes: Uint8Array,
    keyStart: number,
    keyEnd: number,
    expiryMs: number,
    version: number,
    nowMs: number,
  ): EntryRef {
    let count = 0;
    let isChained = true;
    this.#chain.begin(elements.length, 0, false);
    for (let at = 0; at < elements.length && isChained; count++) {
      const length = lengthFrom(elements, at);
      const end = at + elementBytes(length);
      isChained = this.#chain.addEncoded(elements, at, end, 1);
      at = end;
    }
    const size = elements.length;
    return this.#newList(isChained, count, size, hash, bytes, keyStart, keyEnd, expiryMs, version, nowMs);
  }

  /** A copy of all elements outside the store, for `restore`. */
  save(ref: EntryRef): Uint8Array {
    const nodes = this.#nodes;
    const elements = new Uint8Array(nodes.bytesOf(ref));
    let at = 0;
    for (let node = nodes.firstOf(ref); nodes.isNode(node); node = nodes.nextOf(node)) {
      const start = nodes.baseOf(node) + nodes.startOf(node);
      const end = nodes.baseOf(node) + nodes.endOf(node);
      elements.set(nodes.segmentOf(node).subarray(start, end), at);
      at += end - start;
    }
    return elements;
  }

  /**
   * Inserts `count` elements before index `at`, from 0 to the length: element i is source[starts[i], ends[i]) for i from
   * `from` on; reversed: the last of them comes first. 0: no memory, and the list is as it was.
   */
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
    if (!(at >= 0 && at <= length)) throw new RangeError(`index ${at} of a list of ${length}`);
    if (count === 1 && (at === 0 || at === length)) {
      if (this.#ends.push(ref, at < length, source, starts[from], ends[from])) return ref;
    }
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

  /** Puts one element in the place of the one at `at`. 0: no memory, and the list is as it was. */
  replace(ref: EntryRef, at: number, source: Uint8Array, start: number, end: number): EntryRef {
    const nodes = this.#nodes;
    this.#checkRange(ref, at, 1);
    nodes.locate(ref, at);
    const node = nodes.found;
    const bytes = nodes.segmentOf(node);
    const from = nodes.baseOf(node) + nodes.offsetOf(node, nodes.foundIndex);
    if (lengthFrom(bytes, from) === end - start) {
      copyBytes(bytes, from + lengthBytes(end - start), source, start, end);
      return ref;
    }
    this.#oneStart[0] = start;
    this.#oneEnd[0] = end;
    const list = this.insert(ref, at, source, this.#oneStart, this.#oneEnd, 0, 1, false);
    if (list !== 0) this.remove(list, at + 1, 1);
    return list;
  }

  /** Removes the elements [at, at + count). A list without elements stays until its key is removed. Needs no memory. */
  remove(ref: EntryRef, at: number, count: number): void {
    this.#checkRange(ref, at, count);
    if (count === 0) return;
    const nodes = this.#nodes;
    const length = nodes.countOf(ref);
    if (count === 1 && (at === 0 || at === length - 1) && this.#ends.pop(ref, at === 0)) {
      this.#space.shrink(at === 0 ? nodes.firstOf(ref) : nodes.lastOf(ref));
      return;
    }
    let node = nodes.firstOf(ref);
    let index = 0;
    if (at > 0) {
      nodes.locate(ref, at);
      node = nodes.found;
      index = nodes.foundIndex;
    }
    let bytes = 0;
    for (let left = count; left > 0; ) {
      const next = nodes.nextOf(node);
      const here = nodes.elementsOf(node);
      const elements = Math.min(left, here - index);
      if (elements === here) {
        bytes += nodes.usedOf(node);
        nodes.remove(node);
      } else {
        bytes += this.#space.cut(node, index, elements);
      }
      left -= elements;
      index = 0;
      node = next;
    }
    nodes.add(ref, -count, -bytes);
    if (count === length) return;
    // What is popped goes on being popped: an end that becomes sparse is not joined, only made smaller.
    if (at === 0) this.#space.shrink(nodes.firstOf(ref));
    else if (at + count === length) this.#space.shrink(nodes.lastOf(ref));
    else this.#space.tidy(nodes.isNode(node) ? nodes.previousOf(node) : nodes.lastOf(ref));
  }

  /**
   * Removes up to `limit` elements that equal wanted[start, end), looking from the last one on where `isBackward`;
   * returns how many. One walk, however many there are (LREM). Needs no memory.
   */
  removeEqual(
    ref: EntryRef,
    wanted: Uint8Array,
    start: number,
    end: number,
    limit: number,
    isBackward: boolean,
  ): number {
    const nodes = this.#nodes;
    const bytes = elementBytes(end - start);
    let removed = 0;
    let node = isBackward ? nodes.lastOf(ref) : nodes.firstOf(ref);
    while (nodes.isNode(node) && removed < limit) {
      const next = isBackward ? nodes.previousOf(node) : nodes.nextOf(node);
      const left = limit - removed;
      const spared = isBackward ? Math.max(0, this.#space.countEqual(node, wanted, start, end) - left) : 0;
      const here = this.#space.cutEqual(node, wanted, start, end, spared, left);
      removed += here;
      if (here > 0) {
        nodes.add(ref, -here, -here * bytes);
        if (nodes.elementsOf(node) === 0) nodes.remove(node);
        else this.#space.join(isBackward ? node : nodes.previousOf(node));
      }
      node = next;
    }
    return removed;
  }

  /** The cursor before index `at`, or behind it where `isBackward`: its first `next` comes to that element. */
  open(ref: EntryRef, at: number, isBackward: boolean): ListCursor {
    this.#cursor.open(this.#nodes, ref, at, isBackward);
    return this.#cursor;
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

  /** Makes the chain a copy of a list that `reclaimer.keep` holds. */
  #chainCopyOf(from: EntryRef): boolean {
    const nodes = this.#nodes;
    nodes.followed = nodes.firstOf(from);
    let isDone = true;
    while (nodes.isNode(nodes.followed) && isDone) {
      const node = nodes.followed;
      this.#chain.begin(nodes.usedOf(node), 0, false);
      isDone = this.#chain.addFollowed(nodes.startOf(node), nodes.elementsOf(node));
      nodes.followed = nodes.nextOf(nodes.followed);
    }
    nodes.followed = 0;
    return isDone;
  }

  /** A new list that gets the chain, if that is there whole. */
  #newList(
    isChained: boolean,
    count: number,
    size: number,
    hash: number,
    bytes: Uint8Array,
    keyStart: number,
    keyEnd: number,
    expiryMs: number,
    version: number,
    nowMs: number,
  ): EntryRef {
    const nodes = this.#nodes;
    let ref = 0;
    if (isChained) ref = this.#newEntry(hash, bytes, keyStart, keyEnd, expiryMs, version, nowMs);
    else this.#table.counters.refused++;
    if (ref === 0) {
      nodes.freeChain();
      return 0;
    }
    if (nodes.chainFirst !== 0) nodes.linkChain(ref, ref);
    nodes.add(ref, count, size);
    return ref;
  }

  /** An empty list under a key, in the place of whatever stands there. 0: no memory, and what stands there is as it was. */
  #newEntry(
    hash: number,
    bytes: Uint8Array,
    keyStart: number,
    keyEnd: number,
    expiryMs: number,
    version: number,
    nowMs: number,
  ): EntryRef {
    const table = this.#table;
    const keyLength = keyEnd - keyStart;
    if (!(keyLength > 0 && keyLength <= KEY_LENGTH_MAX)) throw new RangeError(`key of ${keyLength} bytes`);
    const shape = table.shapeFor(expiryMs !== 0) | IS_LIST;
    const headLength = headBytes(keyLength);
    if (expiryMs !== 0) table.wheel.startAt(nowMs);
    const hasRoom = this.#reclaimer.reserve(hash) || table.index.find(hash, bytes, keyStart, keyEnd) !== 0;
    const ref = hasRoom ? this.#reclaimer.allocate(headerBytes(shape) + keyLength + headLength) : 0;
    if (ref !== 0) {
      const { LIST } = ValueType;
      table.write(ref, shape, LIST, bytes, keyStart, keyEnd, EMPTY_HEAD, 0, headLength, expiryMs, version);
      // Only now: what stood there may have been moved or evicted for this.
      const before = table.index.find(hash, bytes, keyStart, keyEnd);
      if (before !== 0) {
        table.supersede(hash, before, ref);
        return ref;
      }
      if (table.link(hash, ref)) return ref;
    }
    table.counters.refused++;
    return 0;
  }

  #checkRange(ref: EntryRef, at: number, count: number): void {
    const length = this.#nodes.countOf(ref);
    if (!(at >= 0 && count >= 0 && at + count <= length))
      throw new RangeError(`elements ${at} to ${at + count} of a list of ${length}`);
  }
}
