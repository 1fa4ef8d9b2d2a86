/** Where an export goes: a file, or standard output. Both wait for a slow reader, so that memory stays bounded. */
import { once } from 'node:events';
import { open } from 'node:fs/promises';

export interface OutputFile {
  write(data: string | Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/** A new file can be read by its owner alone: it holds values in the clear. */
export async function openOutputFile(path: string, isAppended: boolean): Promise<OutputFile> {
  const file = await open(path, isAppended ? 'a' : 'w', 0o600);
  return {
    write: async (data) => void (await file.appendFile(data)),
    close: () => file.close(),
  };
}

export const standardOutput: OutputFile = {
  write: async (data) => {
    if (!process.stdout.write(data)) await once(process.stdout, 'drain');
  },
  close: async () => {},
};
