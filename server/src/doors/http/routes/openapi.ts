import { openApiDocument } from '../generated/openapi-document.js';
import { type HttpAnswer, jsonAnswer } from '../http-exchange.js';

const document = new TextEncoder().encode(openApiDocument);

export function openapi(): HttpAnswer {
  return jsonAnswer(200, document);
}
