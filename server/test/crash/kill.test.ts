/**
 * Fault 1 and 16 with real processes: kill -9 at any time under load, each policy. Every acknowledged write is there
 * after the restart, once, and a request whose answer was lost gets it from the server that came back.
 */

import assert from 'node:assert/strict';
import { type ServerProcess, startServerProcess } from '@anoadb/testkit';
import { suite } from 'uvu';
import { crashRandom, crashSeed, cycles, POLICIES, type Policy } from './crash-cycles.js';
import { CrashLoad, describeMissing, sleep } from './crash-load.js';

const test = suite('crash: kill -9');

const CYCLES = cycles(4, 200);
/** A directory serves so many; then a fresh one, so that the first segments of a database get their share. */
const CYCLES_PER_DIRECTORY = 25;

for (const [index, policy] of POLICIES.entries()) {
  const title = `${CYCLES} times under load, fsync ${policy}: acknowledged writes missing: 0, executed twice: 0`;
  test(title, async () => {
    const random = crashRandom(index);
    let acknowledged = 0;
    let unknown = 0;
    for (let done = 0; done < CYCLES; done += CYCLES_PER_DIRECTORY) {
      const server = await startServerProcess({ env: { ANOA_FSYNC: policy }, readyWithinMs: 60_000 });
      try {
        const round = Math.min(CYCLES_PER_DIRECTORY, CYCLES - done);
        const result = await killAgainAndAgain(server, policy, round, (max) => random.int(5, max));
        acknowledged += result.acknowledged;
        unknown += result.unknown;
      } finally {
        await server.dispose();
      }
    }
    console.log(
      `# ${CYCLES} kills, fsync ${policy}: ${acknowledged} acknowledged, 0 missing, 0 executed twice, ${unknown} outcomes unknown, seed ${crashSeed}`,
    );
  });
}

/** One client all the time: what it had open at a kill is answered after the restart. */
async function killAgainAndAgain(
  server: ServerProcess,
  policy: Policy,
  kills: number,
  drawMs: (max: number) => number,
): Promise<{ acknowledged: number; unknown: number }> {
  const load = await CrashLoad.start({ port: server.port, prefix: 'w', lanes: 8 });
  try {
    return await killUnder(load, server, policy, kills, drawMs);
  } finally {
    await load.abandon();
  }
}

async function killUnder(
  load: CrashLoad,
  server: ServerProcess,
  policy: Policy,
  kills: number,
  drawMs: (max: number) => number,
): Promise<{ acknowledged: number; unknown: number }> {
  let checked = 0;
  for (let kill = 1; kill <= kills; kill++) {
    const place = `kill ${kill}, fsync ${policy}, seed ${crashSeed}`;
    await sleep(drawMs(250));
    await server.stop('SIGKILL');
    // Answers that were on their way are in by then.
    await sleep(5);
    const { acknowledged } = load;
    const before = acknowledged.length;
    await server.start();
    const missing = await load.missing(server.port, acknowledged.slice(checked, before));
    assert.equal(describeMissing(missing), '', place);
    checked = before;
    while (acknowledged.length === before && load.violations.length === 0) await sleep(2);
    assert.deepEqual(load.violations, [], place);
  }
  // Only a session that opened in the last moments before a kill may be forgotten; its writes were not acknowledged.
  assert.ok(load.unknown <= kills, `${load.unknown} outcomes unknown after ${kills} kills`);
  await load.stop();
  assert.equal(describeMissing(await load.missing(server.port, load.acknowledged)), '');
  return { acknowledged: load.acknowledged.length, unknown: load.unknown };
}

test.run();
