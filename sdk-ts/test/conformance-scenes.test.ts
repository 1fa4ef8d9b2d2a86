/** The behaviours that are scenes, by this SDK on an open server; and that each of the list is implemented here, and no other. */

import assert from 'node:assert';
import { suite } from 'uvu';
import { play } from './conformance/play.js';
import { ACCESS_SCENES, LONELY_SCENES, SCENES } from './conformance/scenes.js';
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

for (const path of ['direct', 'lossy'] as const) play('open', path, { ...SCENES, ...LONELY_SCENES });
