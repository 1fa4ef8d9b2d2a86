/**
 * The whole engine against a model made of a Map, op by op and in atomic requests, with time passing.
 * The model is written from the spec's sentences; a difference prints the seed that brings it back.
 */

import assert from 'node:assert/strict';
import {
  type AnoaValue,
  encodeAppend,
  encodeCheck,
  encodeCopy,
  encodeDelete,
  encodeExists,
  encodeExpire,
  encodeFlush,
  encodeGet,
  encodeGetDelete,
  encodeGetExpire,
  encodeIncr,
  encodeLength,
  encodePersist,
  encodeRename,
  encodeSet,
  encodeTtl,
  encodeType,
  TypedValue,
  ValueType,
} from '@anoadb/protocol';
import { SeededRandom } from '@anoadb/testkit';
import { suite } from 'uvu';
import { type Answer, bytes, type Encode, TestEngine } from './test-engine.js';

const test = suite('engine: against a model');

type Kind = 'integer' | 'string' | 'boolean' | 'json' | 'text';

interface Entry {
  readonly kind: Kind;
  /** Of text: the text itself. */
  readonly value: AnoaValue;
  readonly expiryMs: number;
  /** What the engine said; taken over from its answers. */
  version: number;
}

/** What the engine should answer; `version` true = a new one, which the model then takes over. */
interface Expected {
  readonly status: string;
  readonly value?: AnoaValue;
  readonly version?: number | true;
}

interface Step {
  readonly name: string;
  readonly encode: Encode;
  readonly model: (model: Model) => Expected;
  readonly writes?: string;
}

/** Stands for versions given within an atomic request that came to nothing. */
const UNKNOWN_VERSION = 2 ** 52;
const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);
const normal = (value: bigint): number | bigint =>
  Number.isSafeInteger(Number(value)) ? Number(value) : value;

class Model {
  entries = new Map<string, Entry>();
  nowMs: number;

  constructor(nowMs: number) {
    this.nowMs = nowMs;
  }

  at(key: string): Entry | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined || (entry.expiryMs !== 0 && entry.expiryMs <= this.nowMs)) return undefined;
    return entry;
  }

  write(key: string, kind: Kind, value: AnoaValue, expiryMs: number): void {
    this.entries.set(key, { kind, value, expiryMs, version: -1 });
  }

  /** As a typed reader sees it. */
  typed(entry: Entry): { kind: string; value: AnoaValue } {
    if (entry.kind !== 'text') return { kind: entry.kind, value: entry.value };
    const text = entry.value as string;
    if (/^-?(0|[1-9]\d*)$/.test(text) && text !== '-0') {
      const integer = BigInt(text);
      if (integer <= INT64_MAX && integer >= INT64_MIN) return { kind: 'integer', value: normal(integer) };
    }
    if (text === 'true') return { kind: 'boolean', value: true };
    if (text === '[1,2]') return { kind: 'json', value: [1, 2] };
    return { kind: 'string', value: text };
  }
}

const texts = ['7', '-12', '9223372036854775807', 'true', '[1,2]', 'hello', '007', ''];

