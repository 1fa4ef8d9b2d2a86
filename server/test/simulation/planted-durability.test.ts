/** The simulation finds what its disk is for: every planted durability defect shows within a bounded number of seeds. */

import * as assert from 'node:assert/strict';
import { test } from 'uvu';
import { drawDurablePlan } from './durable-plan.js';
import { plantedDurability } from './planted-durability.js';
import type { PlantedDefect } from './planting.js';
import { type Report, simulate } from './simulation.js';

for (const defect of plantedDurability) {
  test(`found: ${defect.name}`, async () => {
    const seen = new Set<string>();
    for (let seed = 1; seed <= defect.seedsMax; seed++) {
      const { violations } = await runWith(defect, seed);
      if (violations.some((violation) => defect.found.test(violation))) return;
      for (const violation of violations) seen.add(violation.slice(0, 200));
    }
    const others = [...seen].slice(0, 5).join('\n');
    assert.fail(`not found in ${defect.seedsMax} seeds; what was found instead:\n${others}`);
  });
}

test('cured, the bent plans pass', async () => {
  for (const defect of plantedDurability) {
    for (let seed = 1; seed <= 3; seed++) {
      const report = await simulate(planOf(defect, seed));
      assert.deepEqual(report.violations, [], `seed ${seed} of "${defect.name}"`);
    }
  }
});

async function runWith(defect: PlantedDefect, seed: number): Promise<Report> {
  const cure = defect.plant();
  try {
    return await simulate(planOf(defect, seed));
  } finally {
    cure();
  }
}

function planOf(defect: PlantedDefect, seed: number) {
  const plan = drawDurablePlan(seed, defect.mode);
  return defect.bend?.(plan) ?? plan;
}

test.run();
