/**
 * What the server's journal was told, and what of it must be there after a crash: recovered state equals the state
 * after some LSN, whole requests only, and nothing acknowledged is missing beyond what the policy allows.
 */

import { ValueType } from '@anoadb/protocol';
import type { Store } from '../../src/store/index.js';
import type { Ledger, LostExecution } from './ledger.js';
import type { PlannedDurability } from './plan.js';

export interface StoredEntry {
  readonly type: number;
  /** One character per byte. */
  readonly value: string;
  readonly expiryMs: number;
  readonly version: number;
}

/** Undefined: the key is gone. A key of `undefined`: everything is. */
interface Effect {
  readonly key: string | undefined;
  readonly entry: StoredEntry | undefined;
}

/** Effects that stand or fall together. */
interface Group {
  readonly firstLsn: number;
  readonly lastLsn: number;
  readonly effects: readonly Effect[];
}

interface LossToJudge {
  readonly execution: LostExecution;
  /** Up to here the recovery found everything. */
  readonly lsn: number;
  readonly crash: Crash | undefined;
  readonly mayLose: boolean;
}

export type CrashKind = 'kill' | 'power cut';

export interface Crash {
  readonly kind: CrashKind;
  readonly atMs: number;
  /** Its event number. */
  readonly at: number;
}

/** Ticks, hand-overs and the end of a write; beside the intervals that the policy names. */
const SLACK_MS = 250;
const EVERYSEC_MS = 1000;

export class DurabilityWatch {
  readonly #ledger: Ledger;
  readonly #plan: PlannedDurability;
  #base = new Map<string, StoredEntry>();
  #baseLsn = 0;
  readonly #groups: Group[] = [];
  #open: Effect[] = [];
  #openFromLsn = 0;
  #lastLsn = 0;
  /** Changes of lists were acknowledged up to here. */
  #listsLsn = 0;
  readonly #toJudge: LossToJudge[] = [];
  /** Executions with effects that the last recovery did not find. */
  lost: readonly LostExecution[] = [];
  recoveries = 0;
  lossyRecoveries = 0;

  constructor(ledger: Ledger, plan: PlannedDurability) {
    this.#ledger = ledger;
    this.#plan = plan;
  }

  get lastLsn(): number {
    return this.#lastLsn;
  }

  put(store: Store, ref: number): void {
    this.#tell(keyOf(store, ref), entryOf(store, ref));
  }

  remove(bytes: Uint8Array, start: number, end: number): void {
    this.#tell(latin1(bytes, start, end), undefined);
  }

  clear(): void {
    this.#tell(undefined, undefined);
  }

  /** The effects told since the last call are one request's; `lastLsn` is the journal's now. */
  commit(lastLsn: number): void {
    if (this.#open.length > 0) {
      this.#groups.push({ firstLsn: this.#openFromLsn, lastLsn, effects: this.#open });
      this.#open = [];
    }
    this.#lastLsn = lastLsn;
  }

  /** Changes of lists up to this LSN were acknowledged. */
  acknowledgeLists(lsn: number): void {
    this.#listsLsn = Math.max(this.#listsLsn, lsn);
  }

  /**
   * A server has loaded its files and says that they end at `lsn`. Returns true where the state went back behind what
   * somebody may have seen.
   */
  recovered(options: { store: Store; lsn: number; crash: Crash | undefined; nowMs: number }): boolean {
    const { store, lsn, crash, nowMs } = options;
    this.recoveries++;
    this.#open = [];
    if (lsn > this.#lastLsn) this.#ledger.violate(`recovered up to LSN ${lsn}, told were ${this.#lastLsn}`);
    const split = this.#groups.find((group) => group.firstLsn <= lsn && lsn < group.lastLsn);
    if (split !== undefined)
      this.#ledger.violate(
        `recovered up to LSN ${lsn}, in the middle of a request ${split.firstLsn}..${split.lastLsn}`,
      );
    const expected = this.#stateAt(lsn);
    this.#compare(expected, store, lsn, nowMs);
    const isLossy = this.#judgeLoss(lsn, crash);
    this.#base = expected;
    this.#baseLsn = lsn;
    this.#lastLsn = Math.max(lsn, 0);
    this.#groups.length = 0;
    if (isLossy) this.lossyRecoveries++;
    return isLossy;
  }

  /** What is stored under a key after the last recovery. */
  entryOf(key: string): StoredEntry | undefined {
    return this.#base.get(key);
  }

