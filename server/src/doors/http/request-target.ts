/**
 * The target of a request: path and query as they were sent. Nothing is normalised, so no two layers can disagree:
 * `..` and `%2F` are data, and a path that is not a route's letter by letter is none.
 */

export interface RequestTarget {
  /** Percent-encoded. Begins with a slash. */
  readonly path: string;
  /** Behind the question mark, percent-encoded; undefined where there is none. */
  readonly query: string | undefined;
  /** Of an absolute URL; undefined where the target is a path. */
  readonly authority: string | undefined;
}

/** Undefined for what is neither a path nor an absolute http URL. */
export function parseTarget(target: string): RequestTarget | undefined {
  if (target.includes('#')) return undefined;
  const absolute = /^https?:\/\/([^/?]*)(.*)$/i.exec(target);
  const authority = absolute?.[1];
  const rest = absolute === null ? target : absolute[2] || '/';
  const mark = rest.indexOf('?');
  const path = mark < 0 ? rest : rest.slice(0, mark);
  if (!path.startsWith('/')) return undefined;
  return { path, query: mark < 0 ? undefined : rest.slice(mark + 1), authority };
}

export interface QueryPair {
  readonly name: Uint8Array;
  /** Undefined: without an equals sign. */
  readonly value: Uint8Array | undefined;
}

/** The pairs of a query in their order; undefined where an escape in it is none. */
export function queryPairs(query: string): QueryPair[] | undefined {
  const pairs: QueryPair[] = [];
  for (const part of query.split('&')) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    const name = decodeText(equals < 0 ? part : part.slice(0, equals), true);
    const value = equals < 0 ? undefined : decodeText(part.slice(equals + 1), true);
    if (name === undefined || (equals >= 0 && value === undefined)) return undefined;
    pairs.push({ name, value });
  }
  return pairs;
}

/**
 * The bytes that percent-encoded text stands for, undefined where an escape is none. As in a form (the query of a
 * URL) `+` is a space. Characters above 0x7f stand for the byte of that number.
 */
export function decodeText(text: string, isForm: boolean): Uint8Array | undefined {
  const bytes = new Uint8Array(text.length);
  let at = 0;
  for (let i = 0; i < text.length; i++) {
    let code = text.charCodeAt(i);
    if (code === 0x25) {
      const digits = text.slice(i + 1, i + 3);
      if (!/^[0-9A-Fa-f]{2}$/.test(digits)) return undefined;
      code = Number.parseInt(digits, 16);
      i += 2;
    } else if (code === 0x2b && isForm) {
      code = 0x20;
    }
    bytes[at++] = code;
  }
  return bytes.subarray(0, at);
}
