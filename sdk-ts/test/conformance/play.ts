/** Plays scenes one after the other on a stage of their own, each a test that is named as the list has it. */

import { suite } from 'uvu';
import { type AnoaClient, connect } from '../../src/index.js';
import type { Cast, Scene } from './scenes.js';
import { type Mode, type Path, Stage } from './stage.js';
import { allBehaviours } from './suite.js';

export function play(mode: Mode, path: Path, scenes: Readonly<Record<string, Scene>>): void {
  const says = new Map(allBehaviours().map((behaviour) => [behaviour.id, behaviour.says]));
  const test = suite(`conformance scenes: ${mode}, ${path}`);
  let stage: Stage;
  let db: AnoaClient;
  const clients: AnoaClient[] = [];

  test.before(async () => {
    stage = await Stage.open(mode, path);
    db = await connect(stage.url, { timeout: '20s' });
  });

  for (const [id, scene] of Object.entries(scenes)) {
    test(`${says.get(id)} [${id}]`, async () => {
      const cast: Cast = {
        stage,
        db,
        prefix: `${id}:`,
        another: async (options, url = stage.url) => {
          const client = await connect(url, { timeout: '20s', ...options });
          clients.push(client);
          return client;
        },
      };
      try {
        await scene(cast);
      } catch (error) {
        if (error instanceof Error) error.message += ` (${stage.name})`;
        throw error;
      } finally {
        for (const client of clients.splice(0)) await client.close();
      }
    });
  }

  test.after(async () => {
    await db.close();
    await stage.close();
  });
  test.run();
}
