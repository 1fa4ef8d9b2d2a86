// Generated from protocol-spec/http.json by `npm run gen`: do not edit.

/** The routes of the HTTP door, and which status of HTTP says which status of an op. */

export type HttpOperation = 'getValue' | 'putValue' | 'deleteValue' | 'listKeys' | 'batch' | 'simplePut' | 'simpleGet' | 'simpleDelete' | 'livez' | 'readyz' | 'metrics' | 'openapi';

export interface HttpRoute {
  readonly operation: HttpOperation;
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** Begins with a slash; with `hasKey` the key is what follows. */
  readonly path: string;
  readonly hasKey: boolean;
  /** open: anybody; database: an access key without prefix; key: one that may do this to that key. */
  readonly access: 'open' | 'database' | 'key';
  readonly hasBody: boolean;
  readonly hasSideEffects: boolean;
  /** Names that the query may have; undefined: they are data. */
  readonly query: readonly string[] | undefined;
}

export const httpRoutes: readonly HttpRoute[] = [
  {
    operation: 'getValue', method: 'GET', path: '/v1/keys/', hasKey: true,
    access: 'key', hasBody: false, hasSideEffects: false, query: [],
  },
  {
    operation: 'putValue', method: 'PUT', path: '/v1/keys/', hasKey: true,
    access: 'key', hasBody: true, hasSideEffects: true, query: ['ttl'],
  },
  {
    operation: 'deleteValue', method: 'DELETE', path: '/v1/keys/', hasKey: true,
    access: 'key', hasBody: false, hasSideEffects: true, query: [],
  },
  {
    operation: 'listKeys', method: 'GET', path: '/v1/keys', hasKey: false,
    access: 'key', hasBody: false, hasSideEffects: false, query: ['prefix', 'match', 'type', 'limit', 'cursor'],
  },
  {
    operation: 'batch', method: 'POST', path: '/v1/batch', hasKey: false,
    access: 'key', hasBody: true, hasSideEffects: true, query: [],
  },
  {
    operation: 'simplePut', method: 'GET', path: '/put', hasKey: false,
    access: 'key', hasBody: false, hasSideEffects: true, query: undefined,
  },
  {
    operation: 'simpleGet', method: 'GET', path: '/get/', hasKey: true,
    access: 'key', hasBody: false, hasSideEffects: false, query: [],
  },
  {
    operation: 'simpleDelete', method: 'GET', path: '/delete/', hasKey: true,
    access: 'key', hasBody: false, hasSideEffects: true, query: [],
  },
  {
    operation: 'livez', method: 'GET', path: '/livez', hasKey: false,
    access: 'open', hasBody: false, hasSideEffects: false, query: [],
  },
  {
    operation: 'readyz', method: 'GET', path: '/readyz', hasKey: false,
    access: 'open', hasBody: false, hasSideEffects: false, query: [],
  },
  {
    operation: 'metrics', method: 'GET', path: '/metrics', hasKey: false,
    access: 'database', hasBody: false, hasSideEffects: false, query: [],
  },
  {
    operation: 'openapi', method: 'GET', path: '/openapi.json', hasKey: false,
    access: 'open', hasBody: false, hasSideEffects: false, query: [],
  },
];

/** By the name of the status. */
export const httpStatusOf = {
  OK: 200,
  NOT_FOUND: 404,
  CONDITION_FAILED: 412,
  TYPE_MISMATCH: 409,
  VERSION_MISMATCH: 412,
  OVERFLOW: 409,
  MALFORMED: 400,
  KEY_TOO_LARGE: 400,
  VALUE_TOO_LARGE: 413,
  OUT_OF_MEMORY: 507,
  READ_ONLY: 503,
  DENIED: 403,
  UNSUPPORTED_OP: 400,
  ABORTED: 409,
  REPLY_TOO_LARGE: 500,
  LOADING: 503,
  SNAPSHOT_FAILED: 500,
  DISK_FULL: 507,
  READ_NOT_REPLAYED: 500,
  BUSY: 503,
  WINDOW_EXCEEDED: 400,
  STALE_RID: 400,
  RID_REUSED: 400,
  MESSAGE_TOO_LARGE: 413,
  REASSEMBLY_LIMIT: 503,
  REPLY_GONE: 500,
  DEADLINE: 503,
  INTERNAL: 500,
} as const;
