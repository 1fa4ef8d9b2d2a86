/** Versions as HTTP has them: ETag, If-Match and If-None-Match (RFC 9110, sections 8.8.3 and 13). */

import { type HttpHead, headerOf } from './http-exchange.js';

/** 412, 304, or 0: go on. `undefined`: one of the two headers makes no sense. */
export type Verdict = 0 | 304 | 412;

interface Tag {
  readonly isWeak: boolean;
  readonly text: string;
}

export function entityTag(version: number): string {
  return `"${version}"`;
}

/** What the conditions of a request say of the version that the entry has; 0: there is no entry. */
export function judgeConditions(head: HttpHead, version: number): Verdict | undefined {
  const ifMatch = headerOf(head, 'if-match');
  const ifNoneMatch = headerOf(head, 'if-none-match');
  if (ifMatch !== undefined) {
    const tags = parseTags(ifMatch);
    if (tags === undefined) return undefined;
    // Strong comparison: a weak tag matches nothing.
    if (!matches(tags, version, false)) return 412;
  }
  if (ifNoneMatch !== undefined) {
    const tags = parseTags(ifNoneMatch);
    if (tags === undefined) return undefined;
    if (matches(tags, version, true)) return head.method === 'GET' || head.method === 'HEAD' ? 304 : 412;
  }
  return 0;
}

function matches(tags: readonly Tag[] | '*', version: number, takesWeak: boolean): boolean {
  if (version === 0) return false;
  if (tags === '*') return true;
  return tags.some(({ isWeak, text }) => text === String(version) && (takesWeak || !isWeak));
}

/** A comma may stand inside of a tag, and an empty place in a list is none. */
function parseTags(header: string): readonly Tag[] | '*' | undefined {
  if (header.trim() === '*') return '*';
  const tags: Tag[] = [];
  let rest = header;
  while (!/^[ \t,]*$/.test(rest)) {
    const match = /^[ \t,]*(W\/)?"([^"]*)"[ \t]*(,|$)/.exec(rest);
    if (match === null) return undefined;
    tags.push({ isWeak: match[1] !== undefined, text: match[2] });
    rest = rest.slice(match[0].length);
  }
  return tags.length === 0 ? undefined : tags;
}
