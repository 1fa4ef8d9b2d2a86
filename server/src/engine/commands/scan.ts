import { Limits, type Op, type Result, ScanFlag, ValueType } from '@anoadb/protocol';
import type { EntryRef } from '../../store/index.js';
import type { Engine } from '../engine.js';
import { GlobPattern } from '../glob-pattern.js';

/** Entries looked at between two checks of the bounds. */
const SLICE_ENTRIES = 32;
/** The same where untyped text may have to be interpreted, which takes time with its size. */
const TYPED_SLICE_ENTRIES = 4;
/** Entries one op looks at, whatever `count` asks for. */
const ENTRIES_MAX = 10_000;
/** Steps of glob matching, and bytes of text interpreted, in one op: about 10 ms in the worst case. */
const STEPS_MAX = 2_000_000;
const KEYS_MAX = 0xffff;

/**
 * Pages through the keys in the order of their hash. Ends early, with a cursor to go on from, where the page is
 * full or the filters took too much work: so no pattern and no count holds up other clients.
 */
export function scan(engine: Engine, op: Op, result: Result): void {
  engine.restOnAll();
  page.begin(engine, op);
  const wanted = Math.min(op.count, ENTRIES_MAX);
  const looksAtTypes = (op.flags & (ScanFlag.TYPE | ScanFlag.WITH_TYPES)) !== 0;
  const sliceMax = looksAtTypes ? TYPED_SLICE_ENTRIES : SLICE_ENTRIES;
  let cursor = op.cursor;
  let looked = 0;
  do {
    const slice = Math.min(sliceMax, wanted - looked);
    cursor = engine.store.scan(cursor, slice, engine.nowMs, page.visit);
    looked += slice;
  } while (cursor !== 0 && looked < wanted && !page.isFull);
  page.end(cursor, result);
}

/** One page in the making: the one visitor that every SCAN uses, so that none is made per op. */
class ScanPage {
  #engine!: Engine;
  #op!: Op;
  #found = 0;
  readonly #glob = new GlobPattern(Limits.patternBytesMax);

  begin(engine: Engine, op: Op): void {
    this.#engine = engine;
    this.#op = op;
    this.#found = 0;
    this.#glob.steps = 0;
    if ((op.flags & ScanFlag.PATTERN) !== 0) this.#glob.compile(op.bytes, op.valueStart, op.valueEnd);
    engine.scratch.reset();
    engine.scratch.u64(0);
    engine.scratch.u16(0);
  }

  /** Room is kept for one more slice of the longest keys, since a slice cannot be left half way. */
  get isFull(): boolean {
    const sliceBytes = SLICE_ENTRIES * (Limits.keyBytesMax + 3);
    return (
      this.#engine.scratch.at + sliceBytes > this.#engine.listingBytesMax ||
      this.#found + SLICE_ENTRIES > KEYS_MAX ||
      this.#glob.steps > STEPS_MAX
    );
  }

  readonly visit = (ref: EntryRef): void => {
    const engine = this.#engine;
    const op = this.#op;
    const store = engine.store;
    const bytes = store.segmentOf(ref);
    const start = store.keyStartOf(ref);
    const end = start + store.keyLengthOf(ref);
    if (!startsWith(bytes, start, end, op.bytes, op.keyStart, op.keyEnd)) return;
    const scope = engine.keyPrefix;
    if (!startsWith(bytes, start, end, scope, 0, scope.length)) return;
    if ((op.flags & ScanFlag.PATTERN) !== 0 && !this.#glob.matches(bytes, start, end)) return;
    if ((op.flags & ScanFlag.TYPE) !== 0 && !this.#isType(ref, op.type)) return;
    const scratch = engine.scratch;
    scratch.u16(end - start);
    scratch.copy(bytes, start, end);
    if ((op.flags & ScanFlag.WITH_TYPES) !== 0) scratch.u8(this.#typeOf(ref));
    this.#found++;
  };

  end(cursor: number, result: Result): void {
    const scratch = this.#engine.scratch;
    const endAt = scratch.at;
    scratch.reset();
    scratch.u64(cursor);
    scratch.u16(this.#found);
    scratch.at = endAt;
    this.#engine.answerScratch(result, ValueType.BYTES);
  }

  /** Untyped text counts as TEXT and as what it is interpreted as. */
  #isType(ref: EntryRef, wanted: number): boolean {
    return this.#engine.store.typeOf(ref) === wanted || this.#typeOf(ref) === wanted;
  }

  #typeOf(ref: EntryRef): number {
    const store = this.#engine.store;
    if (store.typeOf(ref) === ValueType.TEXT && store.kindOf(ref) === 0) {
      this.#glob.steps += store.valueLengthOf(ref);
    }
    return this.#engine.interpretedTypeOf(ref);
  }
}

const page = new ScanPage();

function startsWith(
  bytes: Uint8Array,
  start: number,
  end: number,
  prefix: Uint8Array,
  prefixStart: number,
  prefixEnd: number,
): boolean {
  const prefixBytes = prefixEnd - prefixStart;
  if (end - start < prefixBytes) return false;
  for (let i = 0; i < prefixBytes; i++) if (bytes[start + i] !== prefix[prefixStart + i]) return false;
  return true;
}
