import { metricsText } from '../../../ops/metrics.js';
import type { HttpTools } from '../http-call.js';
import { type HttpAnswer, textAnswer } from '../http-exchange.js';

export function metrics({ services, doors }: HttpTools): HttpAnswer {
  return textAnswer(200, metricsText(services, doors), {
    'content-type': 'text/plain; version=0.0.4; charset=utf-8',
  });
}