function randomStep(random: SeededRandom, model: Model): Step {
  const name = `k${random.int(0, 7)}`;
  const key = bytes(name);
  const known = model.at(name)?.version ?? 0;
  const version = random.chance(0.7) ? known : random.int(0, 50);
  const ttlMs = random.int(1, 40);
  switch (random.int(0, 17)) {
    case 0:
    case 1:
      return {
        name: `GET ${name}`,
        encode: (w) => encodeGet(w, { key, withVersion: true }),
        model: (m) => {
          const entry = m.at(name);
          if (entry === undefined) return { status: 'NOT_FOUND' };
          return { status: 'OK', value: m.typed(entry).value, version: entry.version };
        },
      };
    case 2:
    case 3:
    case 4:
      return randomSet(random, name, version, ttlMs);
    case 5:
      return {
        name: `DELETE ${name}`,
        encode: (w) => encodeDelete(w, { key }),
        model: (m) => (m.at(name) && m.entries.delete(name) ? { status: 'OK' } : { status: 'NOT_FOUND' }),
      };
    case 6: {
      const amount = random.pick<number | bigint>([1, -1, 1000, 2n ** 62n, -(2n ** 62n)]);
      return {
        name: `INCR ${name} ${amount} ttl ${ttlMs}`,
        encode: (w) => encodeIncr(w, { key, amount, ttlMs }),
        writes: name,
        model: (m) => {
          const entry = m.at(name);
          const typed = entry === undefined ? undefined : m.typed(entry);
          if (typed !== undefined && typed.kind !== 'integer') return { status: 'TYPE_MISMATCH' };
          const sum = BigInt((typed?.value as number) ?? 0) + BigInt(amount);
          if (sum > INT64_MAX || sum < INT64_MIN) return { status: 'OVERFLOW' };
          if (entry?.kind === 'text') m.write(name, 'text', String(sum), entry.expiryMs);
          else m.write(name, 'integer', normal(sum), entry?.expiryMs ?? (entry ? 0 : m.nowMs + ttlMs));
          return { status: 'OK', value: normal(sum), version: true };
        },
      };
    }
    case 7: {
      const added = random.pick(['a', '1', 'xyz', '']);
      return {
        name: `APPEND ${name} ${added}`,
        encode: (w) => encodeAppend(w, { key, value: added }),
        writes: name,
        model: (m) => {
          const entry = m.at(name);
          if (entry !== undefined && entry.kind !== 'string' && entry.kind !== 'text') {
            return { status: 'TYPE_MISMATCH' };
          }
          const value = ((entry?.value as string) ?? '') + added;
          m.write(name, entry?.kind ?? 'string', value, entry?.expiryMs ?? 0);
          return { status: 'OK', value: value.length, version: true };
        },
      };
    }
    case 8: {
      const timeMs = random.int(0, 40);
      return {
        name: `EXPIRE ${name} ${timeMs} ifLater`,
        encode: (w) => encodeExpire(w, { key, timeMs, ifLater: true }),
        writes: name,
        model: (m) => {
          const entry = m.at(name);
          if (entry === undefined) return { status: 'NOT_FOUND' };
          const expiryMs = m.nowMs + timeMs;
          if (entry.expiryMs === 0 || expiryMs <= entry.expiryMs) return { status: 'CONDITION_FAILED' };
          m.write(name, entry.kind, entry.value, expiryMs);
          return { status: 'OK', version: true };
        },
      };
    }
    case 9:
      return {
        name: `EXPIRE ${name} absolute`,
        encode: (w) => encodeExpire(w, { key, timeMs: model.nowMs + ttlMs - 10, absolute: true }),
        writes: name,
        model: (m) => {
          const entry = m.at(name);
          if (entry === undefined) return { status: 'NOT_FOUND' };
          m.write(name, entry.kind, entry.value, m.nowMs + ttlMs - 10);
          if (ttlMs <= 10) m.entries.delete(name);
          return { status: 'OK', version: true };
        },
      };
    case 10:
      return {
        name: `PERSIST ${name}`,
        encode: (w) => encodePersist(w, { key }),
        writes: name,
        model: (m) => {
          const entry = m.at(name);
          if (entry === undefined) return { status: 'NOT_FOUND' };
          if (entry.expiryMs === 0) return { status: 'OK', value: false, version: entry.version };
          m.write(name, entry.kind, entry.value, 0);
          return { status: 'OK', value: true, version: true };
        },
      };
    case 11: {
      const target = `k${random.int(0, 7)}`;
      const ifAbsent = random.chance(0.3);
      const isCopy = random.chance(0.5);
      const encode = isCopy ? encodeCopy : encodeRename;
      return {
        name: `${isCopy ? 'COPY' : 'RENAME'} ${name} ${target} ${ifAbsent}`,
        encode: (w) => encode(w, { key, newKey: bytes(target), ifAbsent }),
        writes: target,
        model: (m) => {
          const entry = m.at(name);
          if (entry === undefined) return { status: 'NOT_FOUND' };
          if (ifAbsent && m.at(target) !== undefined) return { status: 'CONDITION_FAILED' };
          if (!isCopy) m.entries.delete(name);
          m.write(target, entry.kind, entry.value, entry.expiryMs);
          return { status: 'OK', version: true };
        },
      };
    }
    case 12:
      return {
        name: `GETDELETE ${name}`,
        encode: (w) => encodeGetDelete(w, { key }),
        model: (m) => {
          const entry = m.at(name);
          if (entry === undefined) return { status: 'NOT_FOUND' };
          m.entries.delete(name);
          return { status: 'OK', value: m.typed(entry).value };
        },
      };
    case 13:
      return {
        name: `GETEXPIRE ${name} ${ttlMs}`,
        encode: (w) => encodeGetExpire(w, { key, ttlMs }),
        writes: name,
        model: (m) => {
          const entry = m.at(name);
          if (entry === undefined) return { status: 'NOT_FOUND' };
          const isSame = entry.expiryMs === m.nowMs + ttlMs;
          if (!isSame) m.write(name, entry.kind, entry.value, m.nowMs + ttlMs);
          return { status: 'OK', value: m.typed(entry).value, version: isSame ? entry.version : true };
        },
      };
    case 14:
      return {
        name: `TTL and TYPE ${name}`,
        encode: (w) => (random.chance(0.5) ? encodeTtl(w, { key }) : encodeTtl(w, { key })),
        model: (m) => {
          const entry = m.at(name);
          if (entry === undefined) return { status: 'NOT_FOUND' };
          return { status: 'OK', value: entry.expiryMs === 0 ? null : entry.expiryMs - m.nowMs };
        },
      };
    case 15:
      return {
        name: `TYPE ${name}`,
        encode: (w) => encodeType(w, { key }),
        model: (m) => {
          const entry = m.at(name);
          return entry === undefined ? { status: 'NOT_FOUND' } : { status: 'OK', value: m.typed(entry).kind };
        },
      };
    case 16:
      return {
        name: `CHECK ${name} version ${version}`,
        encode: (w) => encodeCheck(w, { key, version }),
        model: (m) => {
          const current = m.at(name)?.version ?? 0;
          const holds = current !== 0 && current === version;
          return holds ? { status: 'OK' } : { status: 'VERSION_MISMATCH', version: current };
        },
      };
    default:
      return {
        name: `EXISTS or LENGTH ${name}`,
        encode: (w) => (ttlMs % 2 === 0 ? encodeExists(w, { key }) : encodeLength(w, { key })),
        model: (m) => {
          const entry = m.at(name);
          if (ttlMs % 2 === 0) return { status: 'OK', value: entry !== undefined };
          if (entry === undefined) return { status: 'NOT_FOUND' };
          if (entry.kind === 'json') return { status: 'OK', value: 2 };
          if (entry.kind !== 'string' && entry.kind !== 'text') return { status: 'TYPE_MISMATCH' };
          return { status: 'OK', value: (entry.value as string).length };
        },
      };
  }
}

