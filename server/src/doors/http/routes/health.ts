/** For whoever starts and balances servers: is it alive, does it serve. */

import type { HttpTools } from '../http-call.js';
import { type HttpAnswer, textAnswer } from '../http-exchange.js';

export function livez(): HttpAnswer {
  return textAnswer(200, 'OK\n');
}

export function readyz({ services, engine }: HttpTools): HttpAnswer {
  const percent = services.loadingPercent();
  if (percent !== undefined)
    return textAnswer(503, `loading: ${Math.floor(percent)} %\n`, { 'retry-after': '1' });
  if (engine.refusesWrites)
    return textAnswer(503, 'the disk is full: writes are refused, reads go on\n', { 'retry-after': '10' });
  return textAnswer(200, 'OK\n');
}
