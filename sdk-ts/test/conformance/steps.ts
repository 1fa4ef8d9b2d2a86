/** Does the steps of a behaviour with this SDK, each answer put into the terms of the spec. */

import assert from 'node:assert';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type AnoaClient,
  AnoaError,
  type CallOptions,
  type Refused,
  type SetOptions,
  type TypeName,
  type Written,
} from '../../src/index.js';
import { assertValue, keyBelow, storable } from './spec-value.js';
import type { Behaviour, Expected, Step } from './suite.js';

/** What an op answered: a status of the spec, and what came with it. */
interface Answer {
  readonly status: string;
  readonly value?: unknown;
  readonly version?: number | undefined;
  readonly keys?: readonly string[];
  readonly results?: readonly Answer[];
  readonly failed?: number;
}

type Versions = Map<string, number>;

/** Not found, or the value that was. */
function found(value: unknown): Answer {
  return value === undefined ? { status: 'NOT_FOUND' } : { status: 'OK', value };
}

/** This SDK refuses before it sends, with codes of its own. */
const REFUSED_HERE = new Set(['INVALID_KEY', 'INVALID_ARGUMENT', 'INVALID_VALUE']);

export async function runSteps(db: AnoaClient, behaviour: Behaviour, prefix: string): Promise<void> {
  const versions: Versions = new Map();
  for (const [index, step] of (behaviour.steps ?? []).entries()) {
    if (step.do === 'WAIT') {
      await sleep(step.ms);
      continue;
    }
    try {
      const answer = await new StepRun(db, prefix, versions).answer(step);
      assertAnswer(answer, step.gives as Expected, versions);
    } catch (error) {
      if (error instanceof Error)
        error.message = `step ${index}, ${step.do} ${JSON.stringify(step.key)}: ${error.message}`;
      throw error;
    }
  }
}

function assertAnswer(answer: Answer, expected: Expected, versions: Versions): void {
  if (expected.status === 'TOO_LARGE') {
    assert.ok(['REFUSED', 'VALUE_TOO_LARGE', 'MESSAGE_TOO_LARGE'].includes(answer.status), answer.status);
    return;
  }
  assert.strictEqual(answer.status, expected.status);
  if (expected.value !== undefined) assertValue(answer.value, expected.value, expected.ordered);
  if (expected.keys !== undefined)
    assert.deepStrictEqual([...answer.keys!].sort(), [...expected.keys].sort());
  if (expected.failed !== undefined) assert.strictEqual(answer.failed, expected.failed);
  expected.results?.forEach((result, index) => {
    assert.strictEqual(answer.results![index].status, result.status, `result ${index}`);
    if (result.value !== undefined) assertValue(answer.results![index].value, result.value);
  });
  if (expected.version !== undefined) assert.strictEqual(answer.version, versions.get(expected.version));
  if (expected.newerThan !== undefined) assert.ok(answer.version! > versions.get(expected.newerThan)!);
  if (expected.save !== undefined) {
    assert.ok(answer.version! > 0, 'there is no version to keep');
    versions.set(expected.save, answer.version!);
  }
}

class StepRun {
  readonly #db: AnoaClient;
  readonly #prefix: string;
  readonly #versions: Versions;

  constructor(db: AnoaClient, prefix: string, versions: Versions) {
    this.#db = db;
    this.#prefix = prefix;
    this.#versions = versions;
  }

  async answer(step: Step): Promise<Answer> {
    try {
      return await this.#answer(step);
    } catch (error) {
      if (!(error instanceof AnoaError)) throw error;
      return { status: REFUSED_HERE.has(error.code) ? 'REFUSED' : error.code };
    }
  }

