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
import { elementBytes, lengthBytes, lengthFrom } from './list-element.js';
import { ListEnds } from './list-ends.js';
import { ListInsertion } from './list-insertion.js';
import { headBytes, type ListNodes } from './list-nodes.js';
import { ListSpace } from './list-space.js';

/** A list starts with nothing in any of the words of its head. */
const EMPTY_HEAD = new Uint8Array(headBytes(1));

export class ListBlocks {
  readonly #table: EntryTable;
  readonly #reclaimer: Reclaimer;
  readonly #nodes: ListNodes;
  readonly #chain: ListChain;
  readonly #space: ListSpace;
  readonly #ends: ListEnds;
  readonly #insertion: ListInsertion;
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
    this.#insertion = new ListInsertion(table, reclaimer, this.#chain, this.#space);
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
    if (at < length) nodes.forgetPlace(ref);
    if (count === 1 && (at === 0 || at === length)) {
      if (this.#ends.push(ref, at < length, source, starts[from], ends[from])) return ref;
    }
    return this.#insertion.insert(ref, at, source, starts, ends, from, count, isReversed);
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
    if (at + count < length) nodes.forgetPlace(ref);
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
    nodes.forgetPlace(ref);
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
