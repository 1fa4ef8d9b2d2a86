import { type HttpRoute, httpRoutes } from './generated/routes.js';

export interface RouteMatch {
  readonly route: HttpRoute;
  /** Percent-encoded; empty where the route has no key. */
  readonly keyText: string;
}

/** The route of a method and a path; the methods that the path knows where it is none of them; undefined: no such path. */
export function findRoute(method: string, path: string): RouteMatch | readonly string[] | undefined {
  const candidates = httpRoutes.filter((route) =>
    route.hasKey ? path.startsWith(route.path) : path === route.path,
  );
  if (candidates.length === 0) return undefined;
  const route = candidates.find((candidate) => methodsOf(candidate).includes(method));
  if (route === undefined) return candidates.flatMap(methodsOf);
  return { route, keyText: route.hasKey ? path.slice(route.path.length) : '' };
}

/** HEAD stands beside every GET that changes nothing. */
function methodsOf(route: HttpRoute): readonly string[] {
  return route.method === 'GET' && !route.hasSideEffects ? ['GET', 'HEAD'] : [route.method];
}
