import type { HttpOperation } from './generated/routes.js';
import type { HttpHandler } from './http-call.js';
import { batch } from './routes/batch.js';
import { livez, readyz } from './routes/health.js';
import { deleteValue, getValue, putValue } from './routes/key-value.js';
import { listKeys } from './routes/list-keys.js';
import { metrics } from './routes/metrics.js';
import { openapi } from './routes/openapi.js';
import { simpleDelete, simpleGet, simplePut } from './routes/simple.js';

/** Does not compile where the spec has a route without a handler, or a handler no route. */
export const httpHandlers: Readonly<Record<HttpOperation, HttpHandler>> = {
  getValue,
  putValue,
  deleteValue,
  listKeys,
  batch,
  simplePut,
  simpleGet,
  simpleDelete,
  livez,
  readyz,
  metrics,
  openapi,
};
