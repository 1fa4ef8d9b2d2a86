/** The behaviours with steps, by this SDK: open and sealed, directly and over a lossy network. */

import { suite } from 'uvu';
import { connect } from '../src/index.js';
import { Stage } from './conformance/stage.js';
import { runSteps } from './conformance/steps.js';
import { allBehaviours } from './conformance/suite.js';

const behaviours = allBehaviours().filter((behaviour) => behaviour.steps !== undefined);

for (const mode of ['open', 'sealed'] as const) {
  for (const path of ['direct', 'lossy'] as const) {
    const test = suite(`conformance: ${mode}, ${path}`);
    let stage: Stage;
    let outcomes: Map<string, unknown>;

    // All at once, as a busy client would: each has keys of its own, and a lossy network takes its time.
    test.before(async () => {
      stage = await Stage.open(mode, path);
      const db = await connect(stage.url, { timeout: '30s' });
      const runs = behaviours.map(async (behaviour): Promise<[string, unknown]> => {
        const error = await runSteps(db, behaviour, `${behaviour.id}:`).then(() => undefined, String);
        return [behaviour.id, error];
      });
      outcomes = new Map(await Promise.all(runs));
      await db.close();
    });

    for (const { id, says } of behaviours) {
      test(`${says} [${id}]`, () => {
        const failure = outcomes.get(id);
        if (failure !== undefined) throw new Error(`${failure} (${stage.name})`);
      });
    }

    test.after(() => stage.close());
    test.run();
  }
}
