/** The simulation finds what it is for: every planted defect shows within a bounded number of seeds. */

import * as assert from 'node:assert/strict';
import { test } from 'uvu';
import { explainFailure } from './failure-report.js';
import { drawPlan, type Plan } from './plan.js';
import { plantedDefects } from './planted-defects.js';
import type { PlantedDefect } from './planting.js';
import { type Report, simulate } from './simulation.js';

for (const defect of plantedDefects) {
  test(`found: ${defect.name}`, async () => {
    const seed = await seedThatFinds(defect);
    assert.ok(seed > 0, `not found in ${defect.seedsMax} seeds`);
  });
}

test('a failure is shrunk to a small plan that still fails and is told with its seed', async () => {
  const defect = plantedDefects.find(({ name }) => name.startsWith('a stored reply at or above'))!;
  const plan = planOf(defect, await seedThatFinds(defect));
  const text = await explainFailure(plan, (smaller, isTraced) => runWith(defect, smaller, isTraced));
  assert.match(text, new RegExp(`ANOA_SIM_SEED=${plan.seed}`));
  assert.match(text, defect.found);
  const requests = text.split('\n').filter((line) => line.startsWith('    {'));
  assert.ok(requests.length <= 20, text);
});

test('cured, the same seeds pass', async () => {
  for (const defect of plantedDefects.slice(0, 3)) {
    const report = await simulate(drawPlan(await seedThatFinds(defect), defect.mode));
    assert.deepEqual(report.violations, []);
  }
});

async function seedThatFinds(defect: PlantedDefect): Promise<number> {
  for (let seed = 1; seed <= defect.seedsMax; seed++) {
    const { violations } = await runWith(defect, planOf(defect, seed), false);
    if (violations.some((violation) => defect.found.test(violation))) return seed;
  }
  return 0;
}

function planOf(defect: PlantedDefect, seed: number): Plan {
  const plan = drawPlan(seed, defect.mode);
  return defect.bend?.(plan) ?? plan;
}

async function runWith(defect: PlantedDefect, plan: Plan, isTraced: boolean): Promise<Report> {
  const cure = defect.plant();
  try {
    return await simulate(plan, { isTraced });
  } finally {
    cure();
  }
}

test.run();
