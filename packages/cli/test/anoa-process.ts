/** `anoa` as a process of its own, as a shell sees it: words in; output, remarks and exit code out. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { repositoryRoot, type ServerProcess } from '@anoadb/testkit';

export const ANOA = join(repositoryRoot(), 'packages', 'cli', 'bin', 'anoa.mjs');

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Standard output byte for byte. */
  readonly bytes: Buffer;
}

export interface Surroundings {
  readonly input?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
}

export type Anoa = (words: readonly string[], surroundings?: Surroundings) => Promise<Outcome>;

/** `anoa` with the settings of `server`, and no others of this process. */
export function anoaFor(server: ServerProcess): Anoa {
  return (words, { input, env } = {}) =>
    run(process.execPath, [ANOA, ...words], { ...server.environment, ...env }, input);
}

/** A line of shell in which `anoa` is a command; for pipes. */
export function shellFor(server: ServerProcess): (line: string) => Promise<Outcome> {
  const prelude = `anoa() { '${process.execPath}' '${ANOA}' "$@"; }`;
  return (line) => run('/bin/sh', ['-c', `${prelude}\n${line}`], server.environment);
}

export function run(
  program: string,
  args: readonly string[],
  settings: Readonly<Record<string, string>>,
  input?: string | Uint8Array,
): Promise<Outcome> {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(ANOA_|NODE_OPTIONS|NO_COLOR|FORCE_COLOR)/.test(name),
  );
  const child = spawn(program, args, { env: { ...Object.fromEntries(inherited), ...settings } });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  child.stdin.on('error', () => {});
  child.stdin.end(input ?? '');
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      const bytes = Buffer.concat(stdout);
      resolve({ code, bytes, stdout: bytes.toString(), stderr: Buffer.concat(stderr).toString() });
    });
  });
}
