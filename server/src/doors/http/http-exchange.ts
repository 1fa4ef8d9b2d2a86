/** A request and an answer of HTTP as the door sees them: no sockets, no streams. */

/** The head of a request; names of headers are in lower case, bytes above 0x7f stand as one character each. */
export interface HttpHead {
  readonly method: string;
  /** As it stood in the request line. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined: there is none, and no Content-Type is said. */
  readonly body: Uint8Array | undefined;
}

/** A header that may stand once only, as all do that the door looks at. */
export function headerOf(head: HttpHead, name: string): string | undefined {
  const value = head.headers[name];
  return typeof value === 'string' ? value : value?.[0];
}

const encoder = new TextEncoder();

export function textAnswer(status: number, text: string, headers: Record<string, string> = {}): HttpAnswer {
  return {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store', ...headers },
    body: encoder.encode(text),
  };
}

export function jsonAnswer(status: number, body: Uint8Array): HttpAnswer {
  return { status, headers: { 'content-type': 'application/json', 'cache-control': 'no-store' }, body };
}
