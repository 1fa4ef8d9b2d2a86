/**
 * What the compiler must accept and refuse. Nothing here runs: `tsc -p tsconfig.tests.json` is the test, and
 * an `@ts-expect-error` that is none fails it.
 */

import type { AnoaClient, AnoaValue, Committed, NotCommitted, OldValue, Refused, Written } from '@anoadb/sdk';
import { test } from 'uvu';
import { z } from 'zod';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

function expectType<Expected>() {
  return <Actual>(_actual: Promise<Actual>, _same: Equal<Actual, Expected>): void => {};
}

const User = z.object({ name: z.string(), age: z.number().default(0) });
interface Address {
  street: string;
}

export function _compiledOnly(db: AnoaClient, address: Address): void {
  // Answers
  expectType<AnoaValue | undefined>()(db.get('k'), true);
  expectType<AnoaValue | undefined>()(db.get('k', { raw: true, timeout: '1s' }), true);
  expectType<{ name: string; age: number } | undefined>()(db.get('k', User), true);
  expectType<{ name: string; age: number } | undefined>()(db.get('k', User, { timeout: 5 }), true);
  expectType<Written>()(db.set('k', 1), true);
  expectType<Written>()(db.set('k', address, { ttl: '5m' }), true);
  expectType<Written & OldValue>()(db.set('k', 1, { returnOld: true }), true);
  expectType<Written | Refused>()(db.set('k', 1, { ifAbsent: true }), true);
  expectType<Written | Refused>()(db.set('k', 1, { ifVersion: 7, keepTtl: true }), true);
  expectType<(Written | Refused) & OldValue>()(db.set('k', 1, { ifPresent: true, returnOld: true }), true);
  expectType<boolean>()(db.delete('k'), true);
  expectType<{ readonly ok: true } | Refused>()(
    db.delete('k', { ifVersion: 3 }) as Promise<{ readonly ok: true } | Refused>,
    true,
  );
  expectType<number | bigint>()(db.incr('k'), true);
  expectType<bigint>()(db.incr('k', 1n), true);
  expectType<boolean>()(db.expire('k', '5m'), true);
  expectType<Written | Refused>()(db.expire('k', '5m', { ifLater: true }), true);
  expectType<boolean>()(db.rename('a', 'b'), true);
  expectType<Written | Refused>()(db.rename('a', 'b', { ifAbsent: true }), true);
  expectType<boolean>()(db.copy('a', 'b'), true);
  expectType<Written | Refused>()(db.copy('a', 'b', { ifAbsent: true }), true);
  expectType<number | null | undefined>()(db.ttl('k'), true);
  expectType<Map<string | Uint8Array, { name: string; age: number } | undefined>>()(
    db.getMany(['a'], User) as Promise<Map<string | Uint8Array, { name: string; age: number } | undefined>>,
    true,
  );
  expectType<Committed<[true, Written, number | bigint, boolean, AnoaValue | undefined]> | NotCommitted>()(
    db.atomic().check('a', { version: 1 }).set('b', 2).incr('c').delete('d').get('e').commit(),
    true,
  );

  // Impossible combinations
  // @ts-expect-error two kinds of expiry
  void db.set('k', 1, { ttl: '5m', keepTtl: true });
  // @ts-expect-error two kinds of expiry
  void db.set('k', 1, { ttl: '5m', expireAt: new Date() });
  // @ts-expect-error two conditions
  void db.set('k', 1, { ifAbsent: true, ifPresent: true });
  // @ts-expect-error two conditions
  void db.set('k', 1, { ifAbsent: true, ifVersion: 3 });
  // @ts-expect-error no such option
  void db.set('k', 1, { tll: '5m' });
  // @ts-expect-error no such unit
  void db.set('k', 1, { ttl: '5 minutes' });
  // @ts-expect-error undefined is no value
  void db.set('k', undefined);
  // @ts-expect-error a promise: somebody forgot to await
  void db.set('k', db.get('other'));
  // @ts-expect-error a function is no value
  void db.set('k', () => 1);
  // @ts-expect-error a class is no value
  void db.set('k', Map);
  void db.set('k', { a: 1, deep: [address] });
  void db.set('k', new Date());
  void db.set('k', Object.freeze([address]));
  // @ts-expect-error a key is text or bytes
  void db.get(42);
  // @ts-expect-error two conditions
  void db.expire('k', '5m', { ifLater: true, ifEarlier: true });
  // @ts-expect-error two conditions
  void db.expire('k', '5m', { ifNone: true, ifLater: true });
  // @ts-expect-error getExpire says what to do with the expiry
  void db.getExpire('k', {});
  // @ts-expect-error two kinds of expiry
  void db.getExpire('k', { ttl: '5m', persist: true });
  // @ts-expect-error a check holds one thing
  void db.atomic().check('k', { version: 1, absent: true });
  // @ts-expect-error a check holds something
  void db.atomic().check('k', {});
  // @ts-expect-error a condition's outcome is looked at before its version is taken for granted
  void db.set('k', 1, { ifAbsent: true }).then((outcome) => outcome.version.toFixed());
  const outcome = db.atomic().get('k').commit();
  // @ts-expect-error results come with ok only
  void outcome.then(({ results }) => results);
  // @ts-expect-error no such event
  db.on('error', () => {});

  void (async () => {
    for await (const key of db.scan({ prefix: 'a' })) key.toUpperCase();
    for await (const key of db.scan({ keys: 'bytes' })) key.subarray(1);
    for await (const [key, value] of db.entries()) void [key.length, value];
  })();
}

test('the types above compile', () => {});
test.run();
