/** Walks over keys, page by page, as async iterables. What is there throughout the walk is yielded. */

import { type AnoaValue, ByteReader } from '@anoadb/protocol';
import type { ScanPage } from './answers.js';
import { AnoaError } from './errors.js';
import { type Key, printableKey } from './key.js';

const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Asks for the page that begins at `cursor`. */
export type PageSource = (cursor: number) => Promise<ScanPage>;

export async function* keysOf(nextPage: PageSource, keys: 'text' | 'bytes'): AsyncGenerator<Key, void, void> {
  for await (const page of pagesOf(nextPage, keys)) yield* page;
}

/** The entries of every page, read together. Keys that were deleted since are left out. */
export async function* entriesOf(
  nextPage: PageSource,
  keys: 'text' | 'bytes',
  readMany: (keys: Key[]) => Promise<ReadonlyMap<Key, AnoaValue | undefined>>,
): AsyncGenerator<[Key, AnoaValue], void, void> {
  for await (const page of pagesOf(nextPage, keys)) {
    for (const [key, value] of await readMany(page)) if (value !== undefined) yield [key, value];
  }
}

async function* pagesOf(nextPage: PageSource, keys: 'text' | 'bytes'): AsyncGenerator<Key[], void, void> {
  let cursor = 0;
  do {
    const page = await nextPage(cursor);
    cursor = page.cursor;
    if (page.keys.length > 0) yield keys === 'bytes' ? page.keys : page.keys.map(textKey);
  } while (cursor !== 0);
}

function textKey(key: Uint8Array): string {
  try {
    return strictDecoder.decode(key);
  } catch (cause) {
    throw new AnoaError(
      `The key ${printableKey(key)} is not UTF-8; scan with {keys: 'bytes'} to walk over it.`,
      {
        code: 'KEY_NOT_TEXT',
        command: 'SCAN',
        key,
        cause,
      },
    );
  }
}

/** `cursor u64, n u16, n x (keyLen u16, key)`; undefined where the bytes are no page. */
export function readScanPage(bytes: Uint8Array, start: number, end: number): ScanPage | undefined {
  const reader = new ByteReader(bytes);
  reader.reset(bytes, start, end);
  const cursor = reader.u64();
  const count = reader.u16();
  const keys: Uint8Array[] = [];
  for (let i = 0; i < count && !reader.failed; i++) {
    const length = reader.u16();
    const at = reader.skip(length);
    if (at >= 0) keys.push(bytes.slice(at, at + length));
  }
  return reader.failed ? undefined : { cursor, keys };
}
