/** The behaviours that are scenes: a second client, a server that stands still, a large value, many calls at once. */

import assert from 'node:assert';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '@anoadb/testkit';
import {
  type AnoaClient,
  AnoaConnectionError,
  AnoaOutcomeUnknownError,
  AnoaOverloadError,
  AnoaTimeoutError,
  type ConnectOptions,
  connect,
} from '../../src/index.js';
import { patternBytes } from './spec-value.js';
import type { Stage } from './stage.js';

/** What a scene is played with. Keys stand below `prefix`. */
export interface Cast {
  readonly stage: Stage;
  readonly db: AnoaClient;
  readonly prefix: string;
  /** Another client of the same server, closed when the scene is over. */
  another(options?: ConnectOptions, url?: string): Promise<AnoaClient>;
}

export type Scene = (cast: Cast) => Promise<void>;

/** Scenes that may run together, on any stage. */
export const SCENES: Readonly<Record<string, Scene>> = {
  'concurrent-incr-counts-each-once': async ({ db, prefix }) => {
    const sums = await Promise.all(Array.from({ length: 1000 }, () => db.incr(`${prefix}n`)));
    assert.strictEqual(new Set(sums).size, 1000);
    assert.strictEqual(await db.get(`${prefix}n`), 1000);
  },

  'atomic-compare-and-set-loses-no-update': async ({ prefix, db, another }) => {
    const key = `${prefix}n`;
    await db.set(key, 0);
    const clients = await Promise.all([another(), another(), another(), another()]);
    const adds = clients.map(async (client) => {
      for (let done = 0; done < 25; ) {
        const entry = await client.getEntry(key);
        const outcome = await client.set(key, Number(entry!.value) + 1, { ifVersion: entry!.version });
        if (outcome.ok) done++;
      }
    });
    await Promise.all(adds);
    assert.strictEqual(await db.get(key), 100);
  },

  'scan-is-complete-under-change': async ({ db, prefix }) => {
    const stays = Array.from({ length: 500 }, (_, n) => `${prefix}stays:${n}`);
    await db.setMany(stays.map((key) => [key, 1] as const));
    const seen = new Set<string>();
    let passing = 0;
    for await (const key of db.scan({ prefix, batchSize: 20 })) {
      seen.add(key);
      if (seen.size % 20 === 0) {
        await db.set(`${prefix}passes:${passing}`, 1);
        if (passing > 0) await db.delete(`${prefix}passes:${passing - 1}`);
        passing++;
      }
    }
    for (const key of stays) assert.ok(seen.has(key), `${key} was not returned`);
  },

  'large-among-small': async ({ db, prefix }) => {
    const values = Array.from({ length: 8 }, (_, n) => patternBytes(100_000 + n));
    await Promise.all([
      ...values.map((value, n) => db.set(`${prefix}large:${n}`, value)),
      ...Array.from({ length: 200 }, () => db.incr(`${prefix}small`)),
    ]);
    const read = await Promise.all(values.map((_, n) => db.get(`${prefix}large:${n}`)));
    values.forEach((value, n) => {
      assert.ok(Buffer.from(value).equals(read[n] as Uint8Array), `value ${n} differs`);
    });
    assert.strictEqual(await db.get(`${prefix}small`), 200);
  },

  'too-many-in-flight': async ({ stage, prefix, another }) => {
    const narrow = await another({ maxInFlight: 10 });
    const outcomes = stage.paused(() => {
      const calls = Promise.allSettled(Array.from({ length: 20 }, () => narrow.incr(`${prefix}n`)));
      return sleep(50).then(() => ({ calls }));
    });
    const settled = await (await outcomes).calls;
    const refused = settled.filter((each) => each.status === 'rejected');
    assert.strictEqual(refused.length, 10);
    for (const each of refused) assert.ok(each.reason instanceof AnoaOverloadError);
    assert.strictEqual(await narrow.get(`${prefix}n`), 10);
  },

  'closing-is-final': async ({ another }) => {
    const client = await another();
    await client.close();
    await client.close();
    await assert.rejects(client.get('k'), { code: 'CLOSED' });
  },

  'nobody-listens': async () => {
    const url = `anoa://127.0.0.1:${await freePort()}`;
    await assert.rejects(connect(url, { connectTimeout: '2s' }), (error: unknown) => {
      assert.ok(error instanceof AnoaConnectionError);
      assert.ok(['CONNECTION_REFUSED', 'CONNECT_TIMEOUT'].includes(error.code), error.code);
      return true;
    });
  },
};