function randomSet(random: SeededRandom, name: string, version: number, ttlMs: number): Step {
  const key = bytes(name);
  const [kind, value] = random.pick<[Kind, AnoaValue]>([
    ['integer', random.int(-1000, 1000)],
    ['string', 's'.repeat(random.int(0, 300))],
    ['boolean', true],
    ['json', [1, { a: null }]],
    ['text', random.pick(texts)],
  ]);
  const condition = random.pick(['none', 'none', 'ifAbsent', 'ifPresent', 'version']);
  const expiry = random.pick(['none', 'ttl', 'keepTtl']);
  return {
    name: `SET ${name} ${kind} ${condition} ${expiry} ${ttlMs} ${version}`,
    encode: (w) =>
      encodeSet(w, {
        key,
        value: kind === 'text' ? new TypedValue(ValueType.TEXT, bytes(value as string)) : value,
        ifAbsent: condition === 'ifAbsent',
        ifPresent: condition === 'ifPresent',
        version: condition === 'version' ? version : undefined,
        ttlMs: expiry === 'ttl' ? ttlMs : undefined,
        keepTtl: expiry === 'keepTtl',
      }),
    writes: name,
    model: (m) => {
      const entry = m.at(name);
      if (condition === 'ifAbsent' && entry !== undefined) return { status: 'CONDITION_FAILED' };
      if (condition === 'ifPresent' && entry === undefined) return { status: 'CONDITION_FAILED' };
      const current = entry?.version ?? 0;
      if (condition === 'version' && (current !== version || current === 0)) {
        return { status: 'VERSION_MISMATCH', version: current };
      }
      const kept = expiry === 'keepTtl' ? (entry?.expiryMs ?? 0) : 0;
      m.write(name, kind, value, expiry === 'ttl' ? m.nowMs + ttlMs : kept);
      return { status: 'OK', version: true };
    },
  };
}