  async #answer(step: Step): Promise<Answer> {
    const db = this.#db;
    const flags = this.#flags(step);
    if (step.do === 'ATOMIC') return this.#atomic(step);
    if (step.do === 'SCAN') return this.#scan(step);
    const key = keyBelow(this.#prefix, step.key!);
    switch (step.do) {
      case 'GET': {
        if (flags['withVersion'] !== true) return found(await db.get(key, flags as CallOptions));
        const entry = await db.getEntry(key);
        return entry === undefined ? { status: 'NOT_FOUND' } : { ...entry, status: 'OK' };
      }
      case 'SET': {
        const set = await db.set(key, storable(step.value!), flags as SetOptions);
        const old = 'old' in set ? { value: set.old } : {};
        return { ...conditional(set, flags), ...old };
      }
      case 'DELETE': {
        const { ifVersion } = flags as { ifVersion?: number };
        if (ifVersion === undefined) return { status: (await db.delete(key)) ? 'OK' : 'NOT_FOUND' };
        return conditional(await db.delete(key, { ifVersion }), flags);
      }
      case 'EXISTS':
        return { status: 'OK', value: await db.exists(key) };
      case 'TYPE': {
        // The name `text` is said by a raw read alone.
        if (flags['raw'] === true) return found((await db.getEntry(key, { raw: true }))?.type);
        return found(await db.type(key));
      }
      case 'LENGTH':
        return found(await db.length(key));
      case 'APPEND':
        return found(await this.#append(key, step));
      case 'GETDELETE':
        return found(await db.getDelete(key));
      case 'GETEXPIRE':
        return found(await db.getExpire(key, flags as { persist: true }));
      case 'TTL':
        return found(await db.ttl(key));
      case 'EXPIRE': {
        const conditions = Object.keys(flags).length > 0;
        const done =
          step.at === undefined
            ? await db.expire(key, step.timeMs!, flags as { ifNone: boolean })
            : await db.expireAt(key, Date.now() + step.at.fromNowMs, flags as { ifNone: boolean });
        return conditions
          ? conditional(done, flags)
          : { status: (done as unknown as boolean) ? 'OK' : 'NOT_FOUND' };
      }
      case 'PERSIST':
        return { status: 'OK', value: await db.persist(key) };
      case 'INCR': {
        const { amount = '1', ttl } = flags as { amount?: string; ttl?: number };
        const exact = Number.isSafeInteger(Number(amount)) ? Number(amount) : BigInt(amount);
        return found(await db.incr(key, exact as number, ttl === undefined ? {} : { ttl }));
      }
      case 'INCRFLOAT':
        return found(await db.incrFloat(key, step.amountFloat!));
      case 'RENAME': {
        const newKey = this.#prefix + step.newKey!;
        if (flags['ifAbsent'] !== true)
          return { status: (await db.rename(key, newKey)) ? 'OK' : 'NOT_FOUND' };
        return conditional(await db.rename(key, newKey, { ifAbsent: true }), flags);
      }
      case 'COPY': {
        const newKey = this.#prefix + step.newKey!;
        if (flags['ifAbsent'] !== true) return { status: (await db.copy(key, newKey)) ? 'OK' : 'NOT_FOUND' };
        return conditional(await db.copy(key, newKey, { ifAbsent: true }), flags);
      }
      default:
        throw new Error(`this runner cannot do ${step.do}`);
    }
  }

  #append(key: string | Uint8Array, step: Step): Promise<number> {
    const { value } = step;
    const tail = 'text' in value! ? value['text'] : storable(value!);
    return this.#db.append(key, tail as string);
  }

  async #scan(step: Step): Promise<Answer> {
    const prefix = this.#prefix + (step.prefix ?? '');
    const keys = new Set<string>();
    const type = step.type as TypeName | undefined;
    const options = { prefix, pattern: step.pattern, type, batchSize: step.pageSize };
    for await (const key of this.#db.scan(options)) keys.add(key.slice(this.#prefix.length));
    return { status: 'OK', keys: [...keys] };
  }

  async #atomic(step: Step): Promise<Answer> {
    const batch = this.#db.atomic();
    const reads: ((result: unknown) => Answer)[] = [];
    for (const op of step.ops!) {
      const key = keyBelow(this.#prefix, op.key!);
      const flags = this.#flags(op);
      if (op.do === 'CHECK') {
        const { ifVersion, ifAbsent } = flags as { ifVersion?: number; ifAbsent?: boolean };
        if (ifVersion !== undefined) batch.check(key, { version: ifVersion });
        else if (ifAbsent === true) batch.check(key, { absent: true });
        else batch.check(key, { present: true });
        reads.push(() => ({ status: 'OK' }));
      } else if (op.do === 'SET') {
        batch.set(key, storable(op.value!), flags as { ifAbsent: boolean });
        reads.push(() => ({ status: 'OK' }));
      } else if (op.do === 'GET') {
        batch.get(key);
        reads.push(found);
      } else if (op.do === 'INCR') {
        batch.incr(key);
        reads.push(found);
      } else if (op.do === 'DELETE' || op.do === 'RENAME') {
        if (op.do === 'DELETE') batch.delete(key);
        else batch.rename(key, this.#prefix + op.newKey!);
        reads.push((wasThere) => ({ status: wasThere === true ? 'OK' : 'NOT_FOUND' }));
      } else throw new Error(`this runner cannot do ${op.do} in a batch`);
    }
    const outcome = await batch.commit();
    if (outcome.ok) {
      const results = (outcome.results as unknown[]).map((result, index) => reads[index](result));
      return { status: 'OK', results };
    }
    const { failed } = outcome;
    return { ...conditional(outcome, this.#flags(step.ops![failed])), failed };
  }

  /** Names of versions made versions, times made this SDK's. */
  #flags(step: Step): Record<string, unknown> {
    const flags: Record<string, unknown> = { ...step.flags };
    if (typeof flags['ifVersion'] === 'string') flags['ifVersion'] = this.#versions.get(flags['ifVersion']);
    const at = flags['expireAt'] as { fromNowMs: number } | undefined;
    if (at !== undefined) flags['expireAt'] = Date.now() + at.fromNowMs;
    return flags;
  }
}

/** The status that an answer with a condition stands for. */
function conditional(outcome: unknown, flags: Readonly<Record<string, unknown>>): Answer {
  const answer = outcome as Written | Refused;
  if (answer.ok) return { status: 'OK', version: answer.version };
  const status = flags['ifVersion'] === undefined ? 'CONDITION_FAILED' : 'VERSION_MISMATCH';
  return { status, version: answer.version };
}
