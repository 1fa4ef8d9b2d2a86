/**
 * What everybody in a run did and saw, and what of it must not be. Events are numbered across the whole run: their
 * order, not their time, is what histories are judged by.
 */

import type { PlannedRequest } from './plan.js';
import type { OpResult } from './request-codec.js';

export type Outcome =
  /** Not answered yet. */
  | 'open'
  /** The reply came. */
  | 'answered'
  /** The client was told, or must assume, that nobody knows. */
  | 'unknown'
  /** Nothing of it ever left. */
  | 'never sent';

/** One request of one client, from its call to its outcome. */
export interface CallRecord {
  readonly tag: string;
  readonly request: PlannedRequest;
  readonly mutates: boolean;
  readonly versions: readonly number[];
  readonly calledAt: number;
  outcome: Outcome;
  /** When the outcome came; of an unknown one the latest event before which it can have taken effect. */
  endedAt: number;
  /** The same in virtual time. */
  endedAtMs: number;
  results: readonly OpResult[] | undefined;
  /** The bytes of its reply, one character each. */
  reply: string | undefined;
}

/** One execution at the server. */
interface Execution {
  readonly at: number;
  readonly incarnation: number;
  readonly reply: string;
  /** LSN of its last effect; 0: it had none. */
  readonly lsn: number;
  /** A crash undid it: it may be executed once more. */
  isLost: boolean;
}

/** An execution whose effects a crash undid. */
export interface LostExecution {
  readonly tag: string;
  readonly lsn: number;
  readonly at: number;
}

export class Ledger {
  readonly violations: string[] = [];
  readonly calls = new Map<string, CallRecord>();
  /** Event numbers of the moments at which an empty server took the place of one before it. */
  readonly restarts: number[] = [];
  /** The last lines of what happened, where the run is traced. */
  readonly lines: string[] = [];
  readonly isTraced: boolean;
  readonly #nowMs: () => number;
  readonly #executions = new Map<string, Execution[]>();
  /** What may be answered to a request: what its executions produced. */
  readonly #replies = new Map<string, Set<string>>();
  #events = 0;

  constructor(isTraced: boolean, nowMs: () => number) {
    this.isTraced = isTraced;
    this.#nowMs = nowMs;
  }

  /** Takes the next event number. */
  next(): number {
    return ++this.#events;
  }

  violate(text: string): void {
    this.trace(() => `VIOLATION: ${text}`);
    if (this.violations.length < 20) this.violations.push(`at ${this.#nowMs().toFixed(1)} ms: ${text}`);
  }

  trace(line: () => string): void {
    if (this.isTraced) this.lines.push(`${this.#nowMs().toFixed(2).padStart(10)} ms  ${line()}`);
  }

  /** The server executed a request; `reply` is what it produced. */
  executed(tag: string, incarnation: number, mutates: boolean, reply: Uint8Array, lsn = 0): void {
    const at = this.next();
    const executions = this.#executions.get(tag) ?? [];
    executions.push({ at, incarnation, reply: Buffer.from(reply).toString('latin1'), lsn, isLost: false });
    this.#executions.set(tag, executions);
    this.trace(() => `server ${incarnation} executes ${tag}`);
    const standing = executions.filter((execution) => !execution.isLost);
    if (mutates && standing.length > 1) {
      const where = standing.map((execution) => execution.incarnation).join(' and ');
      this.violate(`${tag} took effect ${standing.length} times (server ${where})`);
    }
    if (this.calls.get(tag)?.outcome === 'never sent')
      this.violate(`${tag} was executed although it never left`);
    this.mayReply(tag, reply);
  }

  /**
   * The server restarted with what it had up to `lsn`: whatever came later never happened, and what had no effect
   * may be executed once more.
   */
  undoAbove(lsn: number): LostExecution[] {
    const lost: LostExecution[] = [];
    for (const [tag, executions] of this.#executions) {
      if (!(this.calls.get(tag)?.mutates ?? true)) continue;
      for (const execution of executions) {
        const isGone = !execution.isLost && (execution.lsn === 0 || execution.lsn > lsn);
        if (!isGone) continue;
        execution.isLost = true;
        if (execution.lsn > 0) lost.push({ tag, lsn: execution.lsn, at: execution.at });
      }
    }
    return lost;
  }

  /** Has an execution of it outlived every crash? */
  stands(tag: string): boolean {
    return (this.#executions.get(tag) ?? []).some((execution) => !execution.isLost);
  }

  /** The same of one that changed something. */
  standsWithEffects(tag: string): boolean {
    return (this.#executions.get(tag) ?? []).some((execution) => !execution.isLost && execution.lsn > 0);
  }

  /** Was it executed anew after event `at`, and may that be what its client was answered? */
  wasAnsweredAnew({ tag, reply, endedAt }: CallRecord, at: number): boolean {
    const executions = this.#executions.get(tag) ?? [];
    const former = executions.find((execution) => execution.at === at);
    // A stored reply leaves out what was read: then the bytes are of none of them.
    const isOfFormer = former?.reply === reply;
    return executions.some(
      (execution) =>
        execution.at > at && execution.at < endedAt && (execution.reply === reply || !isOfFormer),
    );
  }

  /** That is a reply to `tag` too: a stored one, with its reads left out. */
  mayReply(tag: string, reply: Uint8Array): void {
    const replies = this.#replies.get(tag) ?? new Set();
    replies.add(Buffer.from(reply).toString('latin1'));
    this.#replies.set(tag, replies);
  }

  isReplyOf(tag: string, reply: Uint8Array): boolean {
    return this.#replies.get(tag)?.has(Buffer.from(reply).toString('latin1')) ?? false;
  }

  /** When it was executed: last of all that answered so, as reads may be repeated. Infinity: never. */
  executedAt({ tag, reply, endedAt }: CallRecord): number {
    const executions = this.#executions.get(tag) ?? [];
    const isAnswered = (execution: Execution): boolean => execution.reply === reply && execution.at < endedAt;
    const answered =
      executions.findLast((execution) => !execution.isLost && isAnswered(execution)) ??
      executions.findLast(isAnswered);
    return (answered ?? executions[0])?.at ?? Number.POSITIVE_INFINITY;
  }

  /** The restart after event `at`. */
  restartAfter(at: number): number {
    return this.restarts.find((restart) => restart > at) ?? Number.POSITIVE_INFINITY;
  }

  /** The last restart, if it came after event `at`. */
  lastRestartSince(at: number): number | undefined {
    const last = this.restarts.at(-1);
    return last !== undefined && last > at ? last : undefined;
  }
}
