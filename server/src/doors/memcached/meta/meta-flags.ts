/**
 * The flags of one meta command: single characters, some with a token behind them, in any order, each at most once. All
 * meta commands take all flags; each heeds its own.
 *
 * What is wrong is found in memcached's order, and of several things the last is told, as there.
 */

import { ByteWriter, readBase64 } from '@anoadb/protocol';
import type { CommandLine } from '../command-line.js';
import { expiryOfSeconds } from '../expiry-seconds.js';
import { int32Of, type Unsigned64, uint32Of, unsigned64Of } from '../number-text.js';
import { line, TextAnswer } from '../text/text-answers.js';

/** Words of a meta command, command and key included. */
export const META_WORDS_MAX = 19;
/** The letter included. */
const OPAQUE_BYTES_MAX = 32;
/** Flags are ASCII below this; others count as given twice, as with memcached. */
const FLAG_MAX = 127;

/** The letters that commands look for, in requests and answers. */
export const MetaFlag = {
  KEY: code('k'),
  ENCODED_KEY: code('b'),
  OPAQUE: code('O'),
  CAS: code('c'),
  CLIENT_FLAGS: code('f'),
  HIT_BEFORE: code('h'),
  IDLE: code('l'),
  SIZE: code('s'),
  TIME_LEFT: code('t'),
  TOUCH: code('T'),
  VIVIFY: code('N'),
  RECACHE: code('R'),
  WON: code('W'),
  STALE: code('X'),
  /** Another client has been told W. */
  WON_BEFORE: code('Z'),
} as const;

export const MetaAnswer = {
  DUPLICATE: line('CLIENT_ERROR duplicate flag'),
  INVALID: line('CLIENT_ERROR invalid flag'),
  INVALID_OR_DUPLICATE: line('CLIENT_ERROR invalid or duplicate flag'),
  BAD_KEY: line('CLIENT_ERROR error decoding key'),
  BAD_TOKEN: line('CLIENT_ERROR bad token in command line format'),
  BAD_MODE_LENGTH: line('CLIENT_ERROR incorrect length for M token'),
  BAD_INITIAL: line('CLIENT_ERROR invalid numeric initial value'),
  BAD_DELTA: line('CLIENT_ERROR invalid numeric delta value'),
  OPAQUE_TOO_LONG: line('CLIENT_ERROR opaque token too long'),
  TOO_MANY_TO_GET: line('CLIENT_ERROR options flags are too long'),
  TOO_MANY: line('CLIENT_ERROR options flags too long'),
} as const;

export class MetaFlags {
  /** The key as it is stored: decoded where it came as base64. */
  keyBytes: Uint8Array = new Uint8Array(0);
  keyStart = 0;
  keyEnd = 0;
  isKeyEncoded = false;
  isQuiet = false;
  wantsValue = false;
  wantsSize = false;
  /** The access is not remembered. */
  leavesNoTrace = false;
  setsStale = false;
  isOpaqueTooLong = false;
  /** Code of M's letter, 0: none. */
  mode = 0;
  clientFlags = 0;
  /** Of C; undefined: none. */
  cas: Unsigned64 | undefined;
  delta: Unsigned64 = 1;
  initial: Unsigned64 = 0;
  /** Absolute ms of T and N; undefined: there is none. */
  expiryMs: number | undefined;
  vivifyExpiryMs: number | undefined;
  /** Of R: an item that expires before it should be renewed. Undefined: there is none. */
  recacheExpiryMs: number | undefined;
  readonly #decoded = new ByteWriter(256);
  readonly #seen = new Uint8Array(FLAG_MAX);

