/** The shared vectors of protocol-spec/vectors, read where they lie: every language tests against the same files. */

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root, found from here so that tests run from any directory. */
export function repositoryRoot(): string {
  return join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
}

const directory = (): string => join(repositoryRoot(), 'protocol-spec', 'vectors');

/** Names of the files there are, without `.json`. */
export function vectorNames(): string[] {
  return readdirSync(directory())
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .sort();
}

/** One file, parsed; the caller says what shape it has. */
export function readVectors<T>(name: string): T {
  const file = join(directory(), `${name}.json`);
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T;
  } catch (cause) {
    throw new Error(`cannot read the vectors "${name}" (${file}); there are: ${vectorNames().join(', ')}`, {
      cause,
    });
  }
}

/** Bytes of a hexadecimal string; spaces are allowed for reading. */
export function fromHex(text: string): Uint8Array {
  const digits = text.replace(/\s+/g, '');
  if (!/^([0-9a-fA-F]{2})*$/.test(digits)) throw new RangeError(`not hexadecimal: ${text.slice(0, 40)}`);
  return Uint8Array.from(Buffer.from(digits, 'hex'));
}

export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}
