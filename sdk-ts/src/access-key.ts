/**
 * Where a client's access key comes from: `connect`'s option, the URL, or the file that ANOA_KEY names.
 *
 * A key is a secret: no message of this file repeats what it was given, and what leaves it is bytes that nothing
 * prints.
 */

import { parseAccessKey } from '@anoadb/transport';
import { AnoaConnectionError } from './errors.js';

/** More than any access key; a file that is larger is not one of ours. */
const FILE_BYTES_MAX = 1024;

/** The key to connect with; undefined: none is given, the connection is open. The first source that has one wins. */
export async function findAccessKey(sources: {
  readonly option: string | undefined;
  readonly url: string | undefined;
  /** The value of ANOA_KEY. */
  readonly keyFile: string | undefined;
}): Promise<Uint8Array | undefined> {
  if (sources.option !== undefined) return keyOf(sources.option, 'The option accessKey');
  if (sources.url !== undefined) return keyOf(sources.url, 'What precedes the @ of the connection URL');
  if (sources.keyFile) return keyOfFile(sources.keyFile);
  return undefined;
}

async function keyOfFile(path: string): Promise<Uint8Array> {
  if (path.includes('anoa1_'))
    throw invalid(
      'ANOA_KEY holds a key: it names a file that holds one, which other users cannot see as they see an environment.',
    );
  let text: string;
  try {
    const { readFile } = await import('node:fs/promises');
    text = await readFile(path, 'utf8');
  } catch (cause) {
    const why = cause instanceof Error && 'code' in cause ? String(cause.code) : 'it cannot be read';
    throw invalid(`The file that ANOA_KEY names, ${path}, is of no use: ${why}.`, cause);
  }
  return keyOf(
    text.length > FILE_BYTES_MAX ? '' : keyIn(text.trim()),
    `The file that ANOA_KEY names, ${path},`,
  );
}

/** A file may hold the whole connection string, which is what `anoa key create >FILE` puts there. */
function keyIn(text: string): string {
  return /^anoa:\/\/([^@\s]*)@\S*$/.exec(text)?.[1] ?? text;
}

function keyOf(text: string, what: string): Uint8Array {
  const psk = typeof text === 'string' ? parseAccessKey(text) : undefined;
  if (psk !== undefined) return psk;
  throw invalid(
    `${what} is no access key: one is "anoa1_" and 43 characters, as "anoa key create" prints it. It is not shown here, as it may be one with a slip in it.`,
  );
}

function invalid(message: string, cause?: unknown): AnoaConnectionError {
  return new AnoaConnectionError(message, { code: 'INVALID_ACCESS_KEY', cause });
}