/** Scenes that stop the server's process, so they run alone, one after the other. */
export const LONELY_SCENES: Readonly<Record<string, Scene>> = {
  'a-deadline-ends-a-read': async ({ stage, db, prefix }) => {
    await stage.paused(async () => {
      await assert.rejects(db.get(`${prefix}k`, { timeout: '300ms' }), (error: unknown) => {
        assert.ok(error instanceof AnoaTimeoutError, String(error));
        assert.strictEqual(error.code, 'TIMEOUT');
        assert.strictEqual(error.executed, 'unknown');
        return true;
      });
      assert.strictEqual(db.inFlight, 0);
    });
  },

  'a-deadline-of-a-write-is-outcome-unknown': async ({ stage, db, prefix }) => {
    await stage.paused(() =>
      assert.rejects(db.set(`${prefix}k`, 1, { timeout: '300ms' }), (error: unknown) => {
        assert.ok(error instanceof AnoaOutcomeUnknownError, String(error));
        return true;
      }),
    );
    assert.ok([1, undefined].includes((await db.get(`${prefix}k`)) as number | undefined));
    await db.set(`${prefix}k`, 2);
    assert.strictEqual(await db.get(`${prefix}k`), 2);
  },

  'a-pause-is-not-noticed': async ({ stage, db, prefix }) => {
    const calls = await stage.paused(async () => {
      const sums = Promise.all(Array.from({ length: 50 }, () => db.incr(`${prefix}n`)));
      await sleep(500);
      return { sums };
    });
    assert.strictEqual(new Set(await calls.sums).size, 50);
    assert.strictEqual(await db.get(`${prefix}n`), 50);
  },

  'reconnects-after-a-restart': async ({ stage, db, prefix }) => {
    await db.set(`${prefix}k`, 'kept');
    await stage.server.stop();
    await stage.server.start();
    assert.strictEqual(await db.get(`${prefix}k`), 'kept');
    assert.strictEqual(await db.incr(`${prefix}n`), 1);
  },

  'calls-made-while-away-arrive': async ({ stage, db, prefix }) => {
    await db.set(`${prefix}k`, 1);
    await stage.server.stop();
    const read = db.get(`${prefix}k`);
    const sum = db.incr(`${prefix}n`).catch((error: unknown) => error);
    await sleep(300);
    await stage.server.start();
    assert.strictEqual(await read, 1);
    const outcome = await sum;
    const isLost = stage.proxy !== undefined && outcome instanceof AnoaOutcomeUnknownError;
    if (!isLost) assert.strictEqual(outcome, 1);
    assert.strictEqual(await db.get(`${prefix}n`), isLost ? undefined : 1);
  },

  'a-lost-write-is-never-silent': async ({ stage, db, prefix }) => {
    const key = `${prefix}n`;
    process.kill(stage.server.pid, 'SIGSTOP');
    const outcome = db.incr(key).then(
      (sum) => sum,
      (error: unknown) => error,
    );
    await sleep(100);
    await stage.server.stop('SIGKILL');
    await stage.server.start();
    const heard = await outcome;
    const kept = await db.get(key);
    if (heard instanceof AnoaOutcomeUnknownError) assert.ok(kept === undefined || kept === 1, String(kept));
    else assert.deepStrictEqual([heard, kept], [1, 1]);
  },
};

