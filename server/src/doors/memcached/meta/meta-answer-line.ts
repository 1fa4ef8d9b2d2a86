/** The parts of meta answers that several commands write: ` k<key>[ b]`, ` O<opaque>`, ` t<seconds>` and the like. */

import { type ByteWriter, writeBase64 } from '@anoadb/protocol';
import type { CommandLine } from '../command-line.js';
import { writeUnsigned } from '../decimal-writer.js';
import { secondsLeft } from '../expiry-seconds.js';
import { Outcome } from '../memcached-items.js';
import type { Unsigned64 } from '../number-text.js';
import { MetaFlag, type MetaFlags } from './meta-flags.js';

const SPACE = 0x20;
const MINUS = 0x2d;
const DIGIT_1 = 0x31;

/** ` <letter>` */
export function writeFlag(out: ByteWriter, letter: number): void {
  out.u8(SPACE);
  out.u8(letter);
}

/** ` <letter><number>` */
export function writeNumberFlag(out: ByteWriter, letter: number, value: Unsigned64): void {
  writeFlag(out, letter);
  writeUnsigned(out, value);
}

/** ` t<seconds left>`, -1 for ever. */
export function writeTimeFlag(out: ByteWriter, expiryMs: number, nowMs: number): void {
  writeFlag(out, MetaFlag.TIME_LEFT);
  if (expiryMs === 0) {
    out.u8(MINUS);
    out.u8(DIGIT_1);
  } else writeUnsigned(out, secondsLeft(expiryMs, nowMs));
}

/** ` k<key>`; where it came as base64 it goes as base64, and ` b` says so. */
export function writeKeyFlag(out: ByteWriter, flags: MetaFlags): void {
  writeFlag(out, MetaFlag.KEY);
  writeKey(out, flags);
  if (flags.isKeyEncoded) writeFlag(out, MetaFlag.ENCODED_KEY);
}

export function writeKey(out: ByteWriter, flags: MetaFlags): void {
  const { keyBytes, keyStart, keyEnd } = flags;
  if (flags.isKeyEncoded) writeBase64(out, keyBytes, keyStart, keyEnd);
  else out.copy(keyBytes, keyStart, keyEnd);
}

/** ` O<opaque>`, as it came. */
export function writeOpaque(out: ByteWriter, words: CommandLine, word: number): void {
  out.u8(SPACE);
  out.copy(words.bytes, words.starts[word], words.ends[word]);
}

/** What an answer without an item has: opaque and key. */
export function writeEchoes(out: ByteWriter, words: CommandLine, flags: MetaFlags, first: number): void {
  for (let word = first; word < words.count; word++) {
    const flag = words.bytes[words.starts[word]];
    if (flag === MetaFlag.OPAQUE) writeOpaque(out, words, word);
    else if (flag === MetaFlag.KEY) writeKeyFlag(out, flags);
  }
}

/** The two letters at the beginning of an answer. */
export function writeCode(out: ByteWriter, code: string): void {
  out.u8(code.charCodeAt(0));
  out.u8(code.charCodeAt(1));
}

export function writeLineEnd(out: ByteWriter): void {
  out.u8(0x0d);
  out.u8(0x0a);
}

/** The code of what a change came to; undefined: that is told by an error line. */
export function metaCodeOf(outcome: Outcome): string | undefined {
  switch (outcome) {
    case Outcome.DONE:
      return 'HD';
    case Outcome.NOT_STORED:
      return 'NS';
    case Outcome.EXISTS:
      return 'EX';
    case Outcome.NOT_FOUND:
      return 'NF';
    default:
      return undefined;
  }
}
