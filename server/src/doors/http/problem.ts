/** Refusals, as RFC 9457 has them: application/problem+json with the code of the spec where an op was refused. */

import { errorInfo, Status } from '@anoadb/protocol';
import { httpStatusOf } from './generated/routes.js';
import type { HttpAnswer } from './http-exchange.js';

/** What a person reads beside the number. */
const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  408: 'Request Timeout',
  409: 'Conflict',
  412: 'Precondition Failed',
  413: 'Content Too Large',
  414: 'URI Too Long',
  415: 'Unsupported Media Type',
  417: 'Expectation Failed',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
  507: 'Insufficient Storage',
};

const encoder = new TextEncoder();

/** A refusal in our words; `detail` says what was wrong and what helps. */
export function problem(
  status: number,
  detail: string,
  headers: Record<string, string> = {},
  code?: string,
): HttpAnswer {
  const fields = { type: 'about:blank', title: TITLES[status] ?? 'Error', status, detail };
  return problemOf(status, JSON.stringify(code === undefined ? fields : { ...fields, code }), headers);
}

/** The refusal of an op. */
export function statusProblem(status: number, headers: Record<string, string> = {}): HttpAnswer {
  const { name, message } = errorInfo(status);
  return problem(httpStatus(status), message, { ...retryOf(status), ...headers }, name);
}

/** A refusal whose JSON carries results, which are JSON text already. */
export function statusProblemWithResults(status: number, results: Uint8Array): HttpAnswer {
  const refused = statusProblem(status);
  const head = refused.body!.subarray(0, refused.body!.length - 1);
  const member = encoder.encode(',"results":');
  const body = new Uint8Array(head.length + member.length + results.length + 1);
  body.set(head, 0);
  body.set(member, head.length);
  body.set(results, head.length + member.length);
  body[body.length - 1] = 0x7d;
  return { ...refused, body };
}

export function httpStatus(status: number): number {
  return httpStatusOf[errorInfo(status).name as keyof typeof httpStatusOf];
}

function problemOf(status: number, text: string, headers: Record<string, string>): HttpAnswer {
  return {
    status,
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store', ...headers },
    body: encoder.encode(text),
  };
}

function retryOf(status: number): Record<string, string> {
  return status === Status.BUSY || status === Status.LOADING ? { 'retry-after': '1' } : {};
}
