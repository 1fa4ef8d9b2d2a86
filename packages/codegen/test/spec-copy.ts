/** The real spec as a copy that a test may break, and a folder that it may write to. */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { emitters } from '../src/emitters.js';

export const repositoryRoot = join(fileURLToPath(import.meta.url), '..', '..', '..', '..');

// biome-ignore lint/suspicious/noExplicitAny: a spec to break can have any shape
export type Loose = any;

/** All files as parsed JSON, free to change. `message('SET')` finds one by name. */
export interface SpecCopy {
  protocol: Loose;
  types: Loose;
  errors: Loose;
  messages: Record<string, Loose>;
  message(name: string): Loose;
}

export function specCopy(): SpecCopy {
  const read = (path: string): Loose =>
    JSON.parse(readFileSync(join(repositoryRoot, 'protocol-spec', path), 'utf8'));
  const messages: Record<string, Loose> = {};
  for (const name of readdirSync(join(repositoryRoot, 'protocol-spec', 'messages')))
    messages[name] = read(`messages/${name}`);
  return {
    protocol: read('protocol.json'),
    types: read('types.json'),
    errors: read('errors.json'),
    messages,
    message(name) {
      return Object.values(this.messages).find((message) => message.name === name);
    },
  };
}

/** A root in the temporary folder with the spec and what is generated from it, but nothing released. */
export function temporaryRoot(): string {
  const root = mkdtempSync(join(tmpdir(), 'anoadb-codegen-'));
  for (const path of ['protocol-spec', 'docs', ...emitters.flatMap(({ folders }) => folders)]) {
    mkdirSync(join(root, path), { recursive: true });
    cpSync(join(repositoryRoot, path), join(root, path), {
      recursive: true,
      filter: (source) => !source.includes('released'),
    });
  }
  return root;
}
