/** The behaviours that are scenes, by this SDK on a sealed server: those of an open one, and what access keys may do. */

import { play } from './conformance/play.js';
import { ACCESS_SCENES, LONELY_SCENES, SCENES } from './conformance/scenes.js';

for (const path of ['direct', 'lossy'] as const) {
  play('sealed', path, { ...SCENES, ...LONELY_SCENES, ...ACCESS_SCENES });
}
