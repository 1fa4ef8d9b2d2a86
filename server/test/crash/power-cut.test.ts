/**
 * Faults 2 and 3 with real processes: the power of a loop-mounted ext4 is cut under load. With fsync always every
 * acknowledged write is there; with everysec and no what is there is a prefix by LSN, without a hole, and with
 * everysec nothing is missing that was acknowledged longer ago than the window.
 */

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { freePort, ServerProcess } from '@anoadb/testkit';
import { suite } from 'uvu';
import { crashRandom, crashSeed, cycles, POLICIES, type Policy } from './crash-cycles.js';
import { type Acknowledged, CrashLoad, describeMissing, sleep } from './crash-load.js';
import { makePowerCutDisk, type PowerCutDisk, whyNoPowerCut } from './small-disk.js';

const test = suite('crash: power cut');

const CUTS = cycles(2, 20);
/** A sync each second, the sync itself, and what the scheduler of a busy machine adds. */
const EVERYSEC_WINDOW_MS = 3_000;

const why = whyNoPowerCut();
if (why !== undefined) console.log(`# skip power cuts: ${why}`);

for (const [index, policy] of POLICIES.entries()) {
  const title = `${CUTS} power cuts under load, fsync ${policy}: ${policy === 'always' ? 'acknowledged writes missing: 0' : 'a prefix, and within the window'}`;
  (why === undefined ? test : test.skip)(title, async () => {
    const random = crashRandom(10 + index);
    const disk = makePowerCutDisk();
    const server = new ServerProcess(
      {
        dataDir: join(disk.path, 'data'),
        env: { ANOA_FSYNC: policy, ANOA_SNAPSHOT_INTERVAL: '1s' },
        readyWithinMs: 60_000,
      },
      await freePort(),
    );
    let acknowledged = 0;
    let lost = 0;
    try {
      await server.start();
      for (let cut = 1; cut <= CUTS; cut++) {
        const place = `cut ${cut}, fsync ${policy}, seed ${crashSeed}`;
        const load = await CrashLoad.start({ port: server.port, prefix: `cut${cut}`, lanes: 8 });
        try {
          // Now and then longer than the window, so that something must have been synced.
          await sleep(random.chance(0.3) ? random.int(3500, 5500) : random.int(30, 1200));
          lost += await cutAndRestart({ disk, server, load, policy, place });
          acknowledged += load.acknowledged.length;
          assert.deepEqual(load.violations, [], place);
        } finally {
          await load.abandon();
        }
      }
    } finally {
      await server.dispose();
      disk.dispose();
    }
    console.log(
      `# ${CUTS} power cuts, fsync ${policy}: ${acknowledged} acknowledged, ${lost} lost, seed ${crashSeed}`,
    );
  });
}

/** Returns how many acknowledged writes were lost, all of them allowed to be. */
async function cutAndRestart(options: {
  disk: PowerCutDisk;
  server: ServerProcess;
  load: CrashLoad;
  policy: Policy;
  place: string;
}): Promise<number> {
  const { disk, server, load, policy, place } = options;
  disk.cutPower();
  const cutMs = performance.now();
  await server.stop('SIGKILL');
  await sleep(5);
  await load.abandon();
  const acknowledged = [...load.acknowledged];
  disk.repower();
  await server.start();
  const missing = await load.missing(server.port, acknowledged);
  if (policy === 'always') assert.equal(describeMissing(missing), '', place);
  if (missing.length === 0) return 0;
  const firstLost = Math.min(...missing.map(({ lsn }) => lsn));
  const gone = new Set(missing);
  const behindHole = acknowledged.filter((write) => write.lsn > firstLost && !gone.has(write));
  assert.equal(
    describeMissing(behindHole),
    '',
    `${place}: there, though LSN ${firstLost} before them is not`,
  );
  if (policy === 'everysec') {
    const old = missing.filter((write: Acknowledged) => write.atMs < cutMs - EVERYSEC_WINDOW_MS);
    assert.equal(describeMissing(old), '', `${place}: acknowledged longer ago than the window`);
  }
  return missing.length;
}

test.run();
