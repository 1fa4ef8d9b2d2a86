/** A client that is a program of its own: run while the server goes on in this process. */

import { spawn } from 'node:child_process';

export interface ProgramRun {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

const RUN_MS_MAX = 120_000;

/** Undefined where there is no such program. */
export function runProgram(
  program: string,
  args: readonly string[],
  options: { readonly input?: string; readonly env?: Record<string, string>; readonly cwd?: string } = {},
): Promise<ProgramRun | undefined> {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      timeout: RUN_MS_MAX,
    });
    let output = '';
    let errors = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (errors += text));
    child.on('error', () => resolve(undefined));
    child.on('close', (code) => resolve({ code, output, errors }));
    child.stdin.on('error', () => {});
    child.stdin.end(options.input ?? '');
  });
}
