/** Fault 10 with a real process: a disk that is full while it serves, and has room again later. */

import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, ServerProcess } from '@anoadb/testkit';
import { suite } from 'uvu';
import { POLICIES } from './crash-cycles.js';
import { CrashLoad, describeMissing, sleep, valuesOf } from './crash-load.js';
import { makeTmpfs, whyNoTmpfs } from './small-disk.js';

const test = suite('crash: full disk');

const DISK_BYTES = 16 * 1024 * 1024;
const BALLAST_BYTES = 8 * 1024 * 1024;
const VALUE_BYTES = 16 * 1024;

const why = whyNoTmpfs();
if (why !== undefined) console.log(`# skip full disk: ${why}`);

for (const policy of POLICIES) {
  const title = `fsync ${policy}: no false acknowledgement, reads go on, writes resume by themselves, kill -9 loses nothing`;
  (why === undefined ? test : test.skip)(title, async () => {
    const disk = makeTmpfs(DISK_BYTES);
    const ballast = join(disk.path, 'ballast');
    writeFileSync(ballast, new Uint8Array(BALLAST_BYTES));
    const server = new ServerProcess(
      {
        dataDir: join(disk.path, 'data'),
        env: { ANOA_FSYNC: policy, ANOA_SNAPSHOT_INTERVAL: '0' },
        readyWithinMs: 60_000,
      },
      await freePort(),
    );
    let load: CrashLoad | undefined;
    try {
      await server.start();
      load = await CrashLoad.start({ port: server.port, prefix: 'w', lanes: 4, valueBytes: VALUE_BYTES });
      await until(() => load!.refused.size > 0, 'a write is refused');
      assert.deepEqual([...load.refused.keys()], ['DISK_FULL'], 'and nothing else');

      const { acknowledged } = load;
      assert.ok(acknowledged.length > 50, `${acknowledged.length} acknowledged`);
      const first = acknowledged[0];
      const [read] = await valuesOf(server.port, [load.keyOf(first)]);
      assert.equal(read.value, load.valueOf(first), 'reads go on');

      const before = acknowledged.length;
      rmSync(ballast);
      await until(() => acknowledged.length > before + 8, 'writes go on once there is room');
      await server.stop('SIGKILL');
      await sleep(5);
      await load.abandon();
      await server.start();
      assert.equal(describeMissing(await load.missing(server.port, acknowledged)), '');
      assert.deepEqual(load.violations, []);
    } finally {
      await load?.abandon();
      await server.dispose();
      disk.dispose();
    }
  });
}

async function until(isSo: () => boolean, what: string): Promise<void> {
  for (let waits = 0; !isSo(); waits++) {
    assert.ok(waits < 3000, `in vain: ${what}`);
    await sleep(10);
  }
}

test.run();
