/** The behaviours that are scenes, by this SDK; and that each of the list is implemented here, and no other. */

import assert from 'node:assert';
import { suite } from 'uvu';
import { type AnoaClient, connect } from '../src/index.js';
import { ACCESS_SCENES, type Cast, LONELY_SCENES, SCENES, type Scene } from './conformance/scenes.js';
import { Stage } from './conformance/stage.js';
import { allBehaviours } from './conformance/suite.js';

const behaviours = allBehaviours();
const says = new Map(behaviours.map((behaviour) => [behaviour.id, behaviour.says]));

const list = suite('conformance: the list');

list('every behaviour has an id of its own and is either steps or a scene', () => {
  assert.strictEqual(says.size, behaviours.length);
  for (const { id, steps, scene } of behaviours) {
    assert.ok((steps === undefined) !== (scene === undefined), id);
    for (const step of steps ?? []) assert.ok(step.do === 'WAIT' || step.gives !== undefined, id);
  }
});

list('every scene of the list is implemented, and no other', () => {
  const implemented = [SCENES, LONELY_SCENES, ACCESS_SCENES].flatMap((scenes) => Object.keys(scenes));
  const listed = behaviours.filter((behaviour) => behaviour.scene !== undefined);
  assert.deepStrictEqual(implemented.sort(), listed.map((behaviour) => behaviour.id).sort());
});

list.run();

for (const path of ['direct', 'lossy'] as const) {
  play(`open, ${path}`, () => Stage.open('open', path), { ...SCENES, ...LONELY_SCENES });
  play(`sealed, ${path}`, () => Stage.open('sealed', path), {
    ...SCENES,
    ...LONELY_SCENES,
    ...ACCESS_SCENES,
  });
}

function play(name: string, open: () => Promise<Stage>, scenes: Readonly<Record<string, Scene>>): void {
  const test = suite(`conformance scenes: ${name}`);
  let stage: Stage;
  let db: AnoaClient;
  const clients: AnoaClient[] = [];

  test.before(async () => {
    stage = await open();
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
