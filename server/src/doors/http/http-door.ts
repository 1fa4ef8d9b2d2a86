/**
 * The HTTP door: heads and bodies in, answers out. Pure; the bytes of HTTP are llhttp's business (node-http-bridge.ts).
 *
 * A request is judged twice: by its head (`admit`), so that nobody makes the server wait for a body that it will
 * refuse, and again when its body is there (`execute`), because a pipelined neighbour may have brought other rights
 * and the key may have been revoked meanwhile.
 *
 * Invariant: rights are those of the request's own Authorization; nothing stays on the connection.
 */

import { Limits, Permission, Status } from '@anoadb/protocol';
import { CommandStatistics } from '../../ops/command-statistics.js';
import type { DoorStatistics } from '../../ops/metrics.js';
import type { StreamServices } from '../stream/stream-services.js';
import type { StreamConnection } from '../stream/stream-session.js';
import { bearerSecret } from './bearer.js';
import { browserRefusal } from './browser-guard.js';
import { type HttpRoute, httpRoutes } from './generated/routes.js';
import { httpHandlers } from './handlers.js';
import { type HttpCall, HttpTools } from './http-call.js';
import { type HttpAnswer, type HttpHead, headerOf } from './http-exchange.js';
import { bodyBytesMax, HttpLimits } from './http-limits.js';
import { problem, statusProblem } from './problem.js';
import { decodeText, parseTarget, type QueryPair, queryPairs } from './request-target.js';
import { findRoute } from './router.js';

/** A request whose head is good: its body may come. */
export type Admission = Omit<HttpCall, 'body'> & { readonly bodyBytesMax: number };

const CHALLENGE = { 'www-authenticate': 'Bearer realm="AnoaDB"' };
const decoder = new TextDecoder();

export class HttpDoor {
  readonly services: StreamServices;
  /** By operation of the spec. */
  readonly statistics = new CommandStatistics(httpRoutes.map(({ operation }) => operation));
  readonly #tools: HttpTools;

  /** @param others counters of the other doors, for /metrics. */
  constructor(services: StreamServices, others: Omit<DoorStatistics, 'http'>) {
    this.services = services;
    this.#tools = new HttpTools(services, { ...others, http: this.statistics });
  }

  /** What the request is, or why it is refused before its body is read. */
  admit(connection: StreamConnection, head: HttpHead): Admission | HttpAnswer {
    if (head.target.length > HttpLimits.targetBytesMax)
      return problem(
        414,
        `The URL is longer than ${HttpLimits.targetBytesMax} bytes: send values in the body.`,
      );
    const target = parseTarget(head.target);
    if (target === undefined) return problem(400, 'The target is neither a path nor an http URL.');
    const host = headerOf(head, 'host');
    if (target.authority !== undefined && host !== undefined && target.authority !== host)
      return problem(400, 'The URL and the Host header name different hosts.');
    const match = findRoute(head.method, target.path);
    if (match === undefined)
      return problem(404, 'There is nothing at this path; /openapi.json says what there is.');
    if (!('route' in match))
      return problem(405, `This path takes ${match.join(', ')}.`, { allow: match.join(', ') });
    const { route } = match;
    const refusal = this.#accessRefusal(connection, head, target.authority, route);
    if (refusal !== undefined) {
      this.statistics.rejected[httpRoutes.indexOf(route)]++;
      return refusal;
    }
    const key = decodeText(match.keyText, false);
    const query = target.query === undefined ? [] : queryPairs(target.query);
    if (key === undefined || query === undefined)
      return problem(400, 'A percent sign in the URL is not followed by two hexadecimal digits.');
    const queryRefusal = refusalOfQuery(route, query);
    if (queryRefusal !== undefined) return queryRefusal;
    if (route.hasKey && key.length < Limits.keyBytesMin) return problem(400, 'The key is empty.');
    if (key.length > Limits.keyBytesMax) return statusProblem(Status.KEY_TOO_LARGE);
    return { head, route, key, query, connection, bodyBytesMax: this.#bodyBytesMax(route) };
  }

  /**
   * Executes an admitted request and calls `answer` once the answer may leave. Call it with `engine.nowMs` set, in a
   * turn whose effects are journalled.
   */
  execute(admission: Admission, body: Uint8Array, answer: (answer: HttpAnswer) => void): void {
    const { connection, head, route } = admission;
    const target = parseTarget(head.target);
    const refusal = this.#accessRefusal(connection, head, target?.authority, route);
    if (refusal !== undefined) {
      answer(refusal);
      return;
    }
    const { engine } = this.services;
    if (route.hasSideEffects && engine.isBusy) {
      answer(statusProblem(Status.BUSY));
      return;
    }
    engine.permissions = connection.permissions;
    engine.keyPrefix = connection.keyPrefix;
    const tools = this.#tools;
    tools.begin();
    const startedMs = this.services.monotonicMs();
    let answered: HttpAnswer | Promise<HttpAnswer>;
    try {
      answered = httpHandlers[route.operation](tools, { ...admission, body });
    } catch (error) {
      // What is in memory may be half of something: nobody may go on from it.
      if (!engine.abandonRequest()) throw error;
      engine.services.onFailure(error);
      answered = statusProblem(Status.INTERNAL);
    }
    if (answered instanceof Promise) {
      void answered.then((whole) => {
        this.#record(route, startedMs, whole);
        answer(whole);
      });
      return;
    }
    const whole = answered;
    this.#record(route, startedMs, whole);
    this.services.whenReleased(tools.releasePosition, () => answer(whole));
  }

  #record(route: HttpRoute, startedMs: number, { status }: HttpAnswer): void {
    const index = httpRoutes.indexOf(route);
    this.statistics.record(index, this.services.monotonicMs() - startedMs);
    if (status >= 400) this.statistics.failed[index]++;
  }

