/** A failing seed made small and readable. */

import { cuts, shrink } from '@anoadb/testkit';
import type { Plan, PlannedClient } from './plan.js';
import { type Report, simulate } from './simulation.js';

const LINES_SHOWN = 60;
const NO_WEATHER = { loss: 0, duplication: 0, reorder: 0, corruption: 0, delayMs: 1, jitterMs: 0 };

/** Runs the plan again and again, smaller each time, and tells what is left; `run` may plant a defect. */
export async function explainFailure(
  plan: Plan,
  run: (plan: Plan, isTraced: boolean) => Promise<Report>,
): Promise<string> {
  const fails = async (candidate: Plan): Promise<boolean> =>
    (await run(candidate, false)).violations.length > 0;
  const small = await shrink(plan, smallerPlans, fails);
  const report = await run(small.plan, true);
  return [
    `seed ${plan.seed} (${plan.mode}) fails; repeat with ANOA_SIM_SEED=${plan.seed}. Smallest of ${small.runs} plans tried:`,
    ...planLines(small.plan),
    ...report.violations.map((violation) => `! ${violation}`),
    `the last ${LINES_SHOWN} of ${report.lines.length} events:`,
    ...report.lines.slice(-LINES_SHOWN),
  ].join('\n');
}

/** A defect as small as it gets, for whoever writes its test. */
export function runPlainly(plan: Plan, isTraced: boolean): Promise<Report> {
  return simulate(plan, { isTraced });
}

function* smallerPlans(plan: Plan): Generator<Plan> {
  for (const [kind, calm] of Object.entries(NO_WEATHER)) {
    if ((plan.weather as Record<string, number>)[kind] !== calm)
      yield { ...plan, weather: { ...plan.weather, [kind]: calm } };
  }
  for (const key of Object.keys(plan.serverLimits)) {
    const { [key as keyof typeof plan.serverLimits]: _, ...serverLimits } = plan.serverLimits;
    yield { ...plan, serverLimits };
  }
  for (let i = 0; i < plan.clients.length; i++) {
    if (plan.clients[i].requests.length > 0) yield withClient(plan, i, { requests: [] });
  }
  for (const events of cuts(plan.events)) yield { ...plan, events };
  const { durability } = plan;
  if (durability !== undefined) {
    for (const events of cuts(durability.events)) yield { ...plan, durability: { ...durability, events } };
  }
  for (let i = 0; i < plan.clients.length; i++) {
    const client = plan.clients[i];
    if (client.diesAtMs > 0) yield withClient(plan, i, { diesAtMs: 0 });
    if (Object.keys(client.limits).length > 0) yield withClient(plan, i, { limits: {} });
    for (const requests of cuts(client.requests)) {
      if (requests.length > 0) yield withClient(plan, i, { requests });
    }
  }
  for (let i = 0; i < plan.clients.length; i++) yield* simplerRequests(plan, i);
}

function* simplerRequests(plan: Plan, index: number): Generator<Plan> {
  const { requests } = plan.clients[index];
  for (let at = 0; at < requests.length; at++) {
    const request = requests[at];
    const simpler = [];
    if (request.ops.length > 1)
      simpler.push(
        ...[...cuts(request.ops)].filter((ops) => ops.length > 0).map((ops) => ({ ...request, ops })),
      );
    if (request.slowMs > 0) simpler.push({ ...request, slowMs: 0 });
    if (request.cancelAfterMs > 0) simpler.push({ ...request, cancelAfterMs: 0 });
    for (const one of simpler) yield withClient(plan, index, { requests: requests.with(at, one) });
  }
}

function withClient(plan: Plan, index: number, change: Partial<PlannedClient>): Plan {
  return { ...plan, clients: plan.clients.with(index, { ...plan.clients[index], ...change }) };
}

function planLines(plan: Plan): string[] {
  const lines = [
    `  weather ${JSON.stringify(plan.weather)}`,
    `  server limits ${JSON.stringify(plan.serverLimits)}`,
  ];
  if (plan.durability !== undefined) {
    const { events, ...disk } = plan.durability;
    lines.push(`  disk ${JSON.stringify(disk)}`);
    for (const event of events) lines.push(`  disk event ${JSON.stringify(event)}`);
  }
  for (const event of plan.events) lines.push(`  event ${JSON.stringify(event)}`);
  plan.clients.forEach(({ requests, ...client }, index) => {
    if (requests.length === 0) return;
    lines.push(`  client ${index} ${JSON.stringify(client)}`);
    for (const request of requests) lines.push(`    ${JSON.stringify(request)}`);
  });
  return lines;
}
