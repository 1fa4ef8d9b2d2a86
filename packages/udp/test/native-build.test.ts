/** The build of the addon: without a warning where it can, without a failure where it cannot, and once. */

import * as assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import { recvmmsgMissing } from '../src/index.js';

interface BuildOutcome {
  readonly built: boolean;
  readonly isNew: boolean;
  readonly reason?: string;
}

interface BuildModule {
  buildAddon(options: { buildFolder: string; flags?: string[] }): BuildOutcome;
}

const { buildAddon } = (await import(new URL('../native/build.mjs', import.meta.url).href)) as BuildModule;
const folder = mkdtempSync(join(tmpdir(), 'anoadb-native-build-'));
test.after(() => rmSync(folder, { recursive: true, force: true }));

const missing = recvmmsgMissing();
if (missing !== undefined) console.log(`# skip: the compiler's warnings: ${missing}`);

(missing === undefined ? test : test.skip)('the C sources compile without a warning, and once', () => {
  const options = { buildFolder: join(folder, 'strict'), flags: ['-Werror'] };
  assert.deepEqual(buildAddon(options), { built: true, isNew: true, reason: undefined });
  assert.ok(existsSync(join(options.buildFolder, 'anoa-udp.node')));
  assert.equal(buildAddon(options).isNew, false);
});

test('without a compiler, or with one that fails, there is a reason instead of an addon, and it is not tried again', () => {
  const before = process.env['CC'];
  try {
    for (const compiler of ['no-such-compiler', 'false']) {
      process.env['CC'] = compiler;
      const buildFolder = join(folder, compiler);
      const first = buildAddon({ buildFolder });
      assert.equal(first.built, false);
      assert.ok((first.reason ?? '') !== '');
      assert.deepEqual(buildAddon({ buildFolder }), { ...first, isNew: false });
    }
  } finally {
    if (before === undefined) delete process.env['CC'];
    else process.env['CC'] = before;
  }
});

test.run();