/** Compares an answer and takes a new version over into the model. */
function settle(model: Model, step: Step, expected: Expected, answer: Answer, about: string): void {
  const said = `${about}: ${step.name}`;
  assert.equal(answer.status, expected.status, said);
  assert.deepEqual(answer.value, expected.value, said);
  if (expected.version === true) {
    const version = answer.version ?? 0;
    assert.ok(version > 0, said);
    const entry = step.writes === undefined ? undefined : model.entries.get(step.writes);
    if (entry?.version === -1) entry.version = version;
  } else if ((expected.version ?? 0) >= UNKNOWN_VERSION) {
    assert.ok((answer.version ?? 0) > 0, said);
  } else {
    assert.equal(answer.version, expected.version, said);
  }
}

test('random ops answer and leave behind what the model says', () => {
  const random = new SeededRandom();
  const db = new TestEngine();
  const model = new Model(db.nowMs);
  for (let round = 0; round < 40_000; round++) {
    const about = `seed ${random.seed}, round ${round}`;
    if (random.chance(0.1)) {
      db.pass(random.int(1, 15));
      model.nowMs = db.nowMs;
    }
    if (random.chance(0.05)) db.store.tick(db.nowMs, 100);
    if (random.chance(0.0005)) {
      db.run(encodeFlush);
      model.entries.clear();
    }
    if (random.chance(0.2)) runAtomic(db, model, random, about);
    else {
      const step = randomStep(random, model);
      const expected = step.model(model);
      settle(model, step, expected, db.run(step.encode), about);
    }
    if (round % 5000 === 0) db.assertFollowed();
  }
  db.assertFollowed();
  const live = [...model.entries.keys()].filter((name) => model.at(name) !== undefined);
  assert.equal(db.contents().size, live.length, `seed ${random.seed}`);
});

/** Ops of one atomic request are made without knowing new versions, so checks use those from before it. */
function runAtomic(db: TestEngine, model: Model, random: SeededRandom, about: string): void {
  const steps = Array.from({ length: random.int(1, 6) }, () => randomStep(random, model));
  const answers = db.atomic(...steps.map((step) => step.encode));
  const trial = new Model(model.nowMs);
  for (const [name, entry] of model.entries) trial.entries.set(name, { ...entry });
  for (const [i, step] of steps.entries()) {
    const expected = step.model(trial);
    if (expected.status !== 'OK' && expected.status !== 'NOT_FOUND') {
      settle(trial, step, expected, answers[i], `${about}, atomic`);
      for (const [j, answer] of answers.entries()) {
        if (j !== i) assert.deepEqual(answer, { status: 'ABORTED' }, `${about}: ${steps[j].name}`);
      }
      return;
    }
    if (answers[i].status === 'ABORTED') {
      // A later op failed; its answer is compared when the model comes to it. Versions are not known then.
      if (expected.version === true && step.writes !== undefined) {
        const entry = trial.entries.get(step.writes);
        if (entry !== undefined) entry.version = UNKNOWN_VERSION + i;
      }
      continue;
    }
    settle(trial, step, expected, answers[i], `${about}, atomic`);
  }
  assert.ok(!answers.some(({ status }) => status === 'ABORTED'), `${about}: aborted without a reason`);
  model.entries = trial.entries;
}

test.run();
