import type { Engine } from '../../engine/engine.js';
import type { StreamConnection } from './stream-session.js';

/** Ends the engine's request: what was written for it leaves when what it rests on is as safe as the journal promises. */
export function endRequest(engine: Engine, connection: StreamConnection): void {
  engine.commit();
  if (engine.releasePosition !== 0) connection.hold(engine.releasePosition);
}