  /** Reads the flags from word `first` on. Returns what is wrong with them. */
  read(words: CommandLine, first: number, nowMs: number): Uint8Array | undefined {
    this.#reset(words);
    let problem: Uint8Array | undefined;
    for (let word = first; word < words.count; word++) {
      const flag = words.bytes[words.starts[word]];
      if (flag >= FLAG_MAX || this.#seen[flag] !== 0) return MetaAnswer.DUPLICATE;
      this.#seen[flag] = 1;
      const found = this.#take(words, word, flag, nowMs);
      if (found === MetaAnswer.INVALID) return found;
      // A wrong F has no words of its own.
      problem = found === TextAnswer.BAD_FORMAT ? (problem ?? found) : (found ?? problem);
    }
    return problem;
  }

  /** Reads the key alone, which is base64 or is not; false: it is not as it should be. */
  readKey(words: CommandLine, isEncoded: boolean): boolean {
    this.keyBytes = words.bytes;
    this.keyStart = words.starts[1];
    this.keyEnd = words.ends[1];
    this.isKeyEncoded = false;
    return !isEncoded || this.#decodeKey() === undefined;
  }

  #reset(words: CommandLine): void {
    this.readKey(words, false);
    this.isQuiet = false;
    this.wantsValue = false;
    this.wantsSize = false;
    this.leavesNoTrace = false;
    this.setsStale = false;
    this.isOpaqueTooLong = false;
    this.mode = 0;
    this.clientFlags = 0;
    this.cas = undefined;
    this.delta = 1;
    this.initial = 0;
    this.expiryMs = undefined;
    this.vivifyExpiryMs = undefined;
    this.recacheExpiryMs = undefined;
    this.#seen.fill(0);
  }

  #take(words: CommandLine, word: number, flag: number, nowMs: number): Uint8Array | undefined {
    const { bytes } = words;
    const start = words.starts[word] + 1;
    const end = words.ends[word];
    switch (String.fromCharCode(flag)) {
      case 'b':
        return this.#decodeKey();
      case 'N':
      case 'T':
      case 'R':
        return this.#takeSeconds(flag, bytes, start, end, nowMs);
      case 'q':
        this.isQuiet = true;
        return undefined;
      case 'v':
        this.wantsValue = true;
        return undefined;
      case 's':
        this.wantsSize = true;
        return undefined;
      case 'u':
        this.leavesNoTrace = true;
        return undefined;
      case 'I':
        this.setsStale = true;
        return undefined;
      case 'O':
        this.isOpaqueTooLong = end - start >= OPAQUE_BYTES_MAX;
        return undefined;
      case 'F': {
        const clientFlags = uint32Of(bytes, start, end);
        if (Number.isNaN(clientFlags)) return TextAnswer.BAD_FORMAT;
        this.clientFlags = clientFlags;
        return undefined;
      }
      case 'C': {
        const cas = unsigned64Of(bytes, start, end);
        this.cas = cas;
        return cas === undefined ? MetaAnswer.BAD_TOKEN : undefined;
      }
      case 'M':
        if (end - start !== 1) return MetaAnswer.BAD_MODE_LENGTH;
        this.mode = bytes[start];
        return undefined;
      case 'J': {
        const initial = unsigned64Of(bytes, start, end);
        this.initial = initial ?? 0;
        return initial === undefined ? MetaAnswer.BAD_INITIAL : undefined;
      }
      case 'D': {
        const delta = unsigned64Of(bytes, start, end);
        this.delta = delta ?? 0;
        return delta === undefined ? MetaAnswer.BAD_DELTA : undefined;
      }
      case 'P':
      case 'L':
      case 'k':
      case 't':
      case 'c':
      case 'f':
      case 'h':
      case 'l':
        return undefined;
      default:
        return MetaAnswer.INVALID;
    }
  }

  #takeSeconds(
    flag: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    nowMs: number,
  ): Uint8Array | undefined {
    const seconds = int32Of(bytes, start, end);
    if (Number.isNaN(seconds)) return MetaAnswer.BAD_TOKEN;
    const expiryMs = expiryOfSeconds(seconds, nowMs);
    if (flag === MetaFlag.VIVIFY) this.vivifyExpiryMs = expiryMs;
    else if (flag === MetaFlag.TOUCH) this.expiryMs = expiryMs;
    else this.recacheExpiryMs = expiryMs;
    return undefined;
  }

  #decodeKey(): Uint8Array | undefined {
    const decoded = this.#decoded;
    decoded.reset();
    this.isKeyEncoded = true;
    if (!readBase64(decoded, this.keyBytes, this.keyStart, this.keyEnd)) return MetaAnswer.BAD_KEY;
    this.keyBytes = decoded.bytes;
    this.keyStart = 0;
    this.keyEnd = decoded.at;
    return undefined;
  }
}

function code(letter: string): number {
  return letter.charCodeAt(0);
}