  /** A route without a body takes none: what it would be for, nobody could tell. */
  #bodyBytesMax(route: HttpRoute): number {
    return route.hasBody ? bodyBytesMax(this.services.engine.valueBytesMax) : 0;
  }

  #accessRefusal(
    connection: StreamConnection,
    head: HttpHead,
    authority: string | undefined,
    route: HttpRoute,
  ): HttpAnswer | undefined {
    if (route.access === 'open') return undefined;
    connection.deauthenticate();
    const isOpen = connection.isAuthenticated;
    const browser = browserRefusal(head, authority, isOpen);
    if (browser !== undefined) return problem(403, browser);
    if (!isOpen) {
      const authorization = headerOf(head, 'authorization');
      const secret = authorization === undefined ? undefined : bearerSecret(authorization);
      if (secret === undefined || !connection.authenticate(undefined, secret))
        return problem(
          401,
          authorization === undefined
            ? 'This database has access keys: send one as `Authorization: Bearer anoa1_…`.'
            : 'The Authorization is not `Bearer` and an access key of this database.',
          CHALLENGE,
        );
    }
    // Counters are there from the start on, how much is loaded among them.
    if (route.access === 'database') return mayReadAll(connection) ? undefined : statusProblem(Status.DENIED);
    return this.services.loadingPercent() === undefined ? undefined : statusProblem(Status.LOADING);
  }
}

function mayReadAll(connection: StreamConnection): boolean {
  return (connection.permissions & Permission.READ) !== 0 && connection.keyPrefix.length === 0;
}

/** Of routes that know the names of their query: an unknown one is a mistake that would go unnoticed. */
function refusalOfQuery({ query: names }: HttpRoute, pairs: readonly QueryPair[]): HttpAnswer | undefined {
  if (names === undefined) return undefined;
  const seen = new Set<string>();
  for (const { name, value } of pairs) {
    const text = decoder.decode(name);
    if (names.length === 0) return problem(400, 'There is a query, and this route takes no parameters.');
    if (!names.includes(text))
      return problem(400, `The query has a parameter that is none of: ${names.join(', ')}.`);
    if (value === undefined) return problem(400, `The parameter ${text} has no value.`);
    if (seen.has(text)) return problem(400, `The parameter ${text} stands there twice.`);
    seen.add(text);
  }
  return undefined;
}