  #judgeLoss(lsn: number, crash: Crash | undefined): boolean {
    this.lost = this.#ledger.undoAbove(lsn);
    const mayLose = crash?.kind === 'power cut' && this.#plan.policy !== 'always';
    if (!mayLose && this.#groups.some(({ lastLsn }) => lastLsn > lsn && lastLsn <= this.#listsLsn))
      this.#ledger.violate(
        `LSN ${this.#listsLsn} of a list was acknowledged and is gone: recovered up to LSN ${lsn}`,
      );
    this.#listsLsn = lsn;
    for (const execution of this.lost) this.#toJudge.push({ execution, lsn, crash, mayLose });
    return mayLose && this.#lastLsn > lsn;
  }

  /** At the end, when every answer that was on its way has come. */
  judgeLost(): void {
    for (const loss of this.#toJudge) this.#judge(loss);
  }

  #judge({ execution, lsn, crash, mayLose }: LossToJudge): void {
    const call = this.#ledger.calls.get(execution.tag);
    if (call === undefined || call.outcome !== 'answered' || call.endedAt < execution.at) return;
    // Executed anew and answered then: what was lost had been promised to nobody.
    if (this.#ledger.wasAnsweredAnew(call, execution.at)) return;
    const what = `${call.tag} (LSN ${execution.lsn}) was acknowledged`;
    if (!mayLose) {
      const how = crash === undefined ? 'a clean stop' : `a ${crash.kind} under ${this.#plan.policy}`;
      this.#ledger.violate(`${what} and is gone after ${how}: recovered up to LSN ${lsn}`);
      return;
    }
    if (this.#plan.policy !== 'everysec') return;
    const ageMs = crash!.atMs - call.endedAtMs;
    const windowMs = EVERYSEC_MS + 2 * longestSyncMs(this.#plan) + SLACK_MS;
    if (ageMs > windowMs)
      this.#ledger.violate(`${what} ${ageMs.toFixed(0)} ms before the power cut and is gone: everysec`);
  }

  #stateAt(lsn: number): Map<string, StoredEntry> {
    const state = new Map(this.#base);
    if (lsn < this.#baseLsn)
      this.#ledger.violate(`recovered up to LSN ${lsn}, the recovery before had ${this.#baseLsn}`);
    for (const group of this.#groups) {
      if (group.lastLsn > lsn) break;
      for (const { key, entry } of group.effects) {
        if (key === undefined) state.clear();
        else if (entry === undefined) state.delete(key);
        else state.set(key, entry);
      }
    }
    return state;
  }

  #compare(expected: Map<string, StoredEntry>, store: Store, lsn: number, nowMs: number): void {
    const found = entriesOf(store, nowMs);
    for (const [key, entry] of expected) {
      const other = found.get(key);
      found.delete(key);
      const isExpired = entry.expiryMs !== 0 && entry.expiryMs <= nowMs;
      if (isExpired ? other === undefined : other !== undefined && isSame(entry, other)) continue;
      const is = other === undefined ? 'missing' : `version ${other.version}`;
      this.#ledger.violate(
        `recovered up to LSN ${lsn}, but ${key} is ${is} in the place of version ${entry.version}`,
      );
    }
    for (const [key, { version }] of found)
      this.#ledger.violate(
        `recovered up to LSN ${lsn}, and ${key} (version ${version}) is there, which should be gone`,
      );
  }

  #tell(key: string | undefined, entry: StoredEntry | undefined): void {
    if (this.#open.length === 0) this.#openFromLsn = this.#lastLsn + 1;
    this.#open.push({ key, entry });
  }
}

function longestSyncMs({ syncMs, events }: PlannedDurability): number {
  return events.reduce((max, event) => (event.kind === 'slow' ? Math.max(max, event.syncMs) : max), syncMs);
}

function entriesOf(store: Store, nowMs: number): Map<string, StoredEntry> {
  const entries = new Map<string, StoredEntry>();
  let cursor = 0;
  do {
    cursor = store.scan(cursor, 1000, nowMs, (ref) => entries.set(keyOf(store, ref), entryOf(store, ref)));
  } while (cursor !== 0);
  return entries;
}

function keyOf(store: Store, ref: number): string {
  const start = store.keyStartOf(ref);
  return latin1(store.segmentOf(ref), start, start + store.keyLengthOf(ref));
}

function entryOf(store: Store, ref: number): StoredEntry {
  return {
    type: store.typeOf(ref),
    value: store.typeOf(ref) === ValueType.LIST ? elementsOf(store, ref) : scalarOf(store, ref),
    expiryMs: store.expiryOf(ref),
    version: store.versionOf(ref),
  };
}

function scalarOf(store: Store, ref: number): string {
  const start = store.valueStartOf(ref);
  return latin1(store.segmentOf(ref), start, start + store.valueLengthOf(ref));
}

function elementsOf(store: Store, ref: number): string {
  const elements: string[] = [];
  const cursor = store.lists.open(ref, 0, false);
  while (cursor.next()) elements.push(latin1(cursor.bytes, cursor.start, cursor.end));
  return JSON.stringify(elements);
}

function isSame(a: StoredEntry, b: StoredEntry): boolean {
  return a.type === b.type && a.value === b.value && a.expiryMs === b.expiryMs && a.version === b.version;
}

function latin1(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
}