/** Scenes of a sealed server. */
export const ACCESS_SCENES: Readonly<Record<string, Scene>> = {
  'a-wrong-key-is-refused': async ({ stage }) => {
    const wrong = `anoa1_${'A'.repeat(42)}E`;
    await assert.rejects(connect(stage.urlWith(wrong)), (error: unknown) => {
      assert.ok(error instanceof AnoaConnectionError);
      assert.strictEqual(error.code, 'AUTH_FAILED');
      assert.ok(!`${error.stack}`.includes('AAAAAAAA'));
      return true;
    });
  },

  'open-client-of-a-sealed-server': async ({ stage }) => {
    await assert.rejects(
      connect(stage.urlWith(undefined), { connectTimeout: '500ms' }),
      AnoaConnectionOrTimeout,
    );
  },

  'a-reader-may-not-write': async ({ stage, db, prefix, another }) => {
    await db.set(`${prefix}k`, 1);
    const reader = await another({}, stage.urlWith(stage.createKey('--name', 'reader', '--role', 'read')));
    assert.strictEqual(await reader.get(`${prefix}k`), 1);
    await assert.rejects(reader.set(`${prefix}k`, 2), { code: 'DENIED' });
    await assert.rejects(reader.incr(`${prefix}k`), { code: 'DENIED' });
    assert.strictEqual(await db.get(`${prefix}k`), 1);
  },

  'a-writer-is-no-admin': async ({ stage, prefix, another }) => {
    const writer = await another({}, stage.urlWith(stage.createKey('--name', 'writer', '--role', 'write')));
    await writer.set(`${prefix}k`, 1);
    await assert.rejects(writer.flush(), { code: 'DENIED' });
    await assert.rejects(writer.snapshot(), { code: 'DENIED' });
    assert.strictEqual(await writer.get(`${prefix}k`), 1);
  },

  'a-prefix-limits-keys': async ({ stage, db, prefix, another }) => {
    const app = `${prefix}app:`;
    await db.set(`${prefix}other:1`, 1);
    const key = stage.createKey('--name', 'prefixed', '--role', 'write', '--prefix', app);
    const limited = await another({}, stage.urlWith(key));
    await limited.set(`${app}1`, 1);
    await assert.rejects(limited.set(`${prefix}other:1`, 2), { code: 'DENIED' });
    await assert.rejects(limited.get(`${prefix}other:1`), { code: 'DENIED' });
    await assert.rejects(limited.get(`${prefix}missing`), { code: 'DENIED' });
    const keys = [];
    for await (const found of limited.scan({ prefix: app })) keys.push(found);
    assert.deepStrictEqual(keys, [`${app}1`]);
    await assert.rejects(limited.count(), { code: 'DENIED' });
  },

  'denied-aborts-a-batch': async ({ stage, db, prefix, another }) => {
    const app = `${prefix}app:`;
    const key = stage.createKey('--name', 'batcher', '--role', 'write', '--prefix', app);
    const limited = await another({}, stage.urlWith(key));
    const batch = limited.atomic().set(`${app}2`, 1).set(`${prefix}other:2`, 1);
    await assert.rejects(batch.commit(), { code: 'DENIED' });
    assert.strictEqual(await db.get(`${app}2`), undefined);
  },

  'a-revoked-key-is-out': async ({ stage, another }) => {
    const doomed = await another({}, stage.urlWith(stage.createKey('--name', 'doomed')));
    await doomed.set('doomed', 1);
    stage.revokeKey('doomed');
    const endMs = Date.now() + 20_000;
    let code: unknown;
    while (code !== 'AUTH_FAILED' && Date.now() < endMs) {
      await sleep(50);
      code = await doomed.get('doomed', { timeout: '5s' }).then(
        () => undefined,
        (error: { code: string }) => error.code,
      );
    }
    assert.strictEqual(code, 'AUTH_FAILED');
  },
};

function AnoaConnectionOrTimeout(error: unknown): boolean {
  return error instanceof AnoaConnectionError || error instanceof AnoaTimeoutError;
}
