/** A few keys as a sequential machine: what a request that nobody disturbs answers, and leaves behind. */

import { Status } from '@anoadb/protocol';
import type { SequentialModel } from '@anoadb/testkit';
import type { PlannedOp, PlannedRequest } from './plan.js';
import { type OpResult, valueText } from './request-codec.js';

/** One step of a group's history: a request, or a restart of the server with what its files brought back. */
export type GroupOperation =
  | { readonly kind: 'restart'; readonly incarnation: number; readonly recovered?: GroupState }
  | {
      readonly kind: 'request';
      readonly tag: string;
      readonly request: PlannedRequest;
      /** What ifVersion demanded, per op. */
      readonly versions: readonly number[];
      /** Undefined: nobody knows. */
      readonly results: readonly OpResult[] | undefined;
    };

export interface GroupEntry {
  readonly value: string | null;
  /** -1: written by a request whose answer nobody saw. */
  readonly version: number;
}

/** One entry per key of the group. */
export type GroupState = readonly GroupEntry[];

export const ABSENT: GroupEntry = { value: null, version: 0 };
const UNSEEN = -1;

export function groupModel(keyCount: number): SequentialModel<GroupState, GroupOperation> {
  const initial: GroupState = new Array<GroupEntry>(keyCount).fill(ABSENT);
  return {
    initial,
    keyOf: (state) => state.map((entry) => `${entry.value ?? '-'}@${entry.version}`).join('|'),
    step: (state, operation) =>
      operation.kind === 'restart' ? [operation.recovered ?? initial] : stepRequest(state, operation),
  };
}

type Step = { readonly entry: GroupEntry; readonly status: number; readonly value: string | undefined };

function stepRequest(
  state: GroupState,
  operation: Extract<GroupOperation, { kind: 'request' }>,
): readonly GroupState[] {
  const { request, results } = operation;
  let states: { state: GroupState; isAborted: boolean }[] = [{ state, isAborted: false }];
  const failedAt = request.isAtomic && results !== undefined ? results.findIndex(isAbort) : -1;
  for (let i = 0; i < request.ops.length && !(failedAt >= 0 && i > failedAt); i++) {
    // Before the op that failed everything says ABORTED, whatever it would have answered.
    const result = failedAt >= 0 && i < failedAt ? undefined : results?.[i];
    const next: typeof states = [];
    for (const from of states) {
      if (from.isAborted) {
        next.push(from);
        continue;
      }
      for (const step of stepOp(from.state, operation, i, result)) {
        const isFailure = request.isAtomic && step.status !== Status.OK && step.status !== Status.NOT_FOUND;
        if (isFailure && failedAt >= 0 && i < failedAt) continue;
        const changed = from.state.slice();
        const op = request.ops[i];
        if (op.kind !== 'expiring' && op.kind !== 'look') changed[op.key] = step.entry;
        next.push({ state: changed, isAborted: isFailure });
      }
    }
    states = next;
  }
  if (failedAt >= 0) return states.some(({ isAborted }) => isAborted) ? [state] : [];
  return states.map((to) => (to.isAborted ? state : to.state));
}

/** What one op can do here: more than one thing only where a version is not known. */
function stepOp(
  state: GroupState,
  operation: Extract<GroupOperation, { kind: 'request' }>,
  index: number,
  result: OpResult | undefined,
): readonly Step[] {
  const op = operation.request.ops[index];
  // Keys that expire are judged by themselves (expiry-watch.ts).
  if (op.kind === 'expiring' || op.kind === 'look')
    return [{ entry: ABSENT, status: result?.status ?? Status.OK, value: undefined }];
  if (result?.status === Status.DISK_FULL)
    return [{ entry: state[op.key], status: Status.DISK_FULL, value: undefined }];
  const found: Step[] = [];
  for (const step of effectsOf(op, operation, index, state[op.key])) {
    // A stored reply leaves out what was read: nothing is known of it.
    if (result === undefined || result.status === Status.READ_NOT_REPLAYED) found.push(step);
    else if (isAnswer(step, result)) found.push(withVersion(step, op, result));
  }
  return found;
}

function effectsOf(
  op: Exclude<PlannedOp, { kind: 'expiring' | 'look' }>,
  operation: Extract<GroupOperation, { kind: 'request' }>,
  index: number,
  entry: GroupEntry,
): readonly Step[] {
  const { value } = entry;
  switch (op.kind) {
    case 'get':
      if (value === null) return [{ entry, status: Status.NOT_FOUND, value: undefined }];
      return [{ entry, status: Status.OK, value }];
    case 'delete':
      return [{ entry: ABSENT, status: value === null ? Status.NOT_FOUND : Status.OK, value: undefined }];
    case 'incr': {
      const sum = String(Number(value ?? 0) + op.amount);
      return [{ entry: { value: sum, version: UNSEEN }, status: Status.OK, value: sum }];
    }
    case 'append': {
      const longer = `${value ?? ''}${operation.tag}.${index};`;
      return [{ entry: { value: longer, version: UNSEEN }, status: Status.OK, value: String(longer.length) }];
    }
    default:
      return effectsOfSet(op, operation, index, entry);
  }
}

function effectsOfSet(
  op: Extract<PlannedOp, { kind: 'set' }>,
  operation: Extract<GroupOperation, { kind: 'request' }>,
  index: number,
  entry: GroupEntry,
): readonly Step[] {
  const text = valueText(operation.tag, index, op.bytes);
  const done: Step = { entry: { value: text, version: UNSEEN }, status: Status.OK, value: undefined };
  const refused = (status: number): Step => ({ entry, status, value: undefined });
  const isThere = entry.value !== null;
  switch (op.condition) {
    case 'ifAbsent':
      return [isThere ? refused(Status.CONDITION_FAILED) : done];
    case 'ifPresent':
      return [isThere ? done : refused(Status.CONDITION_FAILED)];
    case 'ifVersion':
      if (!isThere) return [refused(Status.VERSION_MISMATCH), refused(Status.NOT_FOUND)];
      if (entry.version === UNSEEN) return [done, refused(Status.VERSION_MISMATCH)];
      return [entry.version === operation.versions[index] ? done : refused(Status.VERSION_MISMATCH)];
    default:
      return [done];
  }
}

function isAnswer(step: Step, result: OpResult): boolean {
  if (step.status !== result.status) return false;
  if (step.status === Status.VERSION_MISMATCH) {
    return result.version <= 0 || step.entry.version === UNSEEN || step.entry.version === result.version;
  }
  if (step.status !== Status.OK) return true;
  const { value, version } = step.entry;
  const isOtherVersion =
    value !== null && version !== UNSEEN && result.version > 0 && version !== result.version;
  return step.value === result.value && !isOtherVersion;
}

/** The answer names the version: of what was written, or of what was read. */
function withVersion(step: Step, op: PlannedOp, result: OpResult): Step {
  if (result.version <= 0 || step.entry.value === null || op.kind === 'delete') return step;
  return { ...step, entry: { value: step.entry.value, version: result.version } };
}

/** The op on which an atomic request failed. */
function isAbort(result: OpResult): boolean {
  const { status } = result;
  return (
    status !== Status.OK &&
    status !== Status.NOT_FOUND &&
    status !== Status.ABORTED &&
    status !== Status.READ_NOT_REPLAYED
  );
}
