/**
 * Which protocol a connection speaks, by its first bytes: an array header is Redis, 0x80 memcached's binary protocol,
 * a request line HTTP. Other lines are memcached's where they fit its grammar word for word, and it knows lower case
 * only; what is left is an inline command for Redis, which says what is wrong with it. Of a line that is longer than
 * a first line may be, the first word decides: its session says, in its own words, what is too long.
 *
 * Decided once per connection. A session is never handed to another protocol: a request hidden in the body of
 * another's stays a body.
 */

import type { StreamProtocol } from './stream-session.js';

export type Detected = StreamProtocol | 'need-more' | 'unknown';

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const ASTERISK = 0x2a;
const MEMCACHED_BINARY_REQUEST = 0x80;
/** Type and major version of a record that begins a TLS handshake. */
const TLS_HANDSHAKE = 0x16;
const TLS_MAJOR_VERSION = 0x03;

/** RFC 9112: method, target, version; the target of an origin, a proxy, or of OPTIONS. */
const HTTP_REQUEST_LINE = /^[A-Z][A-Z-]{0,31} (?:\/|\*|https?:\/\/)[^ ]* HTTP\/\d/;
/** CONNECT has host and port there, the preface of HTTP/2 its own line. */
const HTTP_OTHER_LINE = /^(?:CONNECT [^ ]+|PRI \*) HTTP\/\d/;

/** How a request line begins, by the methods of RFC 9110 and 5789. */
const HTTP_LINE_BEGIN = /^(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|TRACE) (?:\/|\*|https?:\/\/)/;
/** So much of a line without an end is looked at. */
const LINE_BEGIN_BYTES = 256;

const NUMBER = /^-?\d{1,20}$/;

/** Words after the command that make a line memcached's, where Redis has, or a person could mean, the same command. */
const memcachedLines: Readonly<Record<string, (words: readonly string[]) => boolean>> = {
  get: (words) => words.length >= 1,
  gets: (words) => words.length >= 1,
  gat: (words) => words.length >= 2 && NUMBER.test(words[0]),
  gats: (words) => words.length >= 2 && NUMBER.test(words[0]),
  set: isStorage,
  add: isStorage,
  replace: isStorage,
  append: isStorage,
  prepend: isStorage,
  cas: (words) => isStorage(words.slice(0, 4)) && words.length >= 5 && words.length <= 6,
  incr: isDelta,
  decr: isDelta,
  touch: isDelta,
  delete: always,
  flush_all: always,
  stats: always,
  version: always,
  verbosity: always,
  quit: always,
  mg: always,
  ms: always,
  md: always,
  ma: always,
  mn: always,
  me: always,
  cache_memlimit: always,
  slabs: always,
  lru: always,
  lru_crawler: always,
};

/**
 * The protocol that `bytes[start, end)` begin with. `need-more`: the first line is not complete; the caller bounds how
 * long it may be and says so by `isAllThereIs`, after which the first word decides.
 */
export function detectProtocol(
  bytes: Uint8Array,
  start: number,
  end: number,
  isAllThereIs = false,
): Detected {
  let at = start;
  // Empty lines in front mean nothing to any of the three.
  while (at < end && (bytes[at] === CARRIAGE_RETURN || bytes[at] === NEWLINE)) at++;
  if (at === end) return isAllThereIs ? 'redis' : 'need-more';
  const first = bytes[at];
  if (first === ASTERISK) return 'redis';
  if (first === MEMCACHED_BINARY_REQUEST) return 'memcached';
  if (first === TLS_HANDSHAKE) {
    if (at + 1 < end) return bytes[at + 1] === TLS_MAJOR_VERSION ? 'unknown' : 'redis';
    return isAllThereIs ? 'redis' : 'need-more';
  }
  const newline = bytes.indexOf(NEWLINE, at);
  if (newline !== -1 && newline < end) return protocolOfLine(lineText(bytes, at, newline));
  if (!isAllThereIs) return 'need-more';
  return protocolOfLongLine(lineText(bytes, at, Math.min(end, at + LINE_BEGIN_BYTES)));
}

function protocolOfLine(line: string): StreamProtocol {
  if (HTTP_REQUEST_LINE.test(line) || HTTP_OTHER_LINE.test(line)) return 'http';
  const words = line.split(' ').filter((word) => word !== '');
  const command = words.shift() ?? '';
  if (!Object.hasOwn(memcachedLines, command)) return 'redis';
  return memcachedLines[command](words) ? 'memcached' : 'redis';
}

/** By how it begins; how it goes on is not known. */
function protocolOfLongLine(begin: string): StreamProtocol {
  if (HTTP_LINE_BEGIN.test(begin)) return 'http';
  const command = /^ *([a-z_]+) /.exec(begin)?.[1];
  return command !== undefined && Object.hasOwn(memcachedLines, command) ? 'memcached' : 'redis';
}

/** One character per byte: what is asked of it is ASCII. */
function lineText(bytes: Uint8Array, start: number, newline: number): string {
  const end = newline > start && bytes[newline - 1] === CARRIAGE_RETURN ? newline - 1 : newline;
  let text = '';
  for (let at = start; at < end; at++) text += String.fromCharCode(bytes[at]);
  return text;
}

/** `<key> <flags> <exptime> <bytes> [noreply]` */
function isStorage(words: readonly string[]): boolean {
  return words.length >= 4 && words.length <= 5 && words.slice(1, 4).every((word) => NUMBER.test(word));
}

/** `<key> <number> [noreply]` */
function isDelta(words: readonly string[]): boolean {
  return words.length >= 2 && words.length <= 3 && NUMBER.test(words[1]);
}

function always(): boolean {
  return true;
}
